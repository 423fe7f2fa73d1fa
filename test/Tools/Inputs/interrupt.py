# Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""interrupt.py [--files FOLDER] COMMAND…: starts a command, interrupts it (SIGINT, to it alone) while a worker of it
compiles a kernel, or once there are files in the folder, and prints how it ended and how many of the processes below it
live on."""

import os
import signal
import subprocess
import sys
import time


def children(process):
    try:
        with open(f"/proc/{process}/task/{process}/children") as file:
            return [int(word) for word in file.read().split()]
    except OSError:  # It has ended.
        return []


def lives(process):
    try:
        with open(f"/proc/{process}/stat") as file:
            return file.read().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def interrupt(command, folder):
    """How the command ended, and what was below it when it was interrupted."""
    # A shell may have started us with interrupts ignored.
    process = subprocess.Popen(command, preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))
    below = []
    while process.poll() is None:
        workers = children(process.pid)
        compilers = [grandchild for worker in workers for grandchild in children(worker)]
        if os.listdir(folder) if folder else compilers:
            below = workers + compilers
            break
    process.send_signal(signal.SIGINT)
    return process.wait(), below


arguments = sys.argv[1:]
folder = arguments[1] if arguments[0] == "--files" else None
command = arguments[2:] if folder else arguments
status, below = interrupt(command, folder)
# Files come and go within milliseconds, in which another program may have had this CPU.
for _ in range(20 if folder else 0):
    if status:
        break
    status, below = interrupt(command, folder)
print("ended with", status, "after", len(below) > 1)
deadline = time.monotonic() + 10
while any(map(lives, below)) and time.monotonic() < deadline:
    time.sleep(0.01)
print(sum(map(lives, below)), "live on")
