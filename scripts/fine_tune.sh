#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Fine-tunes the integers of a shipped model in the runtime's arithmetic, and measures them before and after on fingerprints
# that neither chose scales nor trained. The model's own weights stay as they are; whether it helped is for the two tables.
#   scripts/fine_tune.sh NAME [OUT]      NAME: a folder of models/; OUT: build/fine_tuned
#   PRECISION (i8; or i16, mixed), EPOCHS (100) and LEARNING_RATE (3e-6) may be set in the environment
# OUT/NAME holds start.crbm, tuned.crbm, integers.crbm (the model with the tuned integers), before.txt and after.txt (costs).
# Files that exist in OUT are kept. Models of the published sequence need it beside the clone (or where CRBRT_SHARED points).
set -eu

# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"
crbrt_answer_help "$@"
crbrt_expect_at_most 2 "$@"
crbrt_clean_environment
cd "$crbrt_root"

name=${1:-} out=${2:-build/fine_tuned}
model=models/$name/$name.crbm
[ -s "$model" ] || { echo "fine_tune.sh: expected a folder of models/, found '$name'" >&2; exit 2; }
shared=${CRBRT_SHARED:-$crbrt_root/../shared}
case "$name" in
  v3p2_*) family=v3p2 sequence=(--sequence "$shared/data/v3p2/control_MT_v3p2_TR3p5ms_discretized.mat" --tr 3.5e-3) ;;
  brain_v1*) family=brain sequence=(--sequence models/protocol/crbrt1142.json) ;;
  *) echo "fine_tune.sh: $name: no data set is known for this model" >&2; exit 2 ;;
esac

crbrt_install_packages build trainer
crbrt_build train crbrt-simulate crbrt-train crbrt-codegen
programs=build/train/bin work=$out/$name
mkdir -p "$work" "$out/data"

simulate() { # FILE COUNT SEED: with the basis of the model
  [ -s "$1" ] || "$programs/crbrt-simulate" --count "$2" --seed "$3" "${sequence[@]}" --prior models/priors/paper.json \
    --basis "$model" --threads "$(nproc)" --out "$1"
}

quantize() { # DATA_SET ARGUMENTS...: the table of what it costs on stdout
  local data_set=$1
  shift
  "$programs/crbrt-codegen" --model "$model" --dataset "$data_set" --out "$work/generated" "$@"
}

measure() { # MODEL ARGUMENTS...: of its integers, on the unseen set
  local tuned=$1
  shift
  quantize "$out/data/$family-unseen.h5" --precision mixed --budget 100 --integer-weights-from "$tuned" "$@"
}

train_set=$out/data/$family-train.h5
simulate "$train_set" 40000 101
simulate "$out/data/$family-calibration.h5" 8000 102
simulate "$out/data/$family-unseen.h5" 8000 103

precision=${PRECISION:-i8}
[ -s "$work/start.crbm" ] ||
  quantize "$out/data/$family-calibration.h5" --precision "$precision" --save-model "$work/start.crbm" >"$work/start.txt"

# The model's configuration; widths as they were chosen, the model itself as teacher, small steps.
widths=$(sed -n 's/^| [a-z0-9]*: dense [us]\([0-9]*\) .*/\1/p' "$work/start.txt" | paste -s -d ,)
adam='{"kind": "adam", "learning_rate": '${LEARNING_RATE:-3e-6}', "max_gradient_norm": 0.03}'
sed -e 's|^  "loss": .*|  "loss": "crb",\n  "quantization": {"widths": ['"$widths"']},|' \
  -e 's|^  "heads": |  "distillation": {"teacher": "'"$name"'", "share": 1},\n  "heads": |' \
  -e 's|"trunk_gradient": [0-9.]*|"trunk_gradient": 0|' \
  -e 's|^  "optimizer": .*|  "optimizer": '"$adam"',|' \
  -e 's|"training": {"batch": [0-9]*, "epochs": [0-9]*|"training": {"batch": 1024, "epochs": '"${EPOCHS:-100}"'|' \
  "models/$name/config.json" >"$work/config.json"

resume=()
[ -s "$work/checkpoint.pt" ] && resume=(--resume)
[ -s "$work/tuned.crbm" ] || "$programs/crbrt-train" --config "$work/config.json" --dataset "$train_set" \
  --start-model "$work/start.crbm" --teacher "$model" "${resume[@]}" --checkpoint "$work" --out "$work/tuned.crbm"
measure "$work/start.crbm" >"$work/before.txt"
measure "$work/tuned.crbm" --save-model "$work/integers.crbm" >"$work/after.txt"
printf 'before\n%s\n\nafter\n%s\n' "$(cat "$work/before.txt")" "$(cat "$work/after.txt")"
