"""3 x 3 matrices as rows of plain floats: for nine numbers numpy is the slow way."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from augkit_image.border import Array

Rows = list[list[float]]


def as_rows(matrix: Array | Sequence[Sequence[float]]) -> Rows:
    """``matrix`` as rows of floats; ValueError when it is not 3 x 3."""
    if isinstance(matrix, tuple):
        return [list(row) for row in matrix]
    rows: Rows = np.asarray(matrix, dtype=np.float64).tolist()
    if [len(row) if isinstance(row, list) else 0 for row in rows] != [3, 3, 3]:
        raise ValueError(f"the matrix must be 3 x 3, not {np.shape(matrix)}")
    return rows


def finite(rows: Rows) -> bool:
    """Whether no entry is infinite or NaN, which a difference with itself gives away."""
    (a, b, c), (d, e, f), (g, h, i) = rows
    total = a + b + c + d + e + f + g + h + i
    return total - total == 0


def checked(rows: Rows, width: int, height: int) -> Rows:
    """``rows`` scaled so that a whole image of that size lies before the horizon.

    ValueError: not finite, or the image would be folded over the horizon.
    """
    if not all(math.isfinite(value) for row in rows for value in row):
        raise ValueError(f"the matrix has entries that are not finite: {rows}")
    depths = [rows[2][0] * x + rows[2][1] * y + rows[2][2] for x in (0, width) for y in (0, height)]
    if max(depths) < 0:
        rows, depths = [[-value for value in row] for row in rows], [-depth for depth in depths]
    if min(depths) <= 0:
        raise ValueError(f"the matrix folds the image over its horizon: {rows}")
    if rows[2][:2] == [0.0, 0.0] and rows[2][2] != 1.0:
        rows = [[value / rows[2][2] for value in row] for row in rows]
    return rows


def inverted(rows: Rows) -> Rows:
    """The inverse; ValueError when the matrix is singular."""
    (a, b, c), (d, e, f), (g, h, i) = rows
    minors = e * i - f * h, f * g - d * i, d * h - e * g
    determinant = a * minors[0] + b * minors[1] + c * minors[2]
    size = math.hypot(a, d, g) * math.hypot(b, e, h) * math.hypot(c, f, i)
    if abs(determinant) <= 1e-13 * size:
        raise ValueError(f"the matrix flattens the image to a line or a point: {rows}")
    return [
        [minors[0] / determinant, (c * h - b * i) / determinant, (b * f - c * e) / determinant],
        [minors[1] / determinant, (a * i - c * g) / determinant, (c * d - a * f) / determinant],
        [minors[2] / determinant, (b * g - a * h) / determinant, (a * e - b * d) / determinant],
    ]


def point(rows: Rows, x: float, y: float) -> tuple[float, float] | None:
    """Where (x, y) goes; None for what lies behind the horizon."""
    u, v, depth = (r[0] * x + r[1] * y + r[2] for r in rows)
    return (u / depth, v / depth) if depth > 0 else None


def scales(rows: Rows, width: int, height: int) -> tuple[float, float]:
    """The largest stretch of a step along x and along y, over the image's corners."""
    (a, b, c), (d, e, f), (g, h, i) = rows
    if g == 0 and h == 0:
        return math.hypot(a, d), math.hypot(b, e)
    steps_x, steps_y = [], []
    for x, y in ((0, 0), (width, 0), (0, height), (width, height)):
        depth = g * x + h * y + i
        u, v = (a * x + b * y + c) / depth, (d * x + e * y + f) / depth
        steps_x.append(math.hypot(a - u * g, d - v * g) / depth)
        steps_y.append(math.hypot(b - u * h, e - v * h) / depth)
    return max(steps_x), max(steps_y)
