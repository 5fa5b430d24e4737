"""Boxes, and how they follow: the envelope of the moved corners, then the clip policy."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, Self

import numpy as np

from augkit.columns import check_lengths, form_of, like_given, take
from augkit.errors import DataError
from augkit.fields import Limits, Size
from augkit.sample import SPACE, Axis, Frame, Options, Target
from augkit.tensors import from_tensor
from augkit.transform import moves
from augkit.vocab.space.planar import SpaceMap

_FORMATS = ("xyxy", "xywh", "cxcywh_norm")
_CORNERS = np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]])
_SAMPLES = 16
_MOST_SAMPLES = 1024


class BoxOptions(Options):
    """When a box that was cut by the frame is dropped.

    ``min_visible``: less than this fraction of its area (as it came in, moved) is left; ``min_size``: a side is
    shorter, pixels.
    """

    min_visible: Annotated[float, Limits(0, 1, unit="fraction of the area")] = 0.1
    min_size: Annotated[float, Limits(0, unit="px")] = 1.0


@dataclass(frozen=True, eq=False)
class Boxes(Target):
    """``xyxy``: (n, 4) float64 pixels, half-open. Labels, ids and the rest are ``columns`` of n values in their own
    type.

    ``visible`` (n,) is the fraction of each box's area that has stayed in the frame so far.
    """

    kind = "boxes"
    axes = SPACE
    options_type = BoxOptions

    xyxy: np.ndarray
    columns: Mapping[str, Any] = field(default_factory=dict)
    visible: np.ndarray | None = None
    options: Any = field(default=BoxOptions(), kw_only=True)

    def __len__(self) -> int:
        return len(self.xyxy)

    @classmethod
    def read(cls, value: Any, options: Options, frame: Frame) -> tuple[Self, Any]:
        """From (n, 4) xyxy, or a mapping with ``xyxy``, ``xywh`` or ``cxcywh_norm`` and any columns of n values."""
        if isinstance(value, cls):
            return value, "target"
        given, form, columns = _split(value)
        numbers = _numbers(given)
        size = frame.get(Axis.SPACE)
        xyxy = _to_xyxy(numbers, form["format"], size)
        check_lengths("boxes", len(xyxy), columns)
        made = cls(xyxy, columns, options=options)
        if size is None or not len(xyxy):
            return made, form
        return made.clipped(xyxy, Size(*size)), form

    def write(self, form: Any, frame: Frame) -> Any:
        if form == "target":
            return self
        numbers = _from_xyxy(self.xyxy, form["format"], frame.get(Axis.SPACE)).astype(form["dtype"], copy=False)
        numbers = like_given(numbers, form["given"])
        return {form["format"]: numbers, **self.columns} if form["mapping"] else numbers

    @classmethod
    def batch(cls, targets: Sequence[Self]) -> Any:
        return [{"xyxy": boxes.xyxy.astype(np.float32), **boxes.columns} for boxes in targets]

    def clipped(self, moved: np.ndarray, size: Size) -> Self:
        """These boxes at ``moved`` (n, 4), cut by the frame and dropped by the policy."""
        before = np.ones(len(self)) if self.visible is None else self.visible
        inside = np.clip(moved, 0.0, np.array([size.w, size.h, size.w, size.h], dtype=np.float64))
        full, left = _area(moved), _area(inside)
        visible = before * np.divide(left, full, out=np.zeros_like(full), where=full > 0)
        shortest = np.minimum(inside[:, 2] - inside[:, 0], inside[:, 3] - inside[:, 1])
        keep = (left > 0) & (visible >= self.options.min_visible) & (shortest >= self.options.min_size)
        if keep.all():
            return dataclasses.replace(self, xyxy=inside, visible=visible)
        return dataclasses.replace(self, xyxy=inside[keep], visible=visible[keep], columns=take(self.columns, keep))

    def only(self, keep: np.ndarray) -> Self:
        """The boxes where ``keep`` (n,) is true, columns and all."""
        visible = None if self.visible is None else self.visible[keep]
        return dataclasses.replace(self, xyxy=self.xyxy[keep], visible=visible, columns=take(self.columns, keep))


@moves(SpaceMap, Boxes)
def boxes_follow_map(boxes: Boxes, space: SpaceMap) -> Boxes:
    """The envelope of the moved corners, or of the moved edges where straight lines bend.

    It contains what the box held, and is exact for what fills its box under a straight map.
    """
    if not len(boxes):
        return boxes
    outline = _CORNERS if space.straight else _edges(boxes.xyxy, space.chord_px())
    # This form gives the corners themselves at 0 and 1, so that a map that moves nothing changes no bit.
    places = boxes.xyxy[:, None, :2] * (1 - outline) + boxes.xyxy[:, None, 2:] * outline
    moved = space.points(places.reshape(-1, 2)).reshape(places.shape)
    return boxes.clipped(np.concatenate([moved.min(axis=1), moved.max(axis=1)], axis=1), space.size_out)


def _edges(xyxy: np.ndarray, chord_px: float) -> np.ndarray:
    """Places (n, 2) round the unit square, near enough to each other for the longest side of all."""
    longest = float((xyxy[:, 2:] - xyxy[:, :2]).max())
    count = min(max(_SAMPLES, math.ceil(longest / chord_px)), _MOST_SAMPLES)
    steps = np.arange(count)[:, None] / count
    return np.concatenate([a + (b - a) * steps for a, b in zip(_CORNERS, np.roll(_CORNERS, -1, axis=0), strict=True)])


def _area(xyxy: np.ndarray) -> np.ndarray:
    return np.maximum(xyxy[:, 2] - xyxy[:, 0], 0.0) * np.maximum(xyxy[:, 3] - xyxy[:, 1], 0.0)  # type: ignore[no-any-return]


def _split(value: Any) -> tuple[Any, dict[str, Any], dict[str, Any]]:
    if not isinstance(value, Mapping):
        return value, _form(value, "xyxy", mapping=False), {}
    named = [name for name in _FORMATS if name in value]
    if len(named) != 1:
        raise DataError(
            f"boxes: got keys {list(value)}; expected exactly one of {', '.join(_FORMATS)}, and columns beside it."
        )
    columns = {name: column for name, column in value.items() if name != named[0]}
    return value[named[0]], _form(value[named[0]], named[0], mapping=True), columns


def _form(numbers: Any, form: str, mapping: bool) -> dict[str, Any]:
    return {"format": form, "mapping": mapping, **form_of(numbers)}


def _numbers(given: Any) -> np.ndarray:
    try:
        numbers = np.asarray(from_tensor(given), dtype=np.float64)
    except (TypeError, ValueError):
        raise DataError(f"boxes: got {given!r}; expected numbers of shape (n, 4).") from None
    if numbers.size == 0:
        return np.zeros((0, 4))
    if numbers.ndim != 2 or numbers.shape[1] != 4:
        raise DataError(
            f"boxes: got shape {numbers.shape}; expected (n, 4). Labels go in columns: {{xyxy: …, label: [...]}}."
        )
    if not np.isfinite(numbers).all():
        raise DataError(
            f"boxes: row {int(np.argmin(np.isfinite(numbers).all(axis=1)))} is not finite: {numbers.tolist()!r}."
        )
    return numbers


def _to_xyxy(numbers: np.ndarray, form: str, size: Any) -> np.ndarray:
    if form == "xywh":
        numbers = np.column_stack([numbers[:, :2], numbers[:, :2] + numbers[:, 2:]])
    elif form == "cxcywh_norm":
        centre, half = numbers[:, :2], numbers[:, 2:] / 2
        numbers = np.column_stack([centre - half, centre + half]) * _scale(size)
    bad = (numbers[:, 2] < numbers[:, 0]) | (numbers[:, 3] < numbers[:, 1])
    if bad.any():
        row = int(np.argmax(bad))
        raise DataError(
            f"boxes: row {row} ends before it starts: xyxy {numbers[row].tolist()}. Is it {form}, as given?"
        )
    return numbers


def _from_xyxy(xyxy: np.ndarray, form: str, size: Any) -> np.ndarray:
    if form == "xyxy":
        return xyxy
    sides = np.asarray(xyxy[:, 2:] - xyxy[:, :2])
    if form == "xywh":
        return np.column_stack([xyxy[:, :2], sides])
    return np.asarray(np.column_stack([xyxy[:, :2] + sides / 2, sides]) / _scale(size))


def _scale(size: Any) -> np.ndarray:
    if size is None:
        raise DataError("boxes: cxcywh_norm needs the size of an image in the same sample.")
    return np.array([size[1], size[0], size[1], size[0]], dtype=np.float64)
