"""Patch: a rectangle of another picture pasted at its own place (CutMix), and what that means for annotations."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from augkit.errors import ReplayError
from augkit.fields import Size
from augkit.mixing import Mixture, mixes
from augkit.sample import SPACE, Axis, Frame, Target
from augkit.vocab.blend import Blend, check_sizes
from augkit.vocab.joining import joined_columns, joined_or_none, weighted
from augkit.vocab.space.boxes import Boxes
from augkit.vocab.space.keypoints import KeypointOptions, Keypoints

Rect = tuple[int, int, int, int]


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


@mixes(Blend, Boxes)
def boxes_blend(boxes: Sequence[Boxes], blend: Blend) -> Boxes:
    """The boxes of both, each with the share of its sample in the column ``weight``."""
    shared = zip(boxes, blend.shares(), strict=True)
    return joined_boxes(
        [dataclasses.replace(each, columns=weighted(each.columns, len(each), share)) for each, share in shared]
    )


@mixes(Patch, Boxes)
def boxes_patch(boxes: Sequence[Boxes], patch: Patch) -> Boxes:
    """What the patch leaves of the own boxes, then the partner's cut to the patch; too little left drops a box."""
    own, other = boxes
    return joined_boxes([uncovered(own, patch.rect), within(other, patch.rect)])


def numbered_rows(options: KeypointOptions) -> str | None:
    """Why points that are told apart by their row cannot be put together with others."""
    if options.by_row():
        return "its `pairs` are row numbers, which mean nothing once the points of two samples stand together."
    return None


@mixes(Blend, Keypoints, unless=numbered_rows)
def keypoints_blend(points: Sequence[Keypoints], blend: Blend) -> Keypoints:
    """The points of both, each with the share of its sample in the column ``weight``."""
    shared = zip(points, blend.shares(), strict=True)
    return joined_keypoints(
        [dataclasses.replace(each, columns=weighted(each.columns, len(each), share)) for each, share in shared]
    )


@mixes(Patch, Keypoints, unless=numbered_rows)
def keypoints_patch(points: Sequence[Keypoints], patch: Patch) -> Keypoints:
    """The own points beside the patch and the partner's within it; the others are dropped or hidden by policy."""
    own, other = points
    covered, seen = inside(own.xy, patch.rect), inside(other.xy, patch.rect)
    return joined_keypoints(
        [own.hidden(covered) if covered.any() else own, other if seen.all() else other.hidden(~seen)]
    )


def joined_boxes(parts: Sequence[Boxes]) -> Boxes:
    """The boxes of all parts in order, with all their columns."""
    counts = [len(part) for part in parts]
    columns = joined_columns([part.columns for part in parts], counts, "boxes")
    visible = joined_or_none([part.visible for part in parts], counts)
    xyxy = np.concatenate([part.xyxy for part in parts])
    return dataclasses.replace(parts[0], xyxy=xyxy, columns=columns, visible=visible)


def joined_keypoints(parts: Sequence[Keypoints]) -> Keypoints:
    """The points of all parts in order, with all their columns; where only some have visibilities, the rest are 1."""
    counts = [len(part) for part in parts]
    columns = joined_columns([part.columns for part in parts], counts, "keypoints")
    visibility = joined_or_none([part.visibility for part in parts], counts)
    xy = np.concatenate([part.xy for part in parts])
    return dataclasses.replace(parts[0], xy=xy, visibility=visibility, columns=columns)


def inside(xy: np.ndarray, rect: Rect) -> np.ndarray:
    """Which points (n, 2) lie within the rectangle."""
    x0, y0, x1, y1 = rect
    return np.asarray((xy[:, 0] >= x0) & (xy[:, 0] < x1) & (xy[:, 1] >= y0) & (xy[:, 1] < y1))


def within(boxes: Boxes, rect: Rect) -> Boxes:
    """The boxes cut to the rectangle, and dropped by their policy."""
    corner = np.array([rect[0], rect[1], rect[0], rect[1]], dtype=np.float64)
    cut = boxes.clipped(boxes.xyxy - corner, Size(rect[3] - rect[1], rect[2] - rect[0]))
    return dataclasses.replace(cut, xyxy=cut.xyxy + corner)


def uncovered(boxes: Boxes, rect: Rect) -> Boxes:
    """What of the boxes is not under the rectangle: the envelope of that, and dropped by their policy.

    A box that is covered over its whole width or height becomes shorter; a hole or a corner leaves it as it is.
    """
    if not len(boxes):
        return boxes
    low, high = boxes.xyxy[:, :2], boxes.xyxy[:, 2:]
    cut_low, cut_high = np.maximum(low, rect[:2]), np.minimum(high, rect[2:])
    hidden = np.prod(np.maximum(cut_high - cut_low, 0.0), axis=1)
    area = np.prod(high - low, axis=1)
    across = ((cut_low <= low) & (cut_high >= high))[:, ::-1]  # covered along the other side
    touched = (hidden > 0)[:, None] & across
    new_low = np.where(touched & (cut_low <= low), cut_high, low)
    new_high = np.where(touched & (cut_high >= high), cut_low, high)
    left = np.divide(area - hidden, area, out=np.zeros_like(area), where=area > 0)
    return remaining(boxes, np.concatenate([new_low, np.maximum(new_high, new_low)], axis=1), left)


def remaining(boxes: Boxes, xyxy: np.ndarray, left: np.ndarray) -> Boxes:
    """The boxes at ``xyxy`` when the fraction ``left`` (n,) of each is still seen, dropped by their policy."""
    visible = left if boxes.visible is None else boxes.visible * left
    shortest = np.min(xyxy[:, 2:] - xyxy[:, :2], axis=1, initial=np.inf)
    keep = (left > 0) & (shortest > 0) & (visible >= boxes.options.min_visible)
    keep &= (shortest >= boxes.options.min_size) | (left == 1.0)
    moved = dataclasses.replace(boxes, xyxy=xyxy, visible=visible)
    return moved if keep.all() else moved.only(keep)
