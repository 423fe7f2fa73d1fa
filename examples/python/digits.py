# Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""digits.py NETWORK.so DIGITS.npz: reads held-out digits with LeNet-5, one by one and several at a time."""

import sys

import fovea
import numpy

data = numpy.load(sys.argv[2])
images, labels = data["image"], data["label"]

with fovea.Network(sys.argv[1]) as net:
    print(net.name, *(f"{port.name}: {port.dtype}{list(port.shape)}" for port in net.inputs + net.outputs))
    right = sum(net(image[None]).argmax() == label for image, label in zip(images, labels))
    print(f"one by one: {right} of {len(labels)} right")

with fovea.Network(sys.argv[1], batch=8, threads=1) as net:
    right = sum(
        (net.run({"image": images[i : i + 8]})["logits"].argmax(axis=1) == labels[i : i + 8]).sum()
        for i in range(0, len(images), 8)
    )
    print(f"8 at a time: {right} of {len(labels)} right")
    try:
        net(images[:5])
    except fovea.Error as error:
        print(f"{error.code!r}: {error}")
