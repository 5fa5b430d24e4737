"""Mosaic: four pictures in a grid, and everything on them at its new place."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self, TypeVar

import numpy as np

from augkit.errors import DataError, ReplayError
from augkit.fields import Size
from augkit.mixing import Mixture, mixes
from augkit.sample import SPACE, Axis, Frame, Target, common_frame
from augkit.transform import kernel_for
from augkit.vocab.space.boxes import Boxes
from augkit.vocab.space.dense import Depth
from augkit.vocab.space.instances import InstanceMasks
from augkit.vocab.space.joined import (
    joined_boxes,
    joined_keypoints,
    joined_masks,
    joined_oriented,
    joined_polygons,
    numbered_rows,
)
from augkit.vocab.space.keypoints import Keypoints
from augkit.vocab.space.oriented import OrientedBoxes
from augkit.vocab.space.planar import Affine2D, Interpolation
from augkit.vocab.space.polygons import Polygons
from augkit.vocab.space.seen import Rect

T = TypeVar("T", bound=Target)


@dataclass(frozen=True)
class Mosaic(Mixture):
    """A frame of ``size_out`` cut at ``centre`` (x, y; whole pixels) into four cells: upper left the own sample, then
    upper right, lower left and lower right the partners.

    Each picture fills its cell, scaled as little as that takes; of what overhangs, ``shift`` (x, y; 0 to 1, one a cell)
    says which part is seen.
    """

    axes = SPACE

    centre: tuple[int, int]
    shift: tuple[tuple[float, float], ...]
    size_in: Size
    size_out: Size
    interpolation: Interpolation = "linear"

    def met(self, groups: Sequence[Mapping[str, Target]]) -> Laid:
        """With a map for each picture into its cell."""
        sizes = [_size(group) for group in groups]
        if len(sizes) != 4:
            raise DataError(f"a mosaic is made of 4 samples, got {len(sizes)}.")
        maps = tuple(
            _filling(size, rect, shift, self.interpolation)
            for size, rect, shift in zip(sizes, self.cells(), self.shift, strict=True)
        )
        fields = {f.name: getattr(self, f.name) for f in dataclasses.fields(self)}
        return Laid(**fields, maps=maps)

    def cells(self) -> list[Rect]:
        """The cells (x0, y0, x1, y1), in the order of the samples; at a drawn centre on the edge some are empty."""
        (x, y), (h, w) = self.centre, self.size_out
        return [(0, 0, x, y), (x, 0, w, y), (0, y, x, h), (x, y, w, h)]

    def frame(self, frame: Frame) -> Frame:
        """``size_out``; another input size than the drawn one raises ReplayError."""
        if tuple(frame[Axis.SPACE]) != tuple(self.size_in):
            raise ReplayError(
                f"drawn for a frame of {tuple(self.size_in)}, met one of {tuple(frame[Axis.SPACE])} (h, w)."
            )
        return {**frame, Axis.SPACE: self.size_out}

    def shares(self) -> tuple[float, ...]:
        """The area of each cell."""
        whole = self.size_out.h * self.size_out.w
        return tuple((x1 - x0) * (y1 - y0) / whole for x0, y0, x1, y1 in self.cells())

    @classmethod
    def from_log(cls, logged: Mapping[str, Any]) -> Self:
        made = super().from_log(logged)
        return dataclasses.replace(made, size_in=Size(*made.size_in), size_out=Size(*made.size_out))


@dataclass(frozen=True, kw_only=True)
class Laid(Mosaic):
    """A mosaic whose four pictures are there: ``maps`` take each into the frame of its cell; None for an empty cell."""

    maps: tuple[Affine2D | None, ...]

    def placed(self, targets: Sequence[T]) -> list[T]:
        """The targets of one field, each cut to its cell and at its place in the whole; those of empty cells are left
        out. Any kind that follows ``Affine2D`` can be placed.
        """
        kernel = kernel_for(Affine2D, type(targets[0]))
        if kernel is None:
            raise DataError(f"a target of kind {targets[0].kind!r} cannot follow Affine2D.")
        found = []
        for target, into, (x0, y0, _, _) in zip(targets, self.maps, self.cells(), strict=True):
            if into is not None:
                place = Affine2D.window(into.size_out, -y0, -x0, self.size_out)
                found.append(kernel(kernel(target, into), place))
        return found  # type: ignore[return-value]


@mixes(Mosaic, Boxes)
def boxes_in_mosaic(boxes: Sequence[Boxes], mosaic: Laid) -> Boxes:
    """The boxes of all cells, cut to their cells and dropped by their policy."""
    return joined_boxes(mosaic.placed(boxes))


@mixes(Mosaic, Keypoints, unless=numbered_rows)
def keypoints_in_mosaic(points: Sequence[Keypoints], mosaic: Laid) -> Keypoints:
    """The points of all cells; those that their cell does not show are dropped or hidden by their policy."""
    return joined_keypoints(mosaic.placed(points))


@mixes(Mosaic, OrientedBoxes)
def oriented_boxes_in_mosaic(boxes: Sequence[OrientedBoxes], mosaic: Laid) -> OrientedBoxes:
    """The oriented boxes of which their cells show enough; they are not cut."""
    return joined_oriented(mosaic.placed(boxes))


@mixes(Mosaic, Polygons)
def polygons_in_mosaic(polygons: Sequence[Polygons], mosaic: Laid) -> Polygons:
    """The outlines of all cells, cut to their cells and dropped by their policy."""
    return joined_polygons(mosaic.placed(polygons))


@mixes(Mosaic, InstanceMasks)
def instances_in_mosaic(masks: Sequence[InstanceMasks], mosaic: Laid) -> InstanceMasks:
    """The objects of all cells, cut to their cells and dropped by their policy."""
    return joined_masks(mosaic.placed(masks), mosaic.size_out)


@mixes(Mosaic, Depth)
def depths_in_mosaic(maps: Sequence[Depth], mosaic: Laid) -> Depth:
    """Depth and heatmaps: the values of each cell."""
    placed = iter(mosaic.placed(maps))
    values = np.empty((*mosaic.size_out, maps[0].values.shape[2]), dtype=np.float32)
    for into, (x0, y0, x1, y1) in zip(mosaic.maps, mosaic.cells(), strict=True):
        if into is not None:
            values[y0:y1, x0:x1] = next(placed).values[y0:y1, x0:x1]
    return dataclasses.replace(maps[0], values=values)


def _size(group: Mapping[str, Target]) -> Size:
    frame = common_frame({name: target for name, target in group.items() if Axis.SPACE in target.axes})
    return Size(*frame[Axis.SPACE])


def _filling(size: Size, cell: Rect, shift: tuple[float, float], interpolation: Interpolation) -> Affine2D | None:
    w, h = cell[2] - cell[0], cell[3] - cell[1]
    if not w or not h:
        return None
    scale = max(w / size.w, h / size.h)
    left, top = (scale * size.w - w) * shift[0], (scale * size.h - h) * shift[1]
    rows = ((scale, 0.0, -left), (0.0, scale, -top), (0.0, 0.0, 1.0))
    # What is computed to lie at the very edge must not show the border.
    return Affine2D(rows, size, Size(h, w), interpolation, "replicate")
