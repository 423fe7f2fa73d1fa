#!/usr/bin/env bash
# Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# Everything that must hold before a change lands: layout of the code, layer rules, the build, all tests (GoogleTest
# and lit; the commands of every README are lit tests). `./check asan` does the same with the sanitizers.
# The last line counts the tests; another step that fails counts as one of them.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
preset=${1-release}
results=$PWD/build/$preset/results
failed_steps=0

# step NAME COMMAND…: runs it under a heading; says so if it fails.
step() {
  printf '\n== %s\n' "$1"
  "${@:2}" && return
  echo "check: FAILED: $1"
  return 1
}

finish() {
  printf '\n'
  python3 tools/dev/count_tests.py "$results" "$failed_steps"
  exit $?
}

rm -rf "$results"
step "Dependencies" tools/dev/build-deps.sh --targets || { failed_steps=1; finish; }
step "Formatting" tools/dev/format.sh --check || ((failed_steps++))
step "Layers" tools/dev/check_layers.py || ((failed_steps++))
step "Configuration" cmake --preset "$preset" || { ((failed_steps++)); finish; }
step "Build" cmake --build --preset "$preset" || { ((failed_steps++)); finish; }

mkdir -p "$results"
# What failed below is counted from the reports; count_tests.py sees to a runner that left none.
step "GoogleTests" env GTEST_OUTPUT="json:$results/" \
  ctest --test-dir "build/$preset" --output-on-failure --output-junit "$results/ctest.xml" -j "$(nproc)"
step "lit tests" \
  /usr/lib/llvm-22/bin/lit -sv --no-progress-bar -o "$results/lit.json" "build/$preset/test"
# About a minute behind the build, which is another one: Clang's, of the libraries that the targets need.
[ "$preset" = asan ] ||
  step "Fuzz targets" env NICE=0 JOBS="$(nproc)" tools/dev/fuzz.sh 15 || ((failed_steps++))
finish
