#!/usr/bin/env python3
# Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Prints the tables of docs/quality.md.

    tools/dev/quality_tables.py passes             which tests run each pass
    tools/dev/quality_tables.py ops                which kinds of test each op of the cnn dialect has; needs fovea in PATH
    tools/dev/quality_tables.py mutants            what tools/dev/mutants found last
    tools/dev/quality_tables.py fuzzers            what tools/dev/fuzz.sh has run since its last finding
    tools/dev/quality_tables.py --update FILE      puts the tables of passes and ops into a document, each behind the
                                                   command that prints it

Ends with 1 where a cell is empty, a mutant survived, or a fuzzer's last run ended in a finding.
"""

import collections
import json
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]

# Which words of the language become an op, where they are not its name.
LAYERS = {
    "channel_affine": ["normalize", "batch_norm"],
    "crop": ["crop", "center_crop"],
    "im2col": ["conv"],
    "matmul": ["conv"],
    "batch_norm_affine": ["batch_norm"],
    "input_affine": ["batch_norm"],
    "sub_pixel_weight": ["conv_transpose"],
    "sub_pixel_bias": ["conv_transpose"],
    "depth_to_space": ["conv_transpose"],
    "to_tensor": ["input"],
}
# What finds such a word in the text of a network.
WORDS = {"add": r" \+ |\badd\b", "input": r": u8\[|\bas nhwc\b"}
# Ops on weights: the interpreter evaluates them when weights are packed, so native code never computes them.
ON_WEIGHTS = {"batch_norm_affine", "input_affine", "sub_pixel_weight", "sub_pixel_bias"}
# What a convolution becomes with --im2col; their columns are no network's input or output.
IN_CONV = {"im2col", "matmul"}
# Neither computes anything of its own.
NO_LAYERS = {"param", "load_param", "fused", "yield"}


def read(pattern):
    return {path.relative_to(ROOT).as_posix(): path.read_text() for path in sorted(ROOT.glob(pattern))}


def printTable(head, rows):
    """Columns with two blanks between them; numbers stand to the right. Whether no cell is empty."""
    cells = [list(map(str, row)) for row in rows]
    widths = [max(map(len, column)) for column in zip(head, *cells)]
    for row in [head, *cells]:
        print(
            "  ".join(
                cell.rjust(width) if cell.isdigit() or (row is head and cells[0][i].isdigit()) else cell.ljust(width)
                for i, (cell, width) in enumerate(zip(row, widths))
            ).rstrip()
        )
    empty = [(row[0], name) for row in cells for name, cell in zip(head, row) if cell in ("", "0")]
    for row, column in empty:
        print(f"quality_tables: {row} has no {column}")
    return not empty


# ----------------------------------------------------------------------------------------------------------------------
# Passes
# ----------------------------------------------------------------------------------------------------------------------


def passNames():
    """Names as fovea-opt knows them, and the passes' folders, in the order of Passes.td."""
    texts = read("dialects/*/Transforms/Passes.td") | read("include/fovea/Conversion/Passes.td")
    for path, text in texts.items():
        classes = dict(re.findall(r'class (\w+)<string mnemonic[^>]*>\s*:\s*Pass<"([\w-]*)" # mnemonic', text))
        classes.update(re.findall(r"class (\w+)<string mnemonic[^>]*>\s*:\s*(\w+)<mnemonic", text))
        for name, mnemonic in re.findall(r'\ndef \w+ : (\w+)<"([\w-]+)"', text):
            while name in classes and classes[name] in classes:
                name = classes[name]
            yield classes.get(name, "") + mnemonic, path


def passes():
    lit = read("test/**/*.mlir") | read("test/**/*.test") | read("test/**/*.cnn")
    runs = {path: " ".join(re.findall(r"RUN:(.*)", text)) for path, text in lit.items()}
    whole = sum(1 for run in runs.values() if "fovea verify" in run or "fovea fuzz" in run)
    keeps = (ROOT / "test/Cnn/PassesKeepMeaningTest.cpp").read_text()
    pages = re.findall(r"(?m)^### (.*)$", (ROOT / "docs/passes.md").read_text())
    rows = []
    for name, path in passNames():
        word = re.compile(rf"(?<!\w)(?<!\w-){re.escape(name)}(?![\w-])")
        own = sum(1 for run in runs.values() if word.search(run))
        if "verify" in name:
            numbers = "changes nothing"
        elif path.startswith("dialects/Cnn"):
            numbers = "PassesKeepMeaning" if word.search(keeps) else ""
        else:
            numbers = f"{whole} lit tests" if whole else ""
        page = "docs/passes.md" if name in pages or name.removeprefix("sched-") in pages else ""
        rows.append((name, own, numbers, page))
    return printTable(("pass", "tests that run it alone", "same numbers before and behind it", "described in"), rows)


# ----------------------------------------------------------------------------------------------------------------------
# Ops
# ----------------------------------------------------------------------------------------------------------------------


def opNames():
    text = (ROOT / "dialects/Cnn/IR/CnnOps.td").read_text()
    for name in re.findall(r'\ndef \w+ : Cnn_\w+<"(\w+)"', text):
        if name not in NO_LAYERS:
            yield name


def torchCases():
    """How many stored cases each op has, and how many of them run natively (see test/Driver/TorchTest.cpp)."""
    all, native = collections.Counter(), collections.Counter()
    text = (ROOT / "test/Reference/Inputs/torch_cases.mlir").read_text()
    for op, line, first, results in re.findall(r"= cnn\.(\w+)( .*) : \((tensor<[^>]*>).*?\) -> \((.*)\)\n", text):
        all[op] += 1
        ranks = {shape.count("x") for shape in re.findall(r"<([^>]*)>", results)}
        if op not in ON_WEIGHTS and not (op == "channel_affine" and "axis" in line) and ranks | {first.count("x")} <= {2, 4}:
            native[op] += 1
    return all, native


def fuzzClasses():
    """How many classes of each layer `fovea fuzz` tells apart; none may be empty in a campaign of 300 networks."""
    command = ["fovea", "fuzz", "--seed", "1", "--count", "1", "--switches", "default", "--json"]
    result = subprocess.run(command, capture_output=True, text=True)
    return collections.Counter(row["layer"] for row in json.loads(result.stdout)["coverage"])


def ops():
    references = "".join(read("test/Reference/*.cpp").values())
    networks = read("test/Pipelines/**/*.cnn")
    stored, native = torchCases()
    fuzzed = fuzzClasses()
    rows = []
    for op in opNames():
        layers = LAYERS.get(op, [op])
        words = re.compile("|".join(WORDS.get(layer, rf"\b{layer}\b") for layer in layers))
        tests = len(re.findall(rf'\bcnn\.{op}\b|runOp\(\s*"{op}"|\b"{op}"', references))
        if op in ON_WEIGHTS:
            nativeTests = "on weights"
        else:
            nativeTests = sum(1 for text in networks.values() if words.search(text))
        storedNative = "on weights" if op in ON_WEIGHTS else native[op] or ("in conv" if op in IN_CONV else 0)
        rows.append((op, tests, nativeTests, stored[op], storedNative, sum(fuzzed[layer] for layer in layers)))
    head = ("op", "reference tests", "native networks", "stored cases", "of them native", "fuzz classes")
    return printTable(head, rows)


# ----------------------------------------------------------------------------------------------------------------------
# Mutants and fuzzers
# ----------------------------------------------------------------------------------------------------------------------


def mutants():
    results = json.loads((ROOT / "build/mutants/results.json").read_text())
    rows = [
        (result["name"], result["area"], result["killed"] or "SURVIVED", f"{result['seconds']} s")
        for result in sorted(results, key=lambda result: result["area"])
    ]
    printTable(("mutant", "area", "killed by", "after"), rows)
    killed = sum(1 for result in results if result["killed"])
    print(f"{killed} of {len(results)} killed, {100 * killed / len(results):.0f} %")
    return killed == len(results)


def fuzzers():
    """The runs of each target since its last finding."""
    clean = {}
    for line in (ROOT / "build/fuzz/log.tsv").read_text().splitlines():
        date, target, seconds, runs, edges, verdict = line.split("\t")
        if verdict != "clean":
            clean[target] = [0, 0, 0, date]
            continue
        row = clean.setdefault(target, [0, 0, 0, date])
        row[0] += int(seconds.split()[0])
        row[1] += int(runs.split()[0])
        row[2] = edges.split()[0]
    rows = [
        (target, round(seconds / 60), runs, edges, since[:10])
        for target, (seconds, runs, edges, since) in sorted(clean.items())
    ]
    complete = printTable(("target", "clean minutes", "inputs", "edges reached", "since"), rows)
    print(f"{sum(row[1] for row in rows)} minutes without a finding")
    return complete


TABLES = {"passes": passes, "ops": ops, "mutants": mutants, "fuzzers": fuzzers}


def update(path):
    """Replaces the ```text block behind the commands of the two cheap tables."""
    text = path.read_text()
    for name in ("passes", "ops"):
        printed = subprocess.run([sys.executable, __file__, name], stdout=subprocess.PIPE, text=True)
        if printed.returncode:
            return False
        block = rf"(```sh\ntools/dev/quality_tables.py {name}\n```\n```text\n).*?(```\n)"
        text, count = re.subn(block, lambda match: match[1] + printed.stdout + match[2], text, flags=re.DOTALL)
        if count != 1:
            print(f"quality_tables: {path} has {count} tables of {name}")
            return False
    path.write_text(text)
    return True


def main():
    arguments = sys.argv[1:]
    if len(arguments) == 2 and arguments[0] == "--update":
        return 0 if update(pathlib.Path(arguments[1])) else 1
    if len(arguments) != 1 or arguments[0] not in TABLES:
        print(__doc__, file=sys.stderr)
        return 2
    return 0 if TABLES[arguments[0]]() else 1


if __name__ == "__main__":
    sys.exit(main())
