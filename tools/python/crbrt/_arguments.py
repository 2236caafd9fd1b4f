# SPDX-License-Identifier: Apache-2.0
"""What is wrong about a single argument, in words that name it: as C++ would only say that no overload fits."""

from __future__ import annotations

from numbers import Integral, Real
from os import PathLike, fspath
from typing import Any, Optional, Union

import numpy as np
from numpy.typing import NDArray

Path = Union[str, "PathLike[str]"]
Basis = Union[str, "PathLike[str]", NDArray[Any]]


def described(value: Any) -> str:
    """The value as errors show it: short."""
    return f"an array of shape {value.shape}" if isinstance(value, np.ndarray) else f"{value!r:.40} ({type(value).__name__})"


def number(name: str, value: Any) -> float:
    """One real number. Raises TypeError."""
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, Real):
        raise TypeError(f"{name}: expected one number, found {described(value)}")
    return float(value)


def optional_number(name: str, value: Any) -> Optional[float]:
    """None, or one real number. Raises TypeError."""
    return None if value is None else number(name, value)


def count(name: str, value: Any) -> int:
    """A whole number from 1 on. Raises TypeError, ValueError."""
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, Integral):
        raise TypeError(f"{name}: expected a whole number, found {described(value)}")
    if value < 1:
        raise ValueError(f"{name}: expected 1 or more, found {value}")
    return int(value)


def text(name: str, value: Any) -> str:
    """A str. Raises TypeError."""
    if not isinstance(value, str):
        raise TypeError(f"{name}: expected a text, found {described(value)}")
    return value


def optional_array(array: Optional[Any]) -> Optional[NDArray[Any]]:
    """None, or whatever NumPy makes of it, without a copy of an array."""
    return None if array is None else np.asanyarray(array)


def path_or_array(basis: Optional[Basis]) -> Any:
    """A path as a str; all else as it is."""
    return fspath(basis) if isinstance(basis, (str, PathLike)) else basis
