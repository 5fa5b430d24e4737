"""Steps that choose which part of the picture is seen, and how large. They make a format, so they have no strength."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Annotated, Any

from augkit.errors import DataError, FieldError
from augkit.fields import Limits, Range, Size
from augkit.rng import Stream
from augkit.sample import Axis, Frame, Target
from augkit.transform import Transform
from augkit.vocab.space import Affine2D
from augkit_image.resampling import MOST_PX, BorderField, FillField, InterpolationField

Content = Mapping[str, Target] | None

_SIZE = Limits(1, MOST_PX, unit="px", doc="height and width afterwards")
_PAD = Limits(doc="put an image that is too small on a frame of `fill` instead of refusing it")
_TRIES = 10


class Crop(Transform[Affine2D]):
    """The window whose upper left pixel is (``top``, ``left``), inside the image. Exact: no pixel is resampled."""

    changes = {"composition"}
    structural = True

    size: Annotated[Size, _SIZE]
    top: Annotated[int, Limits(0, MOST_PX, unit="px", doc="rows above the window")] = 0
    left: Annotated[int, Limits(0, MOST_PX, unit="px", doc="columns left of the window")] = 0

    @classmethod
    def law_examples(cls) -> list[dict[str, Any]]:
        """Settings to prove the laws with."""
        return [{"size": 7, "top": 2, "left": 3}]

    def draw(self, rng: Stream, frame: Frame, content: Content = None) -> Affine2D:
        size = frame[Axis.SPACE]
        if self.top + self.size.h > size.h or self.left + self.size.w > size.w:
            raise DataError(
                f"the window of {_px(self.size)} at top {self.top}, left {self.left} reaches outside an image of "
                f"{_px(size)}; put `resize` or `pad` before it."
            )
        return Affine2D.window(size, self.top, self.left, self.size)


class CenterCrop(Transform[Affine2D]):
    """The window in the middle; where pixels cannot be halved, nearer the upper left. Exact."""

    changes = {"composition"}
    structural = True

    size: Annotated[Size, _SIZE]
    pad_if_needed: Annotated[bool, _PAD] = False
    border: BorderField = "constant"
    fill: FillField = 0.0

    @classmethod
    def law_examples(cls) -> list[dict[str, Any]]:
        """Settings to prove the laws with."""
        return [{"size": 9}, {"size": [12, 30], "pad_if_needed": True, "fill": 40}]

    def draw(self, rng: Stream, frame: Frame, content: Content = None) -> Affine2D:
        size, out = frame[Axis.SPACE], self.size
        check_fits(out, size, self.pad_if_needed)
        return Affine2D.window(
            size, (size.h - out.h) // 2, (size.w - out.w) // 2, out, border=self.border, fill=self.fill
        )


class RandomCrop(Transform[Affine2D]):
    """A window anywhere inside the image, on whole pixels. Exact."""

    changes = {"composition"}
    structural = True
    still = ("image/center_crop", ("size", "pad_if_needed", "border", "fill"))

    size: Annotated[Size, _SIZE]
    pad_if_needed: Annotated[bool, _PAD] = False
    border: BorderField = "constant"
    fill: FillField = 0.0

    @classmethod
    def law_examples(cls) -> list[dict[str, Any]]:
        """Settings to prove the laws with."""
        return [{"size": [8, 9]}, {"size": 20, "pad_if_needed": True, "border": "reflect"}]

    def draw(self, rng: Stream, frame: Frame, content: Content = None) -> Affine2D:
        size, out = frame[Axis.SPACE], self.size
        check_fits(out, size, self.pad_if_needed)
        top, left = anywhere(rng, size.h, out.h), anywhere(rng, size.w, out.w)
        return Affine2D.window(size, top, left, out, border=self.border, fill=self.fill)


class RandomResizedCrop(Transform[Affine2D]):
    """A window of random area and shape on whole pixels, resized to ``size`` (as in Inception, Szegedy et al. 2015)."""

    changes = {"composition", "scale", "shape"}
    structural = True
    still = ("image/resize", ("size", "interpolation"))

    size: Annotated[Size, _SIZE]
    scale: Annotated[Range, Limits(1e-4, 1, unit="fraction of the area", doc="how much of the image is seen")] = Range(
        0.08, 1.0
    )
    ratio: Annotated[Range, Limits(0.01, 100, unit="width / height", doc="the shape of the window")] = Range(
        3 / 4, 4 / 3, "loguniform"
    )
    interpolation: InterpolationField = "linear"

    @classmethod
    def law_examples(cls) -> list[dict[str, Any]]:
        """Settings to prove the laws with."""
        return [{"size": 16}, {"size": [40, 30], "interpolation": "area"}]

    def draw(self, rng: Stream, frame: Frame, content: Content = None) -> Affine2D:
        size = frame[Axis.SPACE]
        top, left, window = self._window(rng, size)
        x, y = self.size.w / window.w, self.size.h / window.h
        matrix = ((x, 0.0, -left * x), (0.0, y, -top * y), (0.0, 0.0, 1.0))
        return Affine2D(matrix, size, self.size, self.interpolation)

    def _window(self, rng: Stream, size: Size) -> tuple[int, int, Size]:
        for _ in range(_TRIES):
            area, ratio = size.h * size.w * self.scale.draw(rng), self.ratio.draw(rng)
            w, h = round(math.sqrt(area * ratio)), round(math.sqrt(area / ratio))
            if 0 < w <= size.w and 0 < h <= size.h:
                return rng.integer(0, size.h - h), rng.integer(0, size.w - w), Size(h, w)
        # No window of that area fits: the largest one of an allowed shape, in the middle.
        lowest, highest = self.ratio.ends()[0], self.ratio.ends()[-1]
        ratio = min(max(size.w / size.h, lowest), highest)
        w, h = min(size.w, max(1, round(size.h * ratio))), min(size.h, max(1, round(size.w / ratio)))
        return (size.h - h) // 2, (size.w - w) // 2, Size(h, w)


class Resize(Transform[Affine2D]):
    """The whole picture stretched to ``size``, or scaled so that its ``long_side`` or ``short_side`` fits.

    A reduction by more than 2 averages what it covers.
    """

    changes = {"scale", "shape"}
    structural = True

    size: Annotated[Size | None, _SIZE] = None
    long_side: Annotated[
        int | None, Limits(1, MOST_PX, unit="px", doc="the longer side afterwards; the shape stays")
    ] = None
    short_side: Annotated[
        int | None, Limits(1, MOST_PX, unit="px", doc="the shorter side afterwards; the shape stays")
    ] = None
    enlarge: Annotated[bool, Limits(doc="false: a picture that is smaller already stays as it is")] = True
    interpolation: InterpolationField = "linear"

    @classmethod
    def law_examples(cls) -> list[dict[str, Any]]:
        """Settings to prove the laws with."""
        return [
            {"size": [16, 40]},
            {"long_side": 20},
            {"short_side": 33, "interpolation": "cubic"},
            {"long_side": 24, "enlarge": False},
        ]

    def validate(self) -> None:
        if sum(given is not None for given in (self.size, self.long_side, self.short_side)) != 1:
            raise FieldError("give exactly one of size, long_side, short_side.")
        if self.size is not None and not self.enlarge:
            raise FieldError("enlarge: false goes with long_side or short_side, which keep the shape.", "enlarge")

    def changed_qualities(self) -> frozenset[str]:
        """The shape only where both sides are given."""
        return frozenset(self.changes if self.size else {"scale"})

    def draw(self, rng: Stream, frame: Frame, content: Content = None) -> Affine2D:
        size = frame[Axis.SPACE]
        return Affine2D.resize(size, self._out(size), interpolation=self.interpolation)

    def _out(self, size: Size) -> Size:
        if self.size is not None:
            return self.size
        wanted, given = (self.long_side, max(size)) if self.long_side else (self.short_side, min(size))
        factor = (wanted or given) / given
        if factor >= 1 and not self.enlarge:
            return size
        return Size(max(1, round(size.h * factor)), max(1, round(size.w * factor)))


class Pad(Transform[Affine2D]):
    """More room around the picture: ``left``, ``top``, ``right`` and ``bottom`` pixels, or evenly up to ``size``.

    A side that is longer than ``size`` already stays as it is. Exact.
    """

    changes = frozenset[str]()
    structural = True

    size: Annotated[Size | None, Limits(1, MOST_PX, unit="px", doc="height and width at least")] = None
    left: Annotated[int, Limits(0, MOST_PX, unit="px")] = 0
    top: Annotated[int, Limits(0, MOST_PX, unit="px")] = 0
    right: Annotated[int, Limits(0, MOST_PX, unit="px")] = 0
    bottom: Annotated[int, Limits(0, MOST_PX, unit="px")] = 0
    mode: BorderField = "constant"
    fill: FillField = 0.0

    @classmethod
    def law_examples(cls) -> list[dict[str, Any]]:
        """Settings to prove the laws with."""
        return [{"size": 30}, {"left": 3, "bottom": 2, "mode": "reflect"}]

    def validate(self) -> None:
        if (self.size is not None) == any((self.left, self.top, self.right, self.bottom)):
            raise FieldError("give either size, or some of left, top, right, bottom.")

    def draw(self, rng: Stream, frame: Frame, content: Content = None) -> Affine2D:
        size = frame[Axis.SPACE]
        top, left, bottom, right = self.top, self.left, self.bottom, self.right
        if self.size is not None:
            extra_y, extra_x = max(0, self.size.h - size.h), max(0, self.size.w - size.w)
            top, left = extra_y // 2, extra_x // 2
            bottom, right = extra_y - top, extra_x - left
        out = Size(size.h + top + bottom, size.w + left + right)
        return Affine2D.window(size, -top, -left, out, border=self.mode, fill=self.fill)


def check_fits(window: Size, size: Size, pad_if_needed: bool) -> None:
    """DataError when a window is larger than the image and may not be padded."""
    if not pad_if_needed and (size.h < window.h or size.w < window.w):
        raise DataError(
            f"a window of {_px(window)} does not fit an image of {_px(size)}; put `resize` or `pad` before it, "
            "or say `pad_if_needed: true`."
        )


def anywhere(rng: Stream, side: int, window: int) -> int:
    """Where a window begins along one side: inside it, or around it where it is longer."""
    spare = side - window
    return rng.integer(min(spare, 0), max(spare, 0))


def _px(size: Any) -> str:
    return f"{size.h} × {size.w} px"
