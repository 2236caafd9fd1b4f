#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Six tubes of known content, measured by networks and by nonlinear least squares: box plots after [paper] Fig. 9 (docs/references.md).
#   scripts/phantom.sh [OPTIONS] [OUT]   everything lands in OUT (build/phantom): maps of each method, rois.csv, rois.png
#   --crb M.crbm        network trained with the CRB loss (models/v3p2_lean); its basis is the phantom's
#   --unbiased M.crbm   its bias-reduced twin (models/v3p2_lean_unbiased)
#   --mse M.crbm        network trained with the MSE loss (models/v3p2_lean_mse)
#   --voxels N          voxels that NLLS fits, drawn from all tubes (150)
#   --snr S             |M0| / sigma of the phantom (50)
# The tubes are those of the published sequence where its data lie beside the clone (or where CRBRT_SHARED points), else of
# models/protocol/crbrt1142.json with brain_v1 in place of v3p2_lean. Networks that are absent, or of another basis, are left out.
set -euo pipefail

# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"
crbrt_answer_help "$@"

crb="" unbiased="" mse="" voxels=150 snr=50 out=""
while [ $# -gt 0 ]; do
  case "$1" in
    --crb | --unbiased | --mse | --voxels | --snr)
      [ $# -ge 2 ] || { echo "phantom.sh: $1: expected a value, found nothing" >&2; exit 2; }
      case "$1" in --crb | --unbiased | --mse) value=$(realpath -e -- "$2") || exit 3 ;; *) value=$2 ;; esac
      printf -v "${1#--}" %s "$value"
      shift 2
      ;;
    -*) echo "phantom.sh: expected an option of --help, found '$1'" >&2; exit 2 ;;
    *) [ -z "$out" ] || { echo "phantom.sh: expected one folder, found '$1'" >&2; exit 2; }; out=$(realpath -m -- "$1"); shift ;;
  esac
done

crbrt_clean_environment
cd "$crbrt_root"
out=${out:-build/phantom} bin=build/release/bin
train=${CRBRT_SHARED:-$crbrt_root/../shared}/data/v3p2/control_MT_v3p2_TR3p5ms_discretized.mat
if [ -s "$train" ]; then
  name=v3p2_lean sequence=(--sequence "$train" --tr 3.5e-3)
else
  name=brain_v1 sequence=(--sequence models/protocol/crbrt1142.json)
fi
crb=${crb:-models/$name/$name.crbm}
unbiased=${unbiased:-models/${name}_unbiased/${name}_unbiased.crbm}
mse=${mse:-models/${name}_mse/${name}_mse.crbm}

make_tubes() {
  "$bin/crbrt-phantom" tubes --model "$crb" "${sequence[@]}" --snr "$snr" --out "$out/tubes" --threads "$(nproc)"
}

fit_tubes() {
  "$bin/crbrt-fit" --input "$out/tubes/coefficients.nii" --mask "$out/tubes/roi.nii.gz" "${sequence[@]}" --basis "$crb" \
    --prior models/priors/paper.json --voxels "$voxels" --seed 1 --out "$out/nlls" --threads "$(nproc)"
}

methods=()
map_tubes() { # NAME MODEL FOLDER
  local code=0
  if [ ! -s "$2" ]; then
    echo "skipped: $1: no $2"
    return 0
  fi
  "$bin/crbrt-map" --model "$2" --input "$out/tubes/coefficients.nii" --mask "$out/tubes/mask.nii.gz" --out "$out/$3" || code=$?
  if [ "$code" -eq 4 ]; then
    echo "skipped: $1: $2 is of another basis"
    return 0
  fi
  methods+=(--maps "$1=$out/$3")
  return "$code"
}

measure_tubes() {
  "$bin/crbrt-phantom" rois --phantom "$out/tubes" "${methods[@]}" --csv "$out/rois.csv" --boxes "$out/boxes" &&
    gnuplot -c scripts/plot_tubes.gp "$out/boxes" "$out/rois.png"
}

crbrt_stage "packages" crbrt_install_packages build demo
CRBRT_CONFIGURE_ARGS="-DCRBRT_TESTS=OFF -DCRBRT_BENCH=OFF" crbrt_stage "build" crbrt_build release crbrt-phantom crbrt-map crbrt-fit
mkdir -p "$out"
crbrt_stage "tubes" make_tubes
crbrt_stage "NLLS" fit_tubes
methods=(--maps "NLLS=$out/nlls")
crbrt_stage "CRB network" map_tubes CRB "$crb" crb
crbrt_stage "bias-reduced network" map_tubes bias-reduced "$unbiased" unbiased
crbrt_stage "MSE network" map_tubes MSE "$mse" mse
crbrt_stage "box plots" measure_tubes
printf '\n%s: rois.csv, rois.png, tubes/ and the maps of each method\n' "$out"
