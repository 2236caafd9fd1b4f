#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The real slice: maps it with models/invivo6, fits voxels of it by nonlinear least squares, and reports how far both agree.
#   scripts/invivo.sh [VOXELS]      VOXELS to fit, drawn from the mask (560); everything lands in build/invivo
# Needs the in-vivo data beside the clone, or where CRBRT_SHARED points.
set -euo pipefail

# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"
crbrt_answer_help "$@"
crbrt_expect_at_most 1 "$@"
crbrt_clean_environment
cd "$crbrt_root"

data=${CRBRT_SHARED:-$crbrt_root/../shared}/data/invivo
[ -s "$data/coeffs.mat" ] || { echo "invivo.sh: $data/coeffs.mat: expected the in-vivo slice, found nothing" >&2; exit 3; }
image=(--input "$data/coeffs.mat:x" --mask "$data/coeffs.mat:mask")
out=build/invivo bin=build/release/bin

crbrt_install_packages build
CRBRT_CONFIGURE_ARGS="-DCRBRT_TESTS=OFF -DCRBRT_BENCH=OFF" crbrt_build release crbrt-map crbrt-fit crbrt-compare
mkdir -p "$out"
# sigma: the residual of the fits, which holds model error too (models/invivo6/README.md)
"$bin/crbrt-map" --model models/invivo6/invivo6.crbm "${image[@]}" --basis "$data/basis.mat:U" --sigma 2.1e-8 --out "$out/maps" --stats "$out/maps.json"
"$bin/crbrt-fit" "${image[@]}" --sequence "$data/control.mat" --tr 3.5e-3 --basis "$data/basis.mat:U" --rank 15 \
  --prior models/priors/invivo6.json --voxels "${1:-560}" --seed 1 --out "$out/fit" --stats "$out/fit.json" --threads "$(nproc)"
"$bin/crbrt-compare" --maps "$out/maps" --reference "$out/fit" --coefficients "$data/coeffs.mat:x" --mask "$data/coeffs.mat:mask" \
  --json "$out/agreement.json" --plot "$out/maps.gp"
gnuplot -c scripts/plot_slice.gp "$out/maps.gp" "$out/maps.png"
echo "$out: maps/, fit/, agreement.json, maps.png"
