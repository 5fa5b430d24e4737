"""Filters of second order, run forwards and backwards: what they do to each frequency is done twice by half, and no
frequency is delayed.

Coefficients by Robert Bristow-Johnson's "Cookbook formulae for audio equalizer biquad filter coefficients".
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from augkit_audio.recursion import four, mirrored, run_both_ways

_BUTTERWORTH = math.sqrt(0.5)
_TWICE = (math.sqrt(2) - 1) ** 0.25
"""A Butterworth filter run twice is 3 dB down where once it is this fraction of an octave's tangent further."""
_RINGING_DB = 100.0
_LONGEST = 4.0
"""Seconds of ringing that are waited for at most, at either end."""

Band = tuple[str, float, float, float]
"""Shape, Hz, dB (shelves, peaks), Q (peaks)."""


def filtered(samples: np.ndarray, rate: int, bands: Sequence[Band]) -> np.ndarray:
    """``samples`` (channels, n) float32 through all ``bands``, both ways. Beyond its ends a clip goes on mirrored."""
    sections = np.array([section(band, rate) for band in bands])
    wait = min(max(map(_ringing, sections)), round(_LONGEST * rate))
    fours = [four(sections[begin : begin + 4]) for begin in range(0, len(sections), 4)]
    out = np.empty(samples.shape, np.float32)
    wide = np.empty(samples.shape[1] + 2 * wait)
    for channel, row in zip(out, np.ascontiguousarray(samples), strict=True):
        mirrored(row, wait, wide)
        for group in fours:
            run_both_ways(group, wide)
        channel[:] = wide[wait : wait + samples.shape[1]]
    return out


def _ringing(section: np.ndarray) -> int:
    """Samples until what rings on has fallen by 100 dB: by the pole nearest to the unit circle."""
    a1, a2 = float(section[4]), float(section[5])
    inside = a1 * a1 - 4 * a2
    slowest = math.sqrt(a2) if inside < 0 else (abs(a1) + math.sqrt(inside)) / 2
    return math.ceil(_RINGING_DB / 20 * math.log(10) / max(-math.log(max(slowest, 1e-3)), 1e-9))


def section(band: Band, rate: int) -> tuple[float, ...]:
    """One pass of a band: b0 b1 b2 1 a1 a2. What begins above half of the rate leaves all, or raises all alike."""
    shape, hz, db, q = band
    if hz >= rate / 2:
        gain = 10 ** (db / 40) if shape == "low_shelf" else 1.0
        return (gain, 0.0, 0.0, 1.0, 0.0, 0.0)
    if shape in ("low_pass", "high_pass"):
        return _pass(shape, math.tan(math.pi * hz / rate))
    return _boost(shape, 2 * math.pi * hz / rate, 10 ** (db / 80), q)


def _pass(shape: str, k: float) -> tuple[float, ...]:
    k = k / _TWICE if shape == "low_pass" else k * _TWICE
    norm = 1 + k / _BUTTERWORTH + k * k
    a1, a2 = 2 * (k * k - 1) / norm, (1 - k / _BUTTERWORTH + k * k) / norm
    b = k * k / norm if shape == "low_pass" else 1 / norm
    return (b, 2 * b if shape == "low_pass" else -2 * b, b, 1.0, a1, a2)


def _boost(shape: str, w: float, a: float, q: float) -> tuple[float, ...]:
    cos, alpha = math.cos(w), math.sin(w) / (2 * q)
    if shape == "peak":
        return _normalized(1 + alpha * a, -2 * cos, 1 - alpha * a, 1 + alpha / a, -2 * cos, 1 - alpha / a)
    side = 1 if shape == "low_shelf" else -1
    up, down, edge = a + 1, a - 1, 2 * math.sqrt(a) * alpha
    return _normalized(
        a * (up - side * down * cos + edge),
        side * 2 * a * (down - side * up * cos),
        a * (up - side * down * cos - edge),
        up + side * down * cos + edge,
        -side * 2 * (down + side * up * cos),
        up + side * down * cos - edge,
    )


def _normalized(b0: float, b1: float, b2: float, a0: float, a1: float, a2: float) -> tuple[float, ...]:
    return (b0 / a0, b1 / a0, b2 / a0, 1.0, a1 / a0, a2 / a0)
