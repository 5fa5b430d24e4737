"""Which planar maps are done as one, and what that costs: a pure function of the maps, never of the machine.

One warp for everything is the slow way as often as not: a resize and a flip take half the time of the warp that does
both. So a table of costs decides, and ships with augkit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from augkit.carriers import How
from augkit.fields import Size
from augkit.vocab.space import Affine2D, Homography, PlanarMap
from augkit.vocab.space.planar import as_matrix
from augkit_image.lattice import straight, whole

COSTS: Mapping[str, float] = {
    "call": 4.0,
    "flip": 0.00012,
    "resize": 0.0017,
    "warp": 0.0041,
    "perspective": 0.0055,
    "halve": 0.00024,
}
"""Version 1: microseconds a call, and a pixel of three uint8 channels; of what comes out, but for ``halve``."""

_TOLERANCE_PX = 1e-6


def composed(maps: Sequence[PlanarMap], how: How) -> list[PlanarMap]:
    """The cheapest way of doing ``maps`` in order: some of them joined, where ``how`` allows it."""
    if how.mode == "exact" or how.fuse == "off" or len(maps) < 2:
        return list(maps)
    costs = {**COSTS, **(how.costs or {})}
    best: list[tuple[float, list[PlanarMap]]] = [(0.0, [])]
    for end in range(1, len(maps) + 1):
        options = []
        for start, joint in _joints(maps[:end], how.fuse):
            spent, before = best[start]
            options.append((spent + cost(joint, costs), [*before, joint]))
        best.append(min(options, key=lambda option: option[0]))
    return best[-1][1]


def _joints(maps: Sequence[PlanarMap], fuse: str) -> list[tuple[int, PlanarMap]]:
    """The last of ``maps``, the last two as one, the last three, … as far as they can be joined."""
    joint = maps[-1]
    found = [(len(maps) - 1, joint)]
    for start in range(len(maps) - 2, -1, -1):
        longer = joined(maps[start], joint, fuse)
        if longer is None:
            break
        joint = longer
        found.append((start, joint))
    return found


def cost(planar: PlanarMap, costs: Mapping[str, float]) -> float:
    """Microseconds for three uint8 channels, by the table."""
    seen = planar.size_out.h * planar.size_out.w
    rows = [list(row) for row in planar.matrix]
    kept = straight(rows)
    if kept is not None and is_lattice(planar):
        return costs["call"] + (costs["flip"] * seen if kept.flip_x or kept.flip_y or kept.transpose else 0.0)
    (a, b, _), (d, e, _), (g, h, _) = planar.matrix
    shrink = abs(a * e - b * d)
    halving = costs["halve"] * seen / max(shrink, 1e-9) if shrink < 0.16 else 0.0
    if kept is not None and _fills(planar):
        return costs["call"] + halving + costs["resize"] * seen
    return costs["call"] + halving + costs["warp" if g == h == 0 else "perspective"] * seen


def is_lattice(planar: PlanarMap) -> bool:
    """Whether pixels are put on pixels: flips, quarter turns, crops and pads."""
    (a, b, c), (d, e, f), (g, h, _) = planar.matrix
    linear = {abs(a), abs(b), abs(d), abs(e)} <= {0.0, 1.0} and g == h == 0
    return linear and abs(a * e - b * d) == 1.0 and whole(c) is not None and whole(f) is not None


def _fills(planar: PlanarMap) -> bool:
    """Whether the output shows whole pixels of the input up to its own edges, so that a resize does it."""
    corners = _corners(planar.inverse(), planar.size_out)
    if corners is None or not _inside(corners, planar.size_in):
        return False
    return all(whole(value) is not None for value in corners.ravel().tolist())


def joined(first: PlanarMap, later: PlanarMap, fuse: str = "strict") -> PlanarMap | None:
    """One map for both, or None where that would show another picture.

    ``strict``: only where ``later`` shows nothing that the frame between has cut off; ``full``: also where it does.
    """
    if tuple(first.size_out) != tuple(later.size_in):
        return None
    within = _shows_only_inside(later)
    if not within and fuse == "strict" and not _hides_nothing(first):
        return None
    resampling = _resampling(first, later, within)
    if resampling is None:
        return None
    matrix = later.array() @ first.array()
    kind: type[PlanarMap] = Affine2D if matrix[2, 0] == matrix[2, 1] == 0 else Homography
    return kind(as_matrix(_snapped(matrix / matrix[2, 2])), first.size_in, later.size_out, **resampling)


def _snapped(matrix: np.ndarray) -> np.ndarray:
    near = np.rint(matrix)
    return np.where(np.abs(matrix - near) < 1e-11, near, matrix)


def _resampling(first: PlanarMap, later: PlanarMap, within: bool) -> dict[str, Any] | None:
    """How the joint map reads between pixels and beyond the edge; None where the two differ in what matters."""
    exact = is_lattice(first), is_lattice(later)
    if not any(exact) and first.interpolation != later.interpolation:
        return None
    interpolation = later.interpolation if exact[0] else first.interpolation
    edges = (first.border, first.fill), (later.border, later.fill)
    if within:
        border, fill = edges[0]
    elif _shows_only_inside(first):
        border, fill = edges[1]
        if border != "constant" and not _hides_nothing(first):
            return None
    elif edges[0] == edges[1] and edges[0][0] == "constant":
        border, fill = edges[0]
    else:
        return None
    return {"interpolation": interpolation, "border": border, "fill": fill}


def _shows_only_inside(planar: PlanarMap) -> bool:
    """Whether no output pixel comes from outside the input."""
    corners = _corners(planar.inverse(), planar.size_out)
    return corners is not None and _inside(corners, planar.size_in)


def _hides_nothing(planar: PlanarMap) -> bool:
    """Whether every input pixel lies within the output frame."""
    corners = _corners(planar, planar.size_in)
    return corners is not None and _inside(corners, planar.size_out)


def _corners(planar: PlanarMap, size: Size) -> np.ndarray | None:
    """Where the corners of a frame go; None when the frame reaches over the horizon."""
    xy = np.array([[0.0, 0.0], [size.w, 0.0], [size.w, size.h], [0.0, size.h]])
    depth = xy @ planar.array()[2, :2] + planar.matrix[2][2]
    return planar.points(xy) if (depth > 0).all() else None


def _inside(points: np.ndarray, size: Size) -> bool:
    return bool((points >= -_TOLERANCE_PX).all() and (points <= np.array([size.w, size.h]) + _TOLERANCE_PX).all())
