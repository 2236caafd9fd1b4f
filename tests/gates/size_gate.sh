#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# size_gate.sh NM SIZE MACHINE LIBRARY CONFIG LIMITS: bytes of code and constant data of the runtime library, as a stripped
# program gets them, against the committed limit. Only for Release, the build that is shipped.
nm=$1 size=$2 machine=$3 library=$4 config=$5 limits=$6
[ "$config" = Release ] || { echo "skipped: the limit is for Release"; exit 77; }
if "$nm" "$library" 2>/dev/null | grep -qE ' U __(asan|ubsan|tsan|msan|gcov|sanitizer)'; then
  echo "skipped: instrumented build"
  exit 77
fi
limit=$(awk -v machine="$machine" '$1 == machine { print $2 }' "$limits")
[ -n "$limit" ] || { echo "skipped: no committed size for $machine"; exit 77; }
bytes=$("$size" -t "$library" | awk '/TOTALS/ { print $1 + $2 + $3 }')
[ "${bytes:-0}" -gt 0 ] || { echo "cannot measure $library"; exit 2; }
echo "$bytes bytes, limit $limit ($machine)"
[ "$bytes" -le "$limit" ]
