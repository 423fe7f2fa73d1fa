# Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Compares the tensors that networks ask for with library_names.txt, by name and shape.

    compare_names.py SOURCE_TREE

A tensor of the checkpoint may be left over only if the network declares it `unused`.
"""

import fnmatch
import pathlib
import re
import subprocess
import sys

PARAMETER = re.compile(r"cnn\.param @(\S+|\"[^\"]+\") : tensor<([0-9x]+)xf32>")
UNUSED = re.compile(r"fovea\.unused = \[([^]]*)\]")


def askedFor(network):
    """{name: shape} of the network's weights, and the patterns that it declares unused."""
    text = subprocess.run(
        ["fovea", "inspect", "--stop-after=cnn", network], check=True, stdout=subprocess.PIPE, text=True
    ).stdout
    unused = UNUSED.search(text)
    patterns = re.findall(r'"([^"]*)"', unused.group(1)) if unused else []
    return {name.strip('"'): shape for name, shape in PARAMETER.findall(text)}, patterns


def compare(network, checkpoint):
    """Prints how many tensors agree, and each that does not; whether all do."""
    wanted, unused = askedFor(network)
    for name in sorted(set(wanted) - set(checkpoint)):
        print(f"{network.name}: {name} is not in the checkpoint")
    for name in sorted(set(wanted) & set(checkpoint)):
        if wanted[name] != checkpoint[name]:
            print(f"{network.name}: {name} is {wanted[name]}, in the checkpoint {checkpoint[name]}")
    left = set(checkpoint) - set(wanted)
    declared = {name for name in left if any(fnmatch.fnmatchcase(name, pattern) for pattern in unused)}
    for name in sorted(left - declared):
        print(f"{network.name}: nothing reads {name}")
    agree = sum(checkpoint.get(name) == shape for name, shape in wanted.items())
    print(f"{network.name}: {agree} of {len(wanted)} tensors agree, {len(declared)} of the checkpoint are unused")
    return agree == len(wanted) and left == declared


def readNames(path):
    """{network: {name: shape}}."""
    checkpoints = {}
    for line in path.read_text().splitlines():
        words = line.split()
        if words[0] == "==":
            tensors = checkpoints[words[1]] = {}
        else:
            tensors[words[0]] = words[1]
    return checkpoints


if __name__ == "__main__":
    library = readNames(pathlib.Path(__file__).with_name("library_names.txt"))
    good = [compare(pathlib.Path(sys.argv[1], "nn", network), tensors) for network, tensors in library.items()]
    print(f"{sum(good)} of {len(good)} checkpoints load as they are")
    sys.exit(not all(good))
