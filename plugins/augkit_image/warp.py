"""Moving an image's pixels by a 3 x 3 matrix, the cheapest exact way that the matrix allows."""

from __future__ import annotations

import math
from typing import Any

import cv2
import numpy as np

from augkit.vocab.space.planar import Matrix
from augkit_image.border import BORDERS, Array, Fill, fill_pixel
from augkit_image.halving import halved, halvings
from augkit_image.lattice import Size, Straight, lattice_move, straight
from augkit_image.matrix import Rows, as_rows, checked, finite, inverted, point, scales
from augkit_image.nearest import gather, nearest_indices
from augkit_image.rectangle import halving_factors, whole_part
from augkit_image.solid import solid

INTERPOLATIONS = ("nearest", "linear", "cubic", "area")

LONGEST_SIDE = 32766
_MARGIN = 4


def warp(
    image: Array,
    matrix: Array | Matrix,
    size: Size,
    interpolation: str = "linear",
    border: str = "constant",
    fill: Fill = 0,
) -> Array:
    """The image seen through ``matrix``, which maps input (x, y) to output (x, y) in a frame of ``size`` (h, w).

    Coordinates are continuous: pixel j covers [j, j + 1), its centre is j + 0.5. ``image`` is (h, w, c) or (h, w).
    Flips, transposes, quarter turns, crops and pads are exact and may be views of the input. A crop on whole pixels
    that is stretched along its sides is resized; all else is resampled. ``nearest`` takes any dtype and moves label
    maps by the same pixels as images; the others take uint8 and float32, and halve first, as often as it takes, what is
    reduced by more than 2.5 (``area`` resizes by averaging at any reduction, else is ``linear``). ``fill``: one number
    or one per channel, in the image's own range, for the border ``constant``.

    ValueError: a matrix that folds or flattens the image, an unknown word, a dtype or fill that does not fit, a side
    above 32,766 px where resampling is needed.
    """
    check_words(interpolation, border)
    if interpolation != "nearest" and image.dtype not in (np.uint8, np.float32):
        raise ValueError(f"{interpolation!r} takes uint8 or float32 pixels, not {image.dtype}; labels take 'nearest'")
    rows = as_rows(matrix)
    how = straight(rows) if finite(rows) else None
    if how is not None:
        moved = _straight_move(image, how, rows, size, interpolation, border, fill)
        if moved is not None:
            return moved
    rows = checked(rows, image.shape[1], image.shape[0])
    if interpolation == "nearest":
        return _nearest(image, inverted(rows), size, how, border, fill)
    return _resampled(image, rows, size, interpolation, border, fill)


def _straight_move(
    image: Array, how: Straight, rows: Rows, size: Size, interpolation: str, border: str, fill: Fill
) -> Array | None:
    """Whole pixels moved, or a whole rectangle of them stretched; None for everything else."""
    moved = lattice_move(image, how, rows, size, border, fill)
    if moved is not None or interpolation == "nearest":
        return moved
    part = whole_part(image.shape, how, rows, size)
    stretched = None
    if part is not None:
        stretched = resized(image[part], (size[1], size[0]) if how.transpose else size, interpolation)
    return None if stretched is None else how.turned(stretched)


def check_words(interpolation: str, border: str) -> None:
    """ValueError where either is no word that ``warp`` knows."""
    if interpolation not in INTERPOLATIONS:
        raise ValueError(f"unknown interpolation {interpolation!r}; one of {', '.join(INTERPOLATIONS)}")
    if border not in BORDERS:
        raise ValueError(f"unknown border {border!r}; one of {', '.join(BORDERS)}")


def resized(image: Array, size: Size, interpolation: str) -> Array | None:
    """The whole image stretched to ``size`` (h, w); ``linear``, ``cubic`` or ``area`` as in ``warp``.

    None where it must be halved first and its sides are no multiples of what is halved.
    """
    if interpolation == "area":
        return _averaged(image, size)
    factors = halving_factors(image.shape, size)
    if factors is None:
        return None
    code = cv2.INTER_CUBIC if interpolation == "cubic" else cv2.INTER_LINEAR
    return _stretched(halved(image, *factors), size, code)


def _averaged(image: Array, size: Size) -> Array:
    down_y, down_x = image.shape[0] / size[0], image.shape[1] / size[1]
    if max(down_y, down_x) <= 1:
        return _stretched(image, size, cv2.INTER_LINEAR)
    if min(down_y, down_x) >= 1:
        return _stretched(image, size, cv2.INTER_AREA)
    # OpenCV's area mode turns into a crude linear one when either side grows.
    shrunk = (size[0], image.shape[1]) if down_y > 1 else (image.shape[0], size[1])
    return _averaged(_stretched(image, shrunk, cv2.INTER_AREA), size)


def _stretched(image: Array, size: Size, code: int) -> Array:
    if image.shape[:2] == tuple(size):
        return image
    out = cv2.resize(solid(image), (size[1], size[0]), interpolation=code)
    return as_image(out, image, code)


def as_image(out: Array, image: Array, code: int) -> Array:
    """What OpenCV made of ``image``, in its range and with its axes again."""
    # OpenCV drops a single channel; cubic kernels overshoot, which only floats can hold.
    if code == cv2.INTER_CUBIC and out.dtype == np.float32:
        np.clip(out, min(0.0, image.min()), max(1.0, image.max()), out=out)
    return out.reshape(*out.shape[:2], *image.shape[2:])


def _nearest(image: Array, inverse: Rows, size: Size, how: Straight | None, border: str, fill: Fill) -> Array:
    if how is not None and how.transpose:
        image, inverse = image.swapaxes(0, 1), [inverse[1], inverse[0], inverse[2]]
    rows, columns = nearest_indices(inverse, size, separable=how is not None)
    return gather(image, rows, columns, border, fill)


def _resampled(image: Array, rows: Rows, size: Size, interpolation: str, border: str, fill: Fill) -> Array:
    inverted(rows)  # refuses what flattens the image, which no halving could follow
    outside = np.ravel(fill_pixel(fill, image)).tolist()
    image, rows = _reduced(image, rows, size, border)
    side = max(*image.shape[:2], *size)
    if side > LONGEST_SIDE:
        raise ValueError(
            f"a side of {side} px is too long to resample (at most {LONGEST_SIDE}); crop or resize it first"
        )
    code = cv2.INTER_CUBIC if interpolation == "cubic" else cv2.INTER_LINEAR
    return as_image(_opencv_warp(solid(image), inverted(rows), size, code, border, outside), image, code)


def _opencv_warp(image: Array, inverse: Rows, size: Size, code: int, border: str, outside: list[float]) -> Array:
    # OpenCV counts from pixel centres: its coordinate 0 is our 0.5.
    half = np.array([[1, 0, 0.5], [0, 1, 0.5], [0, 0, 1]])
    back = np.array([[1, 0, -0.5], [0, 1, -0.5], [0, 0, 1]]) @ np.array(inverse) @ half
    options: dict[str, Any] = {
        "flags": code | cv2.WARP_INVERSE_MAP,
        "borderMode": BORDERS[border],
        "borderValue": (outside * 4 if len(outside) == 1 else outside)[:4],
    }
    if inverse[2] == [0.0, 0.0, 1.0]:
        return cv2.warpAffine(image, back[:2], (size[1], size[0]), **options)
    return cv2.warpPerspective(image, back, (size[1], size[0]), **options)


def _reduced(image: Array, rows: Rows, size: Size, border: str) -> tuple[Array, Rows]:
    """The part that is seen, halved along each side that the matrix reduces too much to interpolate."""
    height, width = image.shape[:2]
    factor_x, factor_y = (2 ** halvings(scale) for scale in scales(rows, width, height))
    if factor_x == factor_y == 1 and max(height, width) <= LONGEST_SIDE:
        return image, rows
    image, rows = _seen(image, rows, size, border, (factor_y, factor_x))
    spare = [-side % factor for side, factor in zip(image.shape, (factor_y, factor_x), strict=False)]
    if any(spare):
        padded = cv2.copyMakeBorder(solid(image), 0, spare[0], 0, spare[1], cv2.BORDER_REPLICATE)
        image = padded.reshape(*padded.shape[:2], *image.shape[2:])
    return halved(image, factor_y, factor_x), [[r[0] * factor_x, r[1] * factor_y, r[2]] for r in rows]


def _seen(image: Array, rows: Rows, size: Size, border: str, factors: Size) -> tuple[Array, Rows]:
    """``image`` cut to what the output frame shows, with a margin for the kernels, where the border allows it.

    Its sides are multiples of ``factors`` where the image has room for that.
    """
    height, width = image.shape[:2]
    inverse = inverted(rows)
    corners = [point(inverse, x, y) for x in (0, size[1]) for y in (0, size[0])]
    seen = [corner for corner in corners if corner is not None]
    if len(seen) < len(corners):
        return image, rows
    xs, ys = zip(*seen, strict=True)
    # The kernel reaches further in the input when it is averaged down first.
    reach_x, reach_y = (_MARGIN * max(1.0, 1 / scale) for scale in scales(rows, width, height))
    left, right = math.floor(min(xs) - reach_x), math.ceil(max(xs) + reach_x)
    top, bottom = math.floor(min(ys) - reach_y), math.ceil(max(ys) + reach_y)
    if border != "constant" and (left < 0 or top < 0 or right > width or bottom > height):
        return image, rows
    down, across = _span(top, bottom, height, factors[0]), _span(left, right, width, factors[1])
    return image[down, across], [[r[0], r[1], r[2] + r[0] * across.start + r[1] * down.start] for r in rows]


def _span(first: int, last: int, limit: int, factor: int) -> slice:
    """``first`` to ``last`` within the image, at least a pixel; a multiple of ``factor`` long if there is room."""
    first = min(max(first, 0), limit - 1)
    last = max(min(last, limit), first + 1)
    last = min(last + -(last - first) % factor, limit)
    return slice(max(first - -(last - first) % factor, 0), last)
