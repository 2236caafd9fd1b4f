#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Look-Locker T1 mapping with BART's simulator and reconstruction, a model that learnt from them, and BART's own fit beside it.
#   docs/examples/look_locker/run.sh [PROGRAMS [WORK]]    programs of crbrt (build/train/bin), a folder to work in (build/look_locker)
# Needs Debian's bart, python3-numpy and python3-h5py. Exit code 1 where T1 of a tube is wrong.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
programs=$(realpath "${1:-build/train/bin}")
work=${2:-build/look_locker}
python=/usr/bin/python3  # Debian's own, which sees Debian's packages
# One thread: on a machine with other work, the threads of OpenMP wait for each other, and pics takes a hundred times as long.
export OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 PYTHONDONTWRITEBYTECODE=1
mkdir -p "$work"
cd "$work"

tr_s=0.007 angle_deg=6 n_frame=600 rank=4 n_pixel=64
tubes_s=(0.3 0.5 0.8 1.1 1.5 2.0)

# look_locker MIN:MAX:COUNT NAME: signals [frames, COUNT] of a T1 in s. They start at -1: the sine of the flip angle is left out.
look_locker() {
  bart signal -F -I -r $tr_s -f $angle_deg -n $n_frame -1 "$1" signals >/dev/null
  bart squeeze signals "$2"
}

# dictionary MIN MAX COUNT NAME: signals and what their derivatives are made from.
dictionary() {
  local name factor
  while read -r name factor; do
    look_locker "$(awk "BEGIN { printf \"%.7f:%.7f:%d\", $1 * $factor, $2 * $factor, $3 }")" "$4_$name"
  done <<'END'
0 1
minus 0.99
plus 1.01
END
  $python "$here/dictionary.py" "$1" "$2" "$3" $tr_s "$4" "$4.h5"
}

echo "-- basis and dictionaries"
# Of 100 signals: `bart svd` has crashed on more (README.md). Of [frames, signals] the basis is U.
look_locker 0.2:3:100 few
bart svd -e few u s vh
bart extract 1 0 $rank u columns
bart reshape "$(bart bitmask 0 1 5 6)" 1 1 $n_frame $rank columns basis
dictionary 0.2 3 4000 seen
dictionary 0.2003 2.9 1000 unseen

echo "-- model"
"$programs/crbrt-simulate" --from seen.h5 --basis basis.cfl --snr-min 1 --snr-max 20 --out train.h5
"$programs/crbrt-train" --config "$here/config.json" --dataset train.h5 --out look_locker.crbm
"$programs/crbrt-simulate" --from unseen.h5 --basis basis.cfl --snr-min 1 --snr-max 20 --out evaluation.h5
"$programs/crbrt-eval" --model look_locker.crbm --dataset evaluation.h5 --realisations 100 --snr 2,5,10,20 --detail-snr 10 \
  --json evaluation.json

echo "-- phantom: a radial spoke at the golden angle after every pulse, six tubes"
bart traj -x $n_pixel -y $n_frame -r -G -o 2 spokes
bart transpose 2 5 spokes trajectory
for tube in "${tubes_s[@]}"; do look_locker "$tube:$tube:1" "tube_$tube"; done
bart join 6 "${tubes_s[@]/#/tube_}" joined
bart reshape "$(bart bitmask 0 5 6)" 1 $n_frame ${#tubes_s[@]} joined tubes
bart phantom -T -b -k -t trajectory pieces   # piece 0 is what the tubes stand in, and stays empty
bart extract 6 1 $((1 + ${#tubes_s[@]})) pieces shapes
bart fmac -s "$(bart bitmask 6)" shapes tubes clean
bart noise -s 1 -n 2e-8 clean kspace         # without -s, a second noise would be the same numbers
bart phantom -x $n_pixel -T -b pieces_of_image
bart extract 6 1 $((1 + ${#tubes_s[@]})) pieces_of_image geometry

echo "-- reconstruction and maps"
bart ones 3 $n_pixel $n_pixel 1 coil
bart pics -d 0 -S -R Q:0.0001 -i 30 -t trajectory -B basis kspace coil coefficients
"$programs/crbrt-map" --model look_locker.crbm --basis basis.cfl --input coefficients.cfl --out maps
$python "$here/compare.py" "$programs" $tr_s $angle_deg "${tubes_s[@]}"
