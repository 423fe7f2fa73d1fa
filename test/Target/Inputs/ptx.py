# Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Gives the PTX text in each object of a folder to an assembler, the rest of the command line.

    ptx.py FOLDER ptxas -arch=sm_80 -o FILE
"""

import pathlib
import re
import subprocess
import sys

count = 0
for path in sorted(pathlib.Path(sys.argv[1]).glob("*.o")):
    for text in re.findall(rb"\.version \d[^\0]*", path.read_bytes()):
        module = path.with_suffix(".ptx")
        module.write_bytes(text)
        subprocess.run([*sys.argv[2:], str(module)], check=True)
        count += 1
print(count, "modules of PTX assembled")
