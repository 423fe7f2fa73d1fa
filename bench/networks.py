# Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The networks of nn/ that torchvision has too, with random weights, in every peer's format.

    networks.py NAME FOLDER     writes model.safetensors, model.onnx, model.pt, model.ncnn.{param,bin}, and what the
                                network gives for a random input: input.npy, expected.npy
"""

import pathlib
import re
import subprocess
import sys

from environment import ENVIRONMENT, ROOT

NETWORK = re.compile(r"^network (\w+)", re.MULTILINE)
INPUT = [1, 3, 224, 224]


def ours():
    """{name: FILE:NETWORK} of all networks of nn/."""
    return {
        name: f"{path.name}:{name}"
        for path in sorted((ROOT / "nn").glob("*.cnn"))
        for name in NETWORK.findall(path.read_text())
    }


def theirs():
    """The names of torchvision's classifiers."""
    import torchvision

    return torchvision.models.list_models(module=torchvision.models)


def randomise(model):
    """Batch norms that were never trained change nothing, and would hide a wrong one."""
    from torch import nn

    for layer in model.modules():
        if isinstance(layer, nn.BatchNorm2d):
            layer.running_mean.normal_(0, 0.1)
            layer.running_var.uniform_(0.5, 2)
            layer.weight.data.uniform_(0.5, 1.5)
            layer.bias.data.normal_(0, 0.1)
    return model.eval()


def create(name, **arguments):
    """torchvision's model with random weights: the same for a name everywhere."""
    import torch
    import torchvision

    torch.manual_seed(1)
    if name == "googlenet":
        arguments["init_weights"] = False
    return randomise(torchvision.models.get_model(name, weights=None, **arguments))


def export(name, folder):
    import numpy
    import safetensors.torch
    import torch

    folder.mkdir(parents=True, exist_ok=True)
    model, image = create(name), torch.randn(INPUT)
    with torch.inference_mode():
        numpy.save(folder / "expected.npy", model(image).numpy())
    numpy.save(folder / "input.npy", image.numpy())
    safetensors.torch.save_file(model.state_dict(), folder / "model.safetensors")
    names = {"input_names": ["image"], "output_names": ["logits"]}
    torch.onnx.export(model, (image,), folder / "model.onnx", dynamo=False, opset_version=17, **names)
    torch.jit.trace(model, image).save(folder / "model.pt")
    # Weights stay f32: pnnx halves them unless told.
    shape = "inputshape=[" + ",".join(map(str, INPUT)) + "]"
    subprocess.run([ENVIRONMENT / "bin" / "pnnx", "model.pt", shape, "fp16=0"], cwd=folder, check=True)


if __name__ == "__main__":
    export(sys.argv[1], pathlib.Path(sys.argv[2]))
