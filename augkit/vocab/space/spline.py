"""Fields over a frame from a net of few values: uniform B-splines of degree 1 (bilinear) or 3, and how steep they get.

A net is (rows + degree, columns + degree, 2): a shift (x, y) in pixels at each node, over ``rows`` × ``columns`` cells.
Sums are written out tap by tap: a matrix product may round otherwise with another number of threads.
"""

from __future__ import annotations

import numpy as np

Cells = tuple[int, int]
_REFINEMENTS = 2


def taps(at: np.ndarray, cells: int, degree: int) -> tuple[np.ndarray, np.ndarray]:
    """For places ``at`` (n,), counted in cells: the first node that counts (n,), and the weights (degree + 1, n)."""
    first = np.clip(np.floor(at), 0, cells - 1)
    u = at - first
    if degree == 1:
        return first.astype(np.intp), np.stack([1 - u, u])
    v = 1 - u
    weights = [v**3 / 6, (4 - 6 * u**2 + 3 * u**3) / 6, (4 - 6 * v**2 + 3 * v**3) / 6, u**3 / 6]
    return first.astype(np.intp), np.stack(weights)


def slopes(at: np.ndarray, cells: int, degree: int) -> np.ndarray:
    """The derivatives (degree + 1, n) of the weights of ``taps``, per cell."""
    if degree == 1:
        return np.stack([-np.ones_like(at), np.ones_like(at)])
    u = at - np.clip(np.floor(at), 0, cells - 1)
    v = 1 - u
    return np.stack([-(v**2), 3 * u**2 - 4 * u, 4 * v - 3 * v**2, u**2]) / 2


def dense(net: np.ndarray, cells: Cells, size: tuple[int, int], degree: int) -> tuple[np.ndarray, np.ndarray]:
    """The shifts x and y, float32 (h, w) each, at every pixel's centre of a frame of ``size`` (h, w)."""
    (h, w), (rows, columns) = size, cells
    row, down = taps((np.arange(h) + 0.5) * (rows / h), rows, degree)
    column, across = taps((np.arange(w) + 0.5) * (columns / w), columns, degree)
    planes = np.moveaxis(net, 2, 0)
    wide = sum(planes[:, :, column + k] * across[k] for k in range(degree + 1))
    wide, down = np.asarray(wide, dtype=np.float32), down.astype(np.float32)[:, :, None]
    shift_x, shift_y = (_summed(plane, row, down) for plane in wide)
    return shift_x, shift_y


def _summed(plane: np.ndarray, row: np.ndarray, down: np.ndarray) -> np.ndarray:
    total = plane.take(row, axis=0)
    total *= down[0]
    term = np.empty_like(total)
    for k in range(1, len(down)):
        plane.take(row + k, axis=0, out=term, mode="clip")
        term *= down[k]
        total += term
    return total


def at_points(net: np.ndarray, cells: Cells, xy: np.ndarray, degree: int) -> tuple[np.ndarray, np.ndarray]:
    """The shifts (n, 2) at places ``xy`` (n, 2), counted in cells, and their derivatives (n, 2, 2) by x and by y.

    Beyond the net the shift stays what it is at its edge.
    """
    x, y = np.clip(xy[:, 0], 0, cells[1]), np.clip(xy[:, 1], 0, cells[0])
    column, across = taps(x, cells[1], degree)
    row, down = taps(y, cells[0], degree)
    steep_x, steep_y = slopes(x, cells[1], degree) * (x == xy[:, 0]), slopes(y, cells[0], degree) * (y == xy[:, 1])
    taken = np.arange(degree + 1)
    node = (row + taken[:, None])[:, None] * net.shape[1] + column + taken[:, None]
    near = np.moveaxis(net, 2, 0).reshape(2, -1)[:, node]
    shift, by_x, by_y = (
        np.stack([(by_row[:, None] * by_column * plane).sum(axis=(0, 1)) for plane in near], axis=1)
        for by_row, by_column in ((down, across), (down, steep_x), (steep_y, across))
    )
    return shift, np.stack([by_x, by_y], axis=2)


def steepest(net: np.ndarray, cell: tuple[float, float], degree: int) -> float:
    """A bound on how much the shift differs between two places, per pixel between them (both by the larger of x and y).

    ``cell`` is (h, w) in pixels. Below 1, adding the shift to every place maps the plane onto itself one to one. A
    spline's slope is a mean of differences between neighbouring nodes, of ever nearer ones as the net is refined.
    """
    for _ in range(_REFINEMENTS if degree == 3 else 0):
        net, cell = _refined(_refined(net).swapaxes(0, 1)).swapaxes(0, 1), (cell[0] / 2, cell[1] / 2)
    by_y, by_x = abs(np.diff(net, axis=0)) / cell[0], abs(np.diff(net, axis=1)) / cell[1]
    highest = _highest(by_y, degree, degree + 1) + _highest(by_x, degree + 1, degree)
    return float(highest.max())


def _highest(values: np.ndarray, rows: int, columns: int) -> np.ndarray:
    """The largest of every window of so many rows and columns."""
    for count in (rows, columns):
        last = len(values) - count + 1
        values = np.maximum.reduce([values[k : k + last] for k in range(count)]).swapaxes(0, 1)
    return values


def _refined(net: np.ndarray) -> np.ndarray:
    """The same cubic spline by nodes half as far apart along the first axis (Lane and Riesenfeld, 1980)."""
    finer = np.empty((2 * len(net) - 3, *net.shape[1:]))
    finer[::2] = (net[:-1] + net[1:]) / 2
    finer[1::2] = (net[:-2] + 6 * net[1:-1] + net[2:]) / 8
    return finer
