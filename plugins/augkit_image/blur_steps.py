"""Steps that blur: motion, focus, medians. They act on images alone; annotations are not touched."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from augkit.errors import FieldError
from augkit.fields import Limits, Range
from augkit.rng import Stream
from augkit.sample import Frame, Target
from augkit.transform import Params, Transform, moves
from augkit.vocab.space import Image
from augkit_image import blur

Content = Mapping[str, Target] | None


@dataclass(frozen=True)
class Streak(Params):
    """A shift by ``length`` px along ``degrees`` while the picture was taken."""

    length: float
    degrees: float


@dataclass(frozen=True)
class Disk(Params):
    """Points become disks of ``radius`` px with an edge of ``softness`` px."""

    radius: float
    softness: float


@dataclass(frozen=True)
class Median(Params):
    """Over ``size`` × ``size`` pixels."""

    size: int


@moves(Streak, Image)
def image_follows_streak(image: Image, params: Streak) -> Image:
    """Averaged along the line."""
    if params.length <= 0:
        return image
    kernel = blur.motion_kernel(params.length, params.degrees)
    return dataclasses.replace(image, pixels=blur.filtered(image.pixels, kernel))


@moves(Disk, Image)
def image_follows_disk(image: Image, params: Disk) -> Image:
    """Averaged over the disk."""
    if params.radius <= 0.5 and params.softness <= 0:
        return image
    kernel = blur.disk_kernel(params.radius, params.softness)
    return dataclasses.replace(image, pixels=blur.filtered(image.pixels, kernel))


@moves(Median, Image)
def image_follows_median(image: Image, params: Median) -> Image:
    """Each value replaced by the median around it."""
    return image if params.size <= 1 else dataclasses.replace(image, pixels=blur.median(image.pixels, params.size))


class MotionBlur(Transform[Streak]):
    """Blurred along a line, as by a camera that moved while the shutter was open. The picture does not shift."""

    changes = {"sharpness", "texture"}

    length: Annotated[Range, Limits(0, 500, neutral=0, strongest=12, unit="px", doc="how far it moved; 0 is sharp")] = (
        Range(3, 9)
    )
    degrees: Annotated[Range, Limits(-360, 360, unit="degrees", doc="counter-clockwise; 0 is along the rows")] = Range(
        0, 180
    )

    def draw(self, rng: Stream, frame: Frame, content: Content = None) -> Streak:
        return Streak(self.length.draw(rng), self.degrees.draw(rng))


class Defocus(Transform[Disk]):
    """Blurred as by a lens out of focus: every point becomes a disk of even light."""

    changes = {"sharpness", "texture"}

    radius: Annotated[Range, Limits(0, 100, neutral=0, strongest=4, unit="px", doc="up to 0.5 is sharp")] = Range(1, 4)
    alias_blur: Annotated[
        Range,
        Limits(
            0,
            20,
            neutral=0,
            strongest=0.5,
            unit="px",
            doc="standard deviation of a Gaussian that softens the disk's edge",
        ),
    ] = Range(0)

    def draw(self, rng: Stream, frame: Frame, content: Content = None) -> Disk:
        return Disk(self.radius.draw(rng), self.alias_blur.draw(rng))


class MedianBlur(Transform[Median]):
    """Every value becomes the median of those around it: specks and thin lines go, edges stay."""

    changes = {"sharpness", "texture"}

    size: Annotated[
        Range,
        Limits(
            1, 63, neutral=1, strongest=7, unit="px, odd", doc="side of the square; [3, 7] draws 3, 5 or 7; 1 is sharp"
        ),
    ] = Range(3, 7, "int")

    def validate(self) -> None:
        numbers = self.size.items or ((self.size.low, self.size.high) if self.size.law != "normal" else ())
        if any(number is not None and (number - 1) / 2 != round((number - 1) / 2) for number in numbers):
            raise FieldError(f"size: {list(self.size.ends())} must be odd, so that there is a middle.", "size")

    def draw(self, rng: Stream, frame: Frame, content: Content = None) -> Median:
        if self.size.law == "loguniform":  # the logarithm is of the side; half of 1 pixel has none
            return Median(2 * round((self.size.draw(rng) - 1) / 2) + 1)
        return Median(2 * _halves(self.size).draw_int(rng) + 1)


def _halves(size: Range) -> Range:
    """How far the square reaches from its middle."""
    return dataclasses.replace(
        size,
        low=(size.low - 1) / 2,
        high=None if size.high is None else (size.high - 1) / 2,
        items=tuple((item - 1) / 2 for item in size.items),
        mean=(size.mean - 1) / 2,
        std=size.std / 2,
        neutral=(size.neutral - 1) / 2,
    )
