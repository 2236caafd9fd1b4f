# SPDX-License-Identifier: Apache-2.0
"""crbrt.fit: nonlinear least squares of arrays."""

from __future__ import annotations

from os import fspath
from typing import Any, Optional

import numpy as np
from numpy.typing import NDArray

from . import _crbrt
from ._arguments import Basis, Path, count, number, optional_array, optional_number, path_or_array, text
from ._maps import Maps, maps_of
from ._sequence import Sequence, sequence_of


def fit(
    coefficients: NDArray[Any],
    sequence: Sequence,
    basis: Basis,
    prior: Optional[Path] = None,
    mask: Optional[NDArray[Any]] = None,
    sigma: Optional[float] = None,
    order: str = "coefficient_last",
    t1: Optional[str] = None,
    starts: int = 4,
    map_prior: bool = False,
    threads: int = 1,
    fill: float = 0.0,
) -> Maps:
    """Nonlinear least squares of all unknowns and M0 in every voxel: the gold standard (crbrt-fit). A call takes some seconds to simulate
    its starting points, and then some 20 ms a voxel.

    coefficients, mask, order, threads, fill: as for Model.map.
    sequence: with which the data were measured.
    basis: in which the coefficients are, a file (a .crbm, too) or an array [n_frame, n_coeff] with orthonormal columns, as
        Model.basis. The number of coefficients in a voxel must be n_coeff.
    prior: a JSON file (docs/file-formats.md) whose classes of tissue bound the fit and give its starting points; None: that of
        Zhang et al. 2022 (models/priors/paper.json, with finite ends).
    sigma: the noise, as for Model.map; without it standard deviations follow from each voxel's residual.
    t1: "apparent", where both pools relax with one T1, "separate", each with its own, or None: what the prior says.
    starts: runs of the solver in each voxel, the best of which counts. More of them miss the least residual less often, and take
        as many times longer.
    map_prior: maximum a posteriori: the Gaussians of the prior's first class count beside the data. Needs sigma, which decides how much.

    Returns Maps of every quantity that t1 determines, rates and times, and of m0 (|M0|), always with std, and with residual.
    Ctrl-C ends it between 256 voxels. Raises TypeError, ValueError and, for files, InputError.
    """
    if map_prior and sigma is None:
        raise ValueError("map_prior: expected sigma beside it, which decides how much the prior counts, found none")
    return maps_of(
        _crbrt.fit(
            np.asanyarray(coefficients),
            sequence_of(sequence),
            path_or_array(basis),
            "" if prior is None else fspath(prior),
            optional_array(mask),
            optional_number("sigma", sigma),
            text("order", order),
            "" if t1 is None else text("t1", t1),
            count("starts", starts),
            bool(map_prior),
            count("threads", threads),
            number("fill", fill),
        )
    )
