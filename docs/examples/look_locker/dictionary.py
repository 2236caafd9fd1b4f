#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What `bart signal` made, as a dictionary for crbrt-simulate --from.

  dictionary.py MIN MAX COUNT TR WORD FILE.h5

WORD_0, WORD_minus and WORD_plus are signals [frames, COUNT] at T1, 0.99 T1 and 1.01 T1: BART gives no derivatives, so the file holds
signals to make them from. T1 is in ms, as many would have it; the names and units are ours to choose.
"""
import sys

import h5py
import numpy as np

import cfl

low_s, high_s, count, tr_s, word, name = float(sys.argv[1]), float(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4]), *sys.argv[5:]
# As BART 0.8.00 and 0.9.00 divide a range: its upper end is left out.
t1_ms = 1000 * (low_s + (high_s - low_s) / count * np.arange(count))


def signals(which):
    return cfl.read(f"{word}_{which}").reshape(-1, count).T  # [COUNT, frames]


with h5py.File(name, "w") as file:
    file.attrs["sequence_name"] = "look_locker"
    file.attrs["tr_s"] = tr_s
    file["signal"] = signals("0")
    file["parameters"] = t1_ms[:, None]
    file["parameters"].attrs["names"] = ["T1"]
    file["parameters"].attrs["units"] = ["ms"]
    file["finite_difference/signal"] = np.stack([signals("minus"), signals("plus")], axis=1)[:, None]  # [COUNT, 1, 2, frames]
    file["finite_difference/step"] = 0.01 * t1_ms[:, None]
