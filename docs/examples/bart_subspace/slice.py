# SPDX-License-Identifier: Apache-2.0
"""slice.py PHANTOM PIXELS NAME: the middle slice of a digital brain in the middle of a square, as BART's NAME.cfl, and mask.npy."""
import sys
from pathlib import Path

import nibabel
import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1] / "look_locker"))
import cfl


def middle(path, n_pixel):
    """[pixel, pixel, ...] of the slice; 0 around it."""
    image = nibabel.load(path)
    values = np.asarray(image.dataobj[:, :, image.shape[2] // 2])
    square = np.zeros((n_pixel, n_pixel, *values.shape[2:]), values.dtype)
    x, y = ((n_pixel - n) // 2 for n in values.shape[:2])
    square[x : x + values.shape[0], y : y + values.shape[1]] = values
    return square


if __name__ == "__main__":
    folder, n_pixel, name = sys.argv[1], int(sys.argv[2]), sys.argv[3]
    coefficients = middle(f"{folder}/coefficients.nii", n_pixel)
    # BART counts from 0: coefficients lie along dimension 6, beside time (5), slices (13) and the coils (3).
    cfl.write(name, coefficients[:, :, None, None, None, None, :])
    np.save("mask.npy", (middle(f"{folder}/mask.nii.gz", n_pixel) > 0).astype(np.uint8)[:, :, None])
