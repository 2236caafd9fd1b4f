# SPDX-License-Identifier: Apache-2.0
"""compare.py PHANTOM PIXELS MAPS: median errors of the maps against the truth; exit code 1 where they are too large."""
import sys

import nibabel
import numpy as np
from slice import middle

folder, n_pixel, maps = sys.argv[1], int(sys.argv[2]), sys.argv[3]
tissue = middle(f"{folder}/tissue.nii.gz", n_pixel)
# About twice what a run gave in the larger of the two tissues; pool size is what undersampling costs most.
most = {"m0_semi_frac": 0.25, "T1map": 0.12, "T2map": 0.15}
failed = False
for number, name in ((1, "white matter"), (2, "grey matter")):
    here = tissue == number
    for quantity, limit in most.items():
        truth = middle(f"{folder}/truth/{quantity}.nii.gz", n_pixel)[here]
        found = np.asarray(nibabel.load(f"{maps}/{quantity}.nii").dataobj).reshape(n_pixel, n_pixel)[here]
        off = found / truth - 1
        print(f"{name}, {quantity}: off by {np.median(np.abs(off)):.1%} in the median, {np.median(off):+.1%} on average of {here.sum()} voxels")
        failed = failed or np.median(np.abs(off)) > limit
sys.exit(1 if failed else 0)
