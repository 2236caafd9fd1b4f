#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Measures every way to estimate side by side: least squares cold, from a network and with the prior, refinement, dictionaries,
# networks in float and integers, on unseen fingerprints, on a digital brain and in vivo; then whole brains, scaling, simulation
# and training. Installs what is missing and builds first.
#   scripts/benchmark.sh                 a quarter of an hour on an idle machine, brains of 1 mm and 0.7 mm (5 GB) included
#   scripts/benchmark.sh --quick         minutes: few fingerprints, coarse dictionaries, the brain of 1 mm alone
#   scripts/benchmark.sh --bin FOLDER    with the programs of that folder (build/trainer/bin) in place of a build of its own
# The real slice is that of scripts/invivo.sh, beside the clone or where CRBRT_SHARED points; the training is that of the crbrt-train
# in the folder of the programs or in build/train. Where one of them is absent, it is skipped, and the page says so.
# Everything lands in build/benchmark: benchmark.json, and benchmark.html, one page that opens from file://. bench/compare.py says
# what changed between two runs. Errors compare between machines; times do not.
set -euo pipefail

# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"
crbrt_answer_help "$@"
quick=0 bin=""
while [ $# -gt 0 ]; do
  case "$1" in
    --quick) quick=1; shift ;;
    --bin)
      [ $# -ge 2 ] || { echo "benchmark.sh: --bin: expected a folder, found nothing" >&2; exit 2; }
      bin=$(realpath -e -- "$2") || exit 3
      shift 2
      ;;
    *) echo "benchmark.sh: expected an option of --help, found '$1'" >&2; exit 2 ;;
  esac
done
crbrt_clean_environment
cd "$crbrt_root"

out=build/benchmark
model=models/brain_v2/brain_v2.crbm
sequence=models/protocol/crbrt1142.json
image=/usr/share/mricron/templates/ch2bet.nii.gz
data=${CRBRT_SHARED:-$crbrt_root/../shared}/data/invivo
brains=() timed=() more=()

# The last core: interrupts prefer the first.
last_core=$(($(nproc) - 1))

make_brain() { # MILLIMETRES
  "$bin/crbrt-phantom" make --model "$model" --sequence "$sequence" --image "$image" --voxel-mm "$1" --fingerprints "$fingerprints" \
    --out "$out/phantom_$1mm" --threads "$(nproc)"
}

# One and two cores, float and integers; --stats has the times by stage and the memory.
map_brain() { # SIZE PRECISION CORES
  local stats="$out/brain_$1_$2_$3.json" where=(taskset -c "$last_core") option=()
  [ "$3" -eq 1 ] || where=()
  [ "$2" = f32 ] || option=(--precision integer)
  "${where[@]}" "$bin/crbrt-map" --model "$model" --input "$out/phantom_$1/coefficients.nii" --mask "$out/phantom_$1/mask.nii.gz" \
    --out "$out/maps_$1" --stats "$stats" --threads "$3" "${option[@]}"
  brains+=(--brain "${1/./_}.$2.$3=$stats")
}

map_brains() { # SIZE
  local cores
  for cores in 1 2; do
    [ "$cores" -le "$(nproc)" ] || continue
    map_brain "$1" f32 "$cores" && map_brain "$1" mixed "$cores" || return 1
  done
  rm -rf "${out:?}/maps_$1"
  # The brain of 1 mm is measured for its errors, too.
  if [ "$1" = 1mm ]; then more+=(--phantom "$out/phantom_$1"); else rm -rf "$out/phantom_$1"; fi
}

# A short training of brain_v2 and a longer one: crbrt-benchmark takes the difference. Processor time of one core.
time_training() {
  local config=$out/training_config.json set=$out/training.h5 log=$out/training.log batch epochs used runs=""
  batch=$(sed -n 's/.*"batch": *\([0-9]*\).*/\1/p' models/brain_v2/config.json)
  "$bin/crbrt-simulate" --sequence "$sequence" --prior models/priors/paper.json --basis "$model" --count $((7 * batch)) --seed 21 \
    --threads "$(nproc)" --out "$set" || return 1
  for epochs in "${epochs_timed[@]}"; do
    sed -e "s/\"epochs\": *[0-9]*/\"epochs\": $epochs/" -e 's/"count": *[0-9]*, *"every": *[0-9]*/"count": 500, "every": 100000/' \
      models/brain_v2/config.json >"$config"
    # A graphics card is none of this page's cores.
    used=$(TIMEFORMAT='%U %S' && { time taskset -c "$last_core" env CUDA_VISIBLE_DEVICES= "$train" --config "$config" \
      --dataset "$set" --out "$out/training.crbm" --checkpoint "$out/training" >"$log" 2>&1; } 2>&1) ||
      { tail -n 5 "$log" >&2; return 1; }
    runs+="${runs:+, }{\"epochs\": $epochs, \"processor_s\": $(awk '{ print $1 + $2 }' <<<"$used")}"
    rm -rf "${out:?}/training"
  done
  # What does not fill a batch waits for the next epoch.
  used=$(sed -n 's/^\([0-9]*\) fingerprints to train on.*/\1/p' "$log")
  printf '{"model": "brain_v2", "fingerprints": %d, "runs": [%s]}\n' $((used / batch * batch)) "$runs" >"$out/training.json"
  more+=(--training "$out/training.json")
}

# The network of [paper]: random weights, so that its time alone counts.
time_paper() {
  [ -s "$out/paper.crbm" ] || "$bin/crbrt-bench" --networks paper --write-models "$out" || return 1
  timed+=(--timed "paper=$out/paper.crbm")
}

measure() {
  local options=()
  [ "$quick" -eq 0 ] || options=(--quick)
  taskset -c "$last_core" "$bin/crbrt-benchmark" measure "${options[@]}" "${timed[@]}" "${brains[@]}" "${more[@]}" --json "$out/benchmark.json" &&
    "$bin/crbrt-benchmark" page --from "$out/benchmark.json" --html "$out/benchmark.html" && rm -rf "${out:?}/phantom_1mm"
}

crbrt_stage "packages" crbrt_install_packages build demo
mkdir -p "$out"
if [ -z "$bin" ]; then
  crbrt_install_packages bench || echo "benchmark.sh: without OpenBLAS, Eigen multiplies the dictionaries" >&2
  crbrt_stage "build" crbrt_build release crbrt-benchmark crbrt-bench crbrt-phantom crbrt-map crbrt-simulate
  bin=build/release/bin
fi
fingerprints=20000 epochs_timed=(2 402 2 402 2 402)
[ "$quick" -eq 0 ] || { fingerprints=500 epochs_timed=(2 202); }
# A point would end a key of the JSON: 0.7 mm stands there as 0_7mm.
sizes=(1 0.7)
[ "$quick" -eq 0 ] || sizes=(1)
for size in "${sizes[@]}"; do
  crbrt_stage "brain of $size mm" make_brain "$size"
  crbrt_stage "maps of $size mm" map_brains "${size}mm"
done
crbrt_stage "network of the paper" time_paper
train=$bin/crbrt-train
[ -x "$train" ] || train=build/train/bin/crbrt-train
if [ -x "$train" ]; then
  crbrt_stage "training" time_training
else
  printf '\n== training: skipped, because crbrt-train is not built\n'
fi
if [ -s "$data/coeffs.mat" ]; then
  more+=(--in-vivo "$data/coeffs.mat:x" --in-vivo-mask "$data/coeffs.mat:mask" --in-vivo-basis "$data/basis.mat:U"
    --in-vivo-sequence "$data/control.mat" --in-vivo-tr 3.5e-3)
else
  printf '\n== voxels in vivo: skipped, because %s is absent\n' "$data/coeffs.mat"
fi
crbrt_stage "estimators" measure
printf '\n%s: benchmark.json, benchmark.html\n' "$out"
[ "$crbrt_stage_failures" -eq 0 ]
