"""Resampling with soxr."""

from __future__ import annotations

import numpy as np
import soxr


def resampled(samples: np.ndarray, speed: float) -> np.ndarray:
    """``samples`` (channels, n) float32 played ``speed`` times as fast: (channels, about n / speed), without delay."""
    return np.ascontiguousarray(soxr.resample(np.ascontiguousarray(samples.T), speed, 1.0, quality="HQ").T)
