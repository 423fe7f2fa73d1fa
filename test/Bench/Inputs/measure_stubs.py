# Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""measure_stubs.py SOURCE_TREE PEER…: a round of peers.py with the stub of worker.py, and its summary."""

import argparse
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(sys.argv[1], "bench")))
import peers

names = sys.argv[2:]
if "sleeper" in names:
    peers.PATIENCE = 1
peers.ROOT = pathlib.Path(__file__).with_name("stub")
peers.fmaPeak = lambda threads: 100 * threads
found, peaks = peers.measureRound(names, "a folder", 2, argparse.Namespace(turns=2, seconds=0.5))
print("peaks", peaks)
for name in names:
    print(name, peers.summarise([found[name], found[name]]))
