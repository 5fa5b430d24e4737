"""Pictures of half the size, each pixel the mean of four: the cheap way to reduce without skipping pixels."""

from __future__ import annotations

import cv2

from augkit_image.border import Array
from augkit_image.solid import solid

_SAFE_REDUCTION = 2.5


def halvings(scale: float) -> int:
    """How often to halve before a resampling by ``scale``, so that what is left reduces by 2.5 at most."""
    count = 0
    while scale * 2**count * _SAFE_REDUCTION < 1:
        count += 1
    return count


def halved(image: Array, factor_y: int, factor_x: int) -> Array:
    """``image`` reduced by powers of two along each side; its sides are multiples of them."""
    while factor_y > 1 or factor_x > 1:
        step_y, step_x = min(factor_y, 2), min(factor_x, 2)
        height, width = image.shape[0] // step_y, image.shape[1] // step_x
        # Along one side alone OpenCV averages slowly; interpolating halfway between two pixels is their mean too.
        code = cv2.INTER_AREA if step_y == step_x else cv2.INTER_LINEAR
        small = cv2.resize(solid(image), (width, height), interpolation=code)
        image = small.reshape(height, width, *image.shape[2:])
        factor_y, factor_x = factor_y // step_y, factor_x // step_x
    return image
