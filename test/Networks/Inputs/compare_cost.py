# Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Compares what `fovea cost` says of the library's networks with expected.json.

    compare_cost.py SOURCE_TREE

The numbers there are not ours: those of networks that torchvision or timm have were measured on their models by running
shapes alone; the others were worked out by independent definitions and agree with the papers. Weights are the trainable
ones; multiply-adds are those of convolutions, transposed convolutions and fully connected layers. imagenet.cnn alone is
ours: ResNet-50 behind a normalize, whose six constants count as weights.
"""

import json
import pathlib
import subprocess
import sys

source = pathlib.Path(sys.argv[1])
expected = json.loads(pathlib.Path(__file__).with_name("expected.json").read_text())
wrong = 0
for row in expected:
    # A machine that is described: measuring this one for each network would take a while.
    command = ["fovea", "cost", "--json", "--target=x86-64-v3", source / row["network"]]
    if "parameters" in row:
        command += ["--param", row["parameters"]]
    result = subprocess.run(command, capture_output=True, text=True)
    name = " ".join([row["network"], row.get("parameters", "")])
    if result.returncode or result.stderr:
        print(name, "failed or warned:", result.stderr, sep="\n")
        wrong += 1
        continue
    cost = json.loads(result.stdout)
    for what, found in [
        ("weights", cost["total"]["parameters"]),
        ("macs", cost["total"]["macs"]),
        ("output", cost["layers"][-1]["shapes"][0]),
    ]:
        if found != row[what]:
            print(f"{name}: {what} {found}, expected {row[what]}")
            wrong += 1
listed = {row["network"].split(":")[0] for row in expected}
for file in sorted((source / "nn").glob("*.cnn")):
    if f"nn/{file.name}" not in listed:
        print(f"nn/{file.name} has no row in expected.json")
        wrong += 1
print(f"{len(expected)} networks, {wrong} differences")
sys.exit(wrong > 0)
