#!/usr/bin/env bash
# Lowers what integers cost a shipped model: makes its cheapest integer form within a loose budget, fine-tunes that in the
# runtime's arithmetic, and measures both against the model in real numbers. The model's own weights stay as they are.
#   scripts/fine_tune.sh NAME [OUT]      NAME: a folder of models/; OUT: build/fine_tuned
#   LOOSE_BUDGET (0.025), EPOCHS (100), LEARNING_RATE (3e-6): what OUT/NAME/config.json says
# OUT/NAME/start.crbm, tuned.crbm and integers.crbm (the model with the tuned integers); start.txt and tuned.txt hold the costs.
# Data sets that exist in OUT are kept. Models of the published sequence need it beside the clone (or where CRBRT_SHARED points).
set -eu

# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"
crbrt_clean_environment
cd "$crbrt_root"

name=${1:-} out=${2:-build/fine_tuned}
model=models/$name/$name.crbm
[ -s "$model" ] || { sed -n 's/^#   /usage: /p' "$0" >&2; exit 2; }
shared=${CRBRT_SHARED:-$crbrt_root/../shared}
case "$name" in
  v3p2_*) family=v3p2 sequence=(--sequence "$shared/data/v3p2/control_MT_v3p2_TR3p5ms_discretized.mat" --tr 3.5e-3) ;;
  brain_v1*) family=brain sequence=(--sequence models/protocol/crbrt1142.json) ;;
  *) echo "fine_tune.sh: $name: no data set is known for this model" >&2; exit 2 ;;
esac

crbrt_install_packages build trainer
crbrt_build trainer crbrt-simulate crbrt-train crbrt-codegen
programs=build/trainer/bin work=$out/$name
mkdir -p "$work" "$out/data"

simulate() { # FILE COUNT SEED: with the basis of the model
  [ -s "$1" ] || "$programs/crbrt-simulate" --count "$2" --seed "$3" "${sequence[@]}" --prior models/priors/paper.json \
    --basis "$model" --threads "$(nproc)" --out "$1"
}

quantize() { # ARGUMENTS...: the table of what it costs on stdout
  "$programs/crbrt-codegen" --model "$model" --dataset "$calibration_set" --out "$work/generated" "$@"
}

train_set=$out/data/$family-train.h5 calibration_set=$out/data/$family-calibration.h5
simulate "$train_set" 40000 101
simulate "$calibration_set" 8000 102

[ -s "$work/start.crbm" ] ||
  quantize --precision mixed --budget "${LOOSE_BUDGET:-0.025}" --save-model "$work/start.crbm" >"$work/start.txt"

# The model's configuration; widths as they were chosen, the model itself as teacher, small steps.
widths=$(sed -n 's/^| [a-z0-9]*: dense \([us][0-9]*\) .*/\1/p' "$work/start.txt" | sed -e 's/u8/8/' -e 's/s16/16/' | paste -s -d ,)
sed -e "s|^  \"loss\": .*|  \"loss\": \"crb\",\n  \"quantization\": {\"widths\": [$widths]},\n  \"distillation\": {\"teacher\": \"$name\", \"share\": 1},|" \
  -e 's|"trunk_gradient": [0-9.]*|"trunk_gradient": 0|' \
  -e "s|^  \"optimizer\": .*|  \"optimizer\": {\"kind\": \"adam\", \"learning_rate\": ${LEARNING_RATE:-3e-6}, \"max_gradient_norm\": 100},|" \
  -e "s|\"training\": {\"batch\": [0-9]*, \"epochs\": [0-9]*|\"training\": {\"batch\": 1024, \"epochs\": ${EPOCHS:-100}|" \
  "models/$name/config.json" >"$work/config.json"

resume=()
[ -s "$work/checkpoint.pt" ] && resume=(--resume)
[ -s "$work/tuned.crbm" ] || "$programs/crbrt-train" --config "$work/config.json" --dataset "$train_set" \
  --start-model "$work/start.crbm" --teacher "$model" "${resume[@]}" --checkpoint "$work" --out "$work/tuned.crbm"
quantize --precision mixed --integer-weights-from "$work/tuned.crbm" --budget 1 --save-model "$work/integers.crbm" >"$work/tuned.txt"
cat "$work/tuned.txt"
