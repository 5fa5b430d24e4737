"""Steps that change sharpness and texture. They act on images alone; annotations are not touched."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from augkit.fields import Limits, Range
from augkit.rng import Stream
from augkit.sample import Frame, Target
from augkit.transform import Params, Transform, moves
from augkit.vocab.space import Image
from augkit_image import filters

Content = Mapping[str, Target] | None


@dataclass(frozen=True)
class Blur(Params):
    """A Gaussian of ``sigma`` pixels."""

    sigma: float


@dataclass(frozen=True)
class Noise(Params):
    """Normal noise of ``std`` (fraction of the range); ``subseed`` stands for the whole field."""

    std: float
    subseed: int


@dataclass(frozen=True)
class Sharpness(Params):
    """``amount`` away from the local mean."""

    amount: float


@dataclass(frozen=True)
class Compression(Params):
    """JPEG of ``quality`` 1 to 100."""

    quality: int


@moves(Blur, Image)
def image_follows_blur(image: Image, blur: Blur) -> Image:
    """Blurred; the edges are mirrored."""
    return dataclasses.replace(image, pixels=filters.gaussian_blur(image.pixels, blur.sigma))


@moves(Noise, Image)
def image_follows_noise(image: Image, noise: Noise) -> Image:
    """The field of ``subseed`` added and clipped."""
    return dataclasses.replace(image, pixels=filters.gaussian_noise(image.pixels, noise.std, noise.subseed))


@moves(Sharpness, Image)
def image_follows_sharpness(image: Image, sharpness: Sharpness) -> Image:
    """Pushed from its local mean and clipped."""
    return dataclasses.replace(image, pixels=filters.sharpen(image.pixels, sharpness.amount))


@moves(Compression, Image)
def image_follows_compression(image: Image, compression: Compression) -> Image:
    """Encoded and decoded in memory."""
    return dataclasses.replace(image, pixels=filters.jpeg(image.pixels, compression.quality))


class GaussianBlur(Transform[Blur]):
    """Blurred by a Gaussian, as an image out of focus."""

    changes = {"sharpness", "texture"}

    sigma: Annotated[Range, Limits(0, 100, neutral=0, strongest=2, unit="px", doc="standard deviation; 0 is sharp")] = (
        Range(0.1, 2.0, "loguniform")
    )

    def draw(self, rng: Stream, frame: Frame, content: Content = None) -> Blur:
        return Blur(self.sigma.draw(rng))


class GaussianNoise(Transform[Noise]):
    """Independent normal noise on every colour of every pixel, clipped to the range."""

    changes = {"noise", "texture"}

    std: Annotated[Range, Limits(0, 1, neutral=0, strongest=0.1, unit="fraction of the range")] = Range(0.0, 0.05)

    def draw(self, rng: Stream, frame: Frame, content: Content = None) -> Noise:
        return Noise(self.std.draw(rng), rng.subseed())


class Sharpen(Transform[Sharpness]):
    """Edges made stronger, by ``amount`` times the difference to the 3 × 3 mean; below 0 softer."""

    changes = {"sharpness", "texture"}

    amount: Annotated[
        Range, Limits(-1, 20, neutral=0, strongest=(-0.9, 0.9), doc="0 is the same, 1 clearly sharper, -1 the mean")
    ] = Range(0.0, 1.0)

    def draw(self, rng: Stream, frame: Frame, content: Content = None) -> Sharpness:
        return Sharpness(self.amount.draw(rng))


class Jpeg(Transform[Compression]):
    """Compressed as JPEG and back, with its blocks and its bleeding colours; alpha stays."""

    changes = {"sharpness", "texture"}

    quality: Annotated[
        Range, Limits(1, 100, whole=True, doc="[40, 95] draws whole numbers; 100 still loses a little")
    ] = Range(40, 95, "int")

    def draw(self, rng: Stream, frame: Frame, content: Content = None) -> Compression:
        return Compression(self.quality.draw_int(rng))
