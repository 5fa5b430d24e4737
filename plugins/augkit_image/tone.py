"""Tone: every colour changed by a table of levels, given or made from the image. The last of 2 or 4 channels is alpha.

Tables are for the 256 levels of uint8: (256,) for all colours, or (256, c) for each. float32 in [0, 1] is read between
the levels, unless a formula says more.
"""

from __future__ import annotations

import cv2
import numpy as np

from augkit_image.border import Array
from augkit_image.colour import colour_channels

LEVELS = np.arange(256)

_MOST_THAT_OPENCV_COUNTS = 1 << 24  # it counts in float32
_KNOTS = (0.0, 0.25, 0.75, 1.0)


def looked_up(image: Array, table: Array) -> Array:
    """Every colour of a uint8 image replaced by its entry in ``table``, (256,) or (256, colours); alpha stays."""
    channels, colours = image.shape[2], colour_channels(image)
    image = np.ascontiguousarray(image)
    if table.ndim == 1 and colours == channels:
        return cv2.LUT(image, table).reshape(image.shape)
    columns = np.empty((1, 256, channels), np.uint8)
    columns[0] = LEVELS[:, None]
    columns[0, :, :colours] = table.reshape(256, -1)
    return cv2.LUT(image, columns).reshape(image.shape)


def between_levels(image: Array, table: Array) -> Array:
    """As ``looked_up`` for float32 in [0, 1]: ``table`` (of levels, also broken ones) is read linearly between them."""
    colours = colour_channels(image)
    columns = np.broadcast_to(table.reshape(256, -1), (256, colours))
    out = image.copy()
    for channel in range(colours):
        out[:, :, channel] = np.interp(image[:, :, channel] * 255.0, LEVELS, columns[:, channel]) / 255.0
    return out


def histograms(image: Array) -> Array:
    """How many pixels have each level: (256, colours) of whole numbers; floats count as the nearest level."""
    colours = image[:, :, : colour_channels(image)]
    if image.dtype != np.uint8:
        colours = np.clip(np.rint(colours * np.float32(255)), 0, 255).astype(np.uint8)
    return np.stack([_counts(plane) for plane in planes(colours)], axis=1)


def planes(image: Array) -> list[Array]:
    """The channels (h, w), each in a piece."""
    return list(cv2.split(np.ascontiguousarray(image)))


def _counts(plane: Array) -> Array:
    if plane.size >= _MOST_THAT_OPENCV_COUNTS:
        return np.bincount(plane.ravel(), minlength=256)
    return cv2.calcHist([plane], [0], None, [256], [0, 256]).ravel().astype(np.int64)


def equalizing_table(counts: Array) -> Array:
    """(256, c) levels that make the ``counts`` of ``histograms`` as even as a table can.

    As in Pillow and torchvision: a channel of one level, or of fewer than 256 pixels, stays as it is.
    """
    columns = [_equalized(channel) for channel in counts.T]
    return np.stack(columns, axis=1).astype(np.uint8)


def _equalized(counts: Array) -> Array:
    last = counts[np.flatnonzero(counts)[-1]]
    step = (counts.sum() - last) // 255
    if step == 0:
        return LEVELS
    below = np.concatenate([[0], np.cumsum(counts)[:-1]])
    return np.minimum((below + step // 2) // step, 255)


def stretch_ends(image: Array, cutoff: float) -> tuple[Array, Array]:
    """The darkest and the lightest value of each colour, but for the fraction ``cutoff`` of pixels at either end."""
    colours = image[:, :, : colour_channels(image)]
    cut = int(cutoff * colours.shape[0] * colours.shape[1])
    find = _level_ends if image.dtype == np.uint8 else _float_ends
    low, high = zip(*(find(plane, cut) for plane in planes(colours)), strict=True)
    return np.array(low, dtype=image.dtype), np.array(high, dtype=image.dtype)


def _level_ends(plane: Array, cut: int) -> tuple[float, float]:
    up_to = np.cumsum(_counts(plane))
    return float(np.searchsorted(up_to, cut, side="right")), float(np.searchsorted(up_to, plane.size - cut))


def _float_ends(plane: Array, cut: int) -> tuple[float, float]:
    if not cut:
        low, high, _, _ = cv2.minMaxLoc(plane)
        return low, high
    ranked = np.partition(plane, (cut, plane.size - 1 - cut), axis=None)
    return float(ranked[cut]), float(ranked[plane.size - 1 - cut])


def clahe(image: Array, clip_limit: float, tiles: int) -> Array:
    """Lightness equalised in each of ``tiles`` × ``tiles`` regions, with slopes limited (Zuiderveld 1994).

    Of gray images the levels, of colours the L of Lab. floats take the change that their 8 bits make.
    """
    colours = np.ascontiguousarray(image[:, :, : colour_channels(image)])
    levels = colours if image.dtype == np.uint8 else cv2.convertScaleAbs(colours, alpha=255.0).reshape(colours.shape)
    across, down = min(tiles, image.shape[1]), min(tiles, image.shape[0])
    equalizer = cv2.createCLAHE(clip_limit, (across, down))
    out = image.copy()
    if colours.shape[2] == 1:
        after = equalizer.apply(levels[:, :, 0])[:, :, None]
    else:
        lab = cv2.cvtColor(levels, cv2.COLOR_RGB2Lab)
        lab[:, :, 0] = equalizer.apply(lab[:, :, 0])
        after = cv2.cvtColor(lab, cv2.COLOR_Lab2RGB)
    if image.dtype != np.uint8:
        moved = after.astype(np.float32) - levels
        after = np.clip(colours + moved * np.float32(1 / 255), 0, 1)
    out[:, :, : colours.shape[2]] = after
    return out


def monotone_curve(values: Array, dark: float, light: float) -> Array:
    """A smooth rising curve through (0, 0), (1/4, 1/4 + ``dark``), (3/4, 3/4 + ``light``), (1, 1), at ``values``.

    Cubic pieces whose slopes keep it from turning back (Fritsch and Carlson 1980; the slopes of Fritsch and Butland
    1984). Values outside [0, 1] are taken for the nearest end.
    """
    x, y = np.array(_KNOTS), np.array([0.0, 0.25 + dark, 0.75 + light, 1.0])
    widths, chords = np.diff(x), np.diff(y) / np.diff(x)
    slopes = _slopes(widths, chords)
    values = np.clip(values, 0, 1)
    piece = (values >= _KNOTS[1]).astype(np.intp) + (values >= _KNOTS[2])
    h = widths[piece].astype(values.dtype)
    t = (values - x[piece].astype(values.dtype)) / h
    left, right, low, high = (a[piece].astype(values.dtype) for a in (slopes[:-1], slopes[1:], y[:-1], y[1:]))
    rise = t * t * (3 - 2 * t)
    return low + (high - low) * rise + h * t * (1 - t) * ((1 - t) * left - t * right)


def _slopes(widths: Array, chords: Array) -> Array:
    """At each knot: the weighted harmonic mean of the chords on both sides; at the ends from the first two chords."""
    first, second = 2 * widths[1:] + widths[:-1], widths[1:] + 2 * widths[:-1]
    with np.errstate(divide="ignore"):
        inner = (first + second) / (first / chords[:-1] + second / chords[1:])
    return np.array(
        [_end(widths[0], widths[1], chords[0], chords[1]), *inner, _end(widths[2], widths[1], chords[2], chords[1])]
    )


def _end(width: float, next_width: float, chord: float, next_chord: float) -> float:
    slope = ((2 * width + next_width) * chord - width * next_chord) / (width + next_width)
    return 0.0 if slope * chord <= 0 else min(slope, 3 * chord)
