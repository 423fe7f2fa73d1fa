#!/usr/bin/env bash
# Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# Installs what Fovea is built with, and only what is missing: packages of Debian 12 (LLVM and MLIR 22 come from its
# security archive), and the Halide 21 wheel, unpacked into build/deps. With --targets also what builds and runs
# networks for other machines: a C compiler for AArch64, qemu, and PoCL, which is OpenCL on a CPU. Run it as often as
# you like.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

halide_version=21.0.0
packages=(
  ca-certificates ccache cmake g++ git make ninja-build               # to build
  llvm-22-dev libmlir-22-dev mlir-22-tools                            # LLVM, MLIR, mlir-tblgen
  liblld-22-dev libzstd-dev                                           # the linker, as a library
  llvm-22-tools clang-format-22                                       # lit, FileCheck; formatting
  clang-22 libclang-rt-22-dev xz-utils                                # fuzz targets, their corpus
  zlib1g-dev libpng-dev libjpeg-dev libgtest-dev                      # libraries
  python3 python3-pip python3-venv binutils                           # scripts, the Halide wheel, nm in tests
  python3-numpy                                                       # the Python binding
)
if [ "${1-}" = --targets ]; then
  packages+=(gcc-aarch64-linux-gnu libc6-dev-arm64-cross qemu-user pocl-opencl-icd ocl-icd-libopencl1)
fi
missing=()
for package in "${packages[@]}"; do
  dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' ||
    missing+=("$package")
done

if ((${#missing[@]})); then
  sudo=()
  if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null || { echo "build-deps: not root and no sudo; install: ${missing[*]}" >&2; exit 1; }
    sudo=(sudo)
  fi
  echo "build-deps: installing ${missing[*]}"
  "${sudo[@]}" apt-get update -qq
  "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends "${missing[@]}"
fi

halide=build/deps/halide
if [ ! -d "$halide/halide-$halide_version.dist-info" ]; then
  echo "build-deps: unpacking Halide $halide_version into $halide"
  # Debian's pip does not touch the system's packages, with reason: a virtual environment for the moment. The folder
  # gets its name when it is complete.
  work=$(mktemp -d)
  trap 'rm -rf "$work" "$halide.partial"' EXIT
  rm -rf "$halide.partial"
  /usr/bin/python3 -m venv "$work"
  "$work/bin/pip" install --quiet --disable-pip-version-check --no-deps --target "$halide.partial" \
    "halide==$halide_version"
  rm -rf "$halide"
  mv "$halide.partial" "$halide"
fi
echo "build-deps: ready: ${#packages[@]} packages, Halide $halide_version"
