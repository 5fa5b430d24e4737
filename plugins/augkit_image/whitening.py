"""Decorrelation, for small pictures: ``pca`` and ``whiten``, fitted on the training split."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import numpy as np

from augkit.errors import DataError, FieldError, ReplayError
from augkit.fields import Limits, Size
from augkit.rng import Stream
from augkit.sample import SPACE, Axis, Frame, Target
from augkit.transform import Params, Transform
from augkit.vocab.space import Image, ImageTensor
from augkit_image.basis import Basis, measure
from augkit_image.border import Array
from augkit_image.filters import to_float_chw

Content = Mapping[str, Target] | None

_FIT = Limits(doc="measure the components on the training images")
_BASIS = Limits(doc="components measured before: shape, mean, components, spread")
_EXAMPLE = {
    "shape": [3, 1, 1],
    "mean": [0.5, 0.25, 0.375],
    "components": [[0.6, 0.8, 0.0], [0.0, 0.0, 1.0]],
    "spread": [0.5, 0.125],
}


@dataclass(frozen=True)
class Projected(Params):
    """Nothing is drawn. ``basis`` is the digest of the numbers; ``output`` what comes out."""

    basis: str
    output: str

    def frame(self, frame: Frame) -> Frame:
        """Coefficients have no height and no width."""
        return {**frame, Axis.SPACE: Size(1, 1)} if self.output == "coefficients" else frame


@dataclass(frozen=True)
class Whitened(Params):
    """Nothing is drawn. ``basis`` is the digest of the numbers."""

    basis: str


class Pca(Transform[Projected]):
    """Projected on the first principal components of the training images, which are uncorrelated there.

    ``output: coefficients`` gives float32 (components, 1, 1), how far the image lies from the mean along each;
    ``image`` gives float32 (c, h, w), the nearest image that has these components alone. For images of at most 4,096
    numbers, all of one size.
    """

    converts = {"image": "image_tensor"}
    structural = True

    components: Annotated[int, Limits(1, doc="how many; the first hold most of what differs between images")]
    output: Annotated[
        Literal["coefficients", "image"], Limits(doc="numbers without place, or an image that has lost the rest")
    ] = "coefficients"
    fit: Annotated[bool, _FIT] = False
    basis: Annotated[Mapping[str, Any] | None, _BASIS] = None

    def validate(self) -> None:
        _check_given(self)
        if isinstance(self.basis, Basis) and len(self.basis.spread) != self.components:
            raise FieldError(
                f"components: {self.components}, but the basis has {len(self.basis.spread)}.", "components"
            )

    @classmethod
    def law_examples(cls) -> list[dict[str, Any]]:
        """Settings to prove the laws with; of the samples these are for, one has the size."""
        return [{"components": 2, "basis": _EXAMPLE, "output": output} for output in ("coefficients", "image")]

    def moved_axes(self) -> frozenset[Axis]:
        """Coefficients have no place, so nothing that has one can stand beside them."""
        return SPACE if self.output == "coefficients" else frozenset()

    def fitted(self) -> bool:
        """Whether the components are known; if not, ``fit_to`` measures them."""
        return self.basis is not None

    def fit_to(self, images: Iterable[Image | ImageTensor]) -> Pca:
        """The step with the components of ``images``, which are read once; see ``augkit_image.basis.measure``."""
        basis = measure(map(_values, images), self.components)
        return Pca(components=self.components, output=self.output, basis=basis)

    def draw(self, rng: Stream, frame: Frame, content: Content = None) -> Projected:
        return Projected(_known(self).digest, self.output)

    def apply_image(self, image: Image, params: Projected) -> ImageTensor:
        """Converted and projected."""
        return self._projected(image, params)

    def apply_image_tensor(self, image: ImageTensor, params: Projected) -> ImageTensor:
        """Projected."""
        return self._projected(image, params)

    def _projected(self, image: Image | ImageTensor, params: Projected) -> ImageTensor:
        basis = _traced(self, params.basis)
        coefficients = basis.coefficients(_values(image))
        if params.output == "coefficients":
            return ImageTensor(coefficients.reshape(-1, 1, 1), options=image.options)
        return ImageTensor(basis.picture(coefficients) + basis.mean.reshape(basis.shape), options=image.options)


class Whiten(Transform[Whitened]):
    """Every direction in which the training images vary is made to vary by 1, and the mean taken away (ZCA).

    The result, float32 (c, h, w), looks like the image with its edges drawn out: of all whitenings it is the one
    nearest to the image (Bell and Sejnowski 1997). ``epsilon`` is added to each variance, which keeps directions that
    hold noise alone from being blown up. For images of at most 4,096 numbers, all of one size.
    """

    converts = {"image": "image_tensor"}
    structural = True

    epsilon: Annotated[float, Limits(1e-12, unit="squared fraction of the range", doc="higher is smoother")] = 1e-2
    components: Annotated[
        int | None, Limits(1, doc="only the first so many directions; without it all in which the images vary")
    ] = None
    fit: Annotated[bool, _FIT] = False
    basis: Annotated[Mapping[str, Any] | None, _BASIS] = None

    def validate(self) -> None:
        _check_given(self)

    @classmethod
    def law_examples(cls) -> list[dict[str, Any]]:
        """Settings to prove the laws with; of the samples these are for, one has the size."""
        return [{"basis": _EXAMPLE}]

    def fitted(self) -> bool:
        """Whether the directions are known; if not, ``fit_to`` measures them."""
        return self.basis is not None

    def fit_to(self, images: Iterable[Image | ImageTensor]) -> Whiten:
        """The step with the directions of ``images``, which are read once; see ``augkit_image.basis.measure``."""
        basis = measure(map(_values, images), self.components)
        return Whiten(epsilon=self.epsilon, components=self.components, basis=basis)

    def draw(self, rng: Stream, frame: Frame, content: Content = None) -> Whitened:
        return Whitened(_known(self).digest)

    def apply_image(self, image: Image, params: Whitened) -> ImageTensor:
        """Converted and whitened."""
        return self._whitened(image, params)

    def apply_image_tensor(self, image: ImageTensor, params: Whitened) -> ImageTensor:
        """Whitened."""
        return self._whitened(image, params)

    def _whitened(self, image: Image | ImageTensor, params: Whitened) -> ImageTensor:
        basis = _traced(self, params.basis)
        scale = 1 / np.sqrt(basis.spread.astype(np.float64) ** 2 + self.epsilon)
        return ImageTensor(basis.picture(basis.coefficients(_values(image)) * scale), options=image.options)


def _check_given(step: Pca | Whiten) -> None:
    if step.fit == (step.basis is not None):
        raise FieldError("give either `fit: true` or a basis.")
    if step.basis is not None and not isinstance(step.basis, Basis):
        object.__setattr__(step, "basis", Basis(step.basis))


def _known(step: Pca | Whiten) -> Basis:
    if not isinstance(step.basis, Basis):
        raise DataError("`fit: true` has not been measured yet; call fit_to(images) and use the step it returns.")
    return step.basis


def _traced(step: Pca | Whiten, digest: str) -> Basis:
    basis = _known(step)
    if basis.digest != digest:
        raise ReplayError(f"the trace was made with components {digest}; these are {basis.digest}.")
    return basis


def _values(image: Image | ImageTensor) -> Array:
    return to_float_chw(image.pixels) if isinstance(image, Image) else image.values
