"""Polygons: outlines of objects, corner by corner."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

import numpy as np

from augkit.columns import take
from augkit.fields import Size
from augkit.sample import SPACE, Axis, Frame, Options, Target
from augkit.transform import moves
from augkit.vocab.space import outlines
from augkit.vocab.space.clipping import ClipOptions, fraction, kept
from augkit.vocab.space.planar import SpaceMap
from augkit.vocab.space.polygon_forms import Rings, read_polygons, write_polygons


@dataclass(frozen=True, eq=False)
class Polygons(Target):
    """``rings``: for each object a tuple of rings (k, 2) float64, continuous pixels, in order round the edge.

    The rings of an object are parts that belong together, as in COCO; a hole is none (that is for ``masks``).
    ``visible`` (n,) is the fraction of each object's area that has stayed in the frame so far.
    """

    kind = "polygons"
    axes = SPACE
    options_type = ClipOptions

    rings: tuple[Rings, ...]
    columns: Mapping[str, Any] = field(default_factory=dict)
    visible: np.ndarray | None = None
    options: Any = field(default=ClipOptions(), kw_only=True)

    def __len__(self) -> int:
        return len(self.rings)

    @classmethod
    def read(cls, value: Any, options: Options, frame: Frame) -> tuple[Self, Any]:
        """From a list of objects, or a mapping with ``polygons`` and any columns. An object is a ring (k, 2), a list of
        rings, or COCO's list of flat rows [x1, y1, x2, y2, …].
        """
        if isinstance(value, cls):
            return value, "target"
        rings, columns, form = read_polygons(value)
        made = cls(rings, columns, options=options)
        size = frame.get(Axis.SPACE)
        return (made if size is None else made.clipped(rings, Size(*size))), form

    def write(self, form: Any, frame: Frame) -> Any:
        return self if form == "target" else write_polygons(self.rings, self.columns, form)

    @classmethod
    def batch(cls, targets: Sequence[Self]) -> Any:
        return [
            {"polygons": [[ring.astype(np.float32) for ring in rings] for rings in target.rings], **target.columns}
            for target in targets
        ]

    def clipped(self, moved: Sequence[Rings], size: Size) -> Self:
        """These objects at ``moved``, cut by the frame and dropped by the policy, parts that are gone too."""
        left = [tuple(_solid(outlines.clipped(ring, size) for ring in rings)) for rings in moved]
        areas = np.array([[_area(now), _area(was)] for now, was in zip(left, moved, strict=True)]).reshape(-1, 2)
        visible = fraction(areas[:, 0], areas[:, 1], self.visible)
        here = dataclasses.replace(self, rings=tuple(left), visible=visible)
        keep = kept(visible, np.array([_shortest_side(rings) for rings in left]), self.options)
        return here if keep.all() else here.only(keep)

    def only(self, keep: np.ndarray) -> Self:
        """The objects where ``keep`` (n,) is true, columns and all."""
        visible = None if self.visible is None else self.visible[keep]
        rings = tuple(self.rings[row] for row in np.flatnonzero(keep))
        return dataclasses.replace(self, rings=rings, visible=visible, columns=take(self.columns, keep))

    def boxes(self) -> np.ndarray:
        """(n, 4) xyxy: the box round each object."""
        corners = [np.concatenate(rings) for rings in self.rings]
        return np.array([[*xy.min(axis=0), *xy.max(axis=0)] for xy in corners]).reshape(-1, 4)


@moves(SpaceMap, Polygons)
def polygons_follow_map(polygons: Polygons, space: SpaceMap) -> Polygons:
    """Corner by corner, with corners added where the map bends lines; then cut by the frame."""
    flat = [ring for rings in polygons.rings for ring in rings]
    if not flat:
        return polygons
    if not space.straight:
        flat = [outlines.densified(ring, space.chord_px()) for ring in flat]
    places = np.concatenate(flat)
    moved = space.points(places)
    if np.array_equal(moved, places) and tuple(space.size_out) == tuple(space.size_in):
        return polygons
    rings = iter(np.split(moved, np.cumsum([len(ring) for ring in flat])[:-1]))
    return polygons.clipped([tuple(next(rings) for _ in each) for each in polygons.rings], space.size_out)


def _solid(rings: Any) -> list[np.ndarray]:
    return [ring for ring in rings if len(ring) > 2 and outlines.area(ring) > 0]


def _area(rings: Rings) -> float:
    return sum(map(outlines.area, rings))


def _shortest_side(rings: Rings) -> float:
    if not rings:
        return 0.0
    corners = np.concatenate(rings)
    return float(np.ptp(corners, axis=0).min())
