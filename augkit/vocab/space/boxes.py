"""Boxes, and how they follow: the envelope of what the frame shows of the moved box, then the clip policy."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, Self

import numpy as np

from augkit.columns import take
from augkit.fields import Limits, Size
from augkit.sample import SPACE, Axis, Frame, Options, Target
from augkit.transform import moves
from augkit.vocab.space import outlines
from augkit.vocab.space.box_forms import BoxFormat, read_boxes, refuse_fractions, write_boxes
from augkit.vocab.space.clipping import ClipOptions, fraction, kept
from augkit.vocab.space.planar import Affine2D, SpaceMap

_CORNERS = np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]])
_SAMPLES = 16
_MOST_SAMPLES = 1024


class BoxOptions(ClipOptions):
    """``format`` is what a plain array (n, 4) holds: ``xyxy`` (``pascal_voc``), ``xywh`` (``coco``) or ``cxcywh_norm``
    (``yolo``, fractions of the frame). A mapping names its own.
    """

    format: Annotated[BoxFormat, Limits(doc="of a plain array; a mapping names its own")] = "xyxy"


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
        """From (n, 4) in the field's ``format``, or a mapping with ``xyxy``, ``xywh`` or ``cxcywh_norm`` and any
        columns of n values. Fractions that are said to be pixels, and would fall away for their size, raise DataError.
        """
        if isinstance(value, cls):
            return value, "target"
        size = frame.get(Axis.SPACE)
        xyxy, columns, form = read_boxes(value, getattr(options, "format", "xyxy"), size)
        made = cls(xyxy, columns, options=options)
        if size is None or not len(xyxy):
            return made, form
        inside = made.clipped(xyxy, Size(*size))
        if len(inside) < len(made):
            refuse_fractions(xyxy, form)
        return inside, form

    def write(self, form: Any, frame: Frame) -> Any:
        return self if form == "target" else write_boxes(self.xyxy, self.columns, form, frame.get(Axis.SPACE))

    @classmethod
    def batch(cls, targets: Sequence[Self]) -> Any:
        return [{"xyxy": boxes.xyxy.astype(np.float32), **boxes.columns} for boxes in targets]

    def clipped(self, moved: np.ndarray, size: Size) -> Self:
        """These boxes at ``moved`` (n, 4), cut by the frame and dropped by the policy."""
        inside = np.maximum(moved, 0.0)
        np.minimum(inside, (size.w, size.h, size.w, size.h), out=inside)
        sides, whole = inside[:, 2:] - inside[:, :2], moved[:, 2:] - moved[:, :2]
        visible = fraction(sides[:, 0] * sides[:, 1], whole[:, 0] * whole[:, 1], self.visible)
        return self.settled(inside, visible)

    def settled(self, inside: np.ndarray, visible: np.ndarray) -> Self:
        """These boxes at ``inside`` (n, 4) the frame, of which ``visible`` (n,) is left, dropped by the policy."""
        sides = inside[:, 2:] - inside[:, :2]
        keep = kept(visible, np.minimum(sides[:, 0], sides[:, 1]), self.options)
        if np.logical_and.reduce(keep):
            return self._with(xyxy=inside, visible=visible)
        return self._with(xyxy=inside[keep], visible=visible[keep], columns=take(self.columns, keep))

    def only(self, keep: np.ndarray) -> Self:
        """The boxes where ``keep`` (n,) is true, or those at its positions, columns and all."""
        visible = None if self.visible is None else self.visible[keep]
        return self._with(xyxy=self.xyxy[keep], visible=visible, columns=take(self.columns, keep))

    def _with(self, **changed: Any) -> Self:
        # dataclasses.replace, which checks again what is known, takes longer than the arithmetic.
        made = object.__new__(type(self))
        made.__dict__.update(self.__dict__)
        made.__dict__.update(changed)
        return made


@moves(SpaceMap, Boxes)
def boxes_follow_map(boxes: Boxes, space: SpaceMap) -> Boxes:
    """The envelope of what the frame shows of the moved corners, or of the moved edges where straight lines bend.

    It contains what is shown of what the box held, and is exact for what fills its box under a straight map.
    """
    if not len(boxes):
        return boxes
    if isinstance(space, Affine2D):
        moved, rings = _affine_envelope(boxes.xyxy, space), None
        if _keeps_sides(space):
            return boxes.clipped(moved, space.size_out)
    else:
        rings = _moved_outlines(boxes.xyxy, space)
        moved = np.concatenate([rings.min(axis=1), rings.max(axis=1)], axis=1)
    return _shown(boxes, moved, rings, space)


def _shown(boxes: Boxes, moved: np.ndarray, rings: np.ndarray | None, space: SpaceMap) -> Boxes:
    """What lies outside tells nothing about how far the part inside reaches, so outlines are cut before they are
    measured.
    """
    cut = np.flatnonzero(_cut(moved, space.size_out))
    rings = _moved_outlines(boxes.xyxy[cut], space) if rings is None else rings[cut]
    inside, left, whole = moved.copy(), np.ones(len(boxes)), np.ones(len(boxes))
    if len(cut):
        parts, any_left = outlines.clipped_all(rings, space.size_out)
        whole[cut] = np.abs(outlines.signed_area(rings))
        left[cut] = np.abs(outlines.signed_area(parts)) * any_left
        inside[cut] = np.concatenate([parts.min(axis=1), parts.max(axis=1)], axis=1) * any_left[:, None]
    return boxes.settled(inside, fraction(left, whole, boxes.visible))


def _cut(moved: np.ndarray, size: Size) -> np.ndarray:
    return np.asarray(((moved < 0) | (moved > (size.w, size.h, size.w, size.h))).any(axis=1))


def _keeps_sides(affine: Affine2D) -> bool:
    """Whether upright rectangles stay upright: flips, quarter turns, crops and scalings."""
    (a, b, _), (c, d, _), _ = affine.matrix
    return b == c == 0 or a == d == 0


def _moved_outlines(xyxy: np.ndarray, space: SpaceMap) -> np.ndarray:
    """(n, k, 2): each box's corners, or places along its edges, moved."""
    if not len(xyxy):
        return np.zeros((0, len(_CORNERS), 2))
    outline = _CORNERS if space.straight else _edges(xyxy, space.chord_px())
    # This form gives the corners themselves at 0 and 1, so that a map that moves nothing changes no bit.
    places = xyxy[:, None, :2] * (1 - outline) + xyxy[:, None, 2:] * outline
    return space.points(places.reshape(-1, 2)).reshape(places.shape)


def _edges(xyxy: np.ndarray, chord_px: float) -> np.ndarray:
    """Places (n, 2) round the unit square, near enough to each other for the longest side of all."""
    longest = float((xyxy[:, 2:] - xyxy[:, :2]).max())
    count = min(max(_SAMPLES, math.ceil(longest / chord_px)), _MOST_SAMPLES)
    steps = np.arange(count)[:, None] / count
    return np.concatenate([a + (b - a) * steps for a, b in zip(_CORNERS, np.roll(_CORNERS, -1, axis=0), strict=True)])


def _affine_envelope(xyxy: np.ndarray, affine: Affine2D) -> np.ndarray:
    """The signs of the matrix say which corner is the lowest and which the highest, so only those two are moved."""
    moved = np.empty((len(xyxy), 4))
    for axis, (by_x, by_y, shift) in enumerate(affine.matrix[:2]):
        if by_y == 0:
            along = _ends(xyxy, 0, by_x) * by_x
        elif by_x == 0:
            along = _ends(xyxy, 1, by_y) * by_y
        else:
            along = _ends(xyxy, 0, by_x) * by_x + _ends(xyxy, 1, by_y) * by_y
        np.add(along, shift, out=moved[:, axis::2])
    return moved


def _ends(xyxy: np.ndarray, axis: int, factor: float) -> np.ndarray:
    """Each box's start and end (n, 2) along x (0) or y (1), exchanged where the factor turns them round."""
    return xyxy[:, axis::2] if factor >= 0 else xyxy[:, 2 + axis :: -2]
