#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# symbol_gate.sh NM OBJDUMP LIBRARY: the runtime library needs nothing from outside but a few memory functions (so no heap,
# no exceptions, no abort, no stdio, no locks, no environment) and holds no writable data.
nm=$1 objdump=$2 library=$3
allowed='^(memcpy|memmove|memset|memcmp|_GLOBAL_OFFSET_TABLE_)$'

symbols=$("$nm" "$library" 2>/dev/null) || { echo "cannot read $library"; exit 2; }
if grep -qE ' U __(asan|ubsan|tsan|msan|gcov|sanitizer)' <<< "$symbols"; then
  echo "skipped: instrumented build, whose symbols are not ours"
  exit 77
fi
# Can the gate see? This one must be defined.
if ! grep -qE ' T _ZN5crbrt7Session3runE' <<< "$symbols"; then
  echo "$library does not define crbrt::Session::run: nothing was checked"
  exit 2
fi

defined=$(awk 'NF == 3 && $2 !~ /^[Uwv]$/ { print $3 }' <<< "$symbols" | sort -u)
undefined=$(awk 'NF == 2 && $1 ~ /^[Uwv]$/ { print $2 }' <<< "$symbols" | sort -u)
outside=$(comm -13 <(echo "$defined") <(echo "$undefined") | grep -vE "$allowed")
# Read-only data with addresses in it is .data.rel.ro; anything else that may be written is a global.
writable=$("$objdump" -h "$library" | awk '$2 ~ /^\.(data|bss|tdata|tbss)/ && $2 !~ /^\.data\.rel\.ro/ && $3 !~ /^0+$/ { print $2 }' | sort -u)

status=0
for symbol in $outside; do
  echo "forbidden symbol: $symbol ($(c++filt "$symbol" 2>/dev/null))"
  status=1
done
for section in $writable; do
  echo "writable global data in section $section"
  status=1
done
[ $status -eq 0 ] && echo "$(wc -l <<< "$defined") symbols defined, nothing forbidden"
exit $status
