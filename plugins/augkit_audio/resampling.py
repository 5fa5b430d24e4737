"""Resampling by soxr (the SoX resampler library, high quality): the same sound at another rate."""

from __future__ import annotations

import math

import numpy as np

from augkit.errors import MissingDependency

_AROUND = 0.05
"""Seconds round a part that its first and last samples are computed from; soxr's filter is shorter."""


def resampled(samples: np.ndarray, rate: int, wanted: int, before: int = 0, count: int | None = None) -> np.ndarray:
    """(channels, n) float32 at ``wanted`` Hz, ceil(n · wanted / rate) long; of the ``count`` that follow ``before``.

    Sample 0 stays where it is in time. Beyond the ends there is silence.
    """
    try:
        import soxr
    except ImportError as error:
        raise MissingDependency("resampling needs soxr. Install it: pip install 'augkit[audio]'") from error
    count = samples.shape[1] - before if count is None else count
    made = soxr.resample(samples.T.copy(), rate, wanted, quality="HQ")
    skipped, length = before * wanted // rate, -(-count * wanted // rate)
    out = np.zeros((len(samples), length), dtype=np.float32)
    there = made[skipped : skipped + length].T
    out[:, : there.shape[1]] = there
    return out


def margins(rate: int, wanted: int, before: int, after: int) -> tuple[int, int]:
    """How many samples round a part to read too, of as many as there are; those before are whole samples at ``wanted``
    Hz, so that the part begins on one.
    """
    if rate == wanted:
        return 0, 0
    step = rate // math.gcd(rate, wanted)
    around = -(-round(_AROUND * rate) // step) * step
    return min(around, before // step * step), min(around, after)


def played(samples: np.ndarray, speed: float) -> np.ndarray:
    """``samples`` (channels, n) float32 played ``speed`` times as fast: (channels, about n / speed), without delay."""
    import soxr

    # soxr reads strides by the book, which the transpose of a single sample does not go by: a copy does.
    return np.ascontiguousarray(soxr.resample(samples.T.copy(), speed, 1.0, quality="HQ").T)
