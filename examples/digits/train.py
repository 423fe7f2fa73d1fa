#!/usr/bin/env python3
# Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Trains LeNet-5 on scikit-learn's handwritten digits; writes lenet5.safetensors and digits-test.npz beside itself.

Data: the 1,797 images of sklearn.datasets.load_digits. 360 of them are held out, 36 or so of each digit, by a seeded
draw; nothing below looks at them before the last lines of the report. `--validate` is how the recipe was chosen: it
holds out 287 of the other 1,437 instead, and writes nothing. `--ordered` holds out the last 360 of the data set, in
large part written by people who wrote none of the others, and writes nothing either.

PyTorch is needed for this script alone; Fovea reads what it wrote.
"""

import argparse
import math
import pathlib

import numpy
import safetensors.torch
import sklearn.datasets
import sklearn.model_selection
import torch
from torch import nn
from torch.nn import functional

HELD_OUT = 360
VALIDATION = 287
EPOCHS = 60
BATCH = 48
BIAS_DEVIATION = {"conv1": 0.7, "conv2": 2.0, "conv3": 2.0, "fc1": 2.0, "fc2": 3.0}


class LeNet5(nn.Module):
    """LeCun et al. 1998, figure 2, with every map of C3 connected to every map of S2 and a plain linear output."""

    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 6, 5)
        self.conv2 = nn.Conv2d(6, 16, 5)
        self.conv3 = nn.Conv2d(16, 120, 5)
        self.fc1 = nn.Linear(120, 84)
        self.fc2 = nn.Linear(84, 10)

    def forward(self, image):
        x = functional.avg_pool2d(torch.tanh(self.conv1(image)), 2)
        x = functional.avg_pool2d(torch.tanh(self.conv2(x)), 2)
        x = torch.tanh(self.conv3(x)).flatten(1)
        return self.fc2(torch.tanh(self.fc1(x)))

    def initialise(self):
        """Glorot's weights for tanh. Biases start far from zero and are exempt from weight decay, so that the network
        comes to lean on every one of its tensors and a test can see that one was lost."""
        for name, layer in self.named_children():
            nn.init.xavier_normal_(layer.weight, gain=nn.init.calculate_gain("tanh"))
            nn.init.normal_(layer.bias, std=BIAS_DEVIATION[name])


def loadDigits():
    """All images as f32[n, 1, 32, 32] in 0..1 (each of the 8x8 pixels becomes 4x4), all labels as i64[n]."""
    digits = sklearn.datasets.load_digits()
    images = torch.from_numpy(digits.images).float()[:, None] / 16.0
    images = functional.interpolate(images, scale_factor=4, mode="nearest")
    return images, torch.from_numpy(digits.target).long()


def split(labels, validate, ordered):
    """The indices of the images to train with and of those to judge by."""
    everything = numpy.arange(len(labels))
    if ordered:
        return everything[:-HELD_OUT], everything[-HELD_OUT:]

    def draw(indices, count):
        return sklearn.model_selection.train_test_split(
            indices, test_size=count, stratify=labels[indices], random_state=0
        )

    training, held = draw(everything, HELD_OUT)
    return draw(training, VALIDATION) if validate else (training, held)


def distort(images, generator):
    """Each image turned by up to 12 degrees, scaled by up to 12 %, sheared a little and moved by up to 4 pixels."""
    n = len(images)

    def uniform(limit):
        return (torch.rand(n, generator=generator) * 2 - 1) * limit

    angle, scale, shear = uniform(math.radians(12)), 1 + uniform(0.12), uniform(0.15)
    cosine, sine = torch.cos(angle) * scale, torch.sin(angle) * scale
    rows = [cosine, shear - sine, uniform(0.25), sine, cosine, uniform(0.25)]
    grid = functional.affine_grid(torch.stack(rows, 1).view(n, 2, 3), images.shape, align_corners=False)
    return functional.grid_sample(images, grid, align_corners=False)


def train(images, labels, seed):
    torch.manual_seed(seed)
    generator = torch.Generator().manual_seed(seed)
    model = LeNet5()
    model.initialise()
    weights = [p for name, p in model.named_parameters() if name.endswith("weight")]
    biases = [p for name, p in model.named_parameters() if name.endswith("bias")]
    groups = [{"params": weights, "weight_decay": 0.02}, {"params": biases, "weight_decay": 0.0}]
    optimiser = torch.optim.AdamW(groups, lr=3e-3)
    steps = EPOCHS * math.ceil(len(images) / BATCH)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, max_lr=3e-3, total_steps=steps)
    for epoch in range(EPOCHS):
        total = 0.0
        for batch in torch.randperm(len(images), generator=generator).split(BATCH):
            logits = model(distort(images[batch], generator))
            loss = functional.cross_entropy(logits, labels[batch], label_smoothing=0.1)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
            total += loss.item() * len(batch)
        if (epoch + 1) % 10 == 0:
            print(f"epoch {epoch + 1:3}: loss {total / len(images):.4f}", flush=True)
    return model.eval()


@torch.no_grad()
def accuracy(model, images, labels):
    right = (model(images).argmax(1) == labels).sum().item()
    return f"{right} of {len(labels)} ({100 * right / len(labels):.2f} %)"


@torch.no_grad()
def reportLostTensors(model, images, labels):
    """What is left of the accuracy when one tensor is zero."""
    for name, parameter in model.named_parameters():
        kept = parameter.clone()
        parameter.zero_()
        print(f"  without {name + ':':13} {accuracy(model, images, labels)}")
        parameter.copy_(kept)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--seed", type=int, default=0)
    judged = parser.add_mutually_exclusive_group()
    judged.add_argument("--validate", action="store_true", help="judge by images of the training part; write nothing")
    judged.add_argument("--ordered", action="store_true", help="judge by the data set's last images; write nothing")
    parser.add_argument("--output", type=pathlib.Path, default=pathlib.Path(__file__).parent, help="folder to write to")
    arguments = parser.parse_args()
    # One thread adds in one order.
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)

    images, labels = loadDigits()
    training, held = split(labels, arguments.validate, arguments.ordered)
    model = train(images[training], labels[training], arguments.seed)
    if not arguments.validate and not arguments.ordered:
        tensors = {name: tensor.contiguous() for name, tensor in model.state_dict().items()}
        safetensors.torch.save_file(tensors, arguments.output / "lenet5.safetensors")
        digits = {"image": images[held].numpy(), "label": labels[held].numpy()}
        numpy.savez_compressed(arguments.output / "digits-test.npz", **digits)
    print("training images:", accuracy(model, images[training], labels[training]))
    print("held-out images:", accuracy(model, images[held], labels[held]))
    reportLostTensors(model, images[held], labels[held])


if __name__ == "__main__":
    main()
