"""Lighting noise: colours shifted along the directions in which the colours of photographs vary."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np

from augkit.errors import DataError, FieldError
from augkit.fields import Limits, Range
from augkit.rng import Stream
from augkit.sample import Frame, Target
from augkit.transform import Transform, moves
from augkit.vocab.space import Image
from augkit_image.border import Array
from augkit_image.colour import colour_channels
from augkit_image.pixel_ops import Op
from augkit_image.tone_steps import Pointwise, image_follows_pointwise

Content = Mapping[str, Target] | None
Triple = tuple[float, float, float]

IMAGENET_SPREAD: Triple = (0.2175, 0.0188, 0.0045)
IMAGENET_COMPONENTS: tuple[Triple, Triple, Triple] = (
    (-0.5675, -0.5808, -0.5836),
    (0.7192, -0.0045, -0.6948),
    (0.4009, -0.8140, 0.4203),
)
"""The published ones, one component (of red, green, blue) a row."""


@dataclass(frozen=True)
class ColorShift(Pointwise):
    """``shift``: what red, green and blue gain, as fractions of the range. Gray images stay as they are."""

    shift: Triple

    def at(self, values: Array) -> Array:
        return values + np.array(self.shift, dtype=values.dtype)

    def idle(self) -> bool:
        return not any(self.shift)

    def program(self, pixels: Array) -> list[Op] | None:
        """Nothing for gray, which stays as it is."""
        return super().program(pixels) if colour_channels(pixels) == 3 else []


@moves(ColorShift, Image)
def image_follows_color_shift(image: Image, params: ColorShift) -> Image:
    """Red, green and blue shifted and clipped."""
    return image_follows_pointwise(image, params) if colour_channels(image.pixels) == 3 else image


class PcaColor(Transform[ColorShift]):
    """Red, green and blue of the whole image shifted as lighting shifts them (Krizhevsky et al. 2012). Gray stays.

    The shift is the sum over the components of normal number × ``spread`` × component, the numbers of standard
    deviation ``std``. Components and spread are ImageNet's; or given; or those of the training images (``fit: true``:
    the eigenvectors of the covariance of red, green and blue, and the standard deviation along each).
    """

    changes = {"colour", "brightness"}

    std: Annotated[Range, Limits(0, 10, neutral=0, strongest=0.3, doc="of the normal numbers; 0 changes nothing")] = (
        Range(0.1)
    )
    components: Annotated[
        tuple[tuple[float, ...], ...] | None, Limits(doc="3 rows of red, green, blue; without it ImageNet's")
    ] = None
    spread: Annotated[tuple[float, ...] | None, Limits(0, unit="fraction of the range", doc="one a component")] = None
    fit: Annotated[bool, Limits(doc="measure components and spread on the training images")] = False

    def validate(self) -> None:
        if (self.components is None) != (self.spread is None):
            raise FieldError(
                "components and spread go together.", "components" if self.components is None else "spread"
            )
        if self.fit and self.components is not None:
            raise FieldError("give either components and spread, or fit.", "fit")
        shape = tuple(len(row) for row in self.components or ())
        if self.spread is not None and (shape != (3, 3, 3) or len(self.spread) != 3):
            raise FieldError("components are 3 rows of 3 numbers, spread 3 numbers.", "components")

    @classmethod
    def law_examples(cls) -> list[dict[str, Any]]:
        """Settings to prove the laws with."""
        return [{}, {"std": [0, 1], "components": [[1, 0, 0], [0, 1, 0], [0, 0, 1]], "spread": [0.5, 0.25, 0.125]}]

    def fitted(self) -> bool:
        """Whether the components are known; if not, ``fit_to`` measures them."""
        return not self.fit

    def fit_to(self, images: Iterable[Image]) -> PcaColor:
        """The step with the components of all pixels of ``images``, which are read once, one at a time."""
        values, vectors = np.linalg.eigh(_covariance(image.pixels for image in images))
        order = np.argsort(values)[::-1]
        # An eigenvector is one up to its sign: the largest number is made positive.
        rows = [vector * np.sign(vector[np.abs(vector).argmax()]) for vector in vectors.T[order]]
        spread = np.sqrt(np.maximum(values[order], 0))
        return PcaColor(
            std=self.std, components=tuple(tuple(row.tolist()) for row in rows), spread=tuple(spread.tolist())
        )

    def draw(self, rng: Stream, frame: Frame, content: Content = None) -> ColorShift:
        if self.fit:
            raise DataError("`fit: true` has not been measured yet; call fit_to(images) and use the step it returns.")
        components, spread = self.components or IMAGENET_COMPONENTS, self.spread or IMAGENET_SPREAD
        std = self.std.draw(rng)
        numbers = [rng.normal(0.0, std) * along for along in spread]
        red, green, blue = (
            sum(number * component[colour] for number, component in zip(numbers, components, strict=True))
            for colour in range(3)
        )
        return ColorShift((red, green, blue))


def _covariance(images: Iterable[Array]) -> Array:
    """Of red, green and blue as fractions of the range, over all pixels; DataError where there is no colour."""
    count, first, second = 0, np.zeros(3), np.zeros((3, 3))
    for pixels in images:
        if colour_channels(pixels) != 3:
            raise DataError(f"an image of {pixels.shape[2]} channel(s) has no red, green and blue to measure.")
        values = pixels[:, :, :3].reshape(-1, 3).astype(np.float64) / (255 if pixels.dtype == np.uint8 else 1)
        count, first, second = count + len(values), first + values.sum(axis=0), second + values.T @ values
    if not count:
        raise DataError("no image to measure colours on.")
    return second / count - np.outer(first, first) / count**2
