# SPDX-License-Identifier: Apache-2.0
"""Quantitative maps from low-rank MR-fingerprinting data: the runtime, the exact physics and the fits of crbrt on NumPy arrays.

    import crbrt
    model = crbrt.Model("brain_v2.crbm")
    maps = model.map(coefficients, mask=mask, sigma=0.02)       # coefficients [x, y, z, R], complex64
    maps["t1_apparent_s"], maps.std["t1_apparent_s"], maps.status

Maps are those of crbrt-map, bit for bit, in SI units; fits are by the code of crbrt-fit. What is wrong is an exception with the words of those
programs: crbrt.InputError (a file), crbrt.DisagreementError (model and data do not fit), both crbrt.Error and ValueError;
TypeError for arrays of other kinds of numbers.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from numbers import Integral, Real
from os import PathLike, fspath
from typing import Any, Iterator, Mapping, Optional, Sequence as SequenceOf, Union

import numpy as np
from numpy.typing import ArrayLike, NDArray

from . import _crbrt
from ._crbrt import DisagreementError, Error, InputError, __version__

__all__ = ["DisagreementError", "Error", "InputError", "Maps", "Model", "Sequence", "Simulation", "crb", "fit", "parameters", "simulate"]

#: The tissue parameters of a simulation, in the order of derivatives: SI units (docs/quantities.md).
parameters: tuple[str, ...] = _crbrt.parameters

Path = Union[str, "PathLike[str]"]
Basis = Union[Path, NDArray[Any]]


@dataclass(frozen=True)
class Maps(Mapping[str, NDArray[np.float32]]):
    """What was estimated: a mapping from the name of a quantity to its map, an array of the grid's shape in SI units.

    Voxels outside the mask, and those without an estimate, hold the fill value (0 by default) or, where the voxel has no signal, 0.
    """

    estimates: dict[str, NDArray[np.float32]]
    #: unit of each quantity, e.g. "s"; "1" for a fraction
    units: dict[str, str]
    #: standard deviation of each estimate; empty without sigma
    std: dict[str, NDArray[np.float32]]
    #: what happened to each voxel: 0 done, 1 not finite, 2 no signal, 3 outside the model's range, 4 not computed, 5 not
    #: converged, 6 and 7 at a bound of the prior (docs/mapping.md)
    status: NDArray[np.uint8]
    #: how unlike the training data a voxel is; None where the model has no such score
    atypicality: Optional[NDArray[np.float32]] = None
    #: whether the score is above what is typical for the voxel's noise
    is_atypical: Optional[NDArray[np.bool_]] = None
    #: norm of the residual of a fit
    residual: Optional[NDArray[np.float32]] = None

    def __getitem__(self, name: str) -> NDArray[np.float32]:
        try:
            return self.estimates[name]
        except KeyError:
            raise KeyError(f"expected one of {', '.join(self.estimates)}, found {name}") from None

    def __iter__(self) -> Iterator[str]:
        return iter(self.estimates)

    def __len__(self) -> int:
        return len(self.estimates)

    def __repr__(self) -> str:
        shape = "x".join(str(n) for n in self.status.shape) or "1 voxel"
        return f"<crbrt.Maps {shape}: " + ", ".join(f"{n} ({self.units[n]})" for n in self) + ">"


def _maps_of(result: dict[str, Any]) -> Maps:
    names = result.pop("names")
    estimates, units, std = result.pop("estimates"), result.pop("units"), result.pop("std")
    return Maps(dict(zip(names, estimates)), dict(zip(names, units)), dict(zip(names, std)), **result)


class Model:
    """A trained network, as a .crbm file holds it."""

    def __init__(self, path: Path) -> None:
        """Reads and checks the file. Raises InputError."""
        self._model = _crbrt.Model(fspath(path))
        self._info = self._model.info()

    @property
    def info(self) -> dict[str, Any]:
        """What the file says: name, sha256, outputs, units, ranges (below and above which a voxel is flagged), n_coeff, n_frame,
        tr_s, sequence_name, sequence_sha256, basis_sha256, snr (range of the training), has_std, has_atypicality, has_integers,
        has_forward_part, macs_per_voxel, licence."""
        return dict(self._info)

    @property
    def basis(self) -> Optional[NDArray[Any]]:
        """[n_frame, n_coeff] with orthonormal columns: coefficients are basis.conj().T @ signal. None where the file has none."""
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
        """Maps of all voxels, or of those of a mask.

        coefficients: complex64 or complex128, [..., R] or, with order="coefficient_first", [R, ...], of any strides; nothing is
            copied but batches. Their scale does not matter.
        mask: bool or integers of the grid's shape; where it is 0 nothing is computed.
        sigma: standard deviation of the noise of the real and of the imaginary part of a coefficient, in their unit. With it there
            are standard deviations, for models that predict them (DisagreementError otherwise).
        precision: "float", or "integer" for the integer form of models that have one; its results are the same bits on every CPU.
        fill: what maps hold outside the mask.
        The GIL is released, and results do not depend on the number of threads.
        """
        return _maps_of(
            self._model.map(
                np.asanyarray(coefficients),
                _optional_array(mask),
                None if sigma is None else _number("sigma", sigma),
                _text("order", order),
                _count("threads", threads),
                _text("precision", precision),
                _number("fill", fill),
            )
        )

    def __repr__(self) -> str:
        return f"<crbrt.Model {self._info['name']}: {', '.join(self._info['outputs'])} from {self._info['n_coeff']} coefficients>"


class Sequence:
    """A pulse sequence: cycles of rectangular pulses at a fixed repetition time, the first of which is the inversion."""

    def __init__(self, alpha_rad: ArrayLike, trf_s: ArrayLike, tr_s: float, name: str = "") -> None:
        """alpha_rad, trf_s: flip angles and durations, [pulse] or [cycle, pulse]. Raises ValueError."""
        self._sequence = _crbrt.Sequence(_rows("alpha_rad", alpha_rad), _rows("trf_s", trf_s), _number("tr_s", tr_s), name)

    @classmethod
    def read(cls, path: Path, tr_s: Optional[float] = None) -> "Sequence":
        """From JSON, or from MAT v7.3 or HDF5 with alpha and TRF, which carry no repetition time. Raises InputError."""
        sequence = cls.__new__(cls)
        sequence._sequence = _crbrt.Sequence.read(fspath(path), tr_s)
        return sequence

    @property
    def name(self) -> str:
        return self._sequence.name

    @property
    def tr_s(self) -> float:
        return self._sequence.tr_s

    @property
    def n_frame(self) -> int:
        """Echoes of all cycles."""
        return self._sequence.n_frame

    @property
    def alpha_rad(self) -> list[NDArray[np.float64]]:
        """Flip angles of each cycle."""
        return self._sequence.alpha_rad

    @property
    def trf_s(self) -> list[NDArray[np.float64]]:
        """Pulse durations of each cycle."""
        return self._sequence.trf_s

    @property
    def sha256(self) -> str:
        """What a model's sequence_sha256 is compared with."""
        return self._sequence.sha256

    def __repr__(self) -> str:
        return f"<crbrt.Sequence {self.name or 'without a name'}: {self.n_frame} frames, TR {1e3 * self.tr_s:g} ms>"


@dataclass(frozen=True)
class Simulation:
    """Fingerprints at M0 = 1."""

    #: [tissue, frame], or [tissue, coefficient] in a basis
    signal: NDArray[np.complex128]
    #: by each tissue parameter: [tissue, frame]; None unless asked for
    derivatives: Optional[dict[str, NDArray[np.complex128]]] = field(default=None)


def simulate(
    sequence: Sequence, tissues: Mapping[str, ArrayLike], derivatives: bool = True, basis: Optional[Basis] = None
) -> Simulation:
    """The exact periodic solution of the two-pool generalised Bloch model, with analytic derivatives.

    tissues: values of crbrt.parameters by name, numbers or arrays that broadcast, in SI units; omega0_rad_s is 0, b1_rel 1 and
        r1_semi_hz that of the free pool unless they are told. t1_free_s, t2_free_s and t1_apparent_s may stand for the rates.
    basis: a file (as --basis of the programs; a .crbm, too) or an array [frame, coefficient]: signals are then coefficients.
    """
    signal, jacobian = _crbrt.simulate(_sequence_of(sequence), _tissues(tissues), _basis(basis), derivatives)
    return Simulation(signal, None if jacobian is None else {name: jacobian[:, i] for i, name in enumerate(parameters)})


def crb(
    sequence: Sequence, tissues: Mapping[str, ArrayLike], basis: Optional[Basis] = None, t1: str = "apparent"
) -> dict[str, NDArray[np.float64]]:
    """The Cramér-Rao bound of every quantity: [tissue] variances in squared SI units for |M0| = sigma = 1; those at another noise
    are (sigma / |M0|)^2 times as large. All eight parameters (seven with one longitudinal relaxation time for both pools,
    t1="apparent") and the complex M0 are unknown."""
    return _crbrt.crb(_sequence_of(sequence), _tissues(tissues), _basis(basis), t1)


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

    coefficients, mask, order: as for Model.map. prior: a JSON file whose classes bound the fit (default: that of Zhang et al.
    2022). sigma: the noise; without it that of each voxel's residual. map_prior: maximum a posteriori with the prior's Gaussians.
    """
    return _maps_of(
        _crbrt.fit(
            np.asanyarray(coefficients),
            _sequence_of(sequence),
            _basis(basis),
            "" if prior is None else fspath(prior),
            _optional_array(mask),
            None if sigma is None else _number("sigma", sigma),
            _text("order", order),
            t1 or "",
            _count("starts", starts),
            map_prior,
            _count("threads", threads),
            _number("fill", fill),
        )
    )


def _number(name: str, value: Any) -> float:
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, Real):
        raise TypeError(f"{name}: expected one number, found {_described(value)}")
    return float(value)


def _count(name: str, value: Any) -> int:
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, Integral):
        raise TypeError(f"{name}: expected a whole number, found {_described(value)}")
    if value < 1:
        raise ValueError(f"{name}: expected 1 or more, found {value}")
    return int(value)


def _text(name: str, value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{name}: expected a text, found {_described(value)}")
    return value


def _described(value: Any) -> str:
    return f"an array of shape {value.shape}" if isinstance(value, np.ndarray) else f"{value!r:.40} ({type(value).__name__})"


def _sequence_of(sequence: Any) -> Any:
    if not isinstance(sequence, Sequence):
        raise TypeError(f"sequence: expected a crbrt.Sequence, as Sequence.read(path) gives it, found {_described(sequence)}")
    return sequence._sequence


def _optional_array(array: Optional[Any]) -> Optional[NDArray[Any]]:
    return None if array is None else np.asanyarray(array)


def _rows(name: str, values: ArrayLike) -> list[list[float]]:
    array: Any = values
    if np.ndim(array) == 0 or len(array) == 0:
        raise ValueError(f"{name}: expected [pulse] or [cycle, pulse], found {_described(values)}")
    if np.ndim(array[0]) == 0:
        array = [array]
    return [[float(x) for x in row] for row in array]


def _basis(basis: Optional[Basis]) -> Any:
    return fspath(basis) if isinstance(basis, (str, PathLike)) else basis


#: A time, and the rates that it stands for.
_times: dict[str, SequenceOf[str]] = {
    "t1_free_s": ("r1_free_hz",),
    "t1_semi_s": ("r1_semi_hz",),
    "t2_free_s": ("r2_free_hz",),
    "t1_apparent_s": ("r1_free_hz", "r1_semi_hz"),
}


def _tissues(tissues: Mapping[str, ArrayLike]) -> NDArray[np.float64]:
    given: dict[str, NDArray[np.float64]] = {}
    if not isinstance(tissues, Mapping):
        raise TypeError(f"tissues: expected values by name, as {{'t1_free_s': 1.0}}, found {_described(tissues)}")
    for name, value in tissues.items():
        rates = _times.get(name)
        if rates is None and name not in parameters:
            raise ValueError(f"tissues: expected {', '.join((*parameters, *_times))}, found {name}")
        with np.errstate(divide="ignore"):
            number = np.asarray(value, dtype=np.float64)
            for parameter in rates or (name,):
                if parameter in given:
                    raise ValueError(f"tissues: expected {parameter} once, found it again as {name}")
                given[parameter] = 1 / number if rates else number
    given.setdefault("omega0_rad_s", np.zeros(()))
    given.setdefault("b1_rel", np.ones(()))
    if "r1_free_hz" in given:
        given.setdefault("r1_semi_hz", given["r1_free_hz"])
    missing = [name for name in parameters if name not in given]
    if missing:
        raise ValueError(f"tissues: expected {', '.join(missing)}, found none")
    columns = np.broadcast_arrays(*(given[name] for name in parameters))
    return np.stack([np.ravel(column) for column in columns], axis=1)
