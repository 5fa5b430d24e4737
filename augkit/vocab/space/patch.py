"""Patch: a rectangle of another picture pasted at its own place (CutMix), and what that means for annotations."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from augkit.errors import ReplayError
from augkit.fields import Size
from augkit.mixing import Mixture, keeps_out, mixes
from augkit.sample import SPACE, Axis, Frame, Target
from augkit.vocab.blend import check_sizes
from augkit.vocab.space.boxes import Boxes
from augkit.vocab.space.dense import Depth
from augkit.vocab.space.instances import InstanceMasks
from augkit.vocab.space.joined import joined_boxes, joined_keypoints, joined_masks, joined_oriented, numbered_rows
from augkit.vocab.space.keypoints import Keypoints
from augkit.vocab.space.oriented import OrientedBoxes
from augkit.vocab.space.polygons import Polygons
from augkit.vocab.space.seen import Rect, inside, oriented_left, oriented_within, seen_of, uncovered, within


@dataclass(frozen=True)
class Patch(Mixture):
    """``rect``: whole-pixel (x0, y0, x1, y1), half-open, within pictures of ``size``, where the partner is seen."""

    axes = SPACE

    rect: Rect
    size: Size

    def met(self, groups: Sequence[Mapping[str, Target]]) -> Patch:
        check_sizes(groups)
        return self

    def frame(self, frame: Frame) -> Frame:
        """Unchanged; another size than the drawn one raises ReplayError."""
        if tuple(frame[Axis.SPACE]) != tuple(self.size):
            raise ReplayError(f"drawn for a frame of {tuple(self.size)}, met one of {tuple(frame[Axis.SPACE])} (h, w).")
        return frame

    def shares(self) -> tuple[float, ...]:
        x0, y0, x1, y1 = self.rect
        part = (x1 - x0) * (y1 - y0) / (self.size.h * self.size.w)
        return 1.0 - part, part

    @classmethod
    def from_log(cls, logged: Mapping[str, Any]) -> Self:
        made = super().from_log(logged)
        return dataclasses.replace(made, size=Size(*made.size))


@mixes(Patch, Boxes)
def boxes_patch(boxes: Sequence[Boxes], patch: Patch) -> Boxes:
    """What the patch leaves of the own boxes, then the partner's cut to the patch; too little left drops a box."""
    own, other = boxes
    return joined_boxes([uncovered(own, patch.rect), within(other, patch.rect)])


@mixes(Patch, Keypoints, unless=numbered_rows)
def keypoints_patch(points: Sequence[Keypoints], patch: Patch) -> Keypoints:
    """The own points beside the patch and the partner's within it; the others are dropped or hidden by policy."""
    own, other = points
    covered, seen = inside(own.xy, patch.rect), inside(other.xy, patch.rect)
    return joined_keypoints(
        [own.hidden(covered) if covered.any() else own, other if seen.all() else other.hidden(~seen)]
    )


@mixes(Patch, OrientedBoxes)
def oriented_boxes_patch(boxes: Sequence[OrientedBoxes], patch: Patch) -> OrientedBoxes:
    """Boxes of which enough is seen; what is left of a turned rectangle is none, so they are not cut."""
    own, other = boxes
    return joined_oriented(
        [
            oriented_left(own, 1.0 - oriented_within(own, patch.rect)),
            oriented_left(other, oriented_within(other, patch.rect)),
        ]
    )


@mixes(Patch, InstanceMasks)
def instances_patch(masks: Sequence[InstanceMasks], patch: Patch) -> InstanceMasks:
    """The own objects beside the patch and the partner's within it."""
    x0, y0, x1, y1 = patch.rect
    region = np.zeros(patch.size, dtype=bool)
    region[y0:y1, x0:x1] = True
    own, other = masks
    return joined_masks([seen_of(own, ~region), seen_of(other, region)], patch.size)


@mixes(Patch, Depth)
def depths_patch(maps: Sequence[Depth], patch: Patch) -> Depth:
    """The partner's values in the rectangle."""
    x0, y0, x1, y1 = patch.rect
    values = maps[0].values.copy()
    values[y0:y1, x0:x1] = maps[1].values[y0:y1, x0:x1]
    return dataclasses.replace(maps[0], values=values)


keeps_out(
    Patch,
    Polygons,
    because="what a patch leaves of an outline may be no outline. Use instance masks, of kind `masks`.",
)
