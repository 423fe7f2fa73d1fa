#!/usr/bin/env python3
# Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Writes the tables of docs/performance.md.

    bench/performance.py layers resnet18 mobilenet_v2     measures kernels on one thread, adds them to OUT/layers.json
    bench/performance.py machine                          measures the machine alone, for OUT/machine.json
    bench/performance.py write [--document FILE]          puts into the document what is in OUT: the above, what
                                                          peers.py and torch_zoo.py left there, and what
                                                          compile_time.py --json OUT/compile.json did

A table of the document is the lines that begin with | behind its marker, <!-- table: NAME -->.
"""

import argparse
import json
import pathlib
import re
import shutil
import subprocess
import sys

import networks
import report
from environment import BENCH, FOVEA, ROOT

MARKER = re.compile(r"(<!-- table: (\w+) -->\n)(?:\|.*\n)*")


def readResults(out, name):
    file = out / f"{name}.json"
    return json.loads(file.read_text()) if file.exists() else {}


def bench(*arguments):
    command = [FOVEA, "bench", *arguments, "--layers", "--json"]
    return json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)


def measureLayers(names, out):
    results = readResults(out, "layers")
    for name in names:
        results[name] = bench(ROOT / "nn" / networks.ours()[name], "--threads=1", "--seconds=8")
        (out / "layers.json").write_text(json.dumps(results, indent=1))


def measureMachine(out):
    found = [bench("--machine", f"--threads={threads}", "--seconds=0.5") for threads in (1, 2)]
    (out / "machine.json").write_text(json.dumps({"cpu": report.cpu(), "threads": found}, indent=1))


def write(document, out):
    """Puts the tables into the document. Whether each marker names a table that there are results for."""
    tables = {
        "machine": (report.machineTable, "machine"),
        "peers": (report.ratiosTable, "peers"),
        "memory": (report.memoryTable, "peers"),
        "compile": (report.compileTable, "compile"),
        "kernels": (report.boundsTable, "layers"),
        "losses": (report.lossesTable, "layers"),
        "zoo": (report.zooTable, "zoo"),
        "missing": (report.missingTable, "zoo"),
    }
    missing = []

    def replace(match):
        make, name = tables.get(match[2], (None, None))
        results = readResults(out, name) if make else {}
        if not results:
            missing.append(match[2])
            return match[0]
        return match[1] + make(results) + "\n"

    document.write_text(MARKER.sub(replace, document.read_text()))
    if (out / "peers.svg").exists():
        shutil.copyfile(out / "peers.svg", document.with_suffix(".svg"))
    for name in missing:
        print(f"performance.py: no results for the table '{name}' in {out}", file=sys.stderr)
    return not missing


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=pathlib.Path, default=BENCH, help="folder of the results")
    actions = parser.add_subparsers(dest="action", required=True)
    actions.add_parser("layers").add_argument("networks", nargs="+", choices=list(networks.ours()), metavar="NETWORK")
    actions.add_parser("machine")
    document = ROOT / "docs" / "performance.md"
    actions.add_parser("write").add_argument("--document", type=pathlib.Path, default=document)
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    if arguments.action == "layers":
        return measureLayers(arguments.networks, arguments.out)
    if arguments.action == "machine":
        return measureMachine(arguments.out)
    return not write(arguments.document, arguments.out)


if __name__ == "__main__":
    sys.exit(main())
