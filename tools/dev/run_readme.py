#!/usr/bin/env python3
# Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Runs the commands of a document and compares what they print with what stands beside them.

    tools/dev/run_readme.py DOCUMENT…

All ```sh blocks of a document run in one shell, in the root of the source tree, and stop at the first command that
fails. A ```text block right behind a ```sh block shows its output: its lines must come in the output in that order;
`…` in a line stands for anything, and blanks count once. A line <!-- not run: REASON --> before a ```sh block keeps
it from being run; the reason is printed.
"""

import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
MARKER = "@@run_readme@@"


BLOCK = re.compile(
    r"(?:^<!-- not run: (?P<notRun>[^\n]*) -->\n)?^```sh\n(?P<commands>.*?)^```$(?:\s*^```text\n(?P<expected>.*?)^```$)?",
    re.MULTILINE | re.DOTALL,
)


class Block:
    def __init__(self, text, match):
        self.line = text.count("\n", 0, match.start("commands"))
        self.commands = match["commands"]
        self.expected = (match["expected"] or "").splitlines()
        self.notRun = match["notRun"]


def matches(pattern, line):
    parts = [re.escape(" ".join(part.split())) for part in pattern.split("…")]
    return re.fullmatch(r"\s*" + r".*".join(parts) + r"\s*", " ".join(line.split())) is not None


def firstMissing(expected, output):
    """The first expected line that does not come in the output, in order; None if all do."""
    lines = iter(output.splitlines())
    for pattern in expected:
        if pattern.strip() not in ("", "…") and not any(matches(pattern, line) for line in lines):
            return pattern
    return None


def runBlocks(blocks):
    """The output of each block and the exit status of the whole; blocks behind a failed one have no output."""
    script = ["set -euo pipefail", "exec 2>&1"]
    for block in blocks:
        script += [f"echo; echo '{MARKER}'", block.commands]
    shell = subprocess.run(
        ["bash", "-c", "\n".join(script)], cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE
    )
    output = shell.stdout.decode("utf-8", errors="replace")
    return output.split(f"\n{MARKER}\n")[1:], shell.returncode


def checkDocument(path):
    """Prints what was run; the number of complaints."""
    text = path.read_text(encoding="utf-8")
    blocks = [Block(text, match) for match in BLOCK.finditer(text)]
    for block in blocks:
        if block.notRun:
            print(f"{path}:{block.line}: not run: {block.notRun}")
    blocks = [block for block in blocks if not block.notRun]
    outputs, status = runBlocks(blocks)
    complaints = 0
    for block, output in zip(blocks, outputs):
        missing = firstMissing(block.expected, output)
        if missing is not None:
            print(f"{path}:{block.line}: the output lacks this line: {missing}\nThe output was:\n{output}")
            complaints += 1
    if status:
        print(f"{path}:{blocks[len(outputs) - 1].line}: ended with {status}; the output was:\n{outputs[-1]}")
        complaints += 1
    print(f"{path}: {len(outputs)} of {len(blocks)} blocks run, {complaints} complaints")
    return complaints if blocks else 1


if __name__ == "__main__":
    sys.exit(1 if sum(checkDocument(pathlib.Path(name)) for name in sys.argv[1:]) else 0)
