#!/usr/bin/env python3
# Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Trains the network of separable.cnn on handwritten digits three times: writes dense, near and single.safetensors.

`dense` is trained as usual. For the others, all taps of a depthwise kernel but the greatest are drawn towards zero, so
that many kernels of `near` and nearly all of `single` end with one. Data, split and distortions are those of
../digits/train.py; the held-out images are ../digits/digits-test.npz. `--validate` is how recipe and penalties were
chosen: it judges by images of the training part, and writes nothing.

PyTorch is needed for this script alone; Fovea reads what it wrote.
"""

import argparse
import copy
import math
import pathlib
import runpy
import types

import safetensors.torch
import torch
from torch import nn
from torch.nn import functional

HERE = pathlib.Path(__file__).resolve().parent
digits = types.SimpleNamespace(**runpy.run_path(str(HERE.parent / "digits" / "train.py")))

EPOCHS = 40
BATCH = 48
RATE = 5e-3
PENALTIES = {"dense": 0.0, "near": 0.2, "single": 0.3}
LEAST_STEP = 1e-5


class Separable(nn.Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        self.depthwise = nn.Conv2d(inputs, inputs, 3, padding=1, groups=inputs, bias=False)
        self.pointwise = nn.Conv2d(inputs, outputs, 1, bias=False)
        self.norm = nn.BatchNorm2d(outputs)

    def forward(self, x):
        return functional.relu(self.norm(self.pointwise(self.depthwise(x))))


class Network(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(1, 16, 3, stride=2, padding=1, bias=False)
        self.norm = nn.BatchNorm2d(16)
        widths = [16, 32, 32, 64, 64, 128, 128]
        self.blocks = nn.ModuleList(Separable(*pair) for pair in zip(widths, widths[1:]))
        self.fc = nn.Linear(128, 10)

    def forward(self, image):
        x = functional.relu(self.norm(self.stem(image)))
        for i, block in enumerate(self.blocks):
            x = functional.max_pool2d(block(x), 2) if i in (1, 3) else block(x)
        return self.fc(x.mean((2, 3)))

    def kernels(self):
        """The depthwise weights, a kernel a row."""
        return [block.depthwise.weight.data.view(-1, 9) for block in self.blocks]


def greatest(kernels):
    """Marks the greatest tap of each kernel."""
    return torch.zeros_like(kernels, dtype=torch.bool).scatter_(1, kernels.abs().argmax(1, keepdim=True), True)


def shrink(model, step):
    """Moves each tap but a kernel's greatest by `step` towards zero: the proximal step of an L1 penalty."""
    for kernels in model.kernels():
        shrunk = kernels.sign() * (kernels.abs() - step).clamp(min=0)
        kernels.copy_(torch.where(greatest(kernels), kernels, shrunk))


def train(images, labels, penalty, seed):
    torch.manual_seed(seed)
    generator = torch.Generator().manual_seed(seed)
    model = Network()
    optimiser = torch.optim.AdamW(model.parameters(), lr=RATE, weight_decay=0.02)
    steps = EPOCHS * math.ceil(len(images) / BATCH)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, max_lr=RATE, total_steps=steps)
    for epoch in range(EPOCHS):
        total = 0.0
        for batch in torch.randperm(len(images), generator=generator).split(BATCH):
            logits = model(digits.distort(images[batch], generator))
            loss = functional.cross_entropy(logits, labels[batch], label_smoothing=0.1)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            if penalty > 0:
                # The rate ends near zero; a least step brings to rest what only the optimiser's noise holds up.
                shrink(model, penalty * optimiser.param_groups[0]["lr"] + LEAST_STEP)
            schedule.step()
            total += loss.item() * len(batch)
        if (epoch + 1) % 10 == 0:
            print(f"epoch {epoch + 1:3}: loss {total / len(images):.4f}", flush=True)
    return model.eval()


def report(model, images, labels):
    """How many kernels have a single tap, and what is left of the accuracy with the greatest taps alone."""
    for i, kernels in enumerate(model.kernels()):
        single = ((kernels != 0).sum(1) <= 1).sum().item()
        rest = kernels[~greatest(kernels)].norm() / kernels.norm()
        print(f"  blocks.{i}.depthwise: {single} of {len(kernels)} kernels have a single tap, the rest is {rest:.4f}")
    single = copy.deepcopy(model)
    for kernels in single.kernels():
        kernels[~greatest(kernels)] = 0
    print("  with the greatest taps alone:", digits.accuracy(single, images, labels))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--validate", action="store_true", help="judge by images of the training part; write nothing")
    parser.add_argument("--only", choices=PENALTIES, help="train this one alone")
    parser.add_argument("--output", type=pathlib.Path, default=HERE, help="folder to write to")
    arguments = parser.parse_args()
    # One thread adds in one order.
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)

    images, labels = digits.loadDigits()
    training, held = digits.split(labels, arguments.validate, ordered=False)
    for name in [arguments.only] if arguments.only else PENALTIES:
        penalty = PENALTIES[name]
        print(f"{name}, penalty {penalty}")
        model = train(images[training], labels[training], penalty, arguments.seed)
        if not arguments.validate:
            safetensors.torch.save_file(model.state_dict(), arguments.output / f"{name}.safetensors")
        print("training images:", digits.accuracy(model, images[training], labels[training]))
        print("held-out images:", digits.accuracy(model, images[held], labels[held]))
        report(model, images[held], labels[held])


if __name__ == "__main__":
    main()
