"""Steps that hide parts of the picture."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from augkit.fields import Limits, Range
from augkit.rng import Stream
from augkit.sample import Axis, Frame, Target
from augkit.transform import Transform
from augkit.vocab.space import Erase
from augkit_image.resampling import FillField

Content = Mapping[str, Target] | None
Rect = tuple[int, int, int, int]


class EraseRects(Transform[Erase]):
    """``count`` rectangles painted over with ``fill`` (DeVries and Taylor 2017; Zhong et al. 2017)."""

    changes = {"composition"}

    count: Annotated[Range, Limits(0, 1000, doc="how many; [1, 3] draws 1, 2 or 3")] = Range(1)
    size: Annotated[
        Range, Limits(0, 1, neutral=0, strongest=0.5, unit="fraction of the side", doc="height and width apart")
    ] = Range(0.1, 0.3)
    fill: FillField = 0.0
    policy: Annotated[
        Literal["keep", "ignore", "background"],
        Limits(doc="what becomes of annotations below: kept; or ignored; or, in masks, background"),
    ] = "keep"
    max_hidden: Annotated[
        float, Limits(0, 1, unit="fraction of the box", doc="boxes hidden further are dropped, unless kept by policy")
    ] = 0.7

    def draw(self, rng: Stream, frame: Frame, content: Content = None) -> Erase:
        drawn = [self._rect(rng, *frame[Axis.SPACE]) for _ in range(self.count.draw_int(rng))]
        rects = tuple(rect for rect in drawn if rect[2] > rect[0] and rect[3] > rect[1])
        return Erase(rects, self.fill, self.policy, self.max_hidden)

    def _rect(self, rng: Stream, height: int, width: int) -> Rect:
        h, w = round(self.size.draw(rng) * height), round(self.size.draw(rng) * width)
        top, left = rng.integer(0, height - h), rng.integer(0, width - w)
        return left, top, left + w, top + h
