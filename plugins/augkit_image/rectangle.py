"""The rectangle of whole pixels that a map shows: stretched along its sides, it is all that has to be read."""

from __future__ import annotations

from augkit.vocab.space import PlanarMap
from augkit_image.halving import halvings
from augkit_image.lattice import Size, Straight, straight, whole
from augkit_image.matrix import Rows, as_rows, finite

Rectangle = tuple[slice, slice]


def whole_part(shape: tuple[int, ...], how: Straight, rows: Rows, size: Size) -> Rectangle | None:
    """Rows and columns of the input, not turned yet, that fill the output frame of ``size`` exactly, or None."""
    (a, b, c), (d, e, f), _ = rows
    sides = ((b, c, size[1]), (d, f, size[0])) if how.transpose else ((e, f, size[0]), (a, c, size[1]))
    found = []
    for (scale, shift, length), limit in zip(sides, shape, strict=False):
        first, last = whole(-shift / scale), whole((length - shift) / scale)
        if first is None or last is None:
            return None
        first, last = min(first, last), max(first, last)
        if first < 0 or last > limit or first == last:
            return None
        found.append(slice(first, last))
    return found[0], found[1]


def halving_factors(shape: tuple[int, ...], size: Size) -> Size | None:
    """By what to divide height and width before interpolating to ``size``; None where a side is no multiple of it."""
    factor_y, factor_x = (2 ** halvings(after / before) for before, after in zip(shape, size, strict=False))
    return None if shape[0] % factor_y or shape[1] % factor_x else (factor_y, factor_x)


def shown_alone(planar: PlanarMap) -> Rectangle | None:
    """The part of the input that decides alone what ``planar`` shows; None where what lies beside it matters too."""
    rows = as_rows(planar.matrix)
    how = straight(rows) if finite(rows) else None
    part = None if how is None else whole_part(planar.size_in, how, rows, planar.size_out)
    if part is None or how is None:
        return None
    shape = tuple(side.stop - side.start for side in part)
    size = (planar.size_out[1], planar.size_out[0]) if how.transpose else tuple(planar.size_out)
    if shape == size or planar.interpolation == "area":
        return part
    return part if planar.interpolation != "nearest" and halving_factors(shape, size) is not None else None
