#!/usr/bin/env python3
# Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Compares what native code computes with what PyTorch computes, at full size with random weights.

    python3 compare_outputs.py SOURCE_TREE [NETWORK…]

The models are torchvision's, timm's, and for the others those of models.py. Needs PyTorch, torchvision and timm, and
many minutes; no test runs it. It prints the greatest difference relative to the greatest output. Each checkpoint is the
model's own state_dict, unrenamed; each network is `FILE:NETWORK` of nn/.
"""

import pathlib
import re
import subprocess
import sys
import tempfile

import models
import numpy
import safetensors.torch
import timm
import torch
import torchvision
from torch import nn

TOLERANCE = 1e-4
PLAIN = {
    "alexnet.cnn": ["alexnet"],
    "vgg.cnn": [f"vgg{n}{norm}" for n in (11, 13, 16, 19) for norm in ("", "_bn")],
    "resnet.cnn": [f"resnet{n}" for n in (18, 34, 50, 101, 152)]
    + ["resnext50_32x4d", "resnext101_32x8d", "resnext101_64x4d", "wide_resnet50_2", "wide_resnet101_2"],
    "squeezenet.cnn": ["squeezenet1_0", "squeezenet1_1"],
    "densenet.cnn": [f"densenet{n}" for n in (121, 161, 169, 201)],
    "shufflenet_v2.cnn": [f"shufflenet_v2_x{width}" for width in ("0_5", "1_0", "1_5", "2_0")],
}


def networks():
    """(FILE:NETWORK, --param or None, what makes the model)."""
    for file, names in PLAIN.items():
        for name in names:
            yield f"{file}:{name}", None, lambda name=name: torchvision.models.get_model(name)
    for width in (1.0, 0.75, 0.5, 0.35, 1.4):
        yield "mobilenet_v2.cnn", f"width={width}", lambda width=width: (
            torchvision.models.mobilenet_v2(width_mult=width)
        )
    for transform in (False, True):
        yield "googlenet.cnn", f"transform_input={str(transform).lower()}", lambda transform=transform: (
            torchvision.models.googlenet(init_weights=False, transform_input=transform)
        )
    yield "mobilenet_v1.cnn", None, lambda: timm.create_model("mobilenetv1_100")
    yield "mobilenet_v1.cnn", "width=1.25,size=192", lambda: timm.create_model("mobilenetv1_125")
    yield "vgg.cnn:vgg16_c", None, models.vgg16C
    for n in (3, 5, 7, 9, 18):
        yield f"resnet_cifar.cnn:resnet{6 * n + 2}_cifar", None, lambda n=n: models.CifarNet(n, models.PaddedBlock)
    for n in (3, 9, 18):
        yield f"shiftnet.cnn:shiftresnet{6 * n + 2}_cifar", None, lambda n=n: models.CifarNet(n, models.ShiftBlock)
    yield "shiftnet.cnn:shiftnet_a", None, lambda: models.ShiftNet(32)
    yield "shiftnet.cnn:shiftnet_b", None, lambda: models.ShiftNet(16)
    yield "unet.cnn:unet_572", None, lambda: models.UNet(1, 2, 0, False)
    yield "unet.cnn:unet_same", "size=250", lambda: models.UNet(3, 1, 1, False)
    yield "unet.cnn:unet_same_bn", "size=236", lambda: models.UNet(3, 2, 1, True)


def inputShape(source, network, parameters):
    """The shape of the network's only input."""
    command = ["fovea", "inspect", "--stop-after=cnn", source / "nn" / network]
    command += ["--param", parameters] if parameters else []
    text = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    shape = re.search(r"func\.func @\w+\(%\w+: tensor<([0-9x]+)xf32>", text).group(1)
    return [int(extent) for extent in shape.split("x")]


@torch.no_grad()
def compare(source, network, parameters, create, folder):
    torch.manual_seed(1)
    model = create().eval()
    # A batch norm that was never trained changes nothing, and would hide a wrong one.
    for layer in model.modules():
        if isinstance(layer, nn.BatchNorm2d):
            layer.running_mean.normal_(0, 0.1)
            layer.running_var.uniform_(0.5, 1.5)
            layer.weight.uniform_(0.5, 1.5)
            layer.bias.normal_(0, 0.1)
    image = torch.randn(inputShape(source, network, parameters))
    expected = model(image).numpy()
    safetensors.torch.save_file(model.state_dict(), folder / "weights.safetensors")
    numpy.save(folder / "image.npy", image.numpy())
    command = ["fovea", "run", source / "nn" / network, "--weights", folder / "weights.safetensors"]
    command += ["--input", folder / "image.npy", "-o", folder / "logits.npy"]
    subprocess.run(command + (["--param", parameters] if parameters else []), check=True, stdout=subprocess.DEVNULL)
    found = numpy.load(folder / "logits.npy")
    difference = float(abs(found - expected).max() / abs(expected).max())
    print(f"{network} {parameters or ''}: {difference:.2e}", flush=True)
    return difference


def main():
    source, chosen = pathlib.Path(sys.argv[1]), sys.argv[2:]
    differences = []
    with tempfile.TemporaryDirectory() as folder:
        for network, parameters, create in networks():
            if not chosen or network in chosen or network.split(":")[0] in chosen:
                differences.append(compare(source, network, parameters, create, pathlib.Path(folder)))
    print(f"{len(differences)} networks, greatest difference {max(differences):.2e}")
    return max(differences) > TOLERANCE


if __name__ == "__main__":
    sys.exit(main())
