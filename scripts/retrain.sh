#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Makes a shipped model again, from its committed configuration: data sets, training, integer form, forward part, measurement.
#   scripts/retrain.sh NAME [OUT]      NAME: a folder of models/, or of docs/experiments/NAME.json; OUT: build/models
# All but brain_v1 need the published sequences and data beside the clone (or where CRBRT_SHARED points).
# Data sets, checkpoints and models that exist in OUT are kept: a second run goes on where the first ended. A model NAME_unbiased
# starts from the weights of NAME, invivo6 from those of invivo6_crb, brain_v2 and brain_v2_full from those of a first training of
# their own: these are trained first. OUT/NAME/evaluation.json is what scripts/report.sh reads.
set -eu

# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"
crbrt_answer_help "$@"
crbrt_expect_at_most 2 "$@"
crbrt_clean_environment
cd "$crbrt_root"

name=${1:-} out=${2:-build/models}
config=models/$name/config.json
[ -s "$config" ] || config=docs/experiments/$name.json
[ -s "$config" ] || { echo "retrain.sh: expected a folder of models/ or a name of docs/experiments/, found '$name'" >&2; exit 2; }
shared=${CRBRT_SHARED:-$crbrt_root/../shared}
published=(--sequence "$shared/data/v3p2/control_MT_v3p2_TR3p5ms_discretized.mat" --tr 3.5e-3)
own=(--sequence models/protocol/crbrt1142.json)
prior=models/priors/paper.json rank=(--rank 13) n_test=9056
case "$name" in
  v3p2_*) family=v3p2 sequence=("${published[@]}") n_train=409600 ;;
  paper_*) family=paper sequence=("${published[@]}") n_train=102400 ;;  # 92,160 to train on and 10,240 held out
  brain_v1* | fields*) family=brain sequence=("${own[@]}") n_train=204800 rank=(--rank 13 --basis-kind crb) ;;
  brain_v2*)  # on the basis of brain_v1, so that coefficients that were reconstructed for one fit the other
    family=brain2 sequence=("${own[@]}") n_train=819200 rank=(--basis models/brain_v1/brain_v1.crbm)
    ;;
  invivo6*)
    family=invivo6 sequence=(--sequence "$shared/data/invivo/control.mat" --tr 3.5e-3) n_train=240000
    prior=models/priors/invivo6.json rank=(--basis "$shared/data/invivo/basis.mat:U" --rank 15)
    ;;
  *) echo "retrain.sh: $name: no data set is known for this model" >&2; exit 2 ;;
esac

crbrt_install_packages build trainer
crbrt_build train crbrt-simulate crbrt-train crbrt-eval crbrt-codegen crbrt-model
programs=build/train/bin
mkdir -p "$out/$name" "$out/data"

simulate() { # FILE COUNT SEED ARGUMENTS...
  local file=$out/data/$1 count=$2 seed=$3
  shift 3
  [ -s "$file" ] || "$programs/crbrt-simulate" --count "$count" --seed "$seed" "$@" --threads "$(nproc)" --out "$file"
}

train_set=$family-train.h5 test_set=$family-test.h5
simulate "$train_set" "$n_train" 1 "${sequence[@]}" --prior "$prior" "${rank[@]}"
simulate "$test_set" "$n_test" 2 "${sequence[@]}" --prior "$prior" --basis "$out/data/$train_set"  # the basis of the training set

start=() base=${name%_unbiased}
[ "$name" = invivo6 ] && base=invivo6_crb  # the model for real data is the one with little bias
case "$name" in brain_v2 | brain_v2_full) base=${name}_start ;; esac  # small batches first, large ones to the end
if [ "$base" != "$name" ]; then
  [ -s "$out/$base/$base.crbm" ] || "$0" "$base" "$out"
  start=(--start "$out/$base/checkpoint.pt")
fi
teacher=() teacher_name=$(sed -n 's/.*"teacher": *"\([A-Za-z0-9_]*\)".*/\1/p' "$config")
if [ -n "$teacher_name" ]; then  # distillation
  [ -s "$out/$teacher_name/$teacher_name.crbm" ] || "$0" "$teacher_name" "$out"
  teacher=(--teacher "$out/$teacher_name/$teacher_name.crbm")
fi
resume=()
[ -s "$out/$name/checkpoint.pt" ] && resume=(--resume)
trained=$out/$name/trained.crbm  # without integers
[ -s "$out/$name/$name.crbm" ] || [ -s "$trained" ] ||
  "$programs/crbrt-train" --config "$config" --dataset "$out/data/$train_set" \
    "${start[@]}" "${teacher[@]}" "${resume[@]}" --checkpoint "$out/$name" --out "$trained"

# The cheapest integer form within the budget; its table is the README's. A network that has none, or holds no budget, stays as
# it was trained, and the reason is printed.
if [ ! -s "$out/$name/$name.crbm" ]; then
  simulate "$family-calibration.h5" 8000 12 "${sequence[@]}" --prior "$prior" --basis "$out/data/$train_set"
  outcome=0
  "$programs/crbrt-codegen" --model "$trained" --precision mixed --budget 0.01 --dataset "$out/data/$family-calibration.h5" \
    --out "$out/$name/generated" --save-model "$out/$name/$name.crbm" >"$out/$name/integers.md" || outcome=$?
  case $outcome in
    0) ;;
    3 | 4) cp "$trained" "$out/$name/$name.crbm" ;;
    *) exit "$outcome" ;;
  esac
fi

# A learned forward model beside the estimator (docs/forward-models.md), of a set with derivatives and one that goes through the
# off-resonances.
forward=${config%config.json}forward.json
if [ -s "$forward" ] && "$programs/crbrt-model" info "$out/$name/$name.crbm" | grep -q '^forward part  *none$'; then
  simulate "$family-derivatives.h5" "$n_train" 1 "${sequence[@]}" --prior "$prior" "${rank[@]}" --derivatives
  simulate "$family-phases.h5" 512000 2 "${sequence[@]}" --prior "$prior" "${rank[@]}" --off-resonances 256
  mkdir -p "$out/$name/forward"
  resume=()
  [ -s "$out/$name/forward/checkpoint.pt" ] && resume=(--resume)
  [ -s "$out/$name/forward.crbm" ] || "$programs/crbrt-train" --config "$forward" --dataset "$out/data/$family-derivatives.h5" \
    --phase-dataset "$out/data/$family-phases.h5" "${resume[@]}" --checkpoint "$out/$name/forward" --out "$out/$name/forward.crbm"
  "$programs/crbrt-model" add-forward --model "$out/$name/$name.crbm" --forward "$out/$name/forward.crbm" \
    --out "$out/$name/both.crbm"
  mv "$out/$name/both.crbm" "$out/$name/$name.crbm"
fi

# What the atypicality must tell from the model's own voxels: coefficients of another sequence, where the rank is the same.
against=() grids=()
case "$family" in
  v3p2 | paper)
    simulate own-other.h5 2000 3 "${own[@]}" --prior "$prior" --rank 13 --basis-kind crb
    against=(--against "another_sequence=$out/data/own-other.h5")
    ;;
  brain | brain2)
    if [ -s "${published[1]}" ]; then
      simulate v3p2-other.h5 2000 3 "${published[@]}" --prior "$prior" --rank 13
      against=(--against "another_sequence=$out/data/v3p2-other.h5")
    fi
    ;;
esac
if [ "$family" != invivo6 ] && [ "$name" != fields_b0 ]; then  # B0 is nothing that the grids vary
  grids=("${sequence[@]}" --grid-cache "$out/data/$family-grids.h5")
fi
"$programs/crbrt-eval" --model "$out/$name/$name.crbm" --dataset "$out/data/$test_set" --json "$out/$name/evaluation.json" \
  "${against[@]}" "${grids[@]}" --threads "$(nproc)"
