"""Broken steps of chance, bytes and contracts."""

from __future__ import annotations

import dataclasses
import random
from dataclasses import dataclass
from typing import Annotated

import numpy as np

from augkit.distributions import Range
from augkit.fields import Limits
from augkit.sample import Label
from augkit.transform import Params, Transform
from tests.laws.faults_space import Shift
from tests.laws.plant import planted


@dataclass(frozen=True)
class Gain(Params):
    """Pixels times ``factor``."""

    factor: float


def brightened(image, factor):
    top = 255 if image.pixels.dtype == np.uint8 else 1
    pixels = np.clip(np.rint(image.pixels * factor) if top == 255 else image.pixels * np.float32(factor), 0, top)
    return dataclasses.replace(image, pixels=pixels.astype(image.pixels.dtype))


class Brightness(Transform[Gain]):
    factor: Annotated[Range, Limits(0, 4, neutral=1)] = Range(0.5, 1.5)

    def draw(self, rng, frame, content=None):
        return Gain(self.factor.draw(rng))

    def apply_image(self, image, params):
        return brightened(image, params.factor)


@planted("L1")
class NeutralIsNotNothing(Brightness):
    """Factors are counted from 0, so that strength 0 is black rather than nothing."""

    factor: Annotated[Range, Limits(0, 4, neutral=0)] = Range(0.5, 1.5)


@planted("L1")
class NeutralTruncates(Brightness):
    """uint8 goes through a float and is cut, not rounded: every application darkens."""

    def apply_image(self, image, params):
        if image.pixels.dtype != np.uint8:
            return super().apply_image(image, params)
        pixels = np.clip(image.pixels / np.float32(255) * np.float32(params.factor) * np.float32(254.9999), 0, 255)
        return dataclasses.replace(image, pixels=pixels.astype(np.uint8))


@planted("L1")
class NeutralDrifts(Shift):
    """Keypoints move by a billionth of a pixel."""

    def apply_keypoints(self, points, params):
        moved = points.settled(params.points(points.xy), params.size_out)
        return dataclasses.replace(moved, xy=moved.xy + 1e-9)


@planted("L12")
class GlobalNumpyState(Brightness):
    """Draws from numpy's global state, which every worker inherits."""

    def draw(self, rng, frame, content=None):
        return Gain(np.random.uniform(0.5, 1.5))


@planted("L12")
class GlobalPythonState(Brightness):
    """Draws from the random module."""

    def draw(self, rng, frame, content=None):
        return Gain(random.uniform(0.5, 1.5))


@planted("L12")
class ReseedsGlobally(Brightness):
    """Reproducible, but by seeding everybody's generator."""

    def draw(self, rng, frame, content=None):
        np.random.seed(rng.subseed() & 0xFFFFFFFF)
        return Gain(np.random.uniform(0.5, 1.5))


@planted("L12")
class CountsItsCalls(Brightness):
    """Alternates from call to call."""

    calls = [0]

    def draw(self, rng, frame, content=None):
        self.calls[0] += 1
        return Gain(0.5 if self.calls[0] % 2 else 1.5)


@planted("L12")
class RemembersTheFirst(Brightness):
    """Caches its first draw, so the order of samples matters."""

    def __post_init__(self):
        object.__setattr__(self, "first", [])

    def draw(self, rng, frame, content=None):
        if not self.first:
            self.first.append(self.factor.draw(rng))
        return Gain(self.first[0])


@planted("L12")
class HashesTexts(Brightness):
    """Uses hash() of a text, which is another in every process."""

    def draw(self, rng, frame, content=None):
        return Gain(0.5 + hash("brightness") % 1000 / 1000)


@planted("L12", "L15")
class NoiseWhileApplying(Brightness):
    """Draws its noise while applying, from a generator of its own."""

    generator = np.random.default_rng(0)

    def apply_image(self, image, params):
        return brightened(image, params.factor * self.generator.uniform(0.5, 1))


@planted("L13")
class WritesIntoItsInput(Brightness):
    """Works in place."""

    def apply_image(self, image, params):
        image.pixels[...] = brightened(image, params.factor).pixels
        return image


@planted("L13")
class WritesWhereItMay(Brightness):
    """Works in place unless the array is read-only."""

    def apply_image(self, image, params):
        made = brightened(image, params.factor)
        if not image.pixels.flags.writeable:
            return made
        image.pixels[...] = made.pixels
        return image


@planted("L13")
class ReturnsDoubles(Brightness):
    """uint8 in, float64 out."""

    def apply_image(self, image, params):
        return dataclasses.replace(image, pixels=image.pixels * 1.0)


@planted("L13")
class LeavesTheRange(Brightness):
    """float32 beyond 1 is not clipped."""

    def apply_image(self, image, params):
        if image.pixels.dtype == np.uint8:
            return super().apply_image(image, params)
        return dataclasses.replace(image, pixels=image.pixels * np.float32(params.factor))


@planted("L13")
class DividesByZero(Brightness):
    """Black becomes not-a-number."""

    def apply_image(self, image, params):
        if image.pixels.dtype == np.uint8:
            return super().apply_image(image, params)
        with np.errstate(invalid="ignore", divide="ignore"):
            pixels = np.where(image.pixels == 0, image.pixels / image.pixels, image.pixels)
        return dataclasses.replace(image, pixels=pixels)


@planted("L13")
class ChangesKind(Brightness):
    """Returns another kind of target without declaring `converts`."""

    def apply_image(self, image, params):
        return Label("bright")


RIGHT = (Brightness,)
