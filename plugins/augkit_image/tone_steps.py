"""Steps that change tone: every colour by a curve of its own value. Masks, boxes and keypoints are not touched."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated

import numpy as np

from augkit.fields import Limits, Range
from augkit.rng import Stream
from augkit.sample import Frame, Target
from augkit.transform import Params, Transform, moves
from augkit.vocab.space import Image
from augkit_image import tone
from augkit_image.border import Array
from augkit_image.colour import colour_channels
from augkit_image.pixel_ops import Code, Op
from augkit_image.pixelwise import Pixelwise

Content = Mapping[str, Target] | None


@dataclass(frozen=True)
class Pointwise(Pixelwise):
    """A change of each colour by itself, the same for every pixel of every image; ``table`` has it for uint8."""

    def at(self, values: Array) -> Array:
        """What becomes of ``values`` (..., 1 or c), fractions of the range."""
        raise TypeError(f"{type(self).__name__} does not define at(values).")

    def idle(self) -> bool:
        """Whether it changes nothing at all."""
        return False

    def program(self, pixels: Array) -> list[Op] | None:
        """A look-up in the table, for uint8 only."""
        if self.idle():
            return []
        if pixels.dtype != np.uint8:
            return None
        levels = table(self)
        levels = levels if levels.ndim == 1 else _fit(levels, colour_channels(pixels))
        return [Op(Code.TABLE, (), np.atleast_2d(levels.T))]


@lru_cache(maxsize=256)
def table(params: Pointwise) -> Array:
    """The 256 levels after ``params``: (256,) uint8, or (256, c) where colours differ; read-only."""
    fractions = np.clip(params.at(tone.LEVELS[:, None] / 255), 0, 1)
    levels = np.rint(fractions * 255).astype(np.uint8)
    levels = levels[:, 0] if levels.shape[1] == 1 else levels
    levels.flags.writeable = False
    return levels


@moves(Pointwise, Image)
def image_follows_pointwise(image: Image, params: Pointwise) -> Image:
    """Looked up in its table, or computed for floats and clipped; alpha stays."""
    pixels, colours = image.pixels, colour_channels(image.pixels)
    if params.idle():
        return image
    if pixels.dtype == np.uint8:
        levels = table(params)
        return dataclasses.replace(
            image, pixels=tone.looked_up(pixels, levels if levels.ndim == 1 else _fit(levels, colours))
        )
    out = pixels.copy()
    out[:, :, :colours] = np.clip(_fit(params.at(pixels[:, :, :colours]), colours), 0, 1)
    return dataclasses.replace(image, pixels=out)


def _fit(values: Array, colours: int) -> Array:
    # What was drawn for red, green and blue meets a gray image: gray takes the first.
    return values[..., :colours]


@dataclass(frozen=True)
class Posterized(Pointwise):
    """The top ``bits`` of 8."""

    bits: int

    def at(self, values: Array) -> Array:
        step = 2 ** (8 - self.bits)
        return np.rint(values * 255) // step * step / 255

    def idle(self) -> bool:
        return self.bits >= 8


@dataclass(frozen=True)
class Solarized(Pointwise):
    """What is lighter than ``threshold`` is inverted."""

    threshold: float

    def at(self, values: Array) -> Array:
        return np.where(values > self.threshold, 1 - values, values)

    def idle(self) -> bool:
        return self.threshold >= 1


@dataclass(frozen=True)
class Inverted(Pointwise):
    """Nothing to draw."""

    def at(self, values: Array) -> Array:
        return 1 - values


@dataclass(frozen=True)
class Bent(Pointwise):
    """How far the curve is moved at a quarter and at three quarters of the range, for all colours or for each."""

    dark: tuple[float, ...]
    light: tuple[float, ...]

    def at(self, values: Array) -> Array:
        pairs = list(zip(self.dark, self.light, strict=True))
        single = values.shape[-1] == 1
        if len(pairs) == 1:
            return tone.monotone_curve(values, *pairs[0])
        channels = range(len(pairs) if single else values.shape[-1])
        return np.stack([tone.monotone_curve(values[..., 0 if single else c], *pairs[c]) for c in channels], axis=-1)

    def idle(self) -> bool:
        return not any(self.dark) and not any(self.light)


@dataclass(frozen=True)
class Equalized(Params):
    """Nothing to draw: the table comes from the image."""


@dataclass(frozen=True)
class Stretched(Params):
    """Without the fraction ``cutoff`` of the pixels at either end."""

    cutoff: float


@dataclass(frozen=True)
class LocallyEqualized(Params):
    """See ``augkit_image.tone.clahe``."""

    clip_limit: float
    tiles: int


@moves(Equalized, Image)
def image_follows_equalized(image: Image, params: Equalized) -> Image:
    """Each colour by the table of its own histogram; floats are read between the levels."""
    levels = tone.equalizing_table(tone.histograms(image.pixels))
    change = tone.looked_up if image.pixels.dtype == np.uint8 else tone.between_levels
    return dataclasses.replace(image, pixels=change(image.pixels, levels))


@moves(Stretched, Image)
def image_follows_stretched(image: Image, params: Stretched) -> Image:
    """Each colour to the whole range; one that has a single value stays."""
    low, high = tone.stretch_ends(image.pixels, params.cutoff)
    pixels, flat = image.pixels, high <= low
    if pixels.dtype == np.uint8:
        span = np.where(flat, 1, high.astype(np.float64) - low)
        levels = np.rint((tone.LEVELS[:, None] - np.where(flat, 0.0, low)) * np.where(flat, 1.0, 255.0) / span)
        return dataclasses.replace(image, pixels=tone.looked_up(pixels, np.clip(levels, 0, 255).astype(np.uint8)))
    out = pixels.copy()
    spread = (pixels[:, :, : len(low)] - np.where(flat, np.float32(0), low)) / np.where(flat, np.float32(1), high - low)
    out[:, :, : len(low)] = np.clip(spread, 0, 1)
    return dataclasses.replace(image, pixels=out)


@moves(LocallyEqualized, Image)
def image_follows_clahe(image: Image, params: LocallyEqualized) -> Image:
    """Lightness equalised tile by tile."""
    return dataclasses.replace(image, pixels=tone.clahe(image.pixels, params.clip_limit, params.tiles))


class Posterize(Transform[Posterized]):
    """Fewer levels: only the highest ``bits`` of each colour are kept, the rest is 0."""

    changes = {"colour", "texture"}

    bits: Annotated[
        Range,
        Limits(
            1, 8, neutral=8, strongest=3, whole=True, unit="bits", doc="[4, 8] draws whole numbers; 8 changes nothing"
        ),
    ] = Range(4, 8, "int")

    def draw(self, rng: Stream, frame: Frame, content: Content = None) -> Posterized:
        return Posterized(self.bits.draw_int(rng))


class Solarize(Transform[Solarized]):
    """Colours lighter than ``threshold`` are inverted, as a print exposed to light while it was developed."""

    changes = {"colour", "brightness"}

    threshold: Annotated[
        Range, Limits(0, 1, neutral=1, strongest=0.3, unit="fraction of the range", doc="1 changes nothing")
    ] = Range(0.5)

    def draw(self, rng: Stream, frame: Frame, content: Content = None) -> Solarized:
        return Solarized(self.threshold.draw(rng))


class Invert(Transform[Inverted]):
    """The negative: white becomes black."""

    changes = {"colour", "brightness"}

    def draw(self, rng: Stream, frame: Frame, content: Content = None) -> Inverted:
        return Inverted()


_SHIFT = "fraction of the range"


class ToneCurve(Transform[Bent]):
    """Dark and light tones moved along a smooth rising curve; black and white stay.

    ``dark: -0.1, light: 0.1`` is an S, which adds contrast; the other way round it takes contrast away; both up is
    lighter. With ``per_channel`` each colour has a curve of its own, which tints.
    """

    changes = {"colour", "brightness"}

    dark: Annotated[
        Range, Limits(-0.25, 0.25, neutral=0, strongest=(-0.2, 0.2), unit=_SHIFT, doc="what a quarter gray gains")
    ] = Range(-0.1, 0.1)
    light: Annotated[
        Range, Limits(-0.25, 0.25, neutral=0, strongest=(-0.2, 0.2), unit=_SHIFT, doc="what a three-quarter gray gains")
    ] = Range(-0.1, 0.1)
    per_channel: Annotated[bool, Limits(doc="draw for red, green and blue apart; gray images take the first")] = False

    def draw(self, rng: Stream, frame: Frame, content: Content = None) -> Bent:
        drawn = [(self.dark.draw(rng), self.light.draw(rng)) for _ in range(3 if self.per_channel else 1)]
        return Bent(tuple(dark for dark, _ in drawn), tuple(light for _, light in drawn))


class Equalize(Transform[Equalized]):
    """Each colour's levels spread so that all are about equally frequent in the image."""

    changes = {"colour", "brightness"}

    def draw(self, rng: Stream, frame: Frame, content: Content = None) -> Equalized:
        return Equalized()


class AutoContrast(Transform[Stretched]):
    """Each colour stretched so that its darkest value becomes black and its lightest white."""

    changes = {"colour", "brightness"}

    cutoff: Annotated[Range, Limits(0, 0.49, unit="fraction of the pixels", doc="left out at either end")] = Range(0)

    def draw(self, rng: Stream, frame: Frame, content: Content = None) -> Stretched:
        return Stretched(self.cutoff.draw(rng))


class Clahe(Transform[LocallyEqualized]):
    """Local contrast raised: lightness equalised region by region, no slope above ``clip_limit`` (Zuiderveld 1994)."""

    changes = {"colour", "brightness", "texture"}

    clip_limit: Annotated[Range, Limits(1, 255, unit="times the mean count", doc="higher is stronger")] = Range(1, 4)
    tiles: Annotated[int, Limits(1, 64, doc="regions a side")] = 8

    def draw(self, rng: Stream, frame: Frame, content: Content = None) -> LocallyEqualized:
        return LocallyEqualized(self.clip_limit.draw(rng), self.tiles)
