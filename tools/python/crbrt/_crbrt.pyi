# SPDX-License-Identifier: Apache-2.0
# Types of the compiled part (tools/python/*.cpp), which the files beside this one wrap.
from typing import Any, Optional

import numpy as np
from numpy.typing import NDArray

__version__: str
parameters: tuple[str, ...]
quantities: list[tuple[str, str, str]]
statuses: list[tuple[int, str, str]]

class Error(ValueError): ...
class InputError(Error): ...
class DisagreementError(Error): ...

class Model:
    def __init__(self, path: str) -> None: ...
    def map(
        self,
        coefficients: NDArray[Any],
        mask: Optional[NDArray[Any]],
        sigma: Optional[float],
        order: str,
        threads: int,
        precision: str,
        fill: float,
    ) -> dict[str, Any]: ...
    def info(self) -> dict[str, Any]: ...
    def most_norm_over_sigma(self) -> Optional[float]: ...
    def basis(self) -> Optional[NDArray[Any]]: ...

class Sequence:
    name: str
    tr_s: float
    n_frame: int
    alpha_rad: list[NDArray[np.float64]]
    trf_s: list[NDArray[np.float64]]
    sha256: str
    def __init__(self, alpha_rad: list[list[float]], trf_s: list[list[float]], tr_s: float, name: str) -> None: ...
    @staticmethod
    def read(path: str, tr_s: Optional[float]) -> Sequence: ...

def simulate(
    sequence: Sequence, values: NDArray[np.float64], basis: Any, derivatives: bool
) -> tuple[NDArray[np.complex128], Optional[NDArray[np.complex128]]]: ...
def crb(sequence: Sequence, values: NDArray[np.float64], basis: Any, t1: str) -> dict[str, NDArray[np.float64]]: ...
def fit(
    coefficients: NDArray[Any],
    sequence: Sequence,
    basis: Any,
    prior: str,
    mask: Optional[NDArray[Any]],
    sigma: Optional[float],
    order: str,
    t1: str,
    starts: int,
    map_prior: bool,
    threads: int,
    fill: float,
) -> dict[str, Any]: ...
