"""Points and boxes that follow the very map by which a library moved the picture.

A map says for every pixel of the output where in the input it comes from; points need the inverse, which is looked up.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from augkit_image.bridge_params import Foreign

_NOWHERE = 1e9


class SourceMap(NamedTuple):
    """``x``, ``y`` (h, w): where in the input each output pixel's centre comes from; ``reach``: how far any moved."""

    x: np.ndarray
    y: np.ndarray
    reach: int


def source_map(inner: Any, params: Foreign) -> SourceMap:
    """The map in what was drawn, or the one read off a picture of coordinates that is moved instead of the image."""
    h, w = params.size_in
    if "map_x" in params.drawn:
        x, y = (np.asarray(params.drawn[name], dtype=np.float64) + 0.5 for name in ("map_x", "map_y"))
    else:
        x, y = _read_off(inner, params)
    rows, columns = np.mgrid[0:h, 0:w]
    moved = np.maximum(abs(x - columns - 0.5), abs(y - rows - 0.5))
    within = moved[(x >= 0) & (x <= w) & (y >= 0) & (y <= h)]
    return SourceMap(x, y, int(np.ceil(within.max(initial=0.0))) + 2)


def _read_off(inner: Any, params: Foreign) -> Iterator[np.ndarray]:
    h, w = params.size_in
    rows, columns = np.mgrid[0:h, 0:w]
    picture = np.dstack([(columns + 0.5) / w, (rows + 0.5) / h, np.ones((h, w))]).astype(np.float32)
    smooth = copy.copy(inner)
    smooth.interpolation = 1
    moved = smooth.apply(picture, **{**params.drawn, "interpolation": 1}).astype(np.float64)
    blended = moved[:, :, 2] < 0.999  # with what lies outside
    return (np.where(blended, _NOWHERE, moved[:, :, axis] * side) for axis, side in ((0, w), (1, h)))


def points_by_map(follow: SourceMap, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Where points (n, 2) went, and which of them (n,) are in the picture at all."""
    moved, found = points.copy(), np.zeros(len(points), dtype=bool)
    for row, point in enumerate(points):
        place = _where(follow, point)
        if place is not None:
            moved[row], found[row] = place, True
    return moved, found


def _where(follow: SourceMap, point: np.ndarray) -> np.ndarray | None:
    top, left, x, y = _window(follow, point[0], point[1], point[0], point[1])
    distance = (x - point[0]) ** 2 + (y - point[1]) ** 2
    if not distance.size:
        return None
    i, j = divmod(int(np.argmin(distance)), distance.shape[1])
    step = _linear_step(x, y, i, j, point)
    if np.abs(step).max() > 1.0:
        if distance[i, j] > 0.5:
            return None  # it lies outside, or was folded away
        step = np.zeros(2)  # its pixel is there, but at a tear in the map
    place: np.ndarray = np.array([left + j + 0.5, top + i + 0.5]) + step
    return place


def _linear_step(x: np.ndarray, y: np.ndarray, i: int, j: int, point: np.ndarray) -> np.ndarray:
    """From pixel (i, j), the step in output pixels at which the linearised map meets ``point``."""
    up, down = max(i - 1, 0), min(i + 1, x.shape[0] - 1)
    left, right = max(j - 1, 0), min(j + 1, x.shape[1] - 1)
    across = np.array([x[i, right] - x[i, left], y[i, right] - y[i, left]]) / max(right - left, 1)
    along = np.array([x[down, j] - x[up, j], y[down, j] - y[up, j]]) / max(down - up, 1)
    slope = np.column_stack([across, along])
    if abs(np.linalg.det(slope)) < 1e-6:
        return np.full(2, np.inf)
    return np.linalg.solve(slope, point - np.array([x[i, j], y[i, j]]))


def boxes_by_map(follow: SourceMap, xyxy: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The box round all output pixels that come from inside each box, and which boxes (n,) have any."""
    moved, found = xyxy.copy(), np.zeros(len(xyxy), dtype=bool)
    for row, (x0, y0, x1, y1) in enumerate(xyxy):
        top, left, x, y = _window(follow, x0, y0, x1, y1)
        inside = (x > x0) & (x < x1) & (y > y0) & (y < y1)
        rows, columns = np.flatnonzero(inside.any(axis=1)), np.flatnonzero(inside.any(axis=0))
        if len(rows):
            moved[row] = left + columns[0], top + rows[0], left + columns[-1] + 1, top + rows[-1] + 1
            found[row] = True
    return moved, found


def _window(follow: SourceMap, x0: float, y0: float, x1: float, y1: float) -> tuple[int, int, np.ndarray, np.ndarray]:
    """The part of the output that may come from this part of the input: its top, its left, x and y."""
    top, left = max(int(y0) - follow.reach, 0), max(int(x0) - follow.reach, 0)
    part = slice(top, int(y1) + follow.reach + 1), slice(left, int(x1) + follow.reach + 1)
    return top, left, follow.x[part], follow.y[part]
