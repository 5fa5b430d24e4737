"""What lies outside the image: the fill colour, or the image continued."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np

Array = np.ndarray[Any, Any]
Fill = float | Sequence[float]

BORDERS = {
    "constant": cv2.BORDER_CONSTANT,
    "reflect": cv2.BORDER_REFLECT,
    "replicate": cv2.BORDER_REPLICATE,
    "wrap": cv2.BORDER_WRAP,
}


def folded(index: Array, count: int, border: str) -> Array:
    """Pixel numbers inside ``0..count-1`` that stand for ``index``, which may lie outside (not for ``constant``)."""
    if border == "wrap":
        return np.mod(index, count)
    if border == "reflect":
        index = np.mod(index, 2 * count)
        return np.minimum(index, 2 * count - 1 - index)
    return np.clip(index, 0, count - 1)


def fill_pixel(fill: Fill, image: Array) -> Array:
    """``fill`` as one pixel of ``image``: shape ``image.shape[2:]``, its dtype, rounded for integers.

    ValueError when the number of values is neither 1 nor the number of channels, or a value does not fit the dtype.
    """
    values = np.asarray(fill)
    shape, dtype = image.shape[2:], image.dtype
    if values.size != 1 and values.shape != shape:
        channels = image.shape[2] if image.ndim > 2 else 1
        raise ValueError(
            f"fill {fill!r} has {values.size} values for {channels} channels; give one number or {channels}"
        )
    if dtype.kind in "iub":
        values = np.rint(values) if values.dtype.kind == "f" else values
        low, high = (0, 1) if dtype.kind == "b" else (np.iinfo(dtype).min, np.iinfo(dtype).max)
        if not (low <= values.min() and values.max() <= high):
            raise ValueError(f"fill {fill!r} does not fit {dtype} pixels ({low} to {high})")
    return np.broadcast_to(values.astype(dtype).reshape(shape if values.size > 1 else ()), shape)
