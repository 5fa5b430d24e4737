"""Steps that make one picture of several."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Annotated

from augkit.fields import Limits, Range, Size
from augkit.rng import Stream
from augkit.sample import Axis, Frame, Target
from augkit.transform import Transform
from augkit.vocab.space.mosaic import Mosaic
from augkit.vocab.space.paste import Paste
from augkit.vocab.space.patch import Patch
from augkit.vocab.space.seen import Rect
from augkit_image.resampling import MOST_PX, InterpolationField

Content = Mapping[str, Target] | None


class CutMix(Transform[Patch]):
    """A rectangle of another picture pasted at the same place; class labels are weighted by its area (Yun et al. 2019).

    The rectangle has the picture's proportions and 1 − λ of its area, λ drawn from Beta(``alpha``, ``alpha``); where
    it reaches over the edge it is cut, and labels go by what is left. Masks are pasted with the pixels, boxes cut to
    what is seen of them, points hidden where they are covered.
    """

    changes = {"composition"}
    partners = 1

    alpha: Annotated[float, Limits(0.001, 1000, doc="of Beta(alpha, alpha); 1: every area is as likely")] = 1.0

    def draw(self, rng: Stream, frame: Frame, content: Content = None) -> Patch:
        size = frame[Axis.SPACE]
        side = math.sqrt(1.0 - rng.beta(self.alpha, self.alpha))
        x, y = rng.uniform(0, size.w), rng.uniform(0, size.h)
        left, right = _span(x, side * size.w, size.w)
        top, bottom = _span(y, side * size.h, size.h)
        return Patch(_not_flat((left, top, right, bottom)), size)


class FourInOne(Transform[Mosaic]):
    """Four pictures in a grid whose centre is drawn (Bochkovskiy et al. 2020): this one upper left, three partners.

    Each is scaled, its proportions kept, until it fills its cell, and what overhangs is cut. Masks, boxes and points
    go with their picture; class labels are weighted by the cells' areas.
    """

    changes = {"composition", "scale"}
    partners = 3

    size: Annotated[Size | None, Limits(1, MOST_PX, unit="px", doc="of the whole; empty: as the own picture is")] = None
    centre: Annotated[
        Range, Limits(0, 1, unit="fraction of the side", doc="where the four meet, drawn for x and for y apart")
    ] = Range(0.3, 0.7)
    interpolation: InterpolationField = "linear"

    def draw(self, rng: Stream, frame: Frame, content: Content = None) -> Mosaic:
        own = frame[Axis.SPACE]
        size = self.size or own
        centre = round(self.centre.draw(rng) * size.w), round(self.centre.draw(rng) * size.h)
        shift = tuple((rng.random(), rng.random()) for _ in range(4))
        return Mosaic(centre, shift, own, size, self.interpolation)


class CopyPaste(Transform[Paste]):
    """Some objects of another picture, cut out by their masks, pasted where they are (Ghiasi et al. 2021).

    Objects are instance masks, a field of kind ``masks``; or else the regions of a ``mask``'s classes. What they cover
    is hidden: own objects lose these pixels and their boxes shrink to what is seen; too little left drops them. Let
    each picture be scaled and shifted by itself before, with ``random_resized_crop`` or ``affine``.
    """

    changes = {"composition"}
    partners = 1

    count: Annotated[
        Range, Limits(0, 1000, whole=True, doc="how many objects, as far as there are; [1, 3] draws 1, 2 or 3")
    ] = Range(1, 3, "int")
    classes: Annotated[
        tuple[int, ...] | None, Limits(doc="of a `mask`: which classes to paste; empty: all but 0 and the ignore index")
    ] = None

    def unfit(self, kinds: frozenset[str]) -> str | None:
        """Objects need masks; classes alone do not tell which box is whose."""
        if "masks" in kinds:
            return "`classes` are of a `mask`, but here objects are the rows of `masks`." if self.classes else None
        if "mask" not in kinds:
            return "needs `masks` (one an object) or a `mask` to cut objects out by; add such a field to `sample`."
        whose = next((kind for kind in ("boxes", "keypoints") if kind in kinds), None)
        return (
            f"the classes of a mask do not tell whose {whose} are pasted; add a field of kind `masks`."
            if whose
            else None
        )

    def draw(self, rng: Stream, frame: Frame, content: Content = None) -> Paste:
        picks = tuple(rng.random() for _ in range(self.count.draw_int(rng)))
        return Paste(picks, frame[Axis.SPACE], self.classes)


def _span(middle: float, length: float, whole: int) -> tuple[int, int]:
    low, high = middle - length / 2, middle + length / 2
    return round(min(max(low, 0), whole)), round(min(max(high, 0), whole))


def _not_flat(rect: Rect) -> Rect:
    x0, y0, x1, y1 = rect
    return rect if x1 > x0 and y1 > y0 else (x0, y0, x0, y0)
