"""Outlines: closed rings of corners (k, 2), their areas, and what a frame leaves of them. numpy only."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from augkit.fields import Size

# Crossings lie on a millionth of a pixel, so that a mirror takes them to the same numbers from either side.
_FINE = 2.0**20


def area(ring: np.ndarray) -> float:
    """The enclosed area, whichever way round the corners go (Gauss's shoelace formula)."""
    return abs(float(signed_area(ring[None])[0]))


def signed_area(rings: np.ndarray) -> np.ndarray:
    """Of rings (n, k, 2), positive where x turns towards y (clockwise as seen)."""
    # About the first corner, since far from the origin the products would swallow small rings.
    x, y = rings[..., 0] - rings[..., :1, 0], rings[..., 1] - rings[..., :1, 1]
    return np.asarray((x[..., :-1] * y[..., 1:] - x[..., 1:] * y[..., :-1]).sum(axis=-1) / 2)


def clipped(ring: np.ndarray, size: Size) -> np.ndarray:
    """What the frame leaves of a ring; (0, 2) where that is nothing. A ring within it comes back as the same object.

    Sutherland and Hodgman, Reentrant Polygon Clipping, 1974, with both sides of an axis at once. Parts that only the
    outside joins stay one ring, joined along the frame's edge.
    """
    low, high = ring.min(axis=0), ring.max(axis=0)
    for axis, limit in ((0, size.w), (1, size.h)):
        if high[axis] < 0 or low[axis] > limit:
            return np.zeros((0, 2))
        if low[axis] < 0 or high[axis] > limit:
            ring = _within_slab(ring, axis, float(limit))
    return ring


def clipped_all(rings: np.ndarray, size: Size) -> tuple[np.ndarray, np.ndarray]:
    """What the frame leaves of rings (n, k, 2) of as many corners each, and of which (n,) it leaves any.

    Corners that are gone have become copies of others, which changes neither the area nor the envelope. What is left of
    rings that are gone means nothing.
    """
    left = np.ones(len(rings), dtype=bool)
    for axis, limit in ((0, size.w), (1, size.h)):
        corners, wanted = _in_slab(rings, axis, float(limit))
        at = np.maximum.accumulate(np.where(wanted, np.arange(wanted.shape[1]), -1), axis=1)
        left &= at[:, -1] >= 0
        at = np.where(at < 0, at[:, -1:], at)
        rings = np.take_along_axis(corners, at[..., None], axis=1)
    return rings, left


def _within_slab(ring: np.ndarray, axis: int, limit: float) -> np.ndarray:
    """The part of a ring with 0 <= coordinate <= limit."""
    if not len(ring):
        return ring
    corners, wanted = _in_slab(ring[None], axis, limit)
    return np.asarray(corners[wanted])


def _in_slab(rings: np.ndarray, axis: int, limit: float) -> tuple[np.ndarray, np.ndarray]:
    """Corners (n, 3k, 2) of rings (n, k, 2), and which of them bound the part with 0 <= coordinate <= limit.

    Each edge gives its first corner, wanted if inside, and where it crosses the one and the other side, in the order in
    which it does.
    """
    start, end = rings, np.concatenate([rings[:, 1:], rings[:, :1]], axis=1)
    a, way = start[..., axis], end[..., axis] - start[..., axis]
    flat = way == 0
    step = np.where(flat, 1.0, way)
    corners = np.empty((*rings.shape[:2], 3, 2))
    wanted = np.empty((*rings.shape[:2], 3), dtype=bool)
    corners[..., 0, :], wanted[..., 0] = start, (a >= 0) & (a <= limit)
    first = np.where(way > 0, 0.0, limit)
    for number, bound in ((1, first), (2, limit - first)):
        at = (bound - a) / step
        corners[..., number, :] = np.rint((start + at[..., None] * (end - start)) * _FINE) / _FINE
        corners[..., number, axis] = bound
        wanted[..., number] = (at > 0) & (at < 1) & ~flat
    shape = len(rings), 3 * rings.shape[1]
    return corners.reshape(*shape, 2), wanted.reshape(shape)


def densified(ring: np.ndarray, step_px: float) -> np.ndarray:
    """The same ring with corners added, so that no edge is longer than ``step_px``: for maps that bend lines."""
    sides = np.roll(ring, -1, axis=0) - ring
    parts = np.maximum(1, np.ceil(np.hypot(sides[:, 0], sides[:, 1]) / step_px).astype(np.intp))
    if not (parts > 1).any():
        return ring
    edge = np.repeat(np.arange(len(ring)), parts)
    number = np.arange(len(edge)) - np.repeat(np.cumsum(parts) - parts, parts)
    return np.asarray(ring[edge] + sides[edge] * (number / parts[edge])[:, None])


def smallest_rectangles(outlines: np.ndarray, along: np.ndarray) -> np.ndarray:
    """(n, 5): the rectangles cx, cy, w, h, degrees of the smallest area round outlines (n, k, 2), clockwise positive.

    One side of the smallest rectangle lies along an edge of a convex outline (Freeman and Shapira, 1975); the edges
    tried are the outlines' own. ``along`` (n, 2) says which way the side w was: the nearer of both is called w.
    """
    edges = np.roll(outlines, -1, axis=1) - outlines
    lengths = np.hypot(edges[..., 0], edges[..., 1])
    edges = np.where(lengths[..., None] > 0, edges / np.where(lengths > 0, lengths, 1.0)[..., None], [1.0, 0.0])
    across = np.stack([-edges[..., 1], edges[..., 0]], axis=-1)
    spans = []
    for directions in (edges, across):
        reach = np.einsum("nkd,ned->nek", outlines, directions)
        spans.append((reach.min(axis=2), reach.max(axis=2)))
    (low_u, high_u), (low_v, high_v) = spans
    best = np.argmin((high_u - low_u) * (high_v - low_v), axis=1)
    row = np.arange(len(outlines))
    u, v = edges[row, best], across[row, best]
    sides = np.stack([(high_u - low_u)[row, best], (high_v - low_v)[row, best]], axis=1)
    middle = np.stack([(high_u + low_u)[row, best], (high_v + low_v)[row, best]], axis=1) / 2
    centre = middle[:, :1] * u + middle[:, 1:] * v
    turned = np.abs((v * along).sum(axis=1)) > np.abs((u * along).sum(axis=1))
    u, sides = np.where(turned[:, None], v, u), np.where(turned[:, None], sides[:, ::-1], sides)
    return np.column_stack([centre, sides, half_turn(np.degrees(np.arctan2(u[:, 1], u[:, 0])))])


def half_turn(degrees: np.ndarray) -> np.ndarray:
    """The same direction of a line, in (-90, 90]."""
    turned = np.where((degrees > -180) & (degrees <= 180), degrees, np.fmod(degrees, 180.0))
    return np.where(turned > 90, turned - 180, np.where(turned <= -90, turned + 180, turned)) + 0.0


def rectangle_corners(xywha: np.ndarray) -> np.ndarray:
    """Corners (n, 4, 2) of cx, cy, w, h, degrees: from the one before both sides along the side w, clockwise."""
    centre, sides, degrees = xywha[:, :2], xywha[:, 2:4] / 2, xywha[:, 4]
    angle = np.radians(degrees)
    cos, sin = np.cos(angle), np.sin(angle)
    upright = degrees == 90  # exactly, where the sine and cosine of half a pi are not
    cos, sin = np.where(upright, 0.0, cos), np.where(upright, 1.0, sin)
    u, v = np.stack([cos, sin], axis=1) * sides[:, :1], np.stack([-sin, cos], axis=1) * sides[:, 1:]
    return np.stack([centre - u - v, centre + u - v, centre + u + v, centre - u + v], axis=1)


def area_within(ring: np.ndarray, size: Size) -> float:
    """The area of what the frame leaves of a ring."""
    left = clipped(ring, size)
    return area(left) if len(left) > 2 else 0.0


def covered_area(ring: np.ndarray, rects: Sequence[tuple[float, float, float, float]]) -> float:
    """The area of a ring under rectangles (x0, y0, x1, y1), counted once where they overlap."""
    (left, top), (right, bottom) = ring.min(axis=0), ring.max(axis=0)
    near = [r for r in rects if r[0] < right and r[2] > left and r[1] < bottom and r[3] > top]
    heights = sorted({edge for rect in near for edge in rect[1::2]})
    total = 0.0
    for y0, y1 in pairwise(heights):
        for x0, x1 in _joined(sorted((r[0], r[2]) for r in near if r[1] <= y0 and r[3] >= y1)):
            total += area_within(ring - (x0, y0), Size(y1 - y0, x1 - x0))  # type: ignore[arg-type]
    return total


def _joined(spans: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """Spans in order, those that touch or overlap made one."""
    made: list[tuple[float, float]] = []
    for start, end in spans:
        if made and start <= made[-1][1]:
            made[-1] = made[-1][0], max(end, made[-1][1])
        else:
            made.append((start, end))
    return made
