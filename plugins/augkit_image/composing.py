"""Which planar maps are done as one, and what that costs: a pure function of the maps, never of the machine.

One warp for everything is the slow way as often as not: a resize and a flip take half the time of the warp that does
both. So a table of costs decides, and ships with augkit.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from typing import Any

from augkit.carriers import How
from augkit.vocab.space import Affine2D, Homography, PlanarMap
from augkit.vocab.space.planar import Matrix
from augkit_image.facts import Facts, corners

COSTS: Mapping[str, float] = {
    "call": 4.0,
    "flip": 0.00012,
    "resize": 0.0017,
    "warp": 0.0041,
    "perspective": 0.0055,
    "halve": 0.00024,
}
"""Version 1: microseconds a call, and a pixel of three uint8 channels; of what comes out, but for ``halve``."""

_REDUCED, _ENLARGED = 0.8, 1.2
_last = threading.local()


def composed(maps: Sequence[PlanarMap], how: How) -> list[PlanarMap]:
    """The cheapest way of doing ``maps`` in order: some of them joined, where ``how`` allows it."""
    if how.mode == "exact" or how.fuse == "off" or len(maps) < 2:
        return list(maps)
    known, before, found = getattr(_last, "kept", ((), None, []))
    # A mask follows the very maps of its image.
    if how is before and len(maps) == len(known) and all(one is other for one, other in zip(maps, known, strict=True)):
        return list(found)
    found = [one.planar for one in _cheapest([Facts(planar) for planar in maps], how)]
    _last.kept = tuple(maps), how, found
    return list(found)


def _cheapest(maps: Sequence[Facts], how: How) -> Sequence[Facts]:
    if _is_cheap(maps):
        return maps
    ends = [joints(maps[:end], how.fuse) for end in range(1, len(maps) + 1)]
    if all(len(options) == 1 for options in ends):
        return maps
    costs = {**COSTS, **(how.costs or {})}
    best: list[tuple[float, list[Facts]]] = [(0.0, [])]
    for options in ends:
        ways = [(best[start][0] + cost(joint, costs), [*best[start][1], joint]) for start, joint in options]
        best.append(min(ways, key=lambda way: way[0]))
    return best[-1][1]


def is_choice(maps: Sequence[PlanarMap], how: How) -> bool:
    """Whether costs may decide: nothing else has settled how these maps are done."""
    allowed = how.mode != "exact" and how.fuse != "off" and len(maps) > 1
    return allowed and not _is_cheap([Facts(planar) for planar in maps])


def _is_cheap(maps: Sequence[Facts]) -> bool:
    """Whether only the first resamples and the rest turn what it makes: nothing joined can be cheaper."""
    return all(each.turns_only for each in maps[1:])


def joints(maps: Sequence[Facts], fuse: str) -> list[tuple[int, Facts]]:
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


def cost(one: Facts, costs: Mapping[str, float]) -> float:
    """Microseconds for three uint8 channels, by the table."""
    total = 0.0  # added up in order: `sum` rounds otherwise from Python 3.12 on
    for name, amount in amounts(one).items():
        total += costs[name] * amount
    return total


def amounts(one: Facts) -> dict[str, float]:
    """How often each cost of the table is paid: calls, and pixels."""
    planar, kept = one.planar, one.straight
    seen = planar.size_out.h * planar.size_out.w
    if kept is not None and one.lattice:
        return {"call": 1, "flip": seen} if kept.flip_x or kept.flip_y or kept.transpose else {"call": 1}
    (a, b, _), (d, e, _), (g, h, _) = planar.matrix
    shrink = abs(a * e - b * d)
    way = "resize" if kept is not None and one.fills else "warp" if g == h == 0 else "perspective"
    paid: dict[str, float] = {"call": 1}
    if shrink < 0.16:
        paid["halve"] = seen / max(shrink, 1e-9)
    return {**paid, way: seen}


def joined(first: Facts, later: Facts, fuse: str = "strict") -> Facts | None:
    """One map for both, or None where that would show another picture.

    ``strict``: only where ``later`` shows nothing that the frame between has cut off; ``full``: also where it does.
    """
    if tuple(first.planar.size_out) != tuple(later.planar.size_in):
        return None
    if fuse == "strict" and not later.shows_only_inside and not first.hides_nothing:
        return None
    resampling = _resampling(first, later)
    if resampling is None or (later.largest_scale > _ENLARGED and first.smallest_scale < _REDUCED):
        return None  # enlarging what was made small, one map for both would show the lost detail again
    matrix = product(later.planar.matrix, first.planar.matrix)
    if corners(matrix, first.planar.size_in) is None:  # only what the frame between cut off lies over the horizon
        return None
    kind: type[PlanarMap] = Affine2D if matrix[2] == (0.0, 0.0, 1.0) else Homography
    return Facts(kind(matrix, first.planar.size_in, later.planar.size_out, *resampling))


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


def _resampling(first: Facts, later: Facts) -> tuple[Any, Any, Any] | None:
    """How the joint map reads between pixels and beyond the edge; None where the two differ in what matters."""
    one, other = first.planar, later.planar
    if not (first.lattice or later.lattice) and one.interpolation != other.interpolation:
        return None
    interpolation = other.interpolation if first.lattice else one.interpolation
    if later.shows_only_inside:
        return interpolation, one.border, one.fill
    if first.shows_only_inside:
        seen_again = other.border != "constant" and not first.hides_nothing
        return None if seen_again else (interpolation, other.border, other.fill)
    alike = one.border == other.border == "constant" and one.fill == other.fill
    return (interpolation, one.border, one.fill) if alike else None
