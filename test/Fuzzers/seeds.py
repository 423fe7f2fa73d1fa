#!/usr/bin/env python3
# Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Collects what a fuzz target may start from: the inputs of the other tests.

    test/Fuzzers/seeds.py TARGET FOLDER [FOVEA]

Writes a file per seed into FOLDER, named by its content. With FOVEA, the program, plans of small networks become seeds
of the target plan, and assembled programs of the target program.
"""

import hashlib
import json
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
MOST_BYTES = {"frontend": 6000, "format": 6000, "import": 4000, "dialects": 6000, "plan": 12000}


def files(*patterns):
    for pattern in patterns:
        for path in sorted(ROOT.glob(pattern)):
            if "corpus" not in path.parts:
                yield path.read_bytes()


def sections(text, suffix):
    """The parts of a file for split-file that have this suffix."""
    for part in re.split(rb"(?m)^(?:#|//)--- ", text)[1:]:
        name, _, body = part.partition(b"\n")
        if name.strip().endswith(suffix):
            yield body


def programs():
    yield from files("nn/*.cnn", "examples/**/*.cnn", "test/**/*.cnn")
    for text in files("test/**/*.test", "test/**/*.cnn"):
        yield from sections(text, b".cnn")
    for text in files("docs/*.md"):
        yield from re.findall(rb"(?s)```cnn\n(.*?)```", text)


def modules():
    for text in files("test/**/*.mlir"):
        parts = list(sections(text, b".mlir")) or re.split(rb"(?m)^// -----.*\n", text)
        for part in parts:
            yield re.sub(rb"(?m)^ *//.*\n", b"", part)


def plans(fovea):
    """Of the small networks among the tests, without blanks between tokens."""
    for path in [*sorted(ROOT.glob("test/Pipelines/**/*.cnn")), ROOT / "examples/digits/lenet5.cnn"]:
        for network in re.findall(r"(?m)^network (\w+)", path.read_text()):
            result = subprocess.run([fovea, "inspect", f"{path}:{network}", "--stop-after=plan"], capture_output=True)
            if result.returncode == 0:
                yield json.dumps(json.loads(result.stdout), separators=(",", ":")).encode()


def assembly():
    yield from files("test/**/*.fasm", "examples/**/*.fasm")
    for text in files("test/**/*.test"):
        yield from sections(text, b".fasm")
    for text in files("docs/*.md"):
        yield from (part for part in re.findall(rb"(?s)```text\n(.*?)```", text) if b"\nhalt" in part)


def assembled(fovea):
    for text in assembly():
        result = subprocess.run([fovea, "asm", "-"], input=text, capture_output=True)
        if result.returncode == 0:
            yield result.stdout


def topologies():
    yield from files("test/**/topologies/*.csv", "test/Tools/Inputs/*.csv")
    for text in files("test/**/*.test"):
        yield from sections(text, b".csv")
        yield from sections(text, b".cfg")
        yield from re.findall(rb"--sweep ([a-z.]+=[^|>]*?)(?: --|\s*[|>2])", text)


def seedsOf(target, fovea):
    if target in ("frontend", "format", "import"):
        yield from programs()
    elif target == "dialects":
        yield from modules()
    elif target == "safetensors":
        yield from files("test/**/*.safetensors")
    elif target == "numpy":
        yield from files("test/**/*.np[yz]")
    elif target == "image":
        yield from files("test/**/*.png", "test/**/*.jpg")
    elif target == "plan" and fovea:
        yield from plans(fovea)
    elif target == "assembly":
        yield from assembly()
    elif target == "program" and fovea:
        yield from assembled(fovea)
    elif target == "machine":
        yield from files("lib/Machine/machines/*.accel", "test/**/*.accel")
    elif target == "topology":
        yield from topologies()


def main():
    target, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    for seed in seedsOf(target, sys.argv[3] if len(sys.argv) > 3 else None):
        if 0 < len(seed) <= MOST_BYTES.get(target, 4096):
            (folder / hashlib.sha1(seed).hexdigest()).write_bytes(seed)


if __name__ == "__main__":
    main()
