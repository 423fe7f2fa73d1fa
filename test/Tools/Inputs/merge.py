# Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""merge.py INTO.npz FROM.npz: adds the arrays of the second file to the first."""

import sys
import zipfile

with zipfile.ZipFile(sys.argv[1], "a") as into, zipfile.ZipFile(sys.argv[2]) as source:
    for name in source.namelist():
        into.writestr(name, source.read(name))
