# Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""shapes.py FILE.npz: prints the name and shape of each array."""

import ast
import struct
import sys
import zipfile

with zipfile.ZipFile(sys.argv[1]) as archive:
    for name in sorted(archive.namelist()):
        data = archive.read(name)
        size = struct.unpack("<H", data[8:10])[0]
        print(name.removesuffix(".npy"), ast.literal_eval(data[10 : 10 + size].decode())["shape"])
