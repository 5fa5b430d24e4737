"""Points and boxes that follow the very map by which a library moved the picture.

A map says for every pixel of the output where in the input it comes from; points need the inverse, which is looked up.
"""

from __future__ import annotations

import copy
import functools
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
    share = moved[:, :, 2]  # the rest of it comes from outside
    seen = share > 0.5
    return (
        np.where(seen, moved[:, :, axis] * side / np.where(seen, share, 1.0), _NOWHERE)
        for axis, side in ((0, w), (1, h))
    )


def points_by_map(follow: SourceMap, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Where points (n, 2) went, and which of them (n,) are in the picture at all.

    A map that folds shows a point more than once; then it is where it is shown largest. One that was folded away,
    squeezed out or left outside is not found.
    """
    moved, found = points.copy(), np.zeros(len(points), dtype=bool)
    cells = _cells(follow)
    for row, point in enumerate(points):
        place = _within_a_cell(follow, cells, point)
        if place is None:
            place = _near_a_pixel(follow, point)
        if place is not None:
            moved[row], found[row] = place, True
    return moved, found


class _Cells(NamedTuple):
    """The squares between four centres of output pixels: what of the input (x0, y0, x1, y1) each can show."""

    x0: np.ndarray
    y0: np.ndarray
    x1: np.ndarray
    y1: np.ndarray


def _cells(follow: SourceMap) -> _Cells:
    corners = [(grid[:-1, :-1], grid[:-1, 1:], grid[1:, :-1], grid[1:, 1:]) for grid in (follow.x, follow.y)]
    low, high = ([functools.reduce(pick, four) for four in corners] for pick in (np.minimum, np.maximum))
    return _Cells(low[0], low[1], high[0], high[1])


_TORN = 8.0


def _within_a_cell(follow: SourceMap, cells: _Cells, point: np.ndarray) -> np.ndarray | None:
    """The place between pixel centres where the map, linear on both halves of every cell, meets ``point``."""
    top, left = (max(int(place) - follow.reach - 1, 0) for place in (point[1], point[0]))
    part = slice(top, int(point[1]) + follow.reach + 1), slice(left, int(point[0]) + follow.reach + 1)
    x0, y0, x1, y1 = (edge[part] for edge in cells)
    near = (x0 <= point[0]) & (point[0] <= x1) & (y0 <= point[1]) & (point[1] <= y1)
    near &= (x1 - x0 < _TORN) & (y1 - y0 < _TORN)
    rows, columns = np.nonzero(near)
    if not len(rows):
        return None
    rows, columns = rows + top, columns + left
    places, spread = [], []
    for upper in (True, False):
        steps, area = _barycentric(follow, rows, columns, point, upper)
        inside = (steps >= -1e-6).all(axis=1) & (steps.sum(axis=1) <= 1 + 1e-6)
        step = steps if upper else 1 - steps
        places.append((np.stack([columns, rows], axis=1) + 0.5 + step)[inside])
        spread.append(area[inside])
    if not sum(map(len, places)):
        return None
    return _evened(follow, np.concatenate(places)[np.argmin(np.concatenate(spread))], point)


def _evened(follow: SourceMap, place: np.ndarray, point: np.ndarray) -> np.ndarray:
    """Where a map stands still for a pixel (as at every line of a GridDistortion), a thing is seen twice, side by side:
    its middle is where the map, evened out over 4 x 4 pixels, meets ``point``.
    """
    left, top = (max(int(at - 0.5) - 1, 0) for at in place)
    part = slice(top, top + 4), slice(left, left + 4)
    x, y = follow.x[part], follow.y[part]
    steps = np.concatenate([np.hypot(np.diff(x, axis=axis), np.diff(y, axis=axis)).ravel() for axis in (0, 1)])
    if min(x.shape) < 3 or steps.min() > 0.25 * np.median(steps) or steps.max() > _TORN:
        return place
    rows, columns = np.mgrid[top : top + x.shape[0], left : left + x.shape[1]] + 0.5
    offsets = np.column_stack([np.ones(x.size), columns.ravel() - place[0], rows.ravel() - place[1]])
    fitted = np.linalg.lstsq(offsets, np.column_stack([x.ravel(), y.ravel()]), rcond=None)[0]
    if abs(np.linalg.det(fitted[1:])) < 1e-3:
        return place
    step = np.linalg.solve(fitted[1:].T, point - fitted[0])
    evened: np.ndarray = place + np.clip(step, -0.5, 0.5)
    return evened


def _barycentric(
    follow: SourceMap, rows: np.ndarray, columns: np.ndarray, point: np.ndarray, upper: bool
) -> tuple[np.ndarray, np.ndarray]:
    """From the upper left (or the lower right) pixel of each cell, the step across and along, and how much it spans."""
    i, j = (rows, columns) if upper else (rows + 1, columns + 1)
    sign = 1 if upper else -1
    start, across, along = (
        np.stack([follow.x[at], follow.y[at]], axis=1) for at in ((i, j), (i, j + sign), (i + sign, j))
    )
    u, v, w = across - start, along - start, point - start
    area = u[:, 0] * v[:, 1] - u[:, 1] * v[:, 0]
    flat = abs(area) < 1e-9
    steps = np.stack([w[:, 0] * v[:, 1] - w[:, 1] * v[:, 0], u[:, 0] * w[:, 1] - u[:, 1] * w[:, 0]], axis=1)
    steps = steps / np.where(flat, 1.0, area)[:, None]
    steps[flat] = -1.0
    return steps, np.hypot(*u.T) + np.hypot(*v.T)


def _near_a_pixel(follow: SourceMap, point: np.ndarray) -> np.ndarray | None:
    """At the edges of what is shown, half a pixel beyond the last centres."""
    top, left, x, y = _window(follow, point[0], point[1], point[0], point[1])
    distance = (x - point[0]) ** 2 + (y - point[1]) ** 2
    if not distance.size:
        return None
    i, j = divmod(int(np.argmin(distance)), distance.shape[1])
    step = _linear_step(x, y, i, j, point)
    if np.abs(step).max() > 1.0:
        if distance[i, j] > 0.25:
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
