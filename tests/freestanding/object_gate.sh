#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# object_gate.sh CORE OBJECT NAME: an object file of generated code needs nothing from outside (on cores without floating point:
# but the compiler's own float functions), holds nothing that can be written, and computes the network without floats.
set -u
core=$1 object=$2 name=$3
status=0
refuse() { echo "$1"; status=1; }

arm-none-eabi-nm "$object" | grep -qE " T ${name}_network$" || { echo "$object does not define ${name}_network: nothing was checked"; exit 2; }
outside=$(arm-none-eabi-nm -u "$object" | awk '{ print $2 }')
[ "$core" != cortex-m3 ] || outside=$(grep -v '^__aeabi_[fi]' <<< "$outside")
[ -z "$outside" ] || refuse "undefined symbols: $(xargs <<< "$outside")"
writable=$(arm-none-eabi-objdump -h "$object" | awk '$2 ~ /^\.(data|bss)/ && $3 !~ /^0+$/ { print $2 }')
[ -z "$writable" ] || refuse "writable data in $(xargs <<< "$writable")"

# Functions with instructions that match a pattern.
functions_with() {
  arm-none-eabi-objdump -d --no-show-raw-insn "$object" |
    awk -v pattern="$1" '/^[0-9a-f]+ <.*>:$/ { name = $2; gsub(/[<>:]/, "", name) } $2 ~ pattern { print name }' | sort -u
}
float_part="^(${name}_(preprocess|sums|estimate)|square_root|inverse_power_of_two|quantized|phase_of|inverse_norm|peak_of)(\.|$)"
with_floats=$(functions_with '^v[a-z]')
if [ "$core" != cortex-m3 ]; then
  grep -qE "$float_part" <<< "$with_floats" || refuse "no float instruction in the float part: the gate is blind"
  inside=$(grep -vE "$float_part" <<< "$with_floats")
  [ -z "$inside" ] || refuse "float instructions in the integer part: $(xargs <<< "$inside")"
  [ -n "$(functions_with '^smlad$')" ] || refuse "no dual multiplication"
  fused=$(functions_with '^v(fma|fms|fnma|fnms|mla|mls)')
  [ -z "$fused" ] || refuse "contracted products in $(xargs <<< "$fused")"
fi
exit $status
