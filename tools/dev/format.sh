#!/usr/bin/env bash
# Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# tools/dev/format.sh           rewrites our C++ in the one layout (.clang-format)
# tools/dev/format.sh --check   changes nothing; fails where a file is laid out otherwise
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

case "${1-}" in
  --check) mode=(--dry-run -Werror) ;;
  "") mode=(-i) ;;
  *) echo "usage: tools/dev/format.sh [--check]" >&2; exit 2 ;;
esac
mapfile -d '' -t files < <(find include lib dialects tools test bench examples \( -name '*.cpp' -o -name '*.h' -o -name '*.hpp' \) \
  -print0 2>/dev/null | sort -z)
clang-format-22 "${mode[@]}" "${files[@]}" || { echo "format: FAILED: run tools/dev/format.sh" >&2; exit 1; }
echo "format: ${#files[@]} files"
