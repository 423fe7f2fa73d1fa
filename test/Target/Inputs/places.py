# Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""places.py PLAN.json: the calls of a plan, with the memory and name of each buffer."""

import json
import sys

with open(sys.argv[1]) as file:
    plan = json.load(file)
print(f"device {plan['device']}, arena of {plan['arena_bytes']} bytes, of {plan['device_bytes']} bytes there")
for call in plan["calls"]:
    buffers = (plan["buffers"][index] for index in call["buffers"])
    print(call["kind"], ", ".join(f"{buffer['space']} {buffer['name']}" for buffer in buffers))
