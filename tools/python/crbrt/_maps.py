# SPDX-License-Identifier: Apache-2.0
"""What Model.map and fit return."""

from __future__ import annotations

from dataclasses import dataclass
from textwrap import TextWrapper
from typing import Any, Dict, Iterator, Mapping, Optional, TypeVar

import numpy as np
from numpy.typing import NDArray

from . import _crbrt

_Value = TypeVar("_Value")


class _ByName(Dict[str, _Value]):
    """A dict whose KeyError names the keys that there are, or says why there are none."""

    why_empty = "there are none"

    def __missing__(self, name: str) -> _Value:
        raise KeyError(f"expected one of {', '.join(self)}, found {name}" if self else f"{name}: {self.why_empty}")


def _status_table() -> str:
    """The values of status maps (tools/volume/status_value.h) that the module can give, a paragraph each."""
    lines = []
    for value, name, meaning in _crbrt.statuses:
        wrapper = TextWrapper(width=116, initial_indent=f"      {value}  {name:<18} ", subsequent_indent=" " * 28)
        lines.append(wrapper.fill(meaning))
    return "\n".join(lines)


@dataclass(frozen=True, eq=False)
class Maps(Mapping[str, NDArray[np.float32]]):
    """What was estimated: a mapping from the name of a quantity to its map.

    maps["t1_apparent_s"] is an array of the grid's shape (coefficients [x, y, z, R] give [x, y, z]; one voxel [R] gives an array
    without axes), float32 in SI units. list(maps) are the names, and for name, map in maps.items() goes through all of them.

    estimates: {name: map}, what maps[name] looks in
    units: {name: unit}: "s", "1/s", "rad/s", "1" for a fraction; of m0, |M0|, "units of the coefficients"
    std: {name: map} of the standard deviations, in the units of the estimates; empty where Model.map had no sigma. Of a model: of the
        error that is to be expected at this noise, the draw towards the prior included (docs/uncertainty.md); of a fit: from the Fisher matrix at
        the estimate
    status: uint8 map of what happened to each voxel:

{statuses}

      Model.map gives 0 to 4 and, with sigma, 9; fit gives 0, 1, 2 and 4 to 7; wanted are m0_semi_frac and the free pool's T1
      and T2. Use estimates where the status is 0, 7 or 9 and the voxel is not atypical; where it is 3, 5 or 6 look at them with care.
    atypicality: map of how unlike the training data a voxel is, a score without unit; None where the model has none, and for a fit
    is_atypical: bool map; None as atypicality. True where the score is above that of 99 % of the training data: with sigma, at the
        noise of this voxel; without sigma, at any noise of training, so that much that is odd at little noise passes. The status does
        not say it: tissue unlike that of training (for brain_v2, fluid with a T2 beyond 0.5 s) has status 0 and a wrong estimate
    residual: map of the norm of what a fit leaves of the coefficients, in their unit; None for Model.map. Of R coefficients,
        residual**2 / sigma**2 / (2 * R - n) is the reduced chi-square, with n = 9 unknowns for t1="apparent" and 10 for "separate"

    Where nothing was estimated (status 1, 2 or 4) all maps of numbers hold the fill value, 0 by default, and is_atypical is False.
    """

    estimates: dict[str, NDArray[np.float32]]
    units: dict[str, str]
    std: dict[str, NDArray[np.float32]]
    status: NDArray[np.uint8]
    atypicality: Optional[NDArray[np.float32]] = None
    is_atypical: Optional[NDArray[np.bool_]] = None
    residual: Optional[NDArray[np.float32]] = None

    def __getitem__(self, name: str) -> NDArray[np.float32]:
        return self.estimates[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.estimates)

    def __len__(self) -> int:
        return len(self.estimates)

    def __repr__(self) -> str:
        shape = "x".join(str(n) for n in self.status.shape) or "1 voxel"
        return f"<crbrt.Maps {shape}: " + ", ".join(f"{n} ({self.units[n]})" for n in self) + ">"


if Maps.__doc__:  # python3 -OO has none
    Maps.__doc__ = Maps.__doc__.replace("{statuses}", _status_table())


def maps_of(result: dict[str, Any]) -> Maps:
    """Of what C++ returns."""
    names = result.pop("names")
    estimates, units, std = (_ByName(zip(names, result.pop(key))) for key in ("estimates", "units", "std"))
    std.why_empty = "there are no standard deviations, because map() was called without sigma, the noise of the coefficients"
    return Maps(estimates, units, std, **result)
