#!/usr/bin/env python3
# Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Times the accelerator's simulator on one core: with data on commands as large as tiles are, and cycles alone.

    bench/simulator.py [--fovea PATH] [--repeat N]

Prints a line per program: what `fovea simulate --repeat N` says of the fastest run. A run is everything but reading the
program and checking it: making the memories, all commands, the sums for the report.
"""

import argparse
import pathlib
import subprocess
import tempfile

from environment import FOVEA

HALT = "halt\n"


def products(machine, command, count, x, w):
    """The same product again and again, on x elements of activations and [k, n] weights."""
    k, n = w
    weights = -(-x // 65536) * 65536
    lines = [f".machine {machine}", f".input x narrow [{x}]", f".param w narrow [{k}, {n}] = random 1"]
    lines += [".output y wide [1]"]
    rows = x // 1024
    lines += [f"ld dst=spad[0] src=x n0=1024 n1={rows} src1=1024 dst1=1024"]
    lines += [f"ld dst=spad[{weights}] src=w n0={n} n1={k} src1={n} dst1={n} signal=ex"]
    for i in range(count):
        tokens = " wait=ld" * (i == 0) + " signal=st" * (i == count - 1)
        lines.append(f"{command} a=spad[0] b=spad[{weights}] acc=acc[0]{tokens}")
    return "\n".join(lines + ["st dst=y src=acc[0] n0=1 wait=ex", HALT])


def pipeline(tiles):
    """Small tiles through all four queues, double-buffered: four commands a tile."""
    lines = [".machine gemmini16", ".input x narrow [65536]", ".param q quantization [1] = { 1 0 0 -128 127 }"]
    lines += [".output y narrow [4096]", "sett table=quantization src=q"]
    for i in range(tiles):
        bank, half = i % 4 * 65536, i % 2 * 8192
        lines.append(f"ld dst=spad[{bank}] src=x n0=64 n1=16 src1=64 dst1=64{' wait=ex' if i > 3 else ''} signal=ex")
        lines.append(f"gemm a=spad[{bank}] b=spad[{bank}] acc=acc[{half}] m=16 k=16 n=16 lda=64 ldb=64 ldacc=16 "
                     f"wait=ld{',vx' if i > 1 else ''} signal={'ld,' if i < tiles - 4 else ''}vx")
        lines.append(f"rq src=acc[{half}] dst=spad[{bank + 8192}] n0=16 n1=16 lds=16 ldd=16 wait=ex "
                     f"signal={'ex,' if i < tiles - 2 else ''}st")
        lines.append(f"st dst=y src=spad[{bank + 8192}] n0=16 n1=16 dst1=16 src1=16 wait=vx")
    return "\n".join(lines + [HALT])


CONV = "conv h=16 w=16 c=64 n=64 kh=3 kw=3 oh=14 ow=14 lda=64 ldb=64 ldacc=64"
LARGE = "gemm m=1024 k=256 n=256 lda=256 ldb=256 ldacc=256"
SMALL = "gemm m=64 k=64 n=16 lda=64 ldb=16 ldacc=16"
PROGRAMS = [
    ("3x3 convolutions of [14, 14, 64] into 64 channels on gemmini16", products("gemmini16", CONV, 20, 16384, (576, 64)), []),
    ("the same with sums that stay, of 20 bits", products("gemmini16", CONV + " dataflow=os", 20, 16384, (576, 64)), []),
    ("products [1024, 256] x [256, 256] on tpu1", products("tpu1", LARGE, 8, 1024 * 256, (256, 256)), []),
    ("products [64, 64] x [64, 16] on gemmini16", products("gemmini16", SMALL, 1000, 4096, (64, 16)), []),
    ("200,000 commands for their cycles", pipeline(50000), ["--timing-only"]),
]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--fovea", default=FOVEA)
    parser.add_argument("--repeat", type=int, default=20)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        for name, text, options in PROGRAMS:
            source, binary = pathlib.Path(folder, "program.fasm"), pathlib.Path(folder, "program.fva")
            source.write_text(text)
            subprocess.run([arguments.fovea, "asm", source, "-o", binary], check=True)
            run = [arguments.fovea, "simulate", binary, "--repeat", str(arguments.repeat), *(options or ["--random"])]
            output = subprocess.run(run, check=True, capture_output=True, text=True).stdout
            print(f"{name}: {output.splitlines()[-1]}")


if __name__ == "__main__":
    main()
