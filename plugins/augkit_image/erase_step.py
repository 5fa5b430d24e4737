"""Steps that hide parts of the picture."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Any, Literal

from augkit.fields import Limits, Range, Size
from augkit.rng import Stream
from augkit.sample import Axis, Frame, Target
from augkit.transform import Transform
from augkit.vocab.space import Erase

Content = Mapping[str, Target] | None
Rect = tuple[int, int, int, int]
Policy = Literal["keep", "ignore", "background"]
Paint = float | tuple[float, ...] | Literal["noise", "mean"]

PaintField = Annotated[
    Paint,
    Limits(0, 255, unit="0 to 255", doc="one number, or one a channel; or `noise`; or `mean`, the image's mean colour"),
]
PolicyField = Annotated[
    Policy, Limits(doc="what becomes of annotations below: kept; or ignored; or, in masks, background")
]
HiddenField = Annotated[
    float, Limits(0, 1, unit="fraction of the box", doc="boxes hidden further are dropped, unless kept by policy")
]
_COUNT = Limits(0, 1000, whole=True, doc="how many; [1, 3] draws 1, 2 or 3")
_SIZE = Limits(0, 1, neutral=0, strongest=0.4, unit="fraction of the side", doc="height and width apart")


class EraseRects(Transform[Erase]):
    """``count`` rectangles painted over with ``fill`` (DeVries and Taylor 2017; Zhong et al. 2017)."""

    changes = {"composition"}

    count: Annotated[Range, _COUNT] = Range(1)
    size: Annotated[Range, _SIZE] = Range(0.1, 0.3)
    fill: PaintField = 0.0
    policy: PolicyField = "keep"
    max_hidden: HiddenField = 0.7

    @classmethod
    def law_examples(cls) -> list[dict[str, Any]]:
        """Settings to prove the laws with."""
        return [{}, {"fill": "noise", "count": [0, 3]}, {"fill": "mean"}]

    def draw(self, rng: Stream, frame: Frame, content: Content = None) -> Erase:
        return _erase(self, rng, _anywhere(rng, self.count, self.size, frame[Axis.SPACE]))


class CoarseDropout(Transform[Erase]):
    """Many small rectangles painted over with ``fill``: what a network reads must not hang on any one part."""

    changes = {"composition"}

    count: Annotated[Range, _COUNT] = Range(8, 16, "int")
    size: Annotated[Range, replace(_SIZE, strongest=0.16)] = Range(0.05, 0.12)
    fill: PaintField = 0.0
    policy: PolicyField = "keep"
    max_hidden: HiddenField = 0.7

    def draw(self, rng: Stream, frame: Frame, content: Content = None) -> Erase:
        return _erase(self, rng, _anywhere(rng, self.count, self.size, frame[Axis.SPACE]))


class GridDropout(Transform[Erase]):
    """A square of every cell of a grid painted over with ``fill`` (GridMask, Chen et al. 2020)."""

    changes = {"composition"}

    cell: Annotated[Range, Limits(0.02, 1, unit="fraction of the shorter side", doc="from one square to the next")] = (
        Range(0.1, 0.3)
    )
    ratio: Annotated[
        Range, Limits(0, 1, neutral=0, strongest=0.6, unit="fraction of the cell's side", doc="side of a square")
    ] = Range(0.5)
    random_offset: Annotated[bool, Limits(doc="the grid begins anywhere, else with a square in the upper left")] = True
    fill: PaintField = 0.0
    policy: PolicyField = "keep"
    max_hidden: HiddenField = 0.7

    def draw(self, rng: Stream, frame: Frame, content: Content = None) -> Erase:
        size = frame[Axis.SPACE]
        cell = max(1, round(self.cell.draw(rng) * min(size)))
        side = round(self.ratio.draw(rng) * cell)
        top, left = (rng.integer(0, cell - 1), rng.integer(0, cell - 1)) if self.random_offset else (0, 0)
        columns, rows = _stripes(size.w, left, cell, side), _stripes(size.h, top, cell, side)
        return _erase(self, rng, [(x0, y0, x1, y1) for y0, y1 in rows for x0, x1 in columns])


def _erase(step: EraseRects | CoarseDropout | GridDropout, rng: Stream, rects: list[Rect]) -> Erase:
    subseed = rng.subseed() if step.fill == "noise" else 0
    return Erase(tuple(rects), step.fill, step.policy, step.max_hidden, subseed)


def _anywhere(rng: Stream, count: Range, size: Range, frame: Size) -> list[Rect]:
    drawn = [_rect(rng, size, *frame) for _ in range(count.draw_int(rng))]
    return [rect for rect in drawn if rect[2] > rect[0] and rect[3] > rect[1]]


def _rect(rng: Stream, size: Range, height: int, width: int) -> Rect:
    h, w = round(size.draw(rng) * height), round(size.draw(rng) * width)
    top, left = rng.integer(0, height - h), rng.integer(0, width - w)
    return left, top, left + w, top + h


def _stripes(length: int, offset: int, period: int, side: int) -> list[tuple[int, int]]:
    """From where to where the squares reach along one axis, as far as they lie within it."""
    ends = [(max(0, start), min(length, start + side)) for start in range(offset - period, length, period)]
    return [(start, end) for start, end in ends if start < end]
