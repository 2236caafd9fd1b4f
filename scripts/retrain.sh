#!/usr/bin/env bash
# Makes a shipped model again, from its committed configuration: data sets, training, measurement.
#   scripts/retrain.sh v3p2_lean|brain_v1|invivo6 [OUT]      OUT: build/models/NAME
# v3p2_lean and invivo6 need the published sequences and data beside the clone (or where CRBRT_SHARED points).
# Data sets that exist in OUT are kept, so that a second run only trains.
set -eu

# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"
crbrt_clean_environment
cd "$crbrt_root"

name=${1:-} shared=${CRBRT_SHARED:-$crbrt_root/../shared}
out=${2:-build/models/$name}
prior=models/priors/paper.json basis=(--rank 13) n_train=60000 n_test=8000
case "$name" in
  v3p2_lean) sequence=(--sequence "$shared/data/v3p2/control_MT_v3p2_TR3p5ms_discretized.mat" --tr 3.5e-3) ;;
  brain_v1) sequence=(--sequence models/protocol/crbrt1142.json) ;;
  invivo6)
    sequence=(--sequence "$shared/data/invivo/control.mat" --tr 3.5e-3)
    prior=models/priors/invivo6.json basis=(--basis "$shared/data/invivo/basis.mat:U" --rank 15) n_train=80000 n_test=6000
    ;;
  *) sed -n 's/^#   /usage: /p' "$0" >&2; exit 2 ;;
esac

crbrt_install_packages build trainer
crbrt_build trainer crbrt-simulate crbrt-train crbrt-eval
programs=build/trainer/bin
mkdir -p "$out"

simulate() { # FILE COUNT SEED BASIS...
  local file=$1 count=$2 seed=$3
  shift 3
  [ -s "$file" ] || "$programs/crbrt-simulate" "${sequence[@]}" --prior "$prior" --count "$count" --seed "$seed" "$@" \
    --threads "$(nproc)" --out "$file"
}

simulate "$out/train.h5" "$n_train" 1 "${basis[@]}"
simulate "$out/test.h5" "$n_test" 2 --basis "$out/train.h5"  # the basis of the training set
"$programs/crbrt-train" --config "models/$name/config.json" --dataset "$out/train.h5" --out "$out/$name.crbm" --threads "$(nproc)"
"$programs/crbrt-eval" --model "$out/$name.crbm" --dataset "$out/test.h5" --json "$out/evaluation.json" --threads "$(nproc)"
