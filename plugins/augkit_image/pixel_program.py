"""Programs over pixels: several colour steps, and the last one to a network's input, in one pass over the picture.

A program is a list of ``Op``. Each acts on one pixel at a time, and its result is clipped to the image's range and, for
uint8, rounded: so a program of several gives the bytes of one after the other. Planes of colours are worked through in
blocks that stay in the processor's nearest cache, in float32 without contraction: the same bits on every processor.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from augkit.compiled import compiled
from augkit_image.pixel_ops import LUMA, Op

Array = np.ndarray[Any, Any]

_BLOCK = 1024
_ROUND = np.float32(2.0**23)
_FINE = 65536.0
_ZEROS = (0.0,) * 9
_NOTHING = np.zeros((0, 1 + len(_ZEROS)), np.float32)
_NO_TABLES = np.zeros((1, 1, 256), np.float32)
_LUMA, _EACH = np.array(LUMA), np.ones(4)
_LEVELS = np.float32(255), _ROUND
_FRACTIONS = np.float32(1), np.float32(0)


def run(planes: Array, ops: Sequence[Op], colours: int, out: Array, scale: Array, offset: Array) -> None:
    """``out`` = ``ops`` of the first ``colours`` of ``planes`` (c, n), then times ``scale`` plus ``offset`` per plane.

    ``planes`` are uint8, or float32 in [0, 1], and are overwritten; ``out`` (c, n) is of the same dtype, or float32.
    """
    code, tables = _assembled(ops, colours)
    luma = _LUMA if colours == 3 else _EACH
    limit, rounding = _LEVELS if planes.dtype == np.uint8 else _FRACTIONS
    _run(planes, code, tables, colours, luma, limit, rounding, scale, offset, out)


def _assembled(ops: Sequence[Op], colours: int) -> tuple[Array, Array]:
    """A row an op, its code first; and the tables by row, where there are any."""
    if not ops:
        return _NOTHING, _NO_TABLES
    code = np.array([(op.code, *op.values, *_ZEROS[len(op.values) :]) for op in ops], dtype=np.float32)
    if all(op.table is None for op in ops):
        return code, _NO_TABLES
    tables = np.zeros((len(ops), colours, 256), dtype=np.float32)
    for position, op in enumerate(ops):
        if op.table is not None:
            tables[position] = op.table
    return code, tables


@compiled(error_model="numpy")
def _run(planes, code, tables, colours, luma, limit, rounding, scale, offset, out):  # type: ignore[no-untyped-def]
    channels, count = planes.shape
    buffer = np.empty((channels, _BLOCK), np.float32)
    first = 0
    for k in range(code.shape[0]):
        if code[k, 0] == 1:  # contrast needs the image as it is here: what comes before is done for good
            if k > first:
                _advance(planes, buffer, code, tables, first, k, colours, limit, rounding)
            mean = _mean_gray(planes, colours, luma, limit)
            code[k, 2] = np.float32((1.0 - np.float64(code[k, 1])) * mean)
            first = k
    for start in range(0, count, _BLOCK):
        n = min(_BLOCK, count - start)
        _load(planes, buffer, start, n, channels)
        _apply(buffer, n, code, tables, first, code.shape[0], colours, limit, rounding)
        for channel in range(channels):
            row, target = buffer[channel], out[channel, start : start + n]
            factor, shift = scale[channel], offset[channel]
            for i in range(n):
                target[i] = row[i] * factor + shift


@compiled(error_model="numpy")
def _load(planes, buffer, start, n, channels):  # type: ignore[no-untyped-def]
    for channel in range(channels):
        row, source = buffer[channel], planes[channel, start : start + n]
        for i in range(n):
            row[i] = np.float32(source[i])


@compiled(error_model="numpy")
def _advance(planes, buffer, code, tables, first, last, colours, limit, rounding):  # type: ignore[no-untyped-def]
    count = planes.shape[1]
    for start in range(0, count, _BLOCK):
        n = min(_BLOCK, count - start)
        _load(planes, buffer, start, n, colours)
        _apply(buffer, n, code, tables, first, last, colours, limit, rounding)
        for channel in range(colours):
            row, target = buffer[channel], planes[channel, start : start + n]
            for i in range(n):
                target[i] = row[i]


@compiled(error_model="numpy")
def _mean_gray(planes, colours, luma, limit):  # type: ignore[no-untyped-def]
    # Sums are of whole numbers, so their order does not matter and they are added many at a time.
    count = planes.shape[1]
    whole = limit > 1.0
    mean = 0.0
    for channel in range(colours):
        summed = np.int64(0)
        for start in range(0, count, _BLOCK):
            n = min(_BLOCK, count - start)
            part, total = planes[channel, start : start + n], np.int32(0)
            if whole:
                for i in range(n):
                    total += np.int32(part[i])
            else:
                for i in range(n):
                    total += np.int32(part[i] * np.float32(_FINE))
            summed += total
        mean += luma[channel] * (summed / (1.0 if whole else _FINE) / count)
    return mean


@compiled(error_model="numpy")
def _apply(buffer, n, code, tables, first, last, colours, limit, rounding):  # type: ignore[no-untyped-def]
    for k in range(first, last):
        what = np.int64(code[k, 0])
        if what <= 1:
            _scale(buffer, n, code[k, 1], code[k, 2], colours, limit, rounding)
        elif what == 2:
            _mix(buffer, n, code[k, 1:], limit, rounding)
        elif what == 3:
            _hue(buffer, n, code[k, 1], limit, rounding)
        elif what == 4:
            for channel in range(colours):
                row, table = buffer[channel], tables[k, channel]
                for i in range(n):
                    row[i] = table[np.uint8(row[i])]
        elif what == 5:
            for channel in range(colours):
                row, power = buffer[channel], code[k, 1]
                for i in range(n):
                    row[i] = min(max(row[i] ** power, np.float32(0)), limit)
        else:
            _blend(buffer, n, code[k, 1], code[k, 2], code[k, 3], limit, rounding)


@compiled(error_model="numpy")
def _scale(buffer, n, factor, shift, colours, limit, rounding):  # type: ignore[no-untyped-def]
    # Adding and taking away 2²³ rounds a float32 to the nearest whole number; 0 leaves it.
    zero = np.float32(0)
    for channel in range(colours):
        row = buffer[channel]
        for i in range(n):
            value = row[i] * factor + shift
            value = value if value > zero else zero
            row[i] = ((value if value < limit else limit) + rounding) - rounding


@compiled(error_model="numpy")
def _mix(buffer, n, m, limit, rounding):  # type: ignore[no-untyped-def]
    red, green, blue = buffer[0], buffer[1], buffer[2]
    zero = np.float32(0)
    a, b, c, d, e, f, g, h, j = m[0], m[1], m[2], m[3], m[4], m[5], m[6], m[7], m[8]
    for i in range(n):
        x, y, z = red[i], green[i], blue[i]
        red[i] = (min(max(x * a + y * b + z * c, zero), limit) + rounding) - rounding
        green[i] = (min(max(x * d + y * e + z * f, zero), limit) + rounding) - rounding
        blue[i] = (min(max(x * g + y * h + z * j, zero), limit) + rounding) - rounding


@compiled(error_model="numpy")
def _blend(buffer, n, own, gray, shift, limit, rounding):  # type: ignore[no-untyped-def]
    red, green, blue = buffer[0], buffer[1], buffer[2]
    zero = np.float32(0)
    a, b, c = np.float32(LUMA[0]) * gray, np.float32(LUMA[1]) * gray, np.float32(LUMA[2]) * gray
    for i in range(n):
        x, y, z = red[i], green[i], blue[i]
        common = x * a + y * b + z * c + shift
        red[i] = (min(max(x * own + common, zero), limit) + rounding) - rounding
        green[i] = (min(max(y * own + common, zero), limit) + rounding) - rounding
        blue[i] = (min(max(z * own + common, zero), limit) + rounding) - rounding


@compiled(error_model="numpy")
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
