# Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Tensors of f32 for programs that read plain numbers.

    tensors.py random NAME EXTENT…        writes NAME.npy and the same as plain numbers, NAME.raw
    tensors.py compare NAME.npy NAME.raw  fails where the two differ by more than 1e-5 of the greatest value
"""

import array
import pathlib
import random
import struct
import sys

command, name, *rest = sys.argv[1:]
if command == "random":
    shape = tuple(map(int, rest))
    count = 1
    for extent in shape:
        count *= extent
    generator = random.Random(1)
    data = array.array("f", (generator.uniform(-1, 1) for _ in range(count))).tobytes()
    header = f"{{'descr': '<f4', 'fortran_order': False, 'shape': {shape}, }}".encode()
    header += b" " * (-(len(header) + 11) % 64) + b"\n"
    pathlib.Path(name + ".npy").write_bytes(
        b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header + data
    )
    pathlib.Path(name + ".raw").write_bytes(data)
else:
    npy = pathlib.Path(name).read_bytes()
    expected = array.array("f", npy[10 + struct.unpack("<H", npy[8:10])[0] :])
    found = array.array("f", pathlib.Path(rest[0]).read_bytes())
    assert len(expected) == len(found) > 0, f"{len(found)} numbers, expected {len(expected)}"
    error = max(abs(a - b) for a, b in zip(expected, found)) / max(map(abs, expected))
    print(f"{len(found)} numbers, greatest relative error {error:.1e}")
    assert error <= 1e-5
