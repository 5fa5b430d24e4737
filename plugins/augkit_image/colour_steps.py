"""Steps that change colours. They act on images alone; masks, boxes and keypoints are not touched."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from augkit.fields import Limits, Range
from augkit.rng import Stream
from augkit.sample import Frame, Target
from augkit.transform import Params, Transform, moves
from augkit.vocab.space import Image
from augkit_image import colour
from augkit_image.border import Array
from augkit_image.pixel_ops import Op
from augkit_image.pixelwise import Pixelwise

Content = Mapping[str, Target] | None


@dataclass(frozen=True)
class Recolor(Pixelwise):
    """``ops``: (name, value) pairs, done in order; see ``augkit_image.colour`` for what each does."""

    ops: tuple[tuple[str, Any], ...]

    def program(self, pixels: Array) -> list[Op]:
        """The ops as instructions for pixels of this dtype and these channels."""
        return [op for name, value in self.ops for op in colour.ops_of(name, value, pixels)]

    def then(self, later: Params) -> Recolor | None:
        """The ops of both, in order."""
        return Recolor(self.ops + later.ops) if isinstance(later, Recolor) else None


@moves(Recolor, Image)
def image_follows_recolor(image: Image, recolor: Recolor) -> Image:
    """Each op in turn, rounded in between like separate steps."""
    pixels = colour.recoloured(image.pixels, recolor.program(image.pixels))
    return image if pixels is image.pixels else dataclasses.replace(image, pixels=pixels)


_BRIGHTNESS = Limits(
    0, 100, neutral=1, strongest=(0.25, 1.75), unit="factor", doc="0 is black, 1 the same, 2 twice as light"
)
_CONTRAST = Limits(
    0, 100, neutral=1, strongest=(0.25, 1.75), unit="factor", doc="0 is the image's mean gray, 1 the same"
)
_SATURATION = Limits(0, 100, neutral=1, strongest=(0.1, 1.9), unit="factor", doc="0 is gray, 1 the same")
_HUE = Limits(-0.5, 0.5, neutral=0, strongest=(-0.1, 0.1), unit="turns of the colour circle", doc="1/3 makes red green")


class ColorJitter(Transform[Recolor]):
    """Brightness, contrast, saturation and hue changed, each by a number of its own, in an order drawn anew."""

    changes = {"colour", "brightness"}

    brightness: Annotated[Range, _BRIGHTNESS] = Range(0.8, 1.2)
    contrast: Annotated[Range, _CONTRAST] = Range(0.8, 1.2)
    saturation: Annotated[Range, _SATURATION] = Range(0.8, 1.2)
    hue: Annotated[Range, _HUE] = Range(-0.05, 0.05)

    def draw(self, rng: Stream, frame: Frame, content: Content = None) -> Recolor:
        names = ("brightness", "contrast", "saturation", "hue")
        drawn = [(name, getattr(self, name).draw(rng)) for name in names]
        return Recolor(tuple(drawn[position] for position in rng.permutation(len(drawn))))


class Brightness(Transform[Recolor]):
    """Every colour times ``factor``."""

    changes = {"colour", "brightness"}

    factor: Annotated[Range, _BRIGHTNESS] = Range(0.8, 1.2)

    def draw(self, rng: Stream, frame: Frame, content: Content = None) -> Recolor:
        return Recolor((("brightness", self.factor.draw(rng)),))


class Contrast(Transform[Recolor]):
    """Every colour pushed from, or drawn to, the mean gray of the image."""

    changes = {"colour", "brightness"}

    factor: Annotated[Range, _CONTRAST] = Range(0.8, 1.2)

    def draw(self, rng: Stream, frame: Frame, content: Content = None) -> Recolor:
        return Recolor((("contrast", self.factor.draw(rng)),))


class Saturation(Transform[Recolor]):
    """Every pixel pushed from, or drawn to, its own gray. Gray images stay as they are."""

    changes = {"colour"}

    factor: Annotated[Range, _SATURATION] = Range(0.8, 1.2)

    def draw(self, rng: Stream, frame: Frame, content: Content = None) -> Recolor:
        return Recolor((("saturation", self.factor.draw(rng)),))


class Hue(Transform[Recolor]):
    """The hue (of HSV) moved round the colour circle. Gray images stay as they are."""

    changes = {"colour"}

    turns: Annotated[Range, _HUE] = Range(-0.05, 0.05)

    def draw(self, rng: Stream, frame: Frame, content: Content = None) -> Recolor:
        return Recolor((("hue", self.turns.draw(rng)),))


class Gamma(Transform[Recolor]):
    """Every colour, as a fraction of white, to the power ``gamma``: above 1 is darker."""

    changes = {"colour", "brightness"}

    gamma: Annotated[Range, Limits(0.01, 100, neutral=1, strongest=(0.4, 2.5), unit="exponent")] = Range(
        0.8, 1.25, "loguniform"
    )

    def draw(self, rng: Stream, frame: Frame, content: Content = None) -> Recolor:
        return Recolor((("gamma", self.gamma.draw(rng)),))


class Grayscale(Transform[Recolor]):
    """The picture in gray, with as many channels as before."""

    changes = {"colour"}

    def draw(self, rng: Stream, frame: Frame, content: Content = None) -> Recolor:
        return Recolor((("saturation", 0.0),))


class ChannelShuffle(Transform[Recolor]):
    """Red, green and blue change places in an order drawn at random. Gray images and alpha stay as they are."""

    changes = {"colour"}

    def draw(self, rng: Stream, frame: Frame, content: Content = None) -> Recolor:
        return Recolor((("channel_shuffle", tuple(rng.permutation(3))),))
