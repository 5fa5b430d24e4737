"""Moves that put pixels exactly on pixels, so that nothing is interpolated: flips, quarter turns, crops and pads."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from augkit_image.border import Array, Fill, fill_pixel, folded
from augkit_image.matrix import Rows

Size = tuple[int, int]

_TOLERANCE_PX = 1e-6


class Straight(NamedTuple):
    """An affine map that keeps rows and columns: transpose first, then flip; ``scale_x`` along the output's x."""

    transpose: bool
    flip_x: bool
    flip_y: bool
    scale_x: float
    scale_y: float

    def turned(self, image: Array) -> Array:
        """``image`` transposed and flipped, not scaled, as a view."""
        if self.transpose:
            image = image.swapaxes(0, 1)
        return image[:: -1 if self.flip_y else 1, :: -1 if self.flip_x else 1]


def straight(rows: Rows) -> Straight | None:
    """``rows`` read as such a map, or None. What moves nothing by a millionth of a pixel in 32,768 counts as zero."""
    (a, b, _), (c, d, _), depth = rows
    if depth != [0.0, 0.0, 1.0]:
        return None
    crumb = _TOLERANCE_PX / 32768 * max(abs(a), abs(b), abs(c), abs(d))
    if a * d - b * c == 0:
        return None
    if abs(b) <= crumb and abs(c) <= crumb:
        return Straight(False, a < 0, d < 0, abs(a), abs(d))
    if abs(a) <= crumb and abs(d) <= crumb:
        return Straight(True, b < 0, c < 0, abs(b), abs(c))
    return None


def whole(value: float, tolerance: float = _TOLERANCE_PX) -> int | None:
    """The integer that ``value`` is, up to a millionth of a pixel, or None."""
    nearest = round(value)
    return nearest if abs(value - nearest) <= tolerance else None


def lattice_move(image: Array, how: Straight, rows: Rows, size: Size, border: str, fill: Fill) -> Array | None:
    """The moved image where the matrix puts pixels on pixels (an exact view or copy), else None."""
    turned = how.turned(image)
    height, width = turned.shape[:2]
    if abs(how.scale_x - 1) * width > _TOLERANCE_PX or abs(how.scale_y - 1) * height > _TOLERANCE_PX:
        return None
    left = whole(rows[0][2] - (width if how.flip_x else 0))
    top = whole(rows[1][2] - (height if how.flip_y else 0))
    if left is None or top is None:
        return None
    return placed(turned, top, left, size, border, fill)


def placed(image: Array, top: int, left: int, size: Size, border: str, fill: Fill) -> Array:
    """A frame of ``size`` (h, w) whose pixel (top, left) is the image's pixel (0, 0); both may be negative."""
    height, width = image.shape[:2]
    if top <= 0 and left <= 0 and top + height >= size[0] and left + width >= size[1]:
        return image[-top : size[0] - top, -left : size[1] - left]
    if border != "constant":
        rows = folded(np.arange(-top, size[0] - top), height, border)
        columns = folded(np.arange(-left, size[1] - left), width, border)
        return image.take(rows, axis=0).take(columns, axis=1)
    out = np.empty((*size, *image.shape[2:]), image.dtype)
    out[...] = fill_pixel(fill, image)
    rows_in, columns_in = _overlap(top, height, size[0]), _overlap(left, width, size[1])
    out[rows_in, columns_in] = image[_shifted(rows_in, top), _shifted(columns_in, left)]
    return out


def _overlap(start: int, length: int, room: int) -> slice:
    first = min(max(start, 0), room)
    return slice(first, max(first, min(start + length, room)))


def _shifted(part: slice, start: int) -> slice:
    first = max(part.start - start, 0)
    return slice(first, first + part.stop - part.start)
