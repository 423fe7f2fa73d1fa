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


arguments = sys.argv[1:]
folder = arguments[1] if arguments[0] == "--files" else None
# A shell may have started us with interrupts ignored.
command = subprocess.Popen(arguments[2:] if folder else arguments, preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))
below = []
while command.poll() is None:
    workers = children(command.pid)
    compilers = [process for worker in workers for process in children(worker)]
    if os.listdir(folder) if folder else compilers:
        below = workers + compilers
        break
command.send_signal(signal.SIGINT)
print("ended with", command.wait(), "after", len(below) > 1)
deadline = time.monotonic() + 10
while any(map(lives, below)) and time.monotonic() < deadline:
    time.sleep(0.01)
print(sum(map(lives, below)), "live on")
