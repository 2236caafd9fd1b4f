#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The demo: makes a digital brain of 1.7 million voxels, maps it with the shipped model on one core and compares the maps
# with the truth. Installs what is missing and builds first (not the trainer, so no LibTorch).
#   scripts/demo.sh                 everything lands in build/demo: maps/, phantom/, *.png, summary.json
#   scripts/demo.sh --model M.crbm  with another model of the same sequence
set -euo pipefail

# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"
crbrt_answer_help "$@"
model=models/brain_v2/brain_v2.crbm
case "${1:-}" in
  "") ;;
  --model)
    [ $# -eq 2 ] || { echo "demo.sh: --model: expected a file, found nothing" >&2; exit 2; }
    model=$(realpath -e -- "$2") || exit 3
    ;;
  *) echo "demo.sh: expected nothing or --model M.crbm, found '$1'" >&2; exit 2 ;;
esac

crbrt_clean_environment
cd "$crbrt_root"

image=/usr/share/mricron/templates/ch2bet.nii.gz
sequence=models/protocol/crbrt1142.json
bin=build/release/bin
demo=build/demo

make_brain() {
  "$bin/crbrt-phantom" make --model "$model" --sequence "$sequence" --image "$image" --out "$demo/phantom" --threads "$(nproc)"
}

map_brain() {
  "$bin/crbrt-map" --model "$model" --input "$demo/phantom/coefficients.nii" --mask "$demo/phantom/mask.nii.gz" \
    --out "$demo/maps" --stats "$demo/stats.json" --threads 1
}

measure_maps() {
  "$bin/crbrt-phantom" measure --phantom "$demo/phantom" --maps "$demo/maps" --stats "$demo/stats.json" \
    --json "$demo/summary.json" --slices "$demo/slices"
}

draw_maps() {
  gnuplot -c scripts/plot_maps.gp "$demo/slices" "$demo" &&
    gnuplot -c scripts/plot_overview.gp "$demo/slices" "$demo/overview.png"
}

echo "The first run takes about four minutes on two idle cores: packages that are missing, two programs, the brain and its maps."
crbrt_stage "packages" crbrt_install_packages build demo
CRBRT_CONFIGURE_ARGS="-DCRBRT_TESTS=OFF -DCRBRT_BENCH=OFF" crbrt_stage "build" crbrt_build release crbrt-phantom crbrt-map
mkdir -p "$demo"
crbrt_stage "digital brain" make_brain
crbrt_stage "maps" map_brain
crbrt_stage "maps against the truth" measure_maps
crbrt_stage "pictures" draw_maps
printf '\n%s: summary.json, maps/, phantom/ and' "$demo"
printf ' %s' "$(cd "$demo" && echo *.png)"
printf '\n'
