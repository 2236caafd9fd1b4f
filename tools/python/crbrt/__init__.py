# SPDX-License-Identifier: Apache-2.0
"""Quantitative maps from low-rank MR-fingerprinting data: the runtime, the exact physics and the fits of crbrt on NumPy arrays.

    import crbrt, numpy as np
    model = crbrt.Model("brain_v2.crbm")
    maps = model.map(coefficients, mask=mask, sigma=0.02)       # coefficients [x, y, z, R], complex64 or complex128
    maps["t1_apparent_s"], maps.std["t1_apparent_s"], maps.status            # [x, y, z] each

    sequence = crbrt.Sequence.read("crbrt1142.json")
    tissue = dict(m0_semi_frac=0.1, t1_apparent_s=[0.9, 1.4], t2_free_s=0.07, exchange_hz=20, t2_semi_s=1e-5)
    signal = crbrt.simulate(sequence, tissue, basis=model.basis).signal     # [2, R]: fingerprints of both
    bound = crbrt.crb(sequence, tissue, basis=model.basis)                  # how good any estimate can be
    fits = crbrt.fit(coefficients[40, 40, 20], sequence, model.basis, sigma=0.02)   # least squares, slow

Maps are those of crbrt-map, bit for bit, in SI units; fits are by the code of crbrt-fit. A bad voxel never ends a call: its status says
what it is (crbrt.Maps). What is wrong about a call is an exception with the words of those programs: crbrt.InputError (a file),
crbrt.DisagreementError (model and data do not fit), both crbrt.Error and ValueError; other ValueErrors for shapes, names and values;
TypeError for arrays of other kinds of numbers.
"""

from ._crbrt import DisagreementError, Error, InputError, __version__ as __version__
from ._fit import fit
from ._maps import Maps
from ._model import Model
from ._physics import Simulation, crb, parameters, simulate
from ._sequence import Sequence

__all__ = [
    "DisagreementError",
    "Error",
    "InputError",
    "Maps",
    "Model",
    "Sequence",
    "Simulation",
    "crb",
    "fit",
    "parameters",
    "simulate",
]

# Tracebacks and help name what users can write.
for _error, _what in (
    (Error, "What crbrt's programs refuse, in their words."),
    (InputError, "A file that is missing, damaged or of another kind; the message names it."),
    (DisagreementError, "Model and data, or model and what is asked of it, do not fit together."),
):
    _error.__module__, _error.__doc__ = __name__, _what
