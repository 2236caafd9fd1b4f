#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# weak_symbol_gate.sh NM LIBRARY CONFIG: an object compiled for one instruction set exports no weak symbol without that
# instruction set in its name. Otherwise the linker may pick that copy for everybody, and older CPUs meet illegal instructions.
nm=$1 library=$2 config=$3
case $config in
  Debug | "") echo "skipped: without optimisation every inline function is emitted"; exit 77 ;;
esac
members=$("$nm" -A "$library" 2>/dev/null) || { echo "cannot read $library"; exit 2; }
if grep -qE ' U __(asan|ubsan|tsan|msan|gcov|sanitizer)' <<< "$members"; then
  echo "skipped: instrumented build"
  exit 77
fi
status=0 seen=0
for isa in $(grep -oE 'kernels_[a-z0-9]+\.cpp\.o:' <<< "$members" | sed -E 's/^kernels_(.*)\.cpp\.o:$/\1/' | sort -u); do
  object=$(grep -E "kernels_$isa\.cpp\.o:" <<< "$members")
  # Can the gate see? The kernel table of the instruction set must be there.
  grep -qE "[DdRB] _ZN5crbrt[0-9]+${isa}7kernelsE" <<< "$object" || { echo "kernels_$isa.cpp.o has no kernel table"; exit 2; }
  seen=$((seen + 1))
  case $isa in
    scalar | neon) continue ;;  # compiled for everybody
  esac
  pattern=${isa/sse42/sse4_?2}
  leaks=$(awk '$(NF - 1) ~ /^[WVuv]$/ { print $NF }' <<< "$object" | grep -vE "$pattern")
  for symbol in $leaks; do
    echo "kernels_$isa.cpp.o exports weak $(c++filt "$symbol")"
    status=1
  done
done
[ $seen -gt 0 ] || { echo "no kernels_<isa>.cpp.o in $library"; exit 2; }
[ $status -eq 0 ] && echo "$seen instruction sets, no leaks"
exit $status
