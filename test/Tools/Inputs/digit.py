# Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""digit.py DIGITS.npz N RAW: writes the N-th image as plain floats, and its label on standard output."""

import ast
import struct
import sys
import zipfile


def array(archive, name):
    """The header and the bytes of an npy member (format 1.0)."""
    data = archive.read(name + ".npy")
    size = struct.unpack("<H", data[8:10])[0]
    return ast.literal_eval(data[10 : 10 + size].decode()), data[10 + size :]


with zipfile.ZipFile(sys.argv[1]) as archive:
    header, images = array(archive, "image")
    _, labels = array(archive, "label")
n, bytes_each = int(sys.argv[2]), len(images) // header["shape"][0]
with open(sys.argv[3], "wb") as out:
    out.write(images[n * bytes_each : (n + 1) * bytes_each])
print(struct.unpack_from("<q", labels, 8 * n)[0])
