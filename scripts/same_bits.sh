#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Maps the demo's brain with the integer form of a model on every instruction set of this machine, on AArch64 (qemu-user) and as
# WebAssembly (Node), and says whether the maps have one SHA-256. Exits 1 when they differ.
#   scripts/same_bits.sh [MODEL.crbm]      default: models/brain_v1/brain_v1.crbm; run scripts/demo.sh before
set -eu

# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"
crbrt_answer_help "$@"
crbrt_expect_at_most 1 "$@"
crbrt_clean_environment
cd "$crbrt_root"
model=${1:-models/brain_v1/brain_v1.crbm}
image=build/demo/phantom/coefficients.nii
out=build/same_bits
[ -s "$image" ] || { echo "same_bits.sh: expected $image, found nothing: run scripts/demo.sh first" >&2; exit 3; }

crbrt_install_packages build cross
CRBRT_CONFIGURE_ARGS="-DCRBRT_TESTS=OFF -DCRBRT_BENCH=OFF" crbrt_build release crbrt-codegen crbrt_runtime
crbrt_build aarch64 crbrt_runtime
crbrt_build wasm crbrt_runtime
mkdir -p "$out"
build/release/bin/crbrt-codegen --model "$model" --precision mixed --out "$out/code" --name brain_bits_model >/dev/null

# build COMPILER PRESET OUTPUT ARGUMENTS...
build() {
  local compiler=$1 preset=$2 output=$3
  shift 3
  "$compiler" -std=c++20 -O2 -Iruntime/include -I"$out/code" tests/cross/brain_bits.cpp "$out/code/brain_bits_model.cpp" \
    "build/$preset/runtime/libcrbrt_runtime.a" "$@" -o "$out/$output"
}
build g++ release x86
build aarch64-linux-gnu-g++ aarch64 aarch64 -static
NODE_PATH=/usr/share/nodejs build em++ wasm wasm.js -msimd128 -fno-exceptions -sALLOW_MEMORY_GROWTH=1 -sNODERAWFS=1 -sSINGLE_FILE=1

hashes=""
# map NAME COMMAND...: the command maps to a file, which is hashed.
map() {
  local name=$1 hash
  shift
  "$@" "$out/$name.raw" | tr '\n' ' '
  hash=$(sha256sum <"$out/$name.raw" | cut -d ' ' -f 1)
  rm "$out/$name.raw"
  echo "$hash"
  hashes+="$hash"$'\n'
}
for isa in scalar sse4.2 avx2 avx512 avx512vnni; do
  if "$out/x86" /dev/null "$isa" /dev/null 2>&1 | grep -q "$isa: "; then
    echo "$isa: skipped, this CPU lacks it"
  else
    map "$isa" "$out/x86" "$image" "$isa"
  fi
done
for isa in neon neondot; do map "$isa" qemu-aarch64 "$out/aarch64" "$image" "$isa"; done
map wasm128 node "$out/wasm.js" "$image" wasm128

if [ "$(printf '%s' "$hashes" | sort -u | wc -l)" -eq 1 ]; then
  echo "one SHA-256 for all"
else
  echo "the maps differ" >&2
  exit 1
fi
