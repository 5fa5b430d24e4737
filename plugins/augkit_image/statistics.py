"""Mean and standard deviation of images that do not fit in memory together."""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np

from augkit.errors import DataError
from augkit_image.border import Array

_LEVELS = np.arange(256)


def mean_and_std(images: Iterable[Array]) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Of each channel over all pixels of all ``images`` (h, w, c), as fractions of the range.

    Levels are counted, so the result does not depend on the order of uint8 images. DataError: no image, images of
    different channels, a channel that is the same everywhere.
    """
    parts = [_moments(image) for image in images]
    if not parts:
        raise DataError("no image to measure mean and std on.")
    counts = {part.shape[1] for part in parts}
    if len(counts) > 1:
        raise DataError(f"images of {' and '.join(map(str, sorted(counts)))} channels cannot be measured together.")
    total, first, second = ([math.fsum(channel) for channel in row] for row in np.stack(parts, axis=-1).tolist())
    means = tuple(s / n for n, s in zip(total, first, strict=True))
    spread = [q / n - m * m for n, q, m in zip(total, second, means, strict=True)]
    if min(spread) < 1e-14:
        raise DataError(f"channel {spread.index(min(spread))} is the same in every pixel: no std to divide by.")
    return means, tuple(math.sqrt(variance) for variance in spread)


def _moments(image: Array) -> Array:
    """Count, sum and sum of squares of each channel: (3, c) float64."""
    pixels = image.reshape(-1, image.shape[2])
    if image.dtype == np.uint8:
        counts = np.stack([np.bincount(channel, minlength=256) for channel in pixels.T], axis=1)
        levels = _LEVELS[:, None]
        sums, squares = (counts * levels).sum(axis=0) / 255, (counts * levels**2).sum(axis=0) / 255**2
    else:
        values = pixels.astype(np.float64)
        sums, squares = values.sum(axis=0), np.square(values).sum(axis=0)
    return np.stack([np.full(image.shape[2], float(len(pixels))), sums, squares])
