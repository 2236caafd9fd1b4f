#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Extended phase graphs of a gradient-spoiled fingerprinting train, with derivatives.

  epg.py COUNT SEED FILE.h5    simulates COUNT tissues drawn from prior(), as a dictionary for crbrt-simulate --from

The train is an inversion, then pulses of varying flip angle and repetition time; after each echo a gradient turns the magnetisation
of a voxel by one cycle (FISP, Jiang et al., Magn Reson Med 74(6):1621-1631, 2015, doi:10.1002/mrm.25559). All pulses have the phase
of y, so all states are real. The states are F+_k, F-_k, Z_k of the orders k = 0, 1, ... (Weigel, J Magn Reson Imaging
41(2):266-295, 2015, doi:10.1002/jmri.24619). Derivatives are propagated beside the states x:
d/dp (A x + b) = A dx/dp + (dA/dp) x + db/dp.
"""
import sys

import h5py
import numpy as np

NAMES, UNITS = ("t1_s", "t2_s", "b1_rel"), ("s", "s", "1")
N_FRAME = 400
TE_S = 0.003
INVERSION_DELAY_S = 0.02  # the inversion is adiabatic: b1_rel does not change it


def train():
    """Flip angles (rad) and repetition times (s): five lobes of rising and falling flip angles."""
    i = np.arange(N_FRAME)
    peak_deg = np.array([39, 64, 24, 74, 49])[i // 80]
    alpha_rad = np.deg2rad(4 + (peak_deg - 4) * np.sin(np.pi * (i % 80 + 1) / 81))
    return alpha_rad, 0.012 + 0.003 * np.sin(2 * np.pi * i / 130) ** 2


def prior(count, seed):
    """Tissues [count, 3] in the order of NAMES."""
    rng = np.random.default_rng(seed)
    t1_s = np.exp(rng.uniform(np.log(0.3), np.log(3), count))
    t2_s = np.exp(rng.uniform(np.log(0.02), np.log(0.2), count))
    return np.stack([t1_s, t2_s, rng.uniform(0.7, 1.3, count)], axis=1)


def simulate(tissues, alpha_rad, tr_s, n_order=32):
    """Echoes [N, frames] and their derivatives [N, 3, frames] by the parameters of tissues [N, 3], for M0 = 1.

    Higher orders are dropped: what they hold has to come back through as many repetitions, and has relaxed by then. With 32
    orders, echoes are off by 3e-4 of their largest at a T2 of 0.2 s, and less below.
    """
    signal = np.empty((len(tissues), len(alpha_rad)))
    jacobian = np.empty((len(tissues), 3, len(alpha_rad)))
    for start in range(0, len(tissues), 256):  # as many as a cache holds
        part = slice(start, start + 256)
        signal[part], jacobian[part] = simulate_part(tissues[part], alpha_rad, tr_s, n_order)
    return signal, jacobian


def simulate_part(tissues, alpha_rad, tr_s, n_order):
    t1_s, t2_s, b1_rel = np.asarray(tissues, float).T
    signal, jacobian = np.empty((len(t1_s), len(alpha_rad))), np.empty((len(t1_s), 3, len(alpha_rad)))
    x = np.zeros((4, 3, n_order, len(t1_s)))  # value and derivatives by T1, T2, B1; F+, F-, Z; order; tissue
    x[0, 2, 0] = -1
    relax(x, INVERSION_DELAY_S, t1_s, t2_s)
    for i, (alpha, tr) in enumerate(zip(alpha_rad, tr_s)):
        filled = x[:, :, :min(i + 2, n_order)]
        pulse(filled, alpha, b1_rel)
        relax(filled, TE_S, t1_s, t2_s)
        signal[:, i] = filled[0, 0, 0]
        jacobian[:, :, i] = filled[1:, 0, 0].T
        relax(filled, tr - TE_S, t1_s, t2_s)
        spoil(filled)
    return signal, jacobian


def pulse(x, alpha, b1_rel):
    """Turns by alpha b1_rel about y: s = F+ + F- becomes s cos + 2 Z sin, Z becomes Z cos - s sin / 2, F+ - F- stays."""
    cos, sin = np.cos(alpha * b1_rel), np.sin(alpha * b1_rel)
    s, z = x[:, 0] + x[:, 1], x[:, 2].copy()
    s_after = cos * s + 2 * sin * z
    s_after[3] += alpha * (2 * cos * z[0] - sin * s[0])
    x[:, 2] = cos * z - 0.5 * sin * s
    x[3, 2] -= alpha * (sin * z[0] + 0.5 * cos * s[0])
    x[:, :2] += 0.5 * (s_after - s)[:, None]


def relax(x, time_s, t1_s, t2_s):
    e1, e2 = np.exp(-time_s / t1_s), np.exp(-time_s / t2_s)
    x[1, 2] += x[0, 2] * (time_s / t1_s**2)  # d/dT1 (e1 Z) = e1 (dZ/dT1 + Z t / T1^2)
    x[2, :2] += x[0, :2] * (time_s / t2_s**2)
    x[:, 2] *= e1
    x[:, :2] *= e2
    x[0, 2, 0] += 1 - e1
    x[1, 2, 0] -= e1 * time_s / t1_s**2


def spoil(x):
    """One cycle over the voxel: F+ goes up by an order, F- down, and what arrives at F-_0 is F+_0 as well."""
    x[:, 0, 1:] = x[:, 0, :-1].copy()
    x[:, 1, :-1] = x[:, 1, 1:].copy()
    x[:, 1, -1] = 0
    x[:, 0, 0] = x[:, 1, 0]


def write_dictionary(name, tissues, signal, jacobian, tr_s):
    with h5py.File(name, "w") as file:
        file.attrs["sequence_name"] = "epg_spoiled"
        file.attrs["tr_s"] = tr_s.mean()
        file.attrs["provenance"] = "docs/examples/epg_spoiled/epg.py " + " ".join(sys.argv[1:3])
        file["signal"] = signal.astype(complex)
        file["parameters"] = tissues
        file["parameters"].attrs["names"] = NAMES
        file["parameters"].attrs["units"] = UNITS
        file["jacobian"] = jacobian.astype(complex)


if __name__ == "__main__":
    tissues = prior(int(sys.argv[1]), int(sys.argv[2]))
    alpha_rad, tr_s = train()
    write_dictionary(sys.argv[3], tissues, *simulate(tissues, alpha_rad, tr_s), tr_s)
