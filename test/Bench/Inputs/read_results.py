# Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""read_results.py SOURCE_TREE RESULTS SCRATCH: which results peers.py goes on with, of another machine and of this one,
and its table of the latter."""

import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(sys.argv[1], "bench")))
import peers
import report


def names(results):
    return [entry["network"] for entry in results["entries"]]


given, scratch = pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3])
print("elsewhere:", names(peers.readResults(given)))
results = json.loads(given.read_text())
for entry in results["entries"]:
    entry["machine"] = report.cpu()
scratch.write_text(json.dumps(results))
print("here:", names(peers.readResults(scratch)))
print(report.peersTable(peers.readResults(scratch)))
