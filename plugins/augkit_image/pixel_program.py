"""Programs over pixels: several colour steps, and the last one to a network's input, in one pass over the picture.

A program is a list of ``Op``. Each acts on one pixel at a time, and its result is clipped to the image's range and, for
uint8, rounded: so a program of several gives the bytes of one after the other. Planes of colours are worked through in
blocks that stay in the processor's nearest cache, in float32 without contraction: the same bits on every processor.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numba import njit

from augkit_image.pixel_ops import LUMA, Op

Array = np.ndarray[Any, Any]

_BLOCK = 1024
_ROUND = np.float32(2.0**23)
_FINE = 65536.0
_ZEROS = (0.0,) * 12
_NO_TABLES = np.zeros((1, 1, 256), np.float32)
_LUMA, _EACH = np.array(LUMA), np.ones(4)
_LEVELS = np.float32(255), _ROUND
_FRACTIONS = np.float32(1), np.float32(0)


def run(planes: Array, ops: Sequence[Op], colours: int, out: Array, scale: Array, offset: Array) -> None:
    """``out`` = ``ops`` of the first ``colours`` of ``planes`` (c, n), then times ``scale`` plus ``offset`` per plane.

    ``planes`` are uint8, or float32 in [0, 1]; ``out`` (c, n) is of the same dtype, or float32.
    """
    codes, values, tables = _assembled(ops, colours)
    luma = _LUMA if colours == 3 else _EACH
    limit, rounding = _LEVELS if planes.dtype == np.uint8 else _FRACTIONS
    _run(planes, codes, values, tables, colours, luma, limit, rounding, scale, offset, out)


def means(planes: Array, colours: int) -> tuple[float, ...]:
    """The mean of each of the first planes."""
    return tuple(_sums(planes[:colours], _FINE if planes.dtype == np.float32 else 1.0).tolist())


def _assembled(ops: Sequence[Op], colours: int) -> tuple[Array, Array, Array]:
    codes = np.array([op.code for op in ops], dtype=np.int64)
    values = np.array([op.values + _ZEROS[len(op.values) :] for op in ops], dtype=np.float32).reshape(-1, len(_ZEROS))
    tables = _NO_TABLES
    if any(op.table is not None for op in ops):
        tables = np.zeros((len(ops), colours, 256), dtype=np.float32)
        for position, op in enumerate(ops):
            if op.table is not None:
                tables[position] = op.table
    return codes, values, tables


@njit(cache=True, nogil=True, error_model="numpy")
def _sums(planes, unit):  # type: ignore[no-untyped-def]
    # As whole numbers, whose order does not matter, so that they are added many at a time.
    count, scale = planes.shape[1], np.float32(unit)
    found = np.zeros(planes.shape[0])
    for channel in range(planes.shape[0]):
        whole = np.int64(0)
        for start in range(0, count, _BLOCK):
            part, total = planes[channel, start : start + _BLOCK], np.int32(0)
            for i in range(part.shape[0]):
                total += np.int32(part[i] * scale)
            whole += total
        found[channel] = whole / unit / count
    return found


@njit(cache=True, nogil=True, error_model="numpy")
def _run(planes, codes, values, tables, colours, luma, limit, rounding, scale, offset, out):  # type: ignore[no-untyped-def]
    channels, count = planes.shape
    buffer = np.empty((channels, _BLOCK), np.float32)
    for k in range(codes.shape[0]):
        if codes[k] == 1:
            mean = _mean_gray(planes, buffer, codes, values, tables, k, colours, luma, limit, rounding)
            values[k, 1] = np.float32((1.0 - np.float64(values[k, 0])) * mean)
    for start in range(0, count, _BLOCK):
        n = min(_BLOCK, count - start)
        for channel in range(channels):
            row, source = buffer[channel], planes[channel, start : start + n]
            for i in range(n):
                row[i] = np.float32(source[i])
        _apply(buffer, n, codes, values, tables, codes.shape[0], colours, limit, rounding)
        for channel in range(channels):
            row, target = buffer[channel], out[channel, start : start + n]
            factor, shift = scale[channel], offset[channel]
            for i in range(n):
                target[i] = row[i] * factor + shift


@njit(cache=True, nogil=True, error_model="numpy")
def _mean_gray(planes, buffer, codes, values, tables, upto, colours, luma, limit, rounding):  # type: ignore[no-untyped-def]
    # Sums are of whole numbers, so their order does not matter and they are added many at a time.
    count = planes.shape[1]
    unit = np.float32(1.0) if limit > 1.0 else np.float32(_FINE)
    sums = np.zeros(colours, np.int64)
    for start in range(0, count, _BLOCK):
        n = min(_BLOCK, count - start)
        for channel in range(colours):
            row, source = buffer[channel], planes[channel, start : start + n]
            for i in range(n):
                row[i] = np.float32(source[i])
        _apply(buffer, n, codes, values, tables, upto, colours, limit, rounding)
        for channel in range(colours):
            row, total = buffer[channel], np.int32(0)
            for i in range(n):
                total += np.int32(row[i] * unit)
            sums[channel] += total
    mean = 0.0
    for channel in range(colours):
        mean += luma[channel] * (sums[channel] / np.float64(unit) / count)
    return mean


@njit(cache=True, nogil=True, error_model="numpy")
def _apply(buffer, n, codes, values, tables, upto, colours, limit, rounding):  # type: ignore[no-untyped-def]
    for k in range(upto):
        code = codes[k]
        if code <= 1:
            _scale(buffer, n, values[k, 0], values[k, 1], colours, limit, rounding)
        elif code == 2:
            _mix(buffer, n, values[k], limit, rounding)
        elif code == 3:
            _hue(buffer, n, values[k, 0], limit, rounding)
        elif code == 6:
            _affine(buffer, n, values[k], limit, rounding)
        elif code == 4:
            for channel in range(colours):
                row, table = buffer[channel], tables[k, channel]
                for i in range(n):
                    row[i] = table[np.uint8(row[i])]
        else:
            for channel in range(colours):
                row = buffer[channel]
                for i in range(n):
                    row[i] = min(max(row[i] ** values[k, 0], np.float32(0)), limit)


@njit(cache=True, nogil=True, error_model="numpy")
def _scale(buffer, n, factor, shift, colours, limit, rounding):  # type: ignore[no-untyped-def]
    # Adding and taking away 2²³ rounds a float32 to the nearest whole number; 0 leaves it.
    zero = np.float32(0)
    for channel in range(colours):
        row = buffer[channel]
        for i in range(n):
            value = row[i] * factor + shift
            value = value if value > zero else zero
            row[i] = ((value if value < limit else limit) + rounding) - rounding


@njit(cache=True, nogil=True, error_model="numpy")
def _mix(buffer, n, m, limit, rounding):  # type: ignore[no-untyped-def]
    red, green, blue = buffer[0], buffer[1], buffer[2]
    zero = np.float32(0)
    a, b, c, d, e, f, g, h, j = m[0], m[1], m[2], m[3], m[4], m[5], m[6], m[7], m[8]
    for i in range(n):
        x, y, z = red[i], green[i], blue[i]
        red[i] = (min(max(x * a + y * b + z * c, zero), limit) + rounding) - rounding
        green[i] = (min(max(x * d + y * e + z * f, zero), limit) + rounding) - rounding
        blue[i] = (min(max(x * g + y * h + z * j, zero), limit) + rounding) - rounding


@njit(cache=True, nogil=True, error_model="numpy")
def _affine(buffer, n, m, limit, rounding):  # type: ignore[no-untyped-def]
    red, green, blue = buffer[0], buffer[1], buffer[2]
    zero = np.float32(0)
    a, b, c, p, d, e, f, q, g, h, j, s = m[0], m[1], m[2], m[3], m[4], m[5], m[6], m[7], m[8], m[9], m[10], m[11]
    for i in range(n):
        x, y, z = red[i], green[i], blue[i]
        red[i] = (min(max(x * a + y * b + z * c + p, zero), limit) + rounding) - rounding
        green[i] = (min(max(x * d + y * e + z * f + q, zero), limit) + rounding) - rounding
        blue[i] = (min(max(x * g + y * h + z * j + s, zero), limit) + rounding) - rounding


@njit(cache=True, nogil=True, error_model="numpy")
def _hue(buffer, n, turn, limit, rounding):  # type: ignore[no-untyped-def]
    # With hue in sixths of a turn, each colour is v − chroma · max(0, min(k, 4 − k, 1)), k = (5, 3, 1) + hue modulo 6.
    red, green, blue = buffer[0], buffer[1], buffer[2]
    zero, one, four, six, sixth = np.float32(0), np.float32(1), np.float32(4), np.float32(6), np.float32(1 / 6)
    for i in range(n):
        r, g, b = red[i], green[i], blue[i]
        top, low = max(r, max(g, b)), min(r, min(g, b))
        chroma = top - low
        per = one / (chroma if chroma > zero else one)
        if top == r:
            hue = (g - b) * per
        elif top == g:
            hue = (b - r) * per + np.float32(2)
        else:
            hue = (r - g) * per + four
        hue += turn
        k = hue + np.float32(5)
        k -= six * np.floor(k * sixth)
        red[i] = (top - chroma * max(zero, min(min(k, four - k), one)) + rounding) - rounding
        k = hue + np.float32(3)
        k -= six * np.floor(k * sixth)
        green[i] = (top - chroma * max(zero, min(min(k, four - k), one)) + rounding) - rounding
        k = hue + one
        k -= six * np.floor(k * sixth)
        blue[i] = (top - chroma * max(zero, min(min(k, four - k), one)) + rounding) - rounding
