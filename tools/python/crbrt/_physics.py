# SPDX-License-Identifier: Apache-2.0
"""crbrt.simulate and crbrt.crb: the exact physics of tissues in arrays of any shape."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Callable, Mapping, Optional, Tuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from . import _crbrt
from ._arguments import Basis, described, path_or_array, text
from ._sequence import Sequence, sequence_of

parameters: Tuple[str, ...] = _crbrt.parameters

_Function = TypeVar("_Function", bound=Callable[..., Any])

#: A time, and the rates that it stands for.
_times: dict[str, tuple[str, ...]] = {
    "t1_free_s": ("r1_free_hz",),
    "t1_semi_s": ("r1_semi_hz",),
    "t2_free_s": ("r2_free_hz",),
    "t1_apparent_s": ("r1_free_hz", "r1_semi_hz"),
}


def _with_quantities(function: _Function) -> _Function:
    """Puts the table of quantities (physics/quantity.h) into the docstring."""
    rows = [
        f"        {key:<14} {unit:<6} {meaning}" for key, unit, meaning in _crbrt.quantities if key in parameters or key in _times
    ]
    if function.__doc__:  # python3 -OO has none
        function.__doc__ = function.__doc__.replace("{quantities}", "\n".join(rows).strip())
    return function


@dataclass(frozen=True)
class Simulation:
    """Fingerprints at M0 = 1, without noise. [...] is the shape to which the tissues' values broadcast: none for single numbers.

    signal: complex128, [..., n_frame] or, in a basis, [..., n_coeff] coefficients; in units of M0
    derivatives: {name of each of crbrt.parameters: complex128 of the shape of signal}, the derivative by that parameter in its unit, as
        1 / (1/s) for r1_free_hz; None unless they were asked for
    """

    signal: NDArray[np.complex128]
    derivatives: Optional[dict[str, NDArray[np.complex128]]] = None

    def __repr__(self) -> str:
        with_what = "without derivatives" if self.derivatives is None else f"derivatives by {', '.join(self.derivatives)}"
        return f"<crbrt.Simulation: signal {self.signal.shape}, {with_what}>"


@_with_quantities
def simulate(
    sequence: Sequence, tissues: Mapping[str, Any], derivatives: bool = True, basis: Optional[Basis] = None
) -> Simulation:
    """Fingerprints: the exact periodic solution of the two-pool generalised Bloch model, with analytic derivatives.

    sequence: a Sequence.
    tissues: {name: value} in SI units; values are numbers or arrays, which broadcast as NumPy's do: shapes (2, 1) and (3,) give
        signals of shape (2, 3, n_frame), single numbers a signal of shape (n_frame,). The names:

        {quantities}

        omega0_rad_s is 0, b1_rel 1 and r1_semi_hz that of the free pool unless they are told; a time stands for its rate (one of both),
        t1_apparent_s for both r1_free_hz and r1_semi_hz. crbrt.parameters are the names without those of times.
    derivatives: whether to make those by all of crbrt.parameters.
    basis: a file (a .crbm, too) or an array [n_frame, n_coeff] with orthonormal columns, as Model.basis: signals are then
        coefficients.

    Raises ValueError, which counts tissues from 0 through that shape, the last axis fastest, and InputError for a file. Values that no
    tissue has, as times in milliseconds, are warned of (UserWarning).
    """
    exact = sequence_of(sequence)
    values, shape = _tissues(tissues)
    signal, jacobian = _crbrt.simulate(exact, values, path_or_array(basis), derivatives)
    n = signal.shape[1]
    of_parameter = None
    if jacobian is not None:
        of_parameter = {name: jacobian[:, i].reshape(*shape, n) for i, name in enumerate(parameters)}
    return Simulation(signal.reshape(*shape, n), of_parameter)


def crb(
    sequence: Sequence, tissues: Mapping[str, Any], basis: Optional[Basis] = None, t1: str = "apparent"
) -> dict[str, NDArray[np.float64]]:
    """The Cramér-Rao bound: the least variance of every quantity that an unbiased estimate can have.

    sequence, tissues, basis: as for simulate.
    t1: "apparent", where both pools relax with one unknown T1 (t1_apparent_s), or "separate", each with its own. All other
        parameters and the complex M0 are unknown, too.

    Returns {name of the quantity: variances in squared SI units}, float64 of the shape to which the tissues' values broadcast
    (without axes for single numbers), for |M0| = sigma = 1, where sigma is the noise of each real and imaginary part. At another noise
    they are (sigma / |M0|)**2 times as large: sigma / abs_m0 * np.sqrt(bound["t1_apparent_s"]) is a standard deviation in seconds.

    Raises ValueError, and InputError for a file.
    """
    exact = sequence_of(sequence)
    values, shape = _tissues(tissues)
    bound = _crbrt.crb(exact, values, path_or_array(basis), text("t1", t1))
    return {name: variance.reshape(shape) for name, variance in bound.items()}


def _tissues(tissues: Mapping[str, Any]) -> tuple[NDArray[np.float64], tuple[int, ...]]:
    """[tissue, parameter], and the shape to which the values broadcast. Raises TypeError, ValueError."""
    given: dict[str, NDArray[np.float64]] = {}
    said_by: dict[str, str] = {}
    if not isinstance(tissues, Mapping):
        raise TypeError(f"tissues: expected values by name, as {{'t1_free_s': 1.0}}, found {described(tissues)}")
    for name, value in tissues.items():
        rates = _times.get(name)
        if rates is None and name not in parameters:
            raise ValueError(f"tissues: expected {', '.join((*parameters, *_times))}, found {name}")
        with np.errstate(divide="ignore"):
            number = np.asarray(value, dtype=np.float64)
            for parameter in rates or (name,):
                if parameter in given:
                    raise ValueError(f"tissues: expected {parameter} once, found it as {said_by[parameter]} and as {name}")
                given[parameter] = 1 / number if rates else number
                said_by[parameter] = name
    given.setdefault("omega0_rad_s", np.zeros(()))
    given.setdefault("b1_rel", np.ones(()))
    if "r1_free_hz" in given:
        given.setdefault("r1_semi_hz", given["r1_free_hz"])
    missing = [name for name in parameters if name not in given]
    if missing:
        raise ValueError(f"tissues: expected {', '.join(missing)}, found none")
    try:
        columns = np.broadcast_arrays(*(given[name] for name in parameters))
    except ValueError:
        shapes = ", ".join(f"{name} {np.shape(value)}" for name, value in tissues.items() if np.shape(value))
        raise ValueError(f"tissues: expected shapes that broadcast to one, found {shapes}") from None
    if columns[0].size == 0:
        raise ValueError(f"tissues: expected one or more, found the shape {columns[0].shape}")
    return np.stack([np.ravel(column) for column in columns], axis=1), columns[0].shape
