#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What models take on Cortex-M cores, as a Markdown table: flash, memory, and ticks of one voxel under qemu. Every number that the
# cores compute is compared to this machine's first (tests/freestanding/run_on_board.sh).
#   scripts/bare_metal.sh BUILD PRECISION:MODEL.crbm...     BUILD as build/release; precision i8, i16, or mixed for the model's own
set -u
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"
crbrt_answer_help "$@"
crbrt_clean_environment
case "${1:-}" in -*) echo "bare_metal.sh: expected a build folder, found '$1'" >&2; exit 2 ;; esac
[ $# -ge 2 ] || { echo "bare_metal.sh: expected BUILD PRECISION:MODEL.crbm..., found $# arguments" >&2; exit 2; }
build=$1
shift
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
here=$crbrt_root/tests/freestanding

echo "| model | core | tables, B | code, B | arena, B | stack, B | network, ticks | network, instructions | estimate, instructions |"
echo "| --- | --- | --- | --- | --- | --- | --- | --- | --- |"
for argument in "$@"; do
  precision=${argument%%:*} model=${argument#*:}
  name=$(basename "$model" .crbm)_$precision
  kept=$work/$name.crbm
  keep=(--save-model "$kept")
  [ "$precision" != mixed ] || { cp "$model" "$kept" && keep=(); }
  "$build/bin/crbrt-codegen" --model "$model" --precision "$precision" --target freestanding --name "$name" --out "$work/$name" \
    ${keep[@]+"${keep[@]}"} >"$work/log" 2>&1 || { cat "$work/log" >&2; exit 1; }
  "$build/tests/freestanding/crbrt-freestanding-vectors" "$kept" "$name" 100 "$work/$name/vectors.h" || exit 1
  for core in cortex-m3 cortex-m4 cortex-m7; do
    bash "$here/run_on_board.sh" "$core" "$work/$name" "$name" || exit $?
  done
done
