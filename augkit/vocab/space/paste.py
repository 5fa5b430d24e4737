"""Paste: objects cut out of another picture and put on this one, and what they hide (Ghiasi et al. 2021)."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from augkit.errors import DataError, ReplayError
from augkit.fields import Size
from augkit.mixing import Mixture, keeps_out, mixes
from augkit.sample import SPACE, Axis, Frame, Label, Target
from augkit.vocab.blend import check_sizes
from augkit.vocab.space.boxes import Boxes
from augkit.vocab.space.clipping import fraction
from augkit.vocab.space.dense import Depth
from augkit.vocab.space.instances import InstanceMasks
from augkit.vocab.space.joined import joined_boxes, joined_keypoints, joined_masks, numbered_rows
from augkit.vocab.space.keypoints import Keypoints
from augkit.vocab.space.pixels import Mask
from augkit.vocab.space.seen import pixels_of, points_at, remaining, seen_of

_SLACK_PX = 2.0


@dataclass(frozen=True)
class Paste(Mixture):
    """``picks`` (each 0 to 1) say which of the partner's objects are pasted, one after the other out of those left.

    Objects are the partner's instance masks; without such a field, the regions of the classes in its mask, but for 0
    and the ignore index, of those in ``classes`` if given. They are pasted where they are, on a frame of ``size``.
    """

    axes = SPACE

    picks: tuple[float, ...]
    size: Size
    classes: tuple[int, ...] | None = None

    def met(self, groups: Sequence[Mapping[str, Target]]) -> Pasting:
        """With the objects that are pasted, and where they lie."""
        check_sizes(groups)
        fields = {f.name: getattr(self, f.name) for f in dataclasses.fields(self)}
        own, other = groups
        name = next((name for name, target in own.items() if isinstance(target, InstanceMasks)), None)
        if name is None:
            return Pasting(**fields, region=self._of_classes(other))
        masks: tuple[Any, Any] = own[name], other[name]
        chosen = np.zeros(len(masks[1]), dtype=bool)
        chosen[_picked(self.picks, len(chosen))] = True
        region = masks[1].masks[chosen].any(axis=0) if chosen.any() else np.zeros(self.size, dtype=bool)
        return Pasting(**fields, region=region, objects=masks, chosen=chosen)

    def _of_classes(self, other: Mapping[str, Target]) -> np.ndarray:
        mask = next((target for target in other.values() if isinstance(target, Mask)), None)
        if mask is None:
            raise DataError("there is neither a field of kind `masks` nor a `mask` to cut objects out by.")
        there = [c for c in np.unique(mask.classes).tolist() if c not in (0, mask.outside)]
        there = [c for c in there if self.classes is None or c in self.classes]
        return np.isin(mask.classes, [there[place] for place in _picked(self.picks, len(there))])

    def frame(self, frame: Frame) -> Frame:
        """Unchanged; another size than the drawn one raises ReplayError."""
        if tuple(frame[Axis.SPACE]) != tuple(self.size):
            raise ReplayError(f"drawn for a frame of {tuple(self.size)}, met one of {tuple(frame[Axis.SPACE])} (h, w).")
        return frame

    @classmethod
    def from_log(cls, logged: Mapping[str, Any]) -> Self:
        made = super().from_log(logged)
        return dataclasses.replace(made, size=Size(*made.size))


@dataclass(frozen=True, kw_only=True, eq=False)
class Pasting(Paste):
    """A paste whose partner is there: ``region`` (h, w) is what is covered by pasted objects.

    ``objects``: the own instance masks and the partner's, where there are any, and which of those are ``chosen``.
    """

    region: np.ndarray
    objects: tuple[InstanceMasks, InstanceMasks] | None = None
    chosen: np.ndarray | None = None

    def pasted(self, own: np.ndarray, other: np.ndarray) -> np.ndarray:
        """Two arrays (h, w[, c]), the partner's values in the region."""
        if not self.region.any():
            return own
        covered = self.region if own.ndim == 2 else self.region[:, :, None]
        return np.where(covered, other, own)


keeps_out(Paste, Label, because="what is pasted may be of other classes than the label says.")


@mixes(Paste, Mask)
def masks_paste(masks: Sequence[Mask], paste: Pasting) -> Mask:
    """The partner's classes where its objects lie."""
    own, other = masks
    return dataclasses.replace(own, classes=paste.pasted(own.classes, other.classes))


@mixes(Paste, Depth)
def depths_paste(maps: Sequence[Depth], paste: Pasting) -> Depth:
    """The partner's values where its objects lie."""
    own, other = maps
    return dataclasses.replace(own, values=paste.pasted(own.values, other.values))


@mixes(Paste, InstanceMasks)
def instances_paste(masks: Sequence[InstanceMasks], paste: Pasting) -> InstanceMasks:
    """The own objects without what is covered, dropped by their policy, then the pasted ones."""
    own, other = masks
    return joined_masks([seen_of(own, ~paste.region), other.only(_chosen(paste))], paste.size)


@mixes(Paste, Boxes)
def boxes_paste(boxes: Sequence[Boxes], paste: Pasting) -> Boxes:
    """Boxes of partly covered objects shrink to what is seen of them, or are dropped by their policy; then those of the
    pasted ones. Boxes without an object of their own lose what is covered of their area and stay in place.
    """
    own, other = boxes
    if paste.objects is None:
        raise DataError("the classes of a mask do not tell which box is whose; add the field of kind `masks`.")
    pasted = np.isin(owners(other, paste.objects[1]), np.flatnonzero(_chosen(paste)))
    return joined_boxes([_covered(own, paste.objects[0], paste.region), other.only(pasted)])


@mixes(Paste, Keypoints, unless=numbered_rows)
def keypoints_paste(points: Sequence[Keypoints], paste: Pasting) -> Keypoints:
    """The own points that are not covered (those that are, by their policy), and the partner's on pasted objects."""
    own, other = points
    covered, pasted = (_on(each.xy, paste.region) for each in points)
    return joined_keypoints([own.hidden(covered) if covered.any() else own, points_at(other, pasted)])


def owners(boxes: Boxes, objects: InstanceMasks) -> np.ndarray:
    """For each box the row of its object, or -1: by the column ``id`` where both have it.

    Else it is the object that fills the box best among those that lie in it, that of the same row where several do.
    """
    if "id" in boxes.columns and "id" in objects.columns:
        rows = {value: row for row, value in enumerate(_plain(objects.columns["id"]))}
        return np.array([rows.get(value, -1) for value in _plain(boxes.columns["id"])], dtype=np.intp)
    extents = np.array([_extent(mask) for mask in objects.masks]).reshape(-1, 4)
    found = np.full(len(boxes), -1, dtype=np.intp)
    for row, box in enumerate(boxes.xyxy):
        inside = (extents[:, :2] >= box[:2] - _SLACK_PX).all(axis=1) & (extents[:, 2:] <= box[2:] + _SLACK_PX).all(
            axis=1
        )
        sides = extents[:, 2:] - extents[:, :2]
        filled = np.where(inside, sides[:, 0] * sides[:, 1], -1.0)
        filled[row : row + 1] *= 1.0 + 1e-9
        if len(filled) and filled.max() > 0:
            found[row] = int(filled.argmax())
    return found


def _covered(boxes: Boxes, objects: InstanceMasks, region: np.ndarray) -> Boxes:
    if not len(boxes) or not region.any():
        return boxes
    xyxy, left = boxes.xyxy.copy(), np.ones(len(boxes))
    masks = objects.masks
    whole, hidden = pixels_of(masks), pixels_of(masks & region) if len(masks) else np.zeros(0)
    for row, owner in enumerate(owners(boxes, objects)):
        if owner < 0:
            left[row] = 1.0 - _mean_within(region, xyxy[row])
        elif hidden[owner]:
            left[row] = float(fraction(whole[owner] - hidden[owner], whole[owner], None))
            seen = _extent(masks[owner] & ~region)
            xyxy[row] = np.concatenate([np.maximum(xyxy[row, :2], seen[:2]), np.minimum(xyxy[row, 2:], seen[2:])])
    return remaining(boxes, xyxy, left)


def _picked(picks: Sequence[float], count: int) -> list[int]:
    rows = list(range(count))
    return [rows.pop(int(pick * len(rows))) for pick in picks[:count]]


def _chosen(paste: Pasting) -> np.ndarray:
    if paste.chosen is None:
        raise DataError("there is no field of kind `masks` to choose objects from.")
    return paste.chosen


def _extent(mask: np.ndarray) -> np.ndarray:
    """xyxy round the pixels of one object; all 0 where it has none."""
    ys, xs = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    return np.array([xs[0], ys[0], xs[-1] + 1, ys[-1] + 1] if len(xs) else [0, 0, 0, 0], dtype=np.float64)


def _mean_within(region: np.ndarray, box: np.ndarray) -> float:
    """The covered fraction of a box, by the pixels that it touches."""
    x0, y0 = np.floor(box[:2]).astype(int)
    x1, y1 = np.ceil(box[2:]).astype(int)
    part = region[y0:y1, x0:x1]
    return float(part.mean()) if part.size else 0.0


def _on(xy: np.ndarray, region: np.ndarray) -> np.ndarray:
    """Which points (n, 2) lie on the region; a point on the frame's far edge counts to the last pixel."""
    x, y = (np.clip(np.floor(xy[:, axis]).astype(int), 0, region.shape[1 - axis] - 1) for axis in (0, 1))
    return np.asarray(region[y, x])


def _plain(column: Any) -> list[Any]:
    return column.tolist() if isinstance(column, np.ndarray) else list(column)
