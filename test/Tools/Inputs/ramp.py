# Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""ramp.py FILE.npz NAME EXTENT…: writes one array f32 of values that grow from 0 to 1."""

import math
import struct
import sys
import zipfile

path, name, *extents = sys.argv[1:]
shape = tuple(int(extent) for extent in extents)
count = math.prod(shape)
header = str({"descr": "<f4", "fortran_order": False, "shape": shape}).encode().ljust(117) + b"\n"
values = struct.pack(f"<{count}f", *(i / count for i in range(count)))
with zipfile.ZipFile(path, "w") as archive:
    archive.writestr(name + ".npy", b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header + values)
