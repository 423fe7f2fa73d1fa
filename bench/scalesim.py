#!/usr/bin/env python3
# Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Compares the compute cycles of `fovea simulate --topology` with those that SCALE-Sim counts by walking its traces.

    bench/scalesim.py                                   all arrays and dataflows, two networks
    bench/scalesim.py --arrays 8x8 --dataflows ws       some of them

The first call installs SCALE-Sim from PyPI into build/bench/scalesim. Both read the same topology and .cfg files,
which are written to OUT. Prints a line per network, array and dataflow, and every layer that differs; ends with 1 if
one does.
"""

import argparse
import csv
import json
import pathlib
import subprocess
import sys
import time

import environment
from environment import BENCH, FOVEA

CONV = "Layer name,IFMAP height,IFMAP width,Filter height,Filter width,Channels,Num filter,Stride,\n"
GEMM = "Layer,M,N,K,\n"

# A small network of every kind of convolution that the format knows, and products of a transformer's shapes. SCALE-Sim
# makes a matrix of all operands: the layers are as small as odd extents allow.
CONVOLUTIONS = CONV + """stem,37,37,7,7,3,20,2,
square,18,18,3,3,12,33,1,
flat,9,21,3,5,8,17,1,
point,14,14,1,1,40,24,1,
strided,15,15,1,1,24,50,2,
past,16,16,3,3,10,9,2,
oneFilter,12,12,3,3,16,1,1,
onePixel,5,5,5,5,11,30,1,
"""
PRODUCTS = GEMM + """query,50,48,96,
scores,33,33,16,
mix,17,100,64,
row,1,130,70,
column,130,1,70,
"""
NETWORKS = {"convolutions": CONVOLUTIONS, "products": PRODUCTS}

CONFIG = """[general]
run_name = run

[architecture_presets]
ArrayHeight: {rows}
ArrayWidth: {cols}
IfmapSramSzkB: 64
FilterSramSzkB: 64
OfmapSramSzkB: 64
IfmapOffset: 0
FilterOffset: 10000000
OfmapOffset: 20000000
Bandwidth: 10
Dataflow: {dataflow}
MemoryBanks: 1
ReadRequestBuffer: 32
WriteRequestBuffer: 32

[layout]
IfmapCustomLayout: False
IfmapSRAMBankBandwidth: 10
IfmapSRAMBankNum: 10
IfmapSRAMBankPort: 2
FilterCustomLayout: False
FilterSRAMBankBandwidth: 10
FilterSRAMBankNum: 10
FilterSRAMBankPort: 2

[sparsity]
SparsitySupport: false

[run_presets]
InterfaceBandwidth: CALC
UseRamulatorTrace: False
"""


def theirs(config, topology, folder, isProduct):
    """Cycles per layer that SCALE-Sim reports."""
    layout = folder / "layout.csv"
    layout.write_text("Layer name,\n")
    command = [sys.executable, "-m", "scalesim.scale", "-c", config, "-t", topology, "-l", layout, "-p", folder]
    command += ["-i", "gemm" if isProduct else "conv"]
    # In a folder of its own: beside this file its module has another meaning.
    log = subprocess.run(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if log.returncode:
        sys.exit(f"scalesim.py: SCALE-Sim failed:\n{log.stdout}")
    with open(folder / "run" / "COMPUTE_REPORT.csv", newline="") as file:
        rows = [{key.strip(): value.strip() for key, value in row.items() if key} for row in csv.DictReader(file)]
    return [int(float(row["Total Cycles"])) - int(float(row["Stall Cycles"])) for row in rows]


def ours(config, topology):
    """(name, compute cycles) per layer."""
    command = [FOVEA, "simulate", "--topology", topology, "--machine", config, "--json"]
    result = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
    return [(layer["name"], layer["compute_cycles"]) for layer in result["layers"]]


def compare(name, array, dataflow, folder):
    """Prints what both count; the number of layers that differ."""
    rows, cols = array.split("x")
    folder.mkdir(parents=True, exist_ok=True)
    config, topology = folder / "machine.cfg", folder / f"{name}.csv"
    config.write_text(CONFIG.format(rows=rows, cols=cols, dataflow=dataflow))
    topology.write_text(NETWORKS[name])
    begin = time.perf_counter()
    expected = theirs(config, topology, folder, name == "products")
    seconds = time.perf_counter() - begin
    found = ours(config, topology)
    if len(found) != len(expected):
        sys.exit(f"scalesim.py: {len(found)} layers, but SCALE-Sim has {len(expected)}")
    different = [(layer, mine, cycles) for (layer, mine), cycles in zip(found, expected) if mine != cycles]
    print(
        f"{name:12}  {array:>5}  {dataflow}  {len(found)} layers, {sum(expected):>9,} cycles: "
        f"{len(different) or 'none'} differ ({seconds:.1f} s there)",
        flush=True,
    )
    for layer, mine, cycles in different:
        print(f"    {layer}: {mine:,}, SCALE-Sim {cycles:,}")
    return len(different)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--arrays", nargs="+", default=["8x8", "16x16", "12x14", "32x8"], metavar="ROWSxCOLS")
    parser.add_argument("--dataflows", nargs="+", default=["os", "ws", "is"], choices=["os", "ws", "is"])
    parser.add_argument("--out", type=pathlib.Path, default=BENCH / "scalesim-runs", help="folder of the files")
    arguments = parser.parse_args()
    environment.enter(environment.ROOT / "bench" / "requirements-scalesim.txt", BENCH / "scalesim")
    different = sum(
        compare(name, array, dataflow, arguments.out / f"{name}-{array}-{dataflow}")
        for name in NETWORKS
        for array in arguments.arrays
        for dataflow in arguments.dataflows
    )
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main())
