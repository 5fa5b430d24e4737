"""The homography that takes a frame to a quadrilateral, in plain arithmetic: the same bits on every platform."""

from __future__ import annotations

from collections.abc import Sequence

from augkit.vocab.space.planar import Matrix

_CLEAR = 0.1
_WEAKER = 0.9
_INWARD = ((1, 1), (-1, 1), (-1, -1), (1, -1))
_CORNERS = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))

Corners = list[tuple[float, float]]


def homography_of_shifts(shifts: Sequence[float], width: float, height: float) -> Matrix:
    """The map that moves the frame's corners inwards by ``shifts``: 4 pairs (x, y) of fractions, clockwise from 0, 0.

    Shifts are weakened by tenths until the whole frame, before and after, lies well before the horizon.
    """
    weaker = 1.0
    while True:
        pairs = zip(_CORNERS, _INWARD, shifts[::2], shifts[1::2], strict=True)
        corners = [(x + weaker * dx * inx, y + weaker * dy * iny) for (x, y), (inx, iny), dx, dy in pairs]
        matrix = unit_square_to(corners)
        if matrix is not None and _before_horizon(matrix):
            return _in_pixels(matrix, width, height)
        weaker *= _WEAKER


def unit_square_to(corners: Corners) -> Matrix | None:
    """The homography from the unit square to ``corners``, clockwise from (0, 0); None when three lie on a line.

    Heckbert, Fundamentals of Texture Mapping and Image Warping, 1989.
    """
    (x0, y0), (x1, y1), (x2, y2), (x3, y3) = corners
    dx1, dx2, sx = x1 - x2, x3 - x2, x0 - x1 + x2 - x3
    dy1, dy2, sy = y1 - y2, y3 - y2, y0 - y1 + y2 - y3
    area = dx1 * dy2 - dx2 * dy1
    if area == 0:
        return None
    g, h = (sx * dy2 - dx2 * sy) / area, (dx1 * sy - sx * dy1) / area
    return (x1 - x0 + g * x1, x3 - x0 + h * x3, x0), (y1 - y0 + g * y1, y3 - y0 + h * y3, y0), (g, h, 1.0)


def _before_horizon(matrix: Matrix) -> bool:
    """Whether the depth over the unit square, on both sides of the map, stays above a tenth of that at its middle."""
    (a, b, _), (d, e, _), (g, h, i) = matrix
    back = (d * h - e * g, b * g - a * h, a * e - b * d)
    return all(
        u * x + v * y + w > _CLEAR * (u / 2 + v / 2 + w) > 0 for u, v, w in ((g, h, i), back) for x, y in _CORNERS
    )


def _in_pixels(matrix: Matrix, width: float, height: float) -> Matrix:
    (a, b, c), (d, e, f), (g, h, i) = matrix
    return (
        (a, b * width / height, c * width),
        (d * height / width, e, f * height),
        (g / width, h / height, i),
    )
