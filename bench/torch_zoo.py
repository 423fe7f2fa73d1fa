#!/usr/bin/env python3
# Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Compares what native code computes with what PyTorch computes, at full size with random weights.

    bench/torch_zoo.py                        every network of nn/ that torchvision, timm or models.py has
    bench/torch_zoo.py resnet18 vgg16_bn      some of them

Each checkpoint is the model's own state_dict as safetensors, unrenamed; `fovea run` gets it and a random image. The
difference is the greatest of all outputs, relative to the greatest output. The first call installs PyTorch into
build/bench/venv. Results are added to OUT/zoo.json, where later calls find them; OUT/zoo.md shows all of it, and the
names that only one side has. It fails if a difference is above 1e-4.
"""

import argparse
import json
import pathlib
import re
import subprocess
import sys
import tempfile

import environment
import networks
import report
from environment import BENCH, FOVEA, ROOT

TOLERANCE = 1e-4


def cases():
    """{name: (FILE:NETWORK of nn/, --param or None, where the model is from, what makes it)}."""
    import models
    import timm
    import torchvision

    ours, result = networks.ours(), {}

    def add(network, parameters, source, create):
        name = network if parameters is None else f"{network} {parameters}"
        result[name] = (ours[network], parameters, source, create)

    for name in networks.theirs():
        if name in ours:
            add(name, None, "torchvision", lambda name=name: networks.create(name))
    for width in (0.75, 0.5, 0.35, 1.4):
        add("mobilenet_v2", f"width={width}", "torchvision", lambda width=width: (
            networks.create("mobilenet_v2", width_mult=width)
        ))
    add("googlenet", "transform_input=true", "torchvision", lambda: networks.create("googlenet", transform_input=True))
    add("mobilenet_v1", None, "timm", lambda: timm.create_model("mobilenetv1_100"))
    add("mobilenet_v1", "width=1.25,size=192", "timm", lambda: timm.create_model("mobilenetv1_125"))
    add("vgg16_c", None, "models.py", models.vgg16C)
    for n in (3, 5, 7, 9, 18):
        add(f"resnet{6 * n + 2}_cifar", None, "models.py", lambda n=n: models.CifarNet(n, models.PaddedBlock))
    for n in (3, 9, 18):
        add(f"shiftresnet{6 * n + 2}_cifar", None, "models.py", lambda n=n: models.CifarNet(n, models.ShiftBlock))
    add("shiftnet_a", None, "models.py", lambda: models.ShiftNet(32))
    add("shiftnet_b", None, "models.py", lambda: models.ShiftNet(16))
    add("unet_572", None, "models.py", lambda: models.UNet(1, 2, 0, False))
    add("unet_same", "size=250", "models.py", lambda: models.UNet(3, 1, 1, False))
    add("unet_same_bn", "size=236", "models.py", lambda: models.UNet(3, 2, 1, True))
    return result


def inputShape(network, parameters):
    """The shape of the network's only input."""
    command = [FOVEA, "inspect", "--stop-after=cnn", network, *parameters]
    text = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    shape = re.search(r"func\.func @\w+\(%\w+: tensor<([0-9x]+)xf32>", text).group(1)
    return [int(extent) for extent in shape.split("x")]


def compare(case, folder):
    """A row of zoo.json."""
    import numpy
    import safetensors.torch
    import torch

    network, parameters, source, create = case
    torch.manual_seed(1)
    model = networks.randomise(create())
    given = ["--param", parameters] if parameters else []
    image = torch.randn(inputShape(ROOT / "nn" / network, given))
    with torch.inference_mode():
        expected = model(image).numpy()
    depth = sum(isinstance(layer, (torch.nn.Conv2d, torch.nn.Linear)) for layer in model.modules())
    safetensors.torch.save_file(model.state_dict(), folder / "weights.safetensors")
    numpy.save(folder / "image.npy", image.numpy())
    command = [FOVEA, "run", ROOT / "nn" / network, "--weights", folder / "weights.safetensors", *given]
    command += ["--input", folder / "image.npy", "-o", folder / "logits.npy"]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    difference = float(abs(numpy.load(folder / "logits.npy") - expected).max() / abs(expected).max())
    return {"source": source, "depth": depth, "difference": difference}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("networks", nargs="*", help="names as in zoo.md; none: all")
    parser.add_argument("--out", type=pathlib.Path, default=BENCH, help="folder of the results")
    arguments = parser.parse_args()
    known = cases()
    unknown = set(arguments.networks) - set(known)
    if unknown:
        parser.error(f"no such network: {', '.join(sorted(unknown))}; there are {', '.join(known)}")
    arguments.out.mkdir(parents=True, exist_ok=True)
    file = arguments.out / "zoo.json"
    results = json.loads(file.read_text()) if file.exists() else {"networks": {}}
    ours, theirs = set(networks.ours()), set(networks.theirs())
    results["onlyTorchvision"] = sorted(theirs - ours)
    results["onlyFovea"] = sorted(ours - theirs)
    bad = 0
    for name in arguments.networks or known:
        with tempfile.TemporaryDirectory(dir=arguments.out) as folder:
            row = compare(known[name], pathlib.Path(folder))
        # A difference that is no number is no agreement.
        bad += not row["difference"] <= TOLERANCE
        print(f"{name}: {row['difference']:.2e}", flush=True)
        results["networks"][name] = row
        file.write_text(json.dumps(results, indent=1))
    (arguments.out / "zoo.md").write_text(report.zooTable(results) + "\n\n" + report.missingTable(results) + "\n")
    print(f"{len(arguments.networks or known)} networks, {bad} wrong")
    return bad > 0


if __name__ == "__main__":
    environment.enter()
    sys.exit(main())
