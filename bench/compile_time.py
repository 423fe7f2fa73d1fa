#!/usr/bin/env python3
# Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""How long `fovea compile` takes, and how much memory: from .cnn and safetensors to the files of the artefact, the linked
shared library among them.

    bench/compile_time.py                          resnet18 and resnet50, by build/release/bin/fovea
    bench/compile_time.py nn/vgg.cnn:vgg16 --options=--target=x86-64-v3

Cold: nothing in the cache of kernels. Warm: all of them; weights are read, packed and written again. The files read
are in the page cache either way. Each line is the median of --rounds processes. Memory is the most that was resident,
of the process `fovea` and of one process that compiles kernels: Linux counts a page that both share in each.
"""

import argparse
import json
import os
import re
import shutil
import statistics
import struct
import subprocess
import sys
import tempfile
import time

from environment import FOVEA, ROOT


def parameters_of(network):
    """Names and shapes of a network's parameters, from its cnn dialect."""
    text = subprocess.run([FOVEA, "inspect", network, "--stop-after=cnn"], check=True, text=True,
                          stdout=subprocess.PIPE).stdout
    found = re.findall(r'cnn\.param @(?:"([^"]+)"|([\w.]+)).*?: tensor<((?:\d+x)*)f32>', text)
    return {quoted or plain: [int(d) for d in dims.split("x") if d] for quoted, plain, dims in found}


def write_weights(network, path):
    """A safetensors file of arbitrary small values, variances positive; how long compilation takes does not depend on
    them. Returns the bytes of its data."""
    header, offset = {}, 0
    shapes = parameters_of(network)
    for name, shape in shapes.items():
        count = 1
        for extent in shape:
            count *= extent
        header[name] = {"dtype": "F32", "shape": shape, "data_offsets": [offset, offset + 4 * count]}
        offset += 4 * count
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    values = struct.pack("<256f", *(0.01 * (i + 1) / 256 for i in range(256)))
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        file.write((values * (offset // len(values) + 1))[:offset])
    return offset


def compile_once(network, weights, folder, cache, options):
    """One process: seconds by the clock and what it reports of itself."""
    output = os.path.join(folder, "out", "")
    shutil.rmtree(output, ignore_errors=True)
    command = [str(FOVEA), "compile", network, "--weights", weights, "--shared", "--cache", cache, "-o", output, "--json",
               *options]
    begin = time.perf_counter()
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True)
    seconds = time.perf_counter() - begin
    if done.returncode:
        sys.exit("failed: " + " ".join(command))
    report = json.loads(done.stdout)
    report["seconds"] = seconds
    return report


def measure(network, rounds, options):
    with tempfile.TemporaryDirectory(prefix="fovea-compile-time-") as folder:
        weights, cache = os.path.join(folder, "w.safetensors"), os.path.join(folder, "cache")
        size = write_weights(network, weights)
        runs = {"cold": [], "warm": []}
        for _ in range(rounds):
            shutil.rmtree(cache, ignore_errors=True)
            for kind in runs:
                runs[kind].append(compile_once(network, weights, folder, cache, options))
    return size, runs


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("networks", nargs="*", default=[f"{ROOT}/nn/resnet.cnn:resnet18", f"{ROOT}/nn/resnet.cnn:resnet50"])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--options", action="append", default=[], help="handed on to fovea compile")
    parser.add_argument("--json", metavar="FILE", help="write all that was measured")
    arguments = parser.parse_args()
    print("| network | weights MB | kernels | cold s | warm s | memory of fovea MB | of a worker MB |")
    print("|---|---:|---:|---:|---:|---:|---:|")
    everything = {}
    for network in arguments.networks:
        size, runs = measure(network, arguments.rounds, arguments.options)
        everything[network] = runs
        seconds = {kind: statistics.median(run["seconds"] for run in runs[kind]) for kind in runs}
        both = runs["cold"] + runs["warm"]
        peak = max(run["peakBytes"] for run in both) / 1e6
        worker = max(run["peakWorkerBytes"] for run in both) / 1e6
        print(f"| {network.rpartition(':')[2]} | {size / 1e6:.1f} | {runs['cold'][0]['compiled']} | "
              f"{seconds['cold']:.2f} | {seconds['warm']:.2f} | {peak:.0f} | {worker:.0f} |", flush=True)
    if arguments.json:
        with open(arguments.json, "w") as file:
            json.dump(everything, file, indent=1)


if __name__ == "__main__":
    main()
