#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# From radial k-space of our own train to maps: a slice of the digital brain is measured by BART's Fourier transform, a spoke at the golden
# angle after every pulse, reconstructed in the model's basis (pics -B), and mapped.
#   docs/examples/bart_subspace/run.sh [PROGRAMS [WORK]]    programs of crbrt (build/release/bin), a folder to work in (build/bart)
# Needs Debian's bart, mricron-data, python3-numpy and python3-nibabel. Exit code 1 where maps are far from the truth.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../../.." && pwd)
programs=$(realpath "${1:-build/release/bin}")
work=${2:-build/bart}
python=/usr/bin/python3  # Debian's own, which sees Debian's packages
# One thread: on a machine with other work, the threads of OpenMP wait for each other, and pics takes a hundred times as long.
export OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 PYTHONDONTWRITEBYTECODE=1
image=/usr/share/mricron/templates/ch2bet.nii.gz
[ -e $image ] || { echo "skipped: no $image (mricron-data)"; exit 77; }
mkdir -p "$work"
cd "$work"

model=$root/models/brain_v2/brain_v2.crbm sequence=$root/models/protocol/crbrt1142.json
n_frame=1142 n_repeat=3 n_coil=4 voxel_mm=5 n_pixel=44

echo "-- a slice of the digital brain, as coefficients [x, y, 1, 1, 1, 1, R] of its signals in the basis"
rm -rf phantom
"$programs/crbrt-phantom" make --model "$model" --sequence "$sequence" --image $image \
  --voxel-mm $voxel_mm --snr 1000000 --fingerprints 4000 --out phantom
"$programs/crbrt-model" export-basis --model "$model" --out basis.cfl
$python "$here/slice.py" phantom $n_pixel truth

echo "-- k-space: $n_repeat times the train, another golden angle after every pulse, $n_coil coils, noise"
bart fmac -s "$(bart bitmask 6)" truth basis frames           # [x, y, 1, 1, 1, frame]: what the scanner sees pulse by pulse
bart traj -x $n_pixel -y $((n_frame * n_repeat)) -r -G -o 2 spokes
bart reshape "$(bart bitmask 2 3)" $n_frame $n_repeat spokes by_repeat
bart transpose 2 5 by_repeat by_frame
bart transpose 2 3 by_frame trajectory                        # [3, sample, repeat, 1, 1, frame]
bart phantom -x $n_pixel -S $n_coil coils
bart fmac frames coils by_coil
bart nufft trajectory by_coil clean                           # [1, sample, repeat, coil, 1, frame]
bart noise -s 1 -n 1e-4 clean kspace                          # of real and imaginary part together, in the signal's unit

echo "-- reconstruction in the subspace, and maps"
bart pics -d 0 -S -e -i 60 -R Q:0.00001 -t trajectory -B basis kspace coils coefficients
rm -rf maps
"$programs/crbrt-map" --model "$model" --basis basis.cfl --input coefficients.cfl --mask mask.npy --out maps
$python "$here/compare.py" phantom $n_pixel maps
