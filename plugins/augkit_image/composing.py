"""Which planar maps are done as one, and what that costs: a pure function of the maps, never of the machine.

One warp for everything is the slow way as often as not: a resize and a flip take half the time of the warp that does
both. So a table of costs decides, and ships with augkit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from augkit.carriers import How
from augkit.fields import Size
from augkit.vocab.space import Affine2D, Homography, PlanarMap
from augkit.vocab.space.planar import Matrix
from augkit_image.lattice import straight, whole
from augkit_image.matrix import inverted, scales

Corners = list[tuple[float, float]]

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
_REDUCED, _ENLARGED = 0.8, 1.2


def composed(maps: Sequence[PlanarMap], how: How) -> list[PlanarMap]:
    """The cheapest way of doing ``maps`` in order: some of them joined, where ``how`` allows it."""
    if not is_choice(maps, how):
        return list(maps)
    costs = {**COSTS, **(how.costs or {})}
    best: list[tuple[float, list[PlanarMap]]] = [(0.0, [])]
    for end in range(1, len(maps) + 1):
        options = []
        for start, joint in joints(maps[:end], how.fuse):
            spent, before = best[start]
            options.append((spent + cost(joint, costs), [*before, joint]))
        best.append(min(options, key=lambda option: option[0]))
    return best[-1][1]


def is_choice(maps: Sequence[PlanarMap], how: How) -> bool:
    """Whether costs may decide: nothing else has settled how these maps are done."""
    return how.mode != "exact" and how.fuse != "off" and len(maps) > 1 and not _is_cheap(maps)


def _is_cheap(maps: Sequence[PlanarMap]) -> bool:
    """Whether only the first resamples and the rest turn what it makes: nothing joined can be cheaper."""
    return all(is_lattice(each) and sorted(each.size_in) == sorted(each.size_out) for each in maps[1:])


def joints(maps: Sequence[PlanarMap], fuse: str) -> list[tuple[int, PlanarMap]]:
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
    return sum(costs[name] * amount for name, amount in amounts(planar).items())


def amounts(planar: PlanarMap) -> dict[str, float]:
    """How often each cost of the table is paid: calls, and pixels."""
    seen = planar.size_out.h * planar.size_out.w
    rows = [list(row) for row in planar.matrix]
    kept = straight(rows)
    if kept is not None and is_lattice(planar):
        return {"call": 1, "flip": seen} if kept.flip_x or kept.flip_y or kept.transpose else {"call": 1}
    (a, b, _), (d, e, _), (g, h, _) = planar.matrix
    shrink = abs(a * e - b * d)
    way = "resize" if kept is not None and _fills(planar) else "warp" if g == h == 0 else "perspective"
    paid: dict[str, float] = {"call": 1}
    if shrink < 0.16:
        paid["halve"] = seen / max(shrink, 1e-9)
    return {**paid, way: seen}


def is_lattice(planar: PlanarMap) -> bool:
    """Whether pixels are put on pixels: flips, quarter turns, crops and pads."""
    (a, b, c), (d, e, f), (g, h, _) = planar.matrix
    if g or h or a * a + b * b + d * d + e * e != 2.0 or abs(a * e - b * d) != 1.0 or a * b or d * e:
        return False
    return whole(c) is not None and whole(f) is not None


def _fills(planar: PlanarMap) -> bool:
    """Whether the output shows whole pixels of the input up to its own edges, so that a resize does it."""
    corners = _sources(planar)
    if corners is None or not _inside(corners, planar.size_in):
        return False
    return all(whole(x) is not None and whole(y) is not None for x, y in corners)


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
    if _magnifies(first, later):
        return None
    matrix = product(later.matrix, first.matrix)
    if _corners(matrix, first.size_in) is None:  # only what the frame between cut off lies over the horizon
        return None
    kind: type[PlanarMap] = Affine2D if matrix[2] == (0.0, 0.0, 1.0) else Homography
    return kind(matrix, first.size_in, later.size_out, *resampling)


def _magnifies(first: PlanarMap, later: PlanarMap) -> bool:
    """Whether ``later`` enlarges what ``first`` made small: one map for both would show the lost detail again."""
    return _largest_scale(later) > _ENLARGED and _smallest_scale(first) < _REDUCED


def _largest_scale(planar: PlanarMap) -> float:
    return max(scales([list(row) for row in planar.matrix], planar.size_in.w, planar.size_in.h))


def _smallest_scale(planar: PlanarMap) -> float:
    inverse = inverted([list(row) for row in planar.matrix])
    return 1 / max(scales(inverse, planar.size_out.w, planar.size_out.h))


def product(later: Matrix, first: Matrix) -> Matrix:
    """The matrix of ``first``, then ``later``, with 1 in the last place and whole numbers where they are meant."""
    # Written out: three times as fast as loops, and `sum` rounds floats otherwise from Python 3.12 on.
    (a, b, c), (d, e, f), (g, h, i) = first
    last_x, last_y, last_depth = later[2]
    depth = 0.0 + last_x * c + last_y * f + last_depth * i
    rows = []
    for x, y, z in later:
        ends = 0.0 + x * a + y * d + z * g, 0.0 + x * b + y * e + z * h, 0.0 + x * c + y * f + z * i
        rows.append((_snapped(ends[0] / depth), _snapped(ends[1] / depth), _snapped(ends[2] / depth)))
    return tuple(rows)  # type: ignore[return-value]


def _snapped(value: float) -> float:
    near = round(value)
    return float(near) if abs(value - near) < 1e-11 else value


def _resampling(first: PlanarMap, later: PlanarMap, within: bool) -> tuple[Any, Any, Any] | None:
    """How the joint map reads between pixels and beyond the edge; None where the two differ in what matters."""
    exact = is_lattice(first), is_lattice(later)
    if not any(exact) and first.interpolation != later.interpolation:
        return None
    interpolation = later.interpolation if exact[0] else first.interpolation
    if within:
        return interpolation, first.border, first.fill
    if _shows_only_inside(first):
        seen_again = later.border != "constant" and not _hides_nothing(first)
        return None if seen_again else (interpolation, later.border, later.fill)
    alike = first.border == later.border == "constant" and first.fill == later.fill
    return (interpolation, first.border, first.fill) if alike else None


def _shows_only_inside(planar: PlanarMap) -> bool:
    """Whether no output pixel comes from outside the input."""
    corners = _sources(planar)
    return corners is not None and _inside(corners, planar.size_in)


def _hides_nothing(planar: PlanarMap) -> bool:
    """Whether every input pixel lies within the output frame."""
    corners = _corners(planar.matrix, planar.size_in)
    return corners is not None and _inside(corners, planar.size_out)


def _sources(planar: PlanarMap) -> Corners | None:
    """Where the corners of the output come from."""
    inverse: Any = inverted([list(row) for row in planar.matrix])
    return _corners(inverse, planar.size_out)


def _corners(matrix: Matrix, size: Size) -> Corners | None:
    """Where the corners of a frame go; None when the frame reaches over the horizon."""
    (a, b, c), (d, e, f), (g, h, i) = matrix
    height, width = size
    found = []
    for x, y in ((0, 0), (width, 0), (width, height), (0, height)):
        depth = g * x + h * y + i
        if depth <= 0:
            return None
        found.append(((a * x + b * y + c) / depth, (d * x + e * y + f) / depth))
    return found


def _inside(corners: Corners, size: Size) -> bool:
    right, bottom = size[1] + _TOLERANCE_PX, size[0] + _TOLERANCE_PX
    return all(-_TOLERANCE_PX <= x <= right and -_TOLERANCE_PX <= y <= bottom for x, y in corners)
