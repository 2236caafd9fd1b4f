# SPDX-License-Identifier: Apache-2.0
"""What the tests of the Python module share: a model, its sequence, and noisy voxels of 24 tissues."""

import os
import struct
from pathlib import Path

import numpy as np

import crbrt

root = Path(os.environ["CRBRT_SOURCE_DIR"])
programs = Path(os.environ["CRBRT_BIN_DIR"])
model_file = root / "models/brain_v2/brain_v2.crbm"
sequence_file = root / "models/protocol/crbrt1142.json"

model = crbrt.Model(model_file)
sequence = crbrt.Sequence.read(sequence_file)
tissues = dict(
    m0_semi_frac=np.linspace(0.05, 0.25, 24),
    t1_apparent_s=np.linspace(0.8, 2, 24),
    t2_free_s=np.linspace(0.05, 0.12, 24),
    exchange_hz=25,
    t2_semi_s=12e-6,
    omega0_rad_s=np.linspace(-500, 500, 24),
)
white = dict(m0_semi_frac=0.13, t1_apparent_s=1.1, t2_free_s=0.07, exchange_hz=20, t2_semi_s=1e-5)
sigma = 0.02


def noisy_voxels():
    """[2, 3, 4, R] complex64 at SNR 50."""
    random = np.random.default_rng(1)
    signal = crbrt.simulate(sequence, tissues, derivatives=False, basis=model.basis).signal
    noise = random.normal(size=signal.shape) + 1j * random.normal(size=signal.shape)
    return (signal + sigma * noise).astype(np.complex64).reshape(2, 3, 4, -1)


coefficients = noisy_voxels()


def fit(data, sigma=sigma, **more):
    return crbrt.fit(data, sequence, model.basis, sigma=sigma, starts=1, threads=2, **more)


def nifti(path):
    data = path.read_bytes()
    assert struct.unpack_from("<h", data, 70)[0] == 16, "single precision"
    shape = struct.unpack_from("<8h", data, 40)[1:4]
    return np.frombuffer(data, "<f4", int(np.prod(shape)), int(struct.unpack_from("<f", data, 108)[0])).reshape(shape, order="F")
