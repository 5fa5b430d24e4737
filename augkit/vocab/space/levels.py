"""Depth of colour at the door: 16 bits are float32 inside, and 16 bits again on the way out."""

from __future__ import annotations

from typing import Any

import numpy as np

_WHITE = 65535


def as_pixels(pixels: np.ndarray) -> np.ndarray:
    """uint16 as float32 within [0, 1], which holds every one of its levels; all else as it is."""
    return pixels.astype(np.float32) / np.float32(_WHITE) if pixels.dtype == np.uint16 else pixels


def as_given(pixels: np.ndarray, dtype: np.dtype[Any]) -> np.ndarray:
    """The reverse: rounded to the nearest level where uint16 was given. Pixels untouched come back as they were."""
    if dtype != np.uint16 or pixels.dtype != np.float32:
        return pixels
    return np.asarray(np.rint(np.clip(pixels, 0.0, 1.0).astype(np.float64) * _WHITE), dtype=np.uint16)
