# Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Speaks worker.py's protocol without a network: "fovea" is right, "ncnn" slower, "torch" wrong, "sleeper"
never done, others missing."""

import json
import sys
import time

DIFFERENCES = {"fovea": 1e-6, "ncnn": 2e-6, "torch": 0.5, "openvino": float("nan")}

peer = sys.argv[1]
if peer == "sleeper":
    time.sleep(1000)
print(json.dumps({"version": "1", "precision": "f32", "createMs": 3, "difference": DIFFERENCES[peer]}), flush=True)
for line in sys.stdin:
    milliseconds = [2, 4, 3] if peer == "fovea" else [6, 6, 7]
    print(json.dumps({"ms": milliseconds, "residentMB": 10 * float(line)}), flush=True)
