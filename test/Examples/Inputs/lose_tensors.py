# Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Copies a safetensors file once per tensor, with that tensor zeroed, and runs a command on each copy.

    lose_tensors.py WEIGHTS.safetensors FOLDER COMMAND…

`{}` in COMMAND stands for the copy. Prints `== NAME` before what COMMAND prints.
"""

import json
import pathlib
import subprocess
import sys

weights, folder, command = sys.argv[1], pathlib.Path(sys.argv[2]), sys.argv[3:]
content = pathlib.Path(weights).read_bytes()
start = 8 + int.from_bytes(content[:8], "little")
tensors = json.loads(content[8:start])
folder.mkdir(parents=True, exist_ok=True)
for name in sorted(set(tensors) - {"__metadata__"}):
    begin, end = tensors[name]["data_offsets"]
    copy = bytearray(content)
    copy[start + begin : start + end] = bytes(end - begin)
    path = folder / f"without-{name}.safetensors"
    path.write_bytes(copy)
    print("==", name, flush=True)
    subprocess.run([part.replace("{}", str(path)) for part in command], check=True)
