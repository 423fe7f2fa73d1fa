#!/usr/bin/env bash
# Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# LeNet-5 from its text to native code that reads digits; ./quickstart ends with it.
#   examples/digits/demo.sh [FOLDER]    where the compiled network goes (default: build/digits)
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
fovea=build/release/bin/fovea
folder=${1-build/digits}
network=(examples/digits/lenet5.cnn --weights examples/digits/lenet5.safetensors)

printf '\nThe network (examples/digits/lenet5.cnn), layer by layer:\n'
"$fovea" cost "${network[@]}"
printf '\nThree digits it was not trained with, and all 360 of them, by native code and by the reference interpreter:\n'
"$fovea" run "${network[@]}" --input examples/digits/digits-test.npz --labels --draw 3 --compare --at-least 97
printf '\nLatency of one digit on one thread:\n'
"$fovea" bench "${network[@]}" --threads 1
printf '\nThe network as a static library, its header and its packed weights:\n'
"$fovea" compile "${network[@]}" -o "$folder/"
