# Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""replace.py FROM TO PATTERN TEXT: replaces what the pattern matches; there must be something."""

import pathlib
import re
import sys

source, target, pattern, text = sys.argv[1:]
result, count = re.subn(pattern, text, pathlib.Path(source).read_text())
assert count, f"{source}: nothing matches {pattern}"
pathlib.Path(target).write_text(result)
