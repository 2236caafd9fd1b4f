#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A phantom of nine tubes, and what became of it.

  phantom.py make TRAIN.h5 COEFFICIENTS.npy MASK.npy    coefficients [48, 48, 1, R] with noise, and where the tubes are
  phantom.py compare MAPS                                estimates beside the truth; exit code 1 where they differ too much
"""
import sys

import h5py
import numpy as np

import epg

N, SNR = 48, 100  # voxels along a side; |M0| over the standard deviation of the real and of the imaginary part of a coefficient
T1_S, T2_S, B1_REL = (0.5, 1.0, 2.0), (0.04, 0.06, 0.1), (0.85, 1.0, 1.15)
MAPS = {"t1_s": "t1_s", "t2_s": "t2_s", "b1_rel": "TB1map"}  # files of crbrt-map: known quantities after BIDS
LIMITS = {"t1_s": 0.02, "t2_s": 0.05, "b1_rel": 0.02}  # of a tube's mean, relative


def tubes():
    """Labels [N, N], 0 outside, and the tissue [3] of every label."""
    x, y = np.meshgrid(np.arange(N), np.arange(N), indexing="ij")
    labels, tissues = np.zeros((N, N), int), [(0, 0, 0)]
    for row, (t1_s, t2_s) in enumerate(zip(T1_S, T2_S)):
        for column, b1_rel in enumerate(B1_REL):
            tissues.append((t1_s, t2_s, b1_rel))
            labels[(x - 8 - 16 * row) ** 2 + (y - 8 - 16 * column) ** 2 <= 36] = len(tissues) - 1
    return labels, np.array(tissues)


def make(train_name, coefficients_name, mask_name):
    with h5py.File(train_name) as file:
        basis = file["basis"][:]  # [frames, R]
    labels, tissues = tubes()
    rng = np.random.default_rng(1)
    fingerprints = np.zeros((len(tissues), basis.shape[1]))
    fingerprints[1:] = epg.simulate(tissues[1:], *epg.train())[0] @ basis
    phase = np.exp(1j * np.linspace(-2, 2, N))[:, None, None]  # of coils and B0: the model has to bear any
    c = fingerprints[labels] * phase
    c = c + (rng.standard_normal(c.shape) + 1j * rng.standard_normal(c.shape)) / SNR
    np.save(coefficients_name, c[:, :, None])
    np.save(mask_name, (labels > 0)[:, :, None].astype(np.uint8))


def read_map(name):
    """crbrt-map writes single precision behind the 352 bytes of a NIfTI header, x fastest."""
    return np.fromfile(name, "<f4", offset=352).reshape((N, N), order="F")


def compare(folder):
    labels, tissues = tubes()
    n_bad = 0
    print("parameter   truth     mean      std  mean against truth")
    for p, name in enumerate(epg.NAMES):
        estimate = read_map(f"{folder}/{MAPS[name]}.nii")
        for label in range(1, len(tissues)):
            found, truth = estimate[labels == label], tissues[label, p]
            error = found.mean() / truth - 1
            is_bad = not abs(error) <= LIMITS[name]
            n_bad += is_bad
            print(f"{name:9} {truth:7.3f}  {found.mean():7.4f}  {found.std():7.4f}  {100 * error:+5.1f} %{'  too much' * is_bad}")
    print(f"{n_bad} of {3 * (len(tissues) - 1)} means differ by more than " +
          ", ".join(f"{100 * limit:g} % ({name})" for name, limit in LIMITS.items()))
    return n_bad > 0


if __name__ == "__main__":
    sys.exit({"make": make, "compare": compare}[sys.argv[1]](*sys.argv[2:]))
