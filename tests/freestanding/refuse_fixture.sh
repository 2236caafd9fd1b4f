#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# refuse_fixture.sh: shows fixtures/broken.c to the object gate, which must refuse it. Exits 77 without a compiler for it.
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
command -v arm-none-eabi-gcc >/dev/null || { echo "skipped: arm-none-eabi-gcc is not installed (scripts/packages-cross.txt)"; exit 77; }
object=$(mktemp --suffix=.o) || exit 2
trap 'rm -f "$object"' EXIT
arm-none-eabi-gcc -mcpu=cortex-m4 -mthumb -mfloat-abi=hard -mfpu=fpv4-sp-d16 -std=gnu99 -O2 -ffp-contract=fast \
  -c "$here/fixtures/broken.c" -o "$object" || exit 2
bash "$here/object_gate.sh" cortex-m4 "$object" broken
