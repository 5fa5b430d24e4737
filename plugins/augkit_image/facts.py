"""What is asked of a planar map again and again while ways of doing several are compared, worked out once."""

from __future__ import annotations

from functools import cached_property

from augkit.fields import Size
from augkit.vocab.space import PlanarMap
from augkit.vocab.space.planar import Matrix
from augkit_image.lattice import Straight, straight, whole
from augkit_image.matrix import Rows, inverted, scales

Corners = list[tuple[float, float]]

_TOLERANCE_PX = 1e-6


class Facts:
    """Of one map: what it shows and hides, and how far it scales."""

    def __init__(self, planar: PlanarMap) -> None:
        self.planar = planar

    @cached_property
    def lattice(self) -> bool:
        """Whether pixels are put on pixels: flips, quarter turns, crops and pads."""
        (a, b, c), (d, e, f), (g, h, _) = self.planar.matrix
        if g or h or a * a + b * b + d * d + e * e != 2.0 or abs(a * e - b * d) != 1.0 or a * b or d * e:
            return False
        return whole(c) is not None and whole(f) is not None

    @cached_property
    def straight(self) -> Straight | None:
        """The map as one that keeps rows and columns, if it is one."""
        return straight([list(row) for row in self.planar.matrix])

    @cached_property
    def turns_only(self) -> bool:
        """Whether all pixels are still there, in another order."""
        return self.lattice and sorted(self.planar.size_in) == sorted(self.planar.size_out)

    @cached_property
    def _inverse(self) -> Rows:
        return inverted([list(row) for row in self.planar.matrix])

    @cached_property
    def _sources(self) -> Corners | None:
        """Where the corners of the output come from."""
        return corners(self._inverse, self.planar.size_out)

    @cached_property
    def shows_only_inside(self) -> bool:
        """Whether no output pixel comes from outside the input."""
        return self._sources is not None and _inside(self._sources, self.planar.size_in)

    @cached_property
    def hides_nothing(self) -> bool:
        """Whether every input pixel lies within the output frame."""
        found = corners(self.planar.matrix, self.planar.size_in)
        return found is not None and _inside(found, self.planar.size_out)

    @cached_property
    def fills(self) -> bool:
        """Whether the output shows whole pixels of the input up to its own edges, so that a resize does it."""
        if not self.shows_only_inside or self._sources is None:
            return False
        return all(whole(x) is not None and whole(y) is not None for x, y in self._sources)

    @cached_property
    def largest_scale(self) -> float:
        """By how much it enlarges at most."""
        size = self.planar.size_in
        return max(scales([list(row) for row in self.planar.matrix], size.w, size.h))

    @cached_property
    def smallest_scale(self) -> float:
        """By how much it enlarges at least."""
        return 1 / max(scales(self._inverse, self.planar.size_out.w, self.planar.size_out.h))


def corners(matrix: Matrix | Rows, size: Size) -> Corners | None:
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


def _inside(places: Corners, size: Size) -> bool:
    right, bottom = size[1] + _TOLERANCE_PX, size[0] + _TOLERANCE_PX
    return all(-_TOLERANCE_PX <= x <= right and -_TOLERANCE_PX <= y <= bottom for x, y in places)
