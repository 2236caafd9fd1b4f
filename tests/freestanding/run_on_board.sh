#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# run_on_board.sh CORE FOLDER NAME: builds FOLDER/NAME.c for a Cortex-M core with gcc, runs it under qemu on FOLDER/vectors.h and
# prints one row of a table (scripts/bare_metal.sh). Fails where a bit differs, where generated code calls a library or holds data that are written, and
# where the integer part uses floating point or does not use the core's dual multiplication. Exits 77 where a tool is missing.
set -u
core=$1 folder=$2 name=$3
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
for tool in arm-none-eabi-gcc qemu-system-arm; do
  command -v "$tool" >/dev/null || { echo "skipped: $tool is not installed (scripts/packages-cross.txt)"; exit 77; }
done

case "$core" in
  cortex-m3) machine=mps2-an385 flags="-mfloat-abi=soft" ;;  # neither floating point nor dual multiplication
  cortex-m4) machine=mps2-an386 flags="-mfloat-abi=hard -mfpu=fpv4-sp-d16" ;;
  cortex-m7) machine=mps2-an500 flags="-mfloat-abi=hard -mfpu=fpv5-d16" ;;
  *) echo "expected cortex-m3, cortex-m4 or cortex-m7, found $core" >&2; exit 2 ;;
esac
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
# GNU's dialect allows contraction into fused multiply-adds: the source itself has to forbid it.
compile() { arm-none-eabi-gcc -mcpu="$core" -mthumb $flags -std=gnu99 -O2 -Wall -Wextra -Wpedantic -Werror -I "$folder" -I "$here/board" "$@"; }

compile -ffreestanding -c "$folder/$name.c" -o "$work/model.o" || exit 1
compile -ffreestanding -c "$here/board/start.c" -o "$work/start.o" || exit 1
compile -ffreestanding -c "$here/board/main.c" -o "$work/main.o" || exit 1
compile -nostdlib -T "$here/board/board.ld" "$work"/*.o -lgcc -o "$work/program.elf" || exit 1
bash "$here/object_gate.sh" "$core" "$work/model.o" "$name" || exit 1

answer=$(timeout 120 qemu-system-arm -M "$machine" -nographic -monitor none -serial none -icount shift=0 \
  -semihosting-config enable=on,target=native -kernel "$work/program.elf" 2>&1)
outcome=$?
read -r mismatches ticks_network ticks_estimate stack <<< "$answer"
[[ "$mismatches" =~ ^[0-9]+$ ]] || { echo "the program did not end: $answer"; exit 1; }
[ "$mismatches" -eq 0 ] && [ $outcome -eq 0 ] || { echo "$mismatches numbers differ from this machine's"; exit 1; }
text=$(arm-none-eabi-size "$work/model.o" | awk 'NR == 2 { print $1 }')
constant() { sed -n "s/^#define [A-Z0-9_]*_$1 \([0-9]*\).*/\1/p" "$folder/$name.h"; }
tables=$(constant TABLE_BYTES)
# Model, core | tables, code | arena, stack | ticks of the network | instructions of the network, of an estimate.
echo "| $name | $core | $tables | $((text - tables)) | $(constant ARENA_BYTES) | $stack | $ticks_network |" \
  "$((40 * ticks_network)) | $((40 * ticks_estimate)) |"
