#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# From a NumPy simulator to maps: dictionaries, a model, what it reaches on unseen fingerprints, and a phantom with its truth.
#   docs/examples/epg_spoiled/run.sh [PROGRAMS [WORK]]    programs of crbrt (build/train/bin), a folder to work in (build/epg_spoiled)
# Needs Debian's python3-numpy and python3-h5py. Exit code 1 where an estimate is wrong.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
programs=$(realpath "${1:-build/train/bin}")
work=${2:-build/epg_spoiled}
python=/usr/bin/python3  # Debian's own, which sees Debian's packages
export OPENBLAS_NUM_THREADS=1 PYTHONDONTWRITEBYTECODE=1
mkdir -p "$work"
cd "$work"

$python "$here/check_epg.py"
$python "$here/epg.py" 6000 1 dictionary.h5
$python "$here/epg.py" 1000 2 unseen_dictionary.h5

"$programs/crbrt-simulate" --from dictionary.h5 --rank 8 --basis-kind crb --snr-min 20 --snr-max 200 --out train.h5
"$programs/crbrt-train" --config "$here/config.json" --dataset train.h5 --out epg_spoiled.crbm
"$programs/crbrt-simulate" --from unseen_dictionary.h5 --basis train.h5:basis --snr-min 20 --snr-max 200 --out unseen.h5
"$programs/crbrt-eval" --model epg_spoiled.crbm --dataset unseen.h5 --realisations 50 --json evaluation.json

$python "$here/phantom.py" make train.h5 coefficients.npy mask.npy
"$programs/crbrt-map" --model epg_spoiled.crbm --basis train.h5:basis --input coefficients.npy --mask mask.npy --out maps
$python "$here/phantom.py" compare maps
