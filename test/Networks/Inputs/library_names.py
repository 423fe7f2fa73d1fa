#!/usr/bin/env python3
# Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Writes library_names.txt: the tensors of one checkpoint per family, as torchvision and timm name and shape them.

    python3 library_names.py > library_names.txt

Made once, with torchvision 0.29.2 and timm 1.0.31; no test needs them. A line `== FILE:NETWORK CONSTRUCTOR` stands
before the tensors of a model, one to a line. Not written: `num_batches_tracked`, which inference does not read.
"""

import timm
import torch
import torchvision

MODELS = {
    "alexnet.cnn": "torchvision alexnet",
    "densenet.cnn:densenet121": "torchvision densenet121",
    "googlenet.cnn": "torchvision googlenet",
    "mobilenet_v1.cnn": "timm mobilenetv1_100",
    "mobilenet_v2.cnn": "torchvision mobilenet_v2",
    "resnet.cnn:resnet18": "torchvision resnet18",
    "resnet.cnn:resnet50": "torchvision resnet50",
    "resnet.cnn:resnext50_32x4d": "torchvision resnext50_32x4d",
    "shufflenet_v2.cnn:shufflenet_v2_x1_0": "torchvision shufflenet_v2_x1_0",
    "squeezenet.cnn:squeezenet1_1": "torchvision squeezenet1_1",
    "vgg.cnn:vgg16": "torchvision vgg16",
    "vgg.cnn:vgg16_bn": "torchvision vgg16_bn",
}


def create(constructor):
    library, name = constructor.split()
    # Tensors of the meta device have a shape and no memory.
    with torch.device("meta"):
        return timm.create_model(name) if library == "timm" else torchvision.models.get_model(name)


if __name__ == "__main__":
    for network, constructor in MODELS.items():
        print("==", network, constructor)
        for name, tensor in create(constructor).state_dict().items():
            if not name.endswith("num_batches_tracked"):
                print(name, "x".join(map(str, tensor.shape)))
