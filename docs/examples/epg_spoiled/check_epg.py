#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Checks epg.py: its derivatives against finite differences, and its echoes against a sum over spins. Exit code 1 if one is wrong."""
import sys

import numpy as np

import epg

TISSUES = np.array([[0.3, 0.03, 0.8], [1.0, 0.08, 1.0], [2.5, 0.2, 1.2]])  # T1 (s), T2 (s), B1


def largest_error(found, expected):
    """In units of the largest number of each row."""
    return (np.abs(found - expected).max(axis=-1) / np.abs(expected).max(axis=-1)).max()


def differences(step=1e-5):
    """Central differences: their own error is step^2 / 6 times a third derivative, and rounding of 1e-16 / step."""
    alpha_rad, tr_s = epg.train()
    columns = []
    for p in range(3):
        there, back = TISSUES.copy(), TISSUES.copy()
        there[:, p] *= 1 + step
        back[:, p] *= 1 - step
        change = epg.simulate(there, alpha_rad, tr_s)[0] - epg.simulate(back, alpha_rad, tr_s)[0]
        columns.append(change / (2 * step * TISSUES[:, p, None]))
    return np.stack(columns, axis=1)


def sum_over_spins(t1_s, t2_s, b1_rel, n_spin=1000):
    """Echoes of n_spin spins, which the gradient turns by angles that are spread evenly over one cycle."""
    alpha_rad, tr_s = epg.train()
    turn = 2 * np.pi * (np.arange(n_spin) + 0.5) / n_spin
    mx, my, mz = np.zeros(n_spin), np.zeros(n_spin), np.full(n_spin, -1.0)

    def relax(time_s):
        mx[:] *= np.exp(-time_s / t2_s)
        my[:] *= np.exp(-time_s / t2_s)
        mz[:] = 1 + (mz - 1) * np.exp(-time_s / t1_s)

    relax(epg.INVERSION_DELAY_S)
    echoes = []
    for alpha, tr in zip(alpha_rad * b1_rel, tr_s):
        mx[:], mz[:] = np.cos(alpha) * mx + np.sin(alpha) * mz, np.cos(alpha) * mz - np.sin(alpha) * mx
        relax(epg.TE_S)
        echoes.append(mx.mean())
        relax(tr - epg.TE_S)
        mx[:], my[:] = np.cos(turn) * mx - np.sin(turn) * my, np.sin(turn) * mx + np.cos(turn) * my
    return np.array(echoes)


signal, jacobian = epg.simulate(TISSUES, *epg.train())
all_orders = epg.simulate(TISSUES, *epg.train(), n_order=epg.N_FRAME)[0]
errors = {
    "derivatives against finite differences": (largest_error(jacobian, differences()), 1e-7),
    "all orders against a sum over spins": (largest_error(all_orders, np.array([sum_over_spins(*t) for t in TISSUES])), 1e-12),
    "32 orders against all": (largest_error(signal, all_orders), 1e-3),
}
for what, (error, limit) in errors.items():
    print(f"{what}: {error:.1e} of the largest, at most {limit:.0e}")
sys.exit(any(not error <= limit for error, limit in errors.values()))
