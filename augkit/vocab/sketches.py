"""Sketches: short vectors by which nearly equal pictures, sounds and texts are found; see ``Target.sketch``."""

from __future__ import annotations

import zlib
from collections.abc import Sequence

import numpy as np

GRID = 16
"""Cells along each side of what is sketched in two dimensions."""

_BANDS, _SHINGLE, _BUCKETS = 24, 4, 512
_WINDOW = 512


def of_grid(values: np.ndarray, cells: int = GRID) -> np.ndarray | None:
    """Means of (h, w) over ``cells`` x ``cells`` places, without their mean, at length 1; None where all are equal."""
    rows = _pooled(np.asarray(values, dtype=np.float64), cells)
    return unit(_pooled(rows.T, cells).ravel())


def of_sound(samples: np.ndarray) -> np.ndarray | None:
    """Loudness in dB of (n,) samples over bands and moments; None for silence."""
    hop = max(_WINDOW // 2, len(samples) // (8 * GRID))
    starts = np.arange(0, max(1, len(samples) - _WINDOW + 1), hop)
    padded = np.pad(np.asarray(samples, dtype=np.float64), (0, _WINDOW))
    frames = padded[starts[:, None] + np.arange(_WINDOW)] * np.hanning(_WINDOW)
    power = np.abs(np.fft.rfft(frames, axis=1)) ** 2
    peak = power.max()
    if peak <= 0:
        return None
    edges = np.unique(np.geomspace(1, power.shape[1] - 1, _BANDS + 1).round().astype(int))
    bands = np.add.reduceat(power[:, : edges[-1]], edges[:-1], axis=1)
    return of_grid(10 * np.log10(np.maximum(bands / peak, 1e-6)), GRID)


def of_text(string: str) -> np.ndarray | None:
    """How often which pieces of four characters occur, case, spaces and punctuation aside; None for shorter texts."""
    plain = "".join(letter for letter in string.casefold() if letter.isalnum())
    if len(plain) < _SHINGLE:
        return None
    pieces = (plain[at : at + _SHINGLE] for at in range(len(plain) - _SHINGLE + 1))
    counts = np.bincount([zlib.crc32(piece.encode()) % _BUCKETS for piece in pieces], minlength=_BUCKETS)
    return unit(counts.astype(np.float64), centred=False)


def unit(values: Sequence[float] | np.ndarray, centred: bool = True) -> np.ndarray | None:
    """The vector at length 1, float32; None where nothing is left of it."""
    vector = np.asarray(values, dtype=np.float64)
    if centred:
        vector = vector - vector.mean()
    length = float(np.sqrt((vector**2).sum()))
    if not np.isfinite(length) or length < 1e-9 * max(1.0, float(np.abs(values).max())) * len(vector):
        return None
    return np.asarray(vector / length, dtype=np.float32)


def _pooled(values: np.ndarray, cells: int) -> np.ndarray:
    """Means of the rows of (n, m) over ``cells`` stretches of equal length; of fewer rows some are repeated."""
    count = len(values)
    starts = np.arange(cells) * count // cells
    if count < cells:
        return values[starts]
    sums: np.ndarray = np.add.reduceat(values, starts, axis=0)
    return sums / np.diff(np.append(starts, count))[:, None]
