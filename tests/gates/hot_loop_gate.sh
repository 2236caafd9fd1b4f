#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# hot_loop_gate.sh OBJDUMP LIBRARY CONFIG ISA...: in the kernels of each instruction set, the innermost loops that multiply (the
# hot loops of dense, dense_u8 and dense_s16) never touch the stack: everything they need stays in registers.
objdump=$1 library=$2 config=$3
shift 3
case $config in
  Debug | "") echo "skipped: without optimisation every variable lies on the stack"; exit 77 ;;
esac
text=$("$objdump" -d -C --no-show-raw-insn "$library" 2>/dev/null) || { echo "cannot read $library"; exit 2; }
if grep -q '__asan\|__ubsan\|__tsan' <<< "$text"; then
  echo "skipped: instrumented build"
  exit 77
fi
status=0
for isa in "$@"; do
  # A loop is a backward jump within a function; it is innermost when no other backward jump lies inside it.
  report=$(awk -v member="kernels_$isa.cpp.o" '
    function finish(   i, j, inner, multiplies, stack, name) {
      for (i = 1; i <= n_jump; ++i) {
        inner = 1
        for (j = 1; j <= n_jump; ++j)
          if (j != i && from[j] >= to[i] && from[j] < from[i] && to[j] >= to[i]) inner = 0
        if (!inner) continue
        multiplies = stack = 0
        for (j = to[i]; j <= from[i]; ++j) {
          if (line[j] ~ /fmadd|mulps|maddubs|pmaddwd|dpbusd|dpwssd|fmla|smlal|smull|[su]dot|mla/) ++multiplies
          if (line[j] ~ /\(%rsp|\[sp/) ++stack
        }
        if (multiplies < 4) continue
        name = fn ~ /dense_u8/ ? "dense_u8" : fn ~ /dense_s16/ ? "dense_s16" : fn ~ /dense/ ? "dense" : ""
        if (name == "") continue
        ++found[name]
        if (stack > 0) print "SPILL " name ": " stack " of " from[i] - to[i] + 1 " instructions on the stack in a loop of " fn
      }
      n_line = n_jump = 0
      split("", at)  # or a jump forward to an address that the function before had, too, would pass for a loop within this one
    }
    /file format/ { finish(); active = index($0, member) > 0 }
    !active { next }
    />:$/ { finish(); fn = $0; next }
    /^ *[0-9a-f]+:/ {
      split($0, part, ":"); address = part[1]; gsub(/ /, "", address)
      line[++n_line] = $0; at[address] = n_line
      if (match($0, /\t(j[a-z]+|b\.[a-z]+|cbnz|cbz)[ \t]+/)) {
        target = $0; sub(/ <.*/, "", target); sub(/.*[ ,\t]/, "", target); sub(/^0x/, "", target)
        if (target in at && line[at[target]] ~ ("^ *" target ":")) { ++n_jump; to[n_jump] = at[target]; from[n_jump] = n_line }
      }
    }
    END { finish(); for (name in found) print "FOUND " name " " found[name] }' <<< "$text")
  for kernel in dense dense_u8 dense_s16; do
    grep -q "^FOUND $kernel " <<< "$report" || { echo "$isa: no hot loop of $kernel found in $library"; exit 2; }
  done
  if grep -q '^SPILL' <<< "$report"; then
    grep '^SPILL' <<< "$report" | sed "s/^SPILL/$isa:/"
    status=1
  fi
  echo "$isa: $(grep '^FOUND' <<< "$report" | sed 's/^FOUND //' | tr '\n' ',' | sed 's/,$//;s/,/, /g') hot loops"
done
exit $status
