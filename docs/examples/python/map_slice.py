# SPDX-License-Identifier: Apache-2.0
"""A slice of a digital brain from coefficients to pictures, cell by cell (# %% opens as a notebook in most editors).

    scripts/demo.sh                                      makes the brain, build/demo/phantom
    python3 docs/examples/python/map_slice.py            in the folder of the clone; or with other files:
    python3 map_slice.py PHANTOM MODEL.crbm SEQUENCE.json PICTURE.png
"""

# %% What it needs: NumPy and crbrt; NiBabel reads images, Matplotlib draws.
import sys
from pathlib import Path

import matplotlib

if "ipykernel" not in sys.modules:  # a notebook shows pictures itself
    matplotlib.use("Agg")
import matplotlib.pyplot as plt
import nibabel
import numpy as np

import crbrt

defaults = ["build/demo/phantom", "models/brain_v2/brain_v2.crbm", "models/protocol/crbrt1142.json", "slice.png"]
phantom, model_file, sequence_file, picture = sys.argv[1:] if len(sys.argv) == 5 else defaults  # a notebook has arguments of its own
if not Path(phantom, "coefficients.nii").exists():
    sys.exit(f"{phantom}: expected the folder of a phantom, with coefficients.nii, found none; scripts/demo.sh makes one")
sigma = 0.02  # of the phantom: SNR 50

# %% One slice of the coefficients [x, y, R]. NiBabel maps the file, so that no more than the slice is read.
image = nibabel.load(f"{phantom}/coefficients.nii")
k = image.shape[2] // 2
coefficients = np.asarray(image.dataobj[:, :, k])
mask = np.asarray(nibabel.load(f"{phantom}/mask.nii.gz").dataobj[:, :, k]) > 0

# %% Maps with standard deviations.
model = crbrt.Model(model_file)
maps = model.map(coefficients, mask=mask, sigma=sigma, fill=np.nan)
print(model, maps, sep="\n")
print(f"{np.mean(maps.status[mask] == 0):.1%} of the voxels are done, {np.mean(maps.is_atypical[mask]):.1%} are unlike the training data")

# %% How good can it be? The bound of the mean tissue at this noise, beside what the model says.
sequence = crbrt.Sequence.read(sequence_file)
tissue = {name: np.nanmedian(maps[name]) for name in maps}
tissue |= dict(exchange_hz=30, t2_semi_s=12e-6)
bound = crbrt.crb(sequence, tissue, basis=model.basis)
for name in maps:
    print(f"{name}: sqrt(CRB) {sigma * np.sqrt(bound[name]):.3g}, median standard deviation {np.nanmedian(maps.std[name]):.3g}")

# %% Least squares in a dozen voxels: does the physics explain them?
chosen = np.flatnonzero(mask)[:: max(1, mask.sum() // 12)][:12]
fits = crbrt.fit(coefficients.reshape(-1, model.info["n_coeff"])[chosen], sequence, model.basis, sigma=sigma)
freedom = 2 * model.info["n_coeff"] - 9
print("reduced chi-square of least squares:", np.round(fits.residual**2 / sigma**2 / freedom, 2))

# %% Pictures.
windows = {"m0_semi_frac": (0, 0.3), "t1_apparent_s": (0, 3), "t2_free_s": (0, 0.2)}
figure, axes = plt.subplots(2, len(windows), figsize=(11, 8), layout="constrained")
for column, (name, window) in enumerate(windows.items()):
    for row, values, limits in ((0, maps[name], window), (1, maps.std[name], (0, 0.2 * window[1]))):
        shown = axes[row, column].imshow(values.T, origin="lower", vmin=limits[0], vmax=limits[1])
        axes[row, column].set_axis_off()
        figure.colorbar(shown, ax=axes[row, column], shrink=0.8, label=f"{name} ({maps.units[name]})" + (", standard deviation" if row else ""))
figure.savefig(picture, dpi=80)
