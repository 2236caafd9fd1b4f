#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""T1 of the tubes: the map of crbrt-map, and BART's own fit of the same coefficients, beside the truth.

  compare.py PROGRAMS TR FLIP_ANGLE T1...    in the folder of run.sh; T1 of every tube in s. Exit code 1 where the model is wrong

Both know TR and flip angle. The model has learnt from signals of one flip angle; BART fits an apparent rate R1*, and
1 / T1 = R1* + ln(cos(flip angle)) / TR (Look and Locker, Rev Sci Instrum 41:250, 1970, doi:10.1063/1.1684482).
"""
import json
import os
import subprocess
import sys

import numpy as np

import cfl

LIMIT = 0.02  # of a tube's mean, relative
programs, tr_s, angle_rad = sys.argv[1], float(sys.argv[2]), np.deg2rad(float(sys.argv[3]))
truth_s = [float(t) for t in sys.argv[4:]]


def bart(*words):
    return subprocess.run(["bart", *words], check=True, text=True, capture_output=True).stdout


def tubes(geometry):
    """Labels: voxels of tube k, its edge left out, are k + 1."""
    labels = np.zeros(geometry.shape[:2], np.uint8)
    for k in range(len(truth_s)):
        inside = geometry[..., k] > 0.99
        for axis in (0, 1):
            inside = inside & np.roll(inside, 1, axis) & np.roll(inside, -1, axis)
        labels[inside] = k + 1
    return labels


def seconds_per_voxel_of_model(coefficients):
    """Of voxels [n, rank], with standard deviations. What takes microseconds is timed on many copies."""
    n, n_copy = len(coefficients), 1000
    cfl.write("copies", np.tile(coefficients, (n_copy, 1)).reshape(n_copy * n, 1, 1, 1, 1, 1, -1))
    subprocess.run([f"{programs}/crbrt-map", "--model", "look_locker.crbm", "--basis", "basis.cfl", "--input", "copies.cfl",
                    "--stats", "stats.json", "--out", "timed"], check=True, capture_output=True)
    with open("stats.json") as file:
        return json.load(file)["kernel_s"] / (n_copy * n)


def fit_of_bart(coefficients, basis):
    """T1 (s) of voxels [n, rank], and seconds per voxel.

    From 0.9.00 on mobafit fits Look-Locker signals Mss - (Mss + M0) exp(-R1* t) to coefficients. It starts from ones unless it is told
    otherwise, and ends far from the signal then: findings/ has the script. 0.8.00 knows no signal with a constant in it, but
    s(t + lag) - s(t) is a single exponential, whose rate `mobafit -T` fits.
    """
    n_frame = len(basis)
    if "Look-Locker" in bart("mobafit", "-h"):
        words, times = ["-L", "--init", "0.3:1:2", "-i", "10", "-B", "basis"], np.arange(n_frame) * tr_s
        cfl.write("voxels", coefficients.reshape(len(coefficients), 1, 1, 1, 1, 1, -1))
    else:
        lag = n_frame // 2
        signal = coefficients @ basis.T
        words, times = ["-T", "-i", "10"], np.arange(n_frame - lag) * tr_s
        cfl.write("voxels", (signal[:, lag:] - signal[:, :-lag]).reshape(len(coefficients), 1, 1, 1, 1, -1))
    cfl.write("times", times.reshape(1, 1, 1, 1, 1, -1))
    before = os.times().children_user
    bart("mobafit", *words, "times", "voxels", "fits")
    seconds = os.times().children_user - before  # of the processor: other work on the machine does not count against it
    apparent_hz = cfl.read("fits").reshape(len(coefficients), -1)[:, -1].real
    return 1 / (apparent_hz + np.log(np.cos(angle_rad)) / tr_s), seconds / len(coefficients)


labels = tubes(np.abs(cfl.read("geometry")).squeeze())
n_x, n_y = labels.shape
coefficients = cfl.read("coefficients").squeeze()[labels > 0] * n_x  # pics makes a signal of 1 to 1 / n_x
basis = cfl.read("basis").squeeze().real
of_model = np.fromfile("maps/T1.nii", "<f4", offset=352).reshape((n_x, n_y), order="F")[labels > 0] / 1000
seconds_of_model = seconds_per_voxel_of_model(coefficients)
of_bart, seconds_of_bart = fit_of_bart(coefficients, basis)

n_bad, errors = 0, []
print("T1 (s)     crbrt-map                    mobafit")
for k, truth in enumerate(truth_s):
    here = labels[labels > 0] == k + 1
    pair = [of_model[here], of_bart[here]]
    errors.append([values.mean() / truth - 1 for values in pair])
    is_bad = not abs(errors[-1][0]) <= LIMIT
    n_bad += is_bad
    columns = [f"{v.mean():6.3f} +- {v.std():5.3f} ({100 * e:+5.1f} %)" for v, e in zip(pair, errors[-1])]
    print(f"{truth:5.2f}      " + "    ".join(columns) + "  too far" * is_bad)
worst = np.abs(errors).max(axis=0)
print(f"largest error of a tube: {100 * worst[0]:.1f} % and {100 * worst[1]:.1f} %")
print(f"time per voxel: {1e6 * seconds_of_model:.2f} us and {1e6 * seconds_of_bart:.0f} us, "
      f"a factor of {seconds_of_bart / seconds_of_model:.0f}")
is_worse = not worst[0] <= worst[1]
print(f"the model is {'worse' if is_worse else 'no worse'} than mobafit, and {n_bad} tubes are off by more than {100 * LIMIT:g} %")
sys.exit(n_bad > 0 or is_worse)
