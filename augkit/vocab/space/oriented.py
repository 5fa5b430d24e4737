"""Oriented boxes: rectangles at any angle, as in aerial pictures and text lines."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

import numpy as np

from augkit.columns import check_lengths, form_of, like_given, take
from augkit.errors import DataError
from augkit.fields import Size
from augkit.sample import SPACE, Axis, Frame, Options, Target
from augkit.tensors import from_tensor
from augkit.transform import moves
from augkit.vocab.space import outlines
from augkit.vocab.space.clipping import ClipOptions, kept
from augkit.vocab.space.planar import Affine2D, SpaceMap

_FORMATS = {"xywha": (5,), "corners": (4, 2)}
_ALONG, _MOST_ALONG = 16, 128
_RIGHT = 1e-9


@dataclass(frozen=True, eq=False)
class OrientedBoxes(Target):
    """``xywha``: (n, 5) float64: centre x, y, sides w, h in pixels, and degrees of the side w, clockwise as seen.

    That is OpenCV's and DOTA's sign: from x towards y, which points down. What has moved has degrees in (-90, 90]: a
    box knows its sides and no front. Boxes are not cut by the frame, since what is left of a turned rectangle is none:
    the policy drops them by ``visible`` (n,), the fraction of their area inside.
    """

    kind = "oriented_boxes"
    axes = SPACE
    options_type = ClipOptions

    xywha: np.ndarray
    columns: Mapping[str, Any] = field(default_factory=dict)
    visible: np.ndarray | None = None
    options: Any = field(default=ClipOptions(), kw_only=True)

    def __len__(self) -> int:
        return len(self.xywha)

    @classmethod
    def read(cls, value: Any, options: Options, frame: Frame) -> tuple[Self, Any]:
        """From (n, 5), or a mapping with ``xywha`` (n, 5) or ``corners`` (n, 4, 2: in order round the edge) and any
        columns. Corners that are no rectangle become the smallest rectangle round them.
        """
        if isinstance(value, cls):
            return value, "target"
        given, name, columns = _split(value)
        numbers = _numbers(given, name)
        check_lengths("oriented_boxes", len(numbers), columns)
        xywha = numbers if name == "xywha" else _from_corners(numbers)
        made = cls(xywha, columns, options=options)
        size = frame.get(Axis.SPACE)
        form = {"name": name, "mapping": isinstance(value, Mapping), **form_of(given)}
        return (made if size is None else made.settled(xywha, Size(*size))), form

    def write(self, form: Any, frame: Frame) -> Any:
        if form == "target":
            return self
        numbers = self.xywha if form["name"] == "xywha" else self.corners()
        numbers = like_given(numbers.astype(form["dtype"], copy=False), form["given"])
        return {form["name"]: numbers, **self.columns} if form["mapping"] else numbers

    @classmethod
    def batch(cls, targets: Sequence[Self]) -> Any:
        return [{"xywha": boxes.xywha.astype(np.float32), **boxes.columns} for boxes in targets]

    def corners(self) -> np.ndarray:
        """(n, 4, 2) in order round the edge, clockwise as seen."""
        return outlines.rectangle_corners(self.xywha)

    def settled(self, moved: np.ndarray, size: Size) -> Self:
        """These boxes at ``moved`` (n, 5), dropped by the policy where too little of them lies in the frame."""
        visible = _inside_fraction(moved, size)
        # Not their product: what two crops hide, the whole box still shows to the second.
        visible = visible if self.visible is None else np.minimum(visible, self.visible)
        here = dataclasses.replace(self, xywha=moved, visible=visible)
        keep = kept(visible, np.minimum(moved[:, 2], moved[:, 3]), self.options)
        return here if keep.all() else here.only(keep)

    def only(self, keep: np.ndarray) -> Self:
        """The boxes where ``keep`` (n,) is true, columns and all."""
        visible = None if self.visible is None else self.visible[keep]
        return dataclasses.replace(self, xywha=self.xywha[keep], visible=visible, columns=take(self.columns, keep))


@moves(SpaceMap, OrientedBoxes)
def oriented_boxes_follow_map(boxes: OrientedBoxes, space: SpaceMap) -> OrientedBoxes:
    """Exact where rectangles stay rectangles (flips, turns, even scaling); else the smallest rectangle round the moved
    outline, which contains it.
    """
    if not len(boxes):
        return boxes
    moved = _by_similarity(boxes.xywha, space) if isinstance(space, Affine2D) else None
    moved = _round_outline(boxes, space) if moved is None else moved
    return boxes.settled(moved, space.size_out)


def _by_similarity(xywha: np.ndarray, affine: Affine2D) -> np.ndarray | None:
    """The moved boxes where the map turns, mirrors and scales evenly; None where it stretches or shears."""
    (a, b, _), (c, d, _), _ = affine.matrix
    scale = math.hypot(a, c)
    if abs(a * b + c * d) > _RIGHT * scale * scale or abs(math.hypot(b, d) - scale) > _RIGHT * scale:
        return None
    degrees = math.degrees(math.atan2(c, a))
    # Half a turn first: adding it to an angle and taking it away again would round the angle.
    degrees = float(outlines.half_turn(np.array(degrees)))
    old = -xywha[:, 4] if affine.mirrors() else xywha[:, 4]
    sides = xywha[:, 2:4] if scale == 1 else xywha[:, 2:4] * scale
    return np.column_stack([affine.points(xywha[:, :2]), sides, outlines.half_turn(degrees + old)])


def _round_outline(boxes: OrientedBoxes, space: SpaceMap) -> np.ndarray:
    corners = boxes.corners()
    if not space.straight:
        longest = float(boxes.xywha[:, 2:4].max())
        count = min(max(_ALONG, math.ceil(longest / space.chord_px())), _MOST_ALONG)
        steps = np.arange(count)[:, None] / count
        ends = np.roll(corners, -1, axis=1)
        corners = (corners[:, :, None] + (ends - corners)[:, :, None] * steps).reshape(len(boxes), -1, 2)
    moved = space.points(corners.reshape(-1, 2)).reshape(corners.shape)
    if np.array_equal(moved, corners):
        return boxes.xywha
    return outlines.smallest_rectangles(moved, moved[:, corners.shape[1] // 4] - moved[:, 0])


def _inside_fraction(xywha: np.ndarray, size: Size) -> np.ndarray:
    """The fraction (n,) of each box's area inside the frame; 0 for what has no area."""
    corners = outlines.rectangle_corners(xywha)
    limits = np.array([size.w, size.h], dtype=np.float64)
    inside = np.asarray(((corners >= 0) & (corners <= limits)).all(axis=(1, 2)), dtype=np.float64)
    whole = xywha[:, 2] * xywha[:, 3]
    cut = np.flatnonzero((inside == 0) & (whole > 0))
    if len(cut):
        parts, any_left = outlines.clipped_all(corners[cut], size)
        inside[cut] = np.minimum(1.0, np.abs(outlines.signed_area(parts)) * any_left / whole[cut])
    inside[whole <= 0] = 0.0
    return np.round(inside, 9)  # a turned frame must not tell another number in the last bit


def _from_corners(corners: np.ndarray) -> np.ndarray:
    if not len(corners):
        return np.zeros((0, 5))
    return outlines.smallest_rectangles(corners, corners[:, 1] - corners[:, 0])


def _split(value: Any) -> tuple[Any, str, dict[str, Any]]:
    if not isinstance(value, Mapping):
        return value, "xywha", {}
    named = [name for name in _FORMATS if name in value]
    if len(named) != 1:
        raise DataError(
            f"oriented_boxes: got keys {list(value)}; expected exactly one of {', '.join(_FORMATS)}, and columns "
            "beside it."
        )
    return value[named[0]], named[0], {name: column for name, column in value.items() if name != named[0]}


def _numbers(given: Any, name: str) -> np.ndarray:
    shape = _FORMATS[name]
    expected = f"({', '.join(['n', *map(str, shape)])})"
    try:
        numbers = np.asarray(from_tensor(given), dtype=np.float64)
    except (TypeError, ValueError):
        raise DataError(f"oriented_boxes: got {given!r}; expected numbers of shape {expected}.") from None
    if numbers.size == 0:
        return np.zeros((0, *shape))
    if numbers.shape[1:] != shape:
        raise DataError(f"oriented_boxes: got shape {numbers.shape} for {name}; expected {expected}.")
    finite = np.isfinite(numbers).reshape(len(numbers), -1).all(axis=1)
    if not finite.all():
        row = int(np.argmin(finite))
        raise DataError(f"oriented_boxes: row {row} is not finite: {numbers[row].tolist()}.")
    if name == "xywha" and (numbers[:, 2:4] < 0).any():
        row = int(np.argmax((numbers[:, 2:4] < 0).any(axis=1)))
        raise DataError(f"oriented_boxes: row {row} has a negative side: {numbers[row].tolist()}.")
    return numbers
