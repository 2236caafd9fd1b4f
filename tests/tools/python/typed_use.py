# SPDX-License-Identifier: Apache-2.0
"""Every public name as a user with strict type checks writes it: mypy reads it (python_module_test.py), nobody runs it."""

import numpy as np
import crbrt

model = crbrt.Model("models/brain_v2/brain_v2.crbm")
sequence = crbrt.Sequence.read("models/protocol/crbrt1142.json")
other = crbrt.Sequence(sequence.alpha_rad, sequence.trf_s, sequence.tr_s, name="x")
basis = model.basis
assert basis is not None
tissue = {"m0_semi_frac": 0.1, "t1_apparent_s": np.array([0.9, 1.4]), "t2_free_s": 0.07, "exchange_hz": 20, "t2_semi_s": 1e-5}
simulation = crbrt.simulate(sequence, tissue, basis=basis)
derivatives = simulation.derivatives
assert derivatives is not None
print(derivatives["r1_free_hz"].shape)
bound = crbrt.crb(sequence, tissue, basis="models/brain_v2/brain_v2.crbm", t1="separate")
print(np.sqrt(bound["t1_free_s"]))
maps = model.map(simulation.signal, mask=np.ones(2, bool), sigma=0.02, threads=2, precision="integer", fill=np.nan)
for name, values in maps.items():
    print(name, maps.units[name], values, maps.std[name])
if maps.is_atypical is not None:
    print(maps.is_atypical.sum())
fits: crbrt.Maps = crbrt.fit(simulation.signal, sequence, basis, sigma=0.02, t1="apparent", starts=2, map_prior=True)
assert fits.residual is not None
print(fits.residual, crbrt.parameters, crbrt.__version__)
try:
    crbrt.Model("nothing.crbm")
except crbrt.InputError as error:
    print(error)
except crbrt.Error as error:
    print(str(error))
