# SPDX-License-Identifier: Apache-2.0
"""crbrt.Sequence: a pulse train from arrays or a file."""

from __future__ import annotations

from os import fspath
from typing import Any, Optional

import numpy as np
from numpy.typing import ArrayLike, NDArray

from . import _crbrt
from ._arguments import Path, described, number, optional_number, text


class Sequence:
    """A pulse sequence: cycles of balanced rectangular pulses at one fixed repetition time.

    The first pulse of each cycle is the inversion, between crusher gradients. Each cycle repeats until its signal is periodic, and
    the signals of the cycles follow each other: every pulse, the inversion too, has one frame. Sequence(alpha_rad, trf_s, tr_s)
    makes one of arrays, Sequence.read(path) reads one.
    """

    def __init__(self, alpha_rad: ArrayLike, trf_s: ArrayLike, tr_s: float, name: str = "") -> None:
        """alpha_rad: nominal flip angles in radians (at b1_rel = 1), [pulse] or [cycle, pulse], from 0 to 30; [0] is the inversion.
        trf_s: durations of the pulses in seconds, of the same shape, above 0 and below tr_s, at most 0.1.
        tr_s: repetition time in seconds, from one pulse to the next; at most 1.
        name: for people.
        Cycles may differ in length: then both are lists of arrays. Raises ValueError and TypeError.
        """
        self._sequence = _crbrt.Sequence(
            _rows("alpha_rad", alpha_rad), _rows("trf_s", trf_s), number("tr_s", tr_s), text("name", name)
        )

    @classmethod
    def read(cls, path: Path, tr_s: Optional[float] = None) -> "Sequence":
        """From JSON ({"name", "tr_s", "alpha_rad": [[...], ...], "trf_s": [[...], ...]}, an array a cycle), or from MAT v7.3 or HDF5
        with alpha and TRF, [cycle, pulse] as HDF5 shows them, which carry no repetition time: then tr_s (seconds) is needed. Raises
        InputError."""
        sequence = cls.__new__(cls)
        sequence._sequence = _crbrt.Sequence.read(fspath(path), optional_number("tr_s", tr_s))
        return sequence

    @property
    def name(self) -> str:
        """For people; empty where there is none."""
        return self._sequence.name

    @property
    def tr_s(self) -> float:
        """Repetition time in seconds."""
        return self._sequence.tr_s

    @property
    def n_frame(self) -> int:
        """Frames (echoes) of all cycles: as many as there are pulses."""
        return self._sequence.n_frame

    @property
    def alpha_rad(self) -> list[NDArray[np.float64]]:
        """Nominal flip angles in radians: an array [pulse] of each cycle."""
        return self._sequence.alpha_rad

    @property
    def trf_s(self) -> list[NDArray[np.float64]]:
        """Pulse durations in seconds: an array [pulse] of each cycle."""
        return self._sequence.trf_s

    @property
    def sha256(self) -> str:
        """What a model's info["sequence_sha256"] is compared with: of angles, durations and repetition time."""
        return self._sequence.sha256

    def __repr__(self) -> str:
        return f"<crbrt.Sequence {self.name or 'without a name'}: {self.n_frame} frames, TR {1e3 * self.tr_s:g} ms>"


def sequence_of(sequence: Any) -> _crbrt.Sequence:
    """What C++ takes. Raises TypeError."""
    if not isinstance(sequence, Sequence):
        raise TypeError(f"sequence: expected a crbrt.Sequence, as Sequence.read(path) gives it, found {described(sequence)}")
    return sequence._sequence


def _rows(name: str, values: ArrayLike) -> list[list[float]]:
    """Cycle by cycle: they need not be of one length. Raises ValueError."""
    try:
        rows: list[Any] = list(values)  # type: ignore[arg-type]
    except TypeError:
        rows = []
    if not rows:
        raise ValueError(f"{name}: expected [pulse] or [cycle, pulse], found {described(values)}")
    if np.ndim(rows[0]) == 0:
        rows = [rows]
    try:
        return [[float(x) for x in row] for row in rows]
    except (TypeError, ValueError):
        raise ValueError(f"{name}: expected numbers, [pulse] or [cycle, pulse], found {described(values)}") from None
