"""What is still seen of annotations where one picture hides a part of another, and what their policy makes of it."""

from __future__ import annotations

import dataclasses

import numpy as np

from augkit.columns import take
from augkit.fields import Size
from augkit.vocab.space import outlines
from augkit.vocab.space.boxes import Boxes
from augkit.vocab.space.clipping import fraction, kept
from augkit.vocab.space.instances import InstanceMasks
from augkit.vocab.space.keypoints import Keypoints
from augkit.vocab.space.oriented import OrientedBoxes

Rect = tuple[int, int, int, int]


def inside(xy: np.ndarray, rect: Rect) -> np.ndarray:
    """Which points (n, 2) lie within the rectangle."""
    x0, y0, x1, y1 = rect
    return np.asarray((xy[:, 0] >= x0) & (xy[:, 0] < x1) & (xy[:, 1] >= y0) & (xy[:, 1] < y1))


def points_at(points: Keypoints, keep: np.ndarray) -> Keypoints:
    """The points where ``keep`` (n,) is true, whatever their policy."""
    visibility = None if points.visibility is None else points.visibility[keep]
    return dataclasses.replace(points, xy=points.xy[keep], visibility=visibility, columns=take(points.columns, keep))


def within(boxes: Boxes, rect: Rect) -> Boxes:
    """The boxes cut to the rectangle, and dropped by their policy."""
    corner = np.array([rect[0], rect[1], rect[0], rect[1]], dtype=np.float64)
    cut = boxes.clipped(boxes.xyxy - corner, Size(rect[3] - rect[1], rect[2] - rect[0]))
    return dataclasses.replace(cut, xyxy=cut.xyxy + corner)


def uncovered(boxes: Boxes, rect: Rect) -> Boxes:
    """What of the boxes is not under the rectangle: the envelope of that, and dropped by their policy.

    A box that is covered over its whole width or height becomes shorter; a hole or a corner leaves it as it is.
    """
    low, high = boxes.xyxy[:, :2], boxes.xyxy[:, 2:]
    cut_low, cut_high = np.maximum(low, rect[:2]), np.minimum(high, rect[2:])
    hidden = np.prod(np.maximum(cut_high - cut_low, 0.0), axis=1)
    area = np.prod(high - low, axis=1)
    across = ((cut_low <= low) & (cut_high >= high))[:, ::-1]  # covered along the other side
    touched = (hidden > 0)[:, None] & across
    new_low = np.where(touched & (cut_low <= low), cut_high, low)
    new_high = np.where(touched & (cut_high >= high), cut_low, high)
    xyxy = np.concatenate([new_low, np.maximum(new_high, new_low)], axis=1)
    return remaining(boxes, xyxy, fraction(area - hidden, area, None))


def remaining(boxes: Boxes, xyxy: np.ndarray, left: np.ndarray) -> Boxes:
    """The boxes at ``xyxy`` when the fraction ``left`` (n,) of each is still seen; those of which nothing was hidden
    stay, the others are dropped by their policy.
    """
    visible = left if boxes.visible is None else boxes.visible * left
    shortest = np.minimum(xyxy[:, 2] - xyxy[:, 0], xyxy[:, 3] - xyxy[:, 1])
    keep = (left >= 1.0) | kept(visible, shortest, boxes.options)
    moved = dataclasses.replace(boxes, xyxy=xyxy, visible=visible)
    return moved if keep.all() else moved.only(keep)


def seen_of(objects: InstanceMasks, region: np.ndarray) -> InstanceMasks:
    """The objects within the region (h, w), dropped by their policy."""
    if not len(objects):
        return objects
    left = objects.masks & region
    return objects.settled(left, fraction(pixels_of(left), pixels_of(objects.masks), objects.visible))


def pixels_of(masks: np.ndarray) -> np.ndarray:
    """How many pixels (n,) each object has."""
    return np.asarray(np.count_nonzero(masks, axis=(1, 2)), dtype=np.float64)


def oriented_within(boxes: OrientedBoxes, rect: Rect) -> np.ndarray:
    """The fraction (n,) of each box's area within the rectangle."""
    areas = boxes.xywha[:, 2] * boxes.xywha[:, 3]
    corners = boxes.corners()
    covered = [outlines.covered_area(ring, [tuple(map(float, rect))]) for ring in corners]  # type: ignore[list-item]
    return np.asarray(fraction(np.minimum(np.array(covered, dtype=np.float64), areas), areas, None))


def oriented_left(boxes: OrientedBoxes, left: np.ndarray) -> OrientedBoxes:
    """The boxes of which the fraction ``left`` (n,) is seen: whole, or dropped by their policy."""
    visible = left if boxes.visible is None else boxes.visible * left
    keep = (left >= 1.0) | kept(visible, boxes.xywha[:, 2:4].min(axis=1, initial=np.inf), boxes.options)
    seen = dataclasses.replace(boxes, visible=visible)
    return seen if keep.all() else seen.only(keep)
