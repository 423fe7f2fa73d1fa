#!/usr/bin/env python3
# Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Checks that the parts of Fovea include only what they may, that no file is too long, and licence headers.

    tools/dev/check_layers.py [ROOT]

Prints a line per finding, FILE:LINE: what is wrong; ends with 1 if there were any.
"""

import pathlib
import re
import sys

MAX_LINES = 800
SOURCES = {".cpp", ".h", ".hpp", ".td"}
LICENSED = SOURCES | {".py", ".sh"}
SPDX = "SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception"

# Who may include whom. A layer may always include itself and the standard library; `all` means every layer of ours.
# llvm, mlir and halide are the dependencies' headers. Who may include mlir may include MlirSupport.
MAY_INCLUDE = {
    "Support": {"llvm"},
    "MlirSupport": {"Support", "llvm", "mlir"},
    "Frontend": {"Support", "llvm"},
    "Machine": {"Support", "llvm"},
    "KernelPlan": {"Support", "llvm"},
    "dialects/Cnn": {"Support", "llvm", "mlir"},
    "dialects/Sched": {"Machine", "Support", "llvm", "mlir"},
    "dialects/Accel": {"Machine", "Support", "llvm", "mlir"},
    "Import": {"Frontend", "dialects/Cnn", "Support", "llvm", "mlir"},
    "Reference": {"dialects/Cnn", "Support", "llvm", "mlir"},
    "Conversion": {"Support", "llvm", "mlir"},
    "Conversion/CnnToSched": {"Conversion", "dialects/Cnn", "dialects/Sched", "Support", "llvm", "mlir"},
    "Conversion/CnnToAccel": {"Conversion", "dialects/Cnn", "dialects/Accel", "Support", "llvm", "mlir"},
    "Pipelines": {"passes", "Machine", "Support", "llvm", "mlir"},
    "Target/Plan": {"dialects/Sched", "KernelPlan", "Machine", "Support", "llvm", "mlir"},
    "Target/Halide": {"KernelPlan", "Support", "llvm", "halide"},
    "Target/Driver": {"KernelPlan", "Support", "llvm"},
    "Target/Accel": {"dialects/Accel", "Machine", "Support", "llvm", "mlir"},
    "Sim": {"Machine", "Support", "llvm"},
    "Driver": {"all", "llvm", "mlir"},
    "Fuzz": {"Driver", "Frontend", "Machine", "Pipelines", "Reference", "Support", "llvm", "mlir"},
    "tools": {"Driver", "Frontend", "Fuzz", "Machine", "Sim", "Support", "llvm", "mlir"},
    "tools/fovea-opt": {"dialects/Cnn", "dialects/Sched", "passes", "Pipelines", "Support", "llvm", "mlir"},
}
# Layers whose name is two folders deep. Two more are parts of folders: Target/Plan/KernelPlan*, which others see, and
# Support/Mlir*.
DEEP = {"Target", "Conversion"}

INCLUDE = re.compile(r'^\s*#?\s*include\s+["<]([^">]+)[">]')


def layerOf(path):
    """The layer that a path below the root (or an #include's path) belongs to; None if it is nobody's."""
    parts = list(pathlib.PurePosixPath(path).parts)
    if parts[:2] == ["include", "fovea"] or parts[0] == "lib":
        parts = parts[2 if parts[0] == "include" else 1 :]
    elif parts[0] == "fovea":
        parts = parts[1:]
    elif parts[0] == "dialects" and len(parts) > 2:
        return f"dialects/{parts[1]}"
    elif parts[0] == "tools":
        return "tools/fovea-opt" if parts[1] == "fovea-opt" else "tools"
    else:
        return None
    if parts[:2] == ["Target", "Plan"] and parts[-1].startswith("KernelPlan"):
        return "KernelPlan"
    if parts[0] == "Support" and parts[-1].startswith("Mlir"):
        return "MlirSupport"
    if len(parts) > 2 and parts[0] in DEEP:
        return f"{parts[0]}/{parts[1]}"
    return parts[0] if len(parts) > 1 else None


def isPassHeader(include):
    return pathlib.PurePosixPath(include).name == "Passes.h"


def dependencyOf(include):
    """llvm, mlir or halide; None for the standard library and system headers."""
    head = include.split("/")[0]
    if head in ("llvm", "llvm-c"):
        return "llvm"
    if head in ("mlir", "mlir-c"):
        return "mlir"
    return "halide" if head.startswith("Halide") else None


def checkIncludes(path, lines):
    layer = layerOf(path)
    if layer is None:
        return
    if layer not in MAY_INCLUDE:
        yield 1, f"{layer} is no layer that tools/dev/check_layers.py knows"
        return
    allowed = MAY_INCLUDE[layer]
    for number, line in enumerate(lines, 1):
        match = INCLUDE.match(line)
        if not match:
            continue
        include = match.group(1)
        other = layerOf(include)
        if other == layer or (other and "all" in allowed) or ("passes" in allowed and isPassHeader(include)):
            continue
        needs = other or dependencyOf(include)
        if needs and needs not in allowed and not (needs == "MlirSupport" and "mlir" in allowed):
            yield number, f"{layer} must not include {needs} ({include})"


def checkFile(root, path):
    try:
        lines = (root / path).read_text(encoding="utf-8").splitlines()
    except UnicodeDecodeError:
        yield 1, "not UTF-8"
        return
    if len(lines) > MAX_LINES:
        yield len(lines), f"{len(lines)} lines, at most {MAX_LINES} allowed"
    if not any(SPDX in line for line in lines[:5]):
        yield 1, f"no licence header: expected {SPDX} in the first five lines"
    if path.suffix in SOURCES:
        yield from checkIncludes(path.as_posix(), lines)


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else __file__ + "/../../..").resolve()
    files = sorted(
        path.relative_to(root)
        for folder in ("include", "lib", "dialects", "tools", "test", "bench", "examples")
        for path in (root / folder).rglob("*")
        if path.suffix in LICENSED and path.is_file()
    )
    findings = [f"{path}:{line}: {what}" for path in files for line, what in checkFile(root, path)]
    print("\n".join(findings + [f"check_layers: {len(files)} files, {len(findings)} findings"]))
    return 1 if findings or not files else 0


if __name__ == "__main__":
    sys.exit(main())
