#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# host_gate.sh NM OBJECT NAME: the generated code of this machine's compiler needs nothing from outside and holds nothing that can
# be written.
nm=$1 object=$2 name=$3
symbols=$("$nm" "$object") || exit 2
if grep -qE ' U __(asan|ubsan|tsan|msan|gcov|sanitizer)' <<< "$symbols"; then
  echo "skipped: instrumented build, whose symbols are not ours"
  exit 77
fi
grep -qE " T ${name}_network$" <<< "$symbols" || { echo "$object does not define ${name}_network: nothing was checked"; exit 2; }
bad=$(awk '$(NF - 1) ~ /^[UwvdDbBC]$/ && $NF != "_GLOBAL_OFFSET_TABLE_" { print $(NF - 1) " " $NF }' <<< "$symbols")
[ -z "$bad" ] || { echo "undefined or writable: $bad"; exit 1; }
