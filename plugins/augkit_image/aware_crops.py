"""Crops that look at the annotations before they choose a window. They make a format, so they have no strength."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Annotated, Any, Literal

import numpy as np

from augkit.errors import DataError
from augkit.fields import Limits, Range, Size
from augkit.rng import Stream
from augkit.sample import Axis, Frame, Target
from augkit.transform import Transform
from augkit.vocab.space import Affine2D, Boxes, Mask
from augkit_image.border import Array
from augkit_image.crops import anywhere, check_fits
from augkit_image.resampling import MOST_PX, BorderField, FillField, InterpolationField

Content = Mapping[str, Target] | None
Span = tuple[int, int]

_SIZE = Limits(1, MOST_PX, unit="px", doc="height and width afterwards")


class CropNearMask(Transform[Affine2D]):
    """A window on whole pixels that holds some pixel of the wanted ``classes``, each such pixel with equal chance.

    It keeps rare things in small windows. Where a mask has none of the classes, the window is anywhere, as that of
    ``random_crop``. Exact: no pixel is resampled.
    """

    changes = {"composition"}
    structural = True
    needs = ("mask",)
    still = ("image/center_crop", ("size", "pad_if_needed", "border", "fill"))

    size: Annotated[Size, _SIZE]
    classes: Annotated[
        tuple[int, ...] | None, Limits(doc="values of the mask; without it all but 0 and the ignore index")
    ] = None
    mask: Annotated[str | None, Limits(doc="the field to look at, where a sample has several masks")] = None
    jitter: Annotated[
        float, Limits(0, 1, unit="fraction", doc="0: the pixel is in the middle; 1: anywhere in the window")
    ] = 1.0
    pad_if_needed: Annotated[
        bool, Limits(doc="put an image that is too small on a frame of `fill` instead of refusing it")
    ] = False
    border: BorderField = "constant"
    fill: FillField = 0.0

    @classmethod
    def law_examples(cls) -> list[dict[str, Any]]:
        """Settings to prove the laws with."""
        return [{"size": [8, 9]}, {"size": 20, "classes": [2, 7], "jitter": 0.25, "pad_if_needed": True}]

    def draw(self, rng: Stream, frame: Frame, content: Content = None) -> Affine2D:
        size, out = frame[Axis.SPACE], self.size
        check_fits(out, size, self.pad_if_needed)
        wanted = np.flatnonzero(self._wanted(_mask(content or {}, self.mask)))
        if len(wanted):
            row, column = divmod(int(wanted[rng.index(len(wanted))]), size.w)
            top, left = self._around(rng, row, size.h, out.h), self._around(rng, column, size.w, out.w)
        else:
            top, left = anywhere(rng, size.h, out.h), anywhere(rng, size.w, out.w)
        return Affine2D.window(size, top, left, out, border=self.border, fill=self.fill)

    def _wanted(self, mask: Mask) -> Array:
        if self.classes is not None:
            return np.isin(mask.classes, self.classes)
        return (mask.classes != 0) & (mask.classes != mask.outside)

    def _around(self, rng: Stream, pixel: int, side: int, window: int) -> int:
        """Where the window begins along one side, with ``pixel`` in it, and all of it in the image if it fits."""
        if window > side:
            return anywhere(rng, side, window)
        before, after = (round(self.jitter * half) for half in ((window - 1) // 2, window // 2))
        start = pixel - (window - 1) // 2 + rng.integer(-after, before)
        return min(max(start, 0), side - window)


class RandomCropKeepBoxes(Transform[Affine2D]):
    """A window on whole pixels that cuts no box (``keep: all``), or spares one (``keep: one``), resized to ``size``.

    Its area and shape are drawn; where the boxes need more, it grows in that shape as far as the image allows. With
    ``visible: 0.5`` at least half of the area of a box that is kept is in the window. Where there is no box, the window
    holds some pixel.
    """

    changes = {"composition", "scale", "shape"}
    structural = True
    needs = ("boxes",)
    still = ("image/resize", ("size", "interpolation"))

    size: Annotated[Size, _SIZE]
    keep: Annotated[Literal["all", "one"], Limits(doc="every box, or one, each with equal chance")] = "all"
    visible: Annotated[float, Limits(0.01, 1, unit="fraction of the box", doc="how much of a kept box is seen")] = 1.0
    scale: Annotated[Range, Limits(1e-4, 1, unit="fraction of the area", doc="how much of the image is seen")] = Range(
        0.2, 1.0
    )
    ratio: Annotated[
        Range, Limits(0.01, 100, unit="factor", doc="how much wider the window is than in the shape of the image")
    ] = Range(3 / 4, 4 / 3, "loguniform")
    boxes: Annotated[str | None, Limits(doc="the field to look at, where a sample has several kinds of boxes")] = None
    interpolation: InterpolationField = "linear"

    @classmethod
    def law_examples(cls) -> list[dict[str, Any]]:
        """Settings to prove the laws with."""
        return [{"size": 16}, {"size": [40, 30], "keep": "one", "visible": 0.3, "scale": [0.05, 0.2]}]

    def draw(self, rng: Stream, frame: Frame, content: Content = None) -> Affine2D:
        size = frame[Axis.SPACE]
        kept = self._kept(rng, _boxes(content or {}, self.boxes).xyxy, size)
        area, ratio = self.scale.draw(rng), self.ratio.draw(rng)
        w, h = size.w * math.sqrt(area * ratio), size.h * math.sqrt(area / ratio)
        grown = max(1.0, *((end - start) / side for (start, end), side in zip(kept, (w, h), strict=True)))
        left, right = _holding(rng, kept[0], size.w, round(w * grown))
        top, bottom = _holding(rng, kept[1], size.h, round(h * grown))
        x, y = self.size.w / (right - left), self.size.h / (bottom - top)
        matrix = ((x, 0.0, -left * x), (0.0, y, -top * y), (0.0, 0.0, 1.0))
        return Affine2D(matrix, size, self.size, self.interpolation)

    def _kept(self, rng: Stream, xyxy: Array, size: Size) -> tuple[Span, Span]:
        """The columns and the rows that must be seen, whole pixels."""
        if not len(xyxy):
            column, row = rng.integer(0, size.w - 1), rng.integer(0, size.h - 1)
            return (column, column + 1), (row, row + 1)
        chosen = xyxy if self.keep == "all" else xyxy[[rng.index(len(xyxy))]]
        parts = np.array([self._part(rng, *box) for box in chosen.tolist()])
        (left, top), (right, bottom) = np.floor(parts[:, :2].min(axis=0)), np.ceil(parts[:, 2:].max(axis=0))
        return (int(left), int(right)), (int(top), int(bottom))

    def _part(self, rng: Stream, x0: float, y0: float, x1: float, y1: float) -> tuple[float, float, float, float]:
        """A part of a box of the fraction ``visible`` of its area, anywhere in it."""
        if self.visible == 1:
            return x0, y0, x1, y1
        wide = rng.uniform(self.visible, 1)
        high = self.visible / wide
        right, down = rng.random() * (1 - wide), rng.random() * (1 - high)
        w, h = x1 - x0, y1 - y0
        return x0 + right * w, y0 + down * h, x0 + (right + wide) * w, y0 + (down + high) * h


def _holding(rng: Stream, kept: Span, side: int, wanted: int) -> Span:
    """An interval of ``wanted`` pixels within 0 to ``side`` that holds ``kept``, or as long as it must be for that."""
    length = min(max(wanted, kept[1] - kept[0], 1), side)
    start = rng.integer(max(0, kept[1] - length), min(kept[0], side - length))
    return start, start + length


def _mask(content: Mapping[str, Target], name: str | None) -> Mask:
    found = _named({field: target for field, target in content.items() if isinstance(target, Mask)}, name, "mask")
    assert isinstance(found, Mask)
    return found


def _boxes(content: Mapping[str, Target], name: str | None) -> Boxes:
    found = _named({field: target for field, target in content.items() if isinstance(target, Boxes)}, name, "boxes")
    assert isinstance(found, Boxes)
    return found


def _named(targets: Mapping[str, Target], name: str | None, kind: str) -> Target:
    if name is None and len(targets) == 1:
        return next(iter(targets.values()))
    if name in targets:
        return targets[name]
    given = f"names {name!r}, which is none" if name else "is needed, for there are several"
    raise DataError(f"`{kind}` {given}; fields of kind {kind}: {', '.join(targets) or 'none in this sample'}.")
