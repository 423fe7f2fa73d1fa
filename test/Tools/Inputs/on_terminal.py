# Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Runs a command as if on a terminal and prints what it wrote there."""

import os
import pty
import sys

os.environ["TERM"] = "xterm"
written = bytearray()


def run(command):
    # pty.spawn would copy our standard input, too, which lit may have closed.
    child, terminal = pty.fork()
    if child == 0:
        os.execvp(command[0], command)
    while True:
        try:
            data = os.read(terminal, 4096)
        except OSError:
            break
        if not data:
            break
        written.extend(data)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


code = run(sys.argv[1:])
sys.stdout.write(written.decode().replace("\r\n", "\n"))
sys.exit(code)
