#!/usr/bin/env bash
# Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# tools/dev/fuzz.sh [SECONDS] [TARGET…]   builds the fuzz targets (test/Fuzzers) and runs each that long, 60 without a
#                                         number; what is new stays in build/fuzz/corpus, findings in build/fuzz/findings
# tools/dev/fuzz.sh --replay [TARGET…]    only what is in the kept corpus
# tools/dev/fuzz.sh --keep [TARGET…]      minimises build/fuzz/corpus into test/Fuzzers/corpus
#
# Prints a line per target, and appends it to build/fuzz/log.tsv: date, target, seconds, executions, coverage, findings.
# Ends with 1 after a finding. Without NICE=0 it runs at the lowest priority; JOBS targets run at a time, 1 by default.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

mode=run seconds=60
case "${1-}" in
  --replay | --keep) mode=${1#--}; shift ;;
  [0-9]*) seconds=$1; shift ;;
  -*) sed -n '5,12s/^# \?//p' "$0" >&2; exit 2 ;;
esac
targets=("$@")
((${#targets[@]})) || targets=(frontend format import dialects plan safetensors numpy image program assembly machine topology)

fuzz=$PWD/build/fuzz kept=$PWD/test/Fuzzers/corpus
mkdir -p "$fuzz/findings" "$fuzz/logs" "$kept"
cmake --preset fuzz >"$fuzz/logs/configure.log" 2>&1 || { cat "$fuzz/logs/configure.log" >&2; exit 1; }
cmake --build --preset fuzz >"$fuzz/logs/build.log" 2>&1 || { tail -50 "$fuzz/logs/build.log" >&2; exit 1; }

# options TARGET: dictionary and longest input.
options() {
  local longest=4096 words=$1
  case $1 in
    frontend | format | import) words=cnn ;;
    dialects) words=mlir longest=8192 ;;
    plan) longest=12000 ;;
  esac
  echo "-dict=test/Fuzzers/dictionaries/$words.dict -max_len=$longest"
}

# run_target TARGET: the corpus so far, the kept one and the inputs of the other tests go in.
run_target() {
  local target=$1 corpus=$fuzz/corpus/$1 log=$fuzz/logs/$1.log limit=(-max_total_time="$seconds") status=0
  [ "$mode" = replay ] && { corpus=$fuzz/replay/$1; rm -rf "$corpus"; limit=(-runs=0); }
  mkdir -p "$corpus"
  [ -f "$kept/$target.tar.xz" ] && tar -xJf "$kept/$target.tar.xz" -C "$(dirname "$corpus")"
  python3 test/Fuzzers/seeds.py "$target" "$corpus"
  local begin=$SECONDS
  # shellcheck disable=SC2046
  nice -n "${NICE-19}" env ASAN_OPTIONS=allocator_may_return_null=1 UBSAN_OPTIONS=print_stacktrace=1 \
    "$fuzz/fuzzers/$target" $(options "$target") "${limit[@]}" -timeout=120 -rss_limit_mb=2560 -print_final_stats=1 \
    -artifact_prefix="$fuzz/findings/$target-" "$corpus" >"$log" 2>&1 || status=$?
  local runs cover
  runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
  cover=$(grep -o 'cov: [0-9]*' "$log" | tail -1)
  printf '%s\t%s\t%d s\t%s runs\t%s edges\t%s\n' "$(date -u +%FT%TZ)" "$target" $((SECONDS - begin)) "${runs:-0}" \
    "${cover#cov: }" "$( ((status)) && echo "FINDING, see ${log#"$PWD"/}" || echo clean)" | tee -a "$fuzz/log.tsv"
  return "$status"
}

# keep TARGET: the smallest set of inputs with the same coverage, as an archive without times.
keep() {
  local from=$fuzz/corpus/$1 into=$fuzz/minimal/$1
  rm -rf "$into" && mkdir -p "$into"
  # shellcheck disable=SC2046
  "$fuzz/fuzzers/$1" $(options "$1") -merge=1 "$into" "$from" >"$fuzz/logs/$1-merge.log" 2>&1
  tar --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner --mode=644 -C "$fuzz/minimal" -cJf "$kept/$1.tar.xz" "$1"
  echo "fuzz: kept $(find "$into" -type f | wc -l) inputs of $1 in ${kept#"$PWD"/}/$1.tar.xz"
}

failed=0 running=0
for target in "${targets[@]}"; do
  [ -x "$fuzz/fuzzers/$target" ] || { echo "fuzz: no target is called '$target'" >&2; exit 2; }
  if [ "$mode" = keep ]; then keep "$target"; continue; fi
  run_target "$target" &
  ((++running < ${JOBS-1})) || { wait -n || failed=1; ((running--)) || true; }
done
while ((running > 0)); do wait -n || failed=1; ((running--)) || true; done
exit $failed
