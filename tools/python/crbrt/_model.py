# SPDX-License-Identifier: Apache-2.0
"""crbrt.Model: a trained network on arrays."""

from __future__ import annotations

from os import fspath
from typing import Any, Optional
from warnings import warn

import numpy as np
from numpy.typing import NDArray

from . import _crbrt
from ._arguments import Path, count, number, optional_array, optional_number, text
from ._maps import Maps, maps_of


class Model:
    """A trained network, as a .crbm file holds it: Model(path).map(coefficients) makes maps."""

    def __init__(self, path: Path) -> None:
        """Reads and checks the file. Raises InputError."""
        self._model = _crbrt.Model(fspath(path))
        self._info = self._model.info()

    @property
    def info(self) -> dict[str, Any]:
        """What the file says, by name:

        name, licence: texts
        outputs: names of the quantities that are estimated; units: {output: SI unit}
        ranges: {output: (least, largest)}, beyond which a voxel has status 3
        n_coeff, n_frame, tr_s: coefficients R of a voxel, frames (echoes) of the sequence, repetition time in seconds
        snr: (least, largest) |M0| / sigma of the training data
        sequence_name, sequence_sha256: the sequence; compare with Sequence.sha256
        basis_sha256: of the basis; sha256: of the model itself
        has_std, has_atypicality: whether the model predicts standard deviations and scores voxels
        has_integers, has_forward_part: whether precision="integer" is possible; whether it simulates, too
        macs_per_voxel: multiplications of a voxel
        """
        return dict(self._info)

    @property
    def basis(self) -> Optional[NDArray[Any]]:
        """[n_frame, n_coeff], float64 or complex128, with orthonormal columns: coefficients are signal @ basis.conj() for signals
        [..., n_frame]. None where the file has none."""
        return self._model.basis()

    def map(
        self,
        coefficients: NDArray[Any],
        mask: Optional[NDArray[Any]] = None,
        sigma: Optional[float] = None,
        order: str = "coefficient_last",
        threads: int = 1,
        precision: str = "float",
        fill: float = 0.0,
    ) -> Maps:
        """Maps of all voxels, or of those of a mask: arrays of the grid's shape, that of the coefficients without R.

        coefficients: complex64 or complex128, [..., R] or, with order="coefficient_first", [R, ...], of any strides; nothing is
            copied but batches. Their scale does not matter.
        mask: bool or integers of the grid's shape; where it is 0 nothing is computed. Leave the background out: noise alone is mapped,
            too, and most of it has status 0.
        sigma: standard deviation of the noise of the real and of the imaginary part of a coefficient, in their unit, a number from
            1.2e-38 to 3.4e38. With it there are standard deviations, for models that predict them (DisagreementError otherwise);
            without it there are none. A sigma that makes the data far better than those of training is warned of (UserWarning):
            standard deviations are then those of the least noise of training.
        threads: how many work; results do not depend on it. The GIL is released.
        precision: "float", or "integer" for the integer form of models that have one; its results are the same bits on every CPU.
        fill: what all maps of numbers hold where nothing was estimated, which is outside the mask and where there is no signal or
            no number (status 4, 2 and 1): 0, np.nan or any other number.

        Raises TypeError, ValueError and, where the model lacks what is asked of it, DisagreementError.
        """
        array = np.asanyarray(coefficients)
        maps = maps_of(
            self._model.map(
                array,
                optional_array(mask),
                optional_number("sigma", sigma),
                text("order", order),
                count("threads", threads),
                text("precision", precision),
                number("fill", fill),
            )
        )
        if sigma is not None:
            self._warn_of_little_noise(array, order, float(sigma), maps)
        return maps

    def _warn_of_little_noise(self, coefficients: NDArray[Any], order: str, sigma: float, maps: Maps) -> None:
        """By the median of a few thousand voxels: one in a wrong unit is off by much."""
        most = self._model.most_norm_over_sigma()
        status = maps.status.reshape(-1)
        chosen = np.arange(0, status.size, max(1, status.size // 65536))
        chosen = chosen[np.isin(status[chosen], (0, 3, 9))][:4096]
        if most is None or chosen.size == 0:
            return
        voxels = np.moveaxis(coefficients, -1 if order == "coefficient_last" else 0, -1)
        norms = np.linalg.norm(voxels[np.unravel_index(chosen, maps.status.shape)] if maps.status.ndim else voxels[None], axis=-1)
        found = float(np.median(norms)) / sigma
        if found > 2 * most:
            warn(
                f"sigma: expected a noise at which ||c|| / sigma is at most {most:.3g}, as in training, found {found:.3g} in the median "
                f"voxel; standard deviations are those of {most:.3g}",
                stacklevel=3,
            )

    def __repr__(self) -> str:
        return f"<crbrt.Model {self._info['name']}: {', '.join(self._info['outputs'])} from {self._info['n_coeff']} coefficients>"
