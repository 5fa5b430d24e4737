"""The last steps: from pixels to what a network reads, float32 (c, h, w)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np

from augkit.errors import DataError, FieldError
from augkit.fields import Limits
from augkit.rng import Stream
from augkit.sample import Frame, Target
from augkit.transform import Params, Transform, moves
from augkit.vocab.space import Image, ImageTensor
from augkit_image import filters
from augkit_image.backbone_stats import stats_like
from augkit_image.pixel_ops import Op
from augkit_image.statistics import mean_and_std

Content = Mapping[str, Target] | None
Numbers = float | tuple[float, ...]
_LEAST_STD, _LARGEST = 1e-12, 1e12  # float32 holds what comes out


@dataclass(frozen=True)
class Standardize(Params):
    """(value - ``mean``) / ``std``, per channel, of values in [0, 1]."""

    mean: tuple[float, ...]
    std: tuple[float, ...]


@dataclass(frozen=True)
class AsTensor(Standardize):
    """Levels as fractions of the range."""

    mean: tuple[float, ...] = (0.0,)
    std: tuple[float, ...] = (1.0,)


@moves(Standardize, Image)
def image_follows_standardize(image: Image, params: Standardize) -> ImageTensor:
    """Converted and standardized in one pass."""
    return standardized(image, [], params)


@moves(Standardize, ImageTensor)
def tensor_follows_standardize(image: ImageTensor, params: Standardize) -> ImageTensor:
    """Standardized."""
    values = normalized_of(np.moveaxis(image.values, 0, 2), [], params)
    return ImageTensor(values, options=image.options)


@moves(AsTensor, ImageTensor)
def tensor_stays(image: ImageTensor, params: AsTensor) -> ImageTensor:
    """It is one already."""
    return image


def standardized(image: Image, ops: Sequence[Op], params: Standardize, fuse: bool = False) -> ImageTensor:
    """A picture as a tensor, after a program of colours, in one pass over the pixels."""
    return ImageTensor(normalized_of(image.pixels, ops, params, fuse), options=image.options)


def normalized_of(pixels: np.ndarray, ops: Sequence[Op], params: Standardize, fuse: bool = False) -> np.ndarray:
    """float32 (c, h, w); DataError where the numbers are for another count of channels."""
    try:
        return filters.normalized(pixels, ops, params.mean, params.std, fuse)
    except ValueError as error:
        raise DataError(str(error)) from None


class ToTensor(Transform[AsTensor]):
    """float32 (c, h, w) in [0, 1]: levels are divided by 255."""

    converts = {"image": "image_tensor"}
    structural = True

    @property
    def standardization(self) -> tuple[Numbers, Numbers]:
        """What an exported network does in the step's place."""
        return 0.0, 1.0

    def draw(self, rng: Stream, frame: Frame, content: Content = None) -> AsTensor:
        return AsTensor()


class Normalize(Transform[Standardize]):
    """float32 (c, h, w), each channel with its ``mean`` taken away and divided by its ``std``.

    The numbers are fractions of the range (0.5 is mid-gray), given as ``mean`` and ``std``, or those that a backbone
    was trained with (``like: timm/resnet34``, ``like: imagenet``), or measured on the training images (``fit: true``).
    """

    converts = {"image": "image_tensor"}
    structural = True

    mean: Annotated[Numbers | None, Limits(unit="fraction of the range", doc="one number, or one a channel")] = None
    std: Annotated[Numbers | None, Limits(unit="fraction of the range", doc="one number, or one a channel")] = None
    like: Annotated[str | None, Limits(doc="a backbone as in `train`, or imagenet")] = None
    fit: Annotated[bool, Limits(doc="measure mean and std on the training images")] = False

    def validate(self) -> None:
        if self.like is not None and not self.fit:
            self._take_from_backbone(self.like)
        elif ((self.mean is not None) + self.fit + (self.like is not None)) != 1:
            raise FieldError("give exactly one of: mean and std, like, fit.")
        elif (self.mean is None) != (self.std is None):
            raise FieldError("mean and std go together.", "mean" if self.mean is None else "std")
        for name, given in (("mean", self.mean), ("std", self.std)):
            _check_numbers(name, given)
        if self.std is not None and min(_numbers(self.std)) < _LEAST_STD:
            raise FieldError(f"std: {self.std} must be above 0, at least {_LEAST_STD:g}.", "std")

    @classmethod
    def law_examples(cls) -> list[dict[str, Any]]:
        """Settings to prove the laws with."""
        return [{"mean": 0.5, "std": 0.25}, {"like": "imagenet"}]

    def _take_from_backbone(self, like: str) -> None:
        # The numbers are kept beside the name: the pipeline's hash covers them, and workers need not look them up.
        mean, std = stats_like(like)
        if (self.mean, self.std) not in ((None, None), (mean, std)):
            raise FieldError("give exactly one of: mean and std, like, fit.", "like")
        object.__setattr__(self, "mean", mean)
        object.__setattr__(self, "std", std)

    @property
    def standardization(self) -> tuple[Numbers, Numbers] | None:
        """The mean and std, which an exported network applies itself, once they are known."""
        return None if self.mean is None or self.std is None else (self.mean, self.std)

    def fitted(self) -> bool:
        """Whether the numbers are known; if not, ``fit_to`` measures them."""
        return not self.fit

    def fit_to(self, images: Iterable[Image | ImageTensor]) -> Normalize:
        """The step with the mean and std over all pixels of ``images``, which are read once, one at a time."""
        mean, std = mean_and_std(
            image.pixels if isinstance(image, Image) else np.moveaxis(image.values, 0, 2) for image in images
        )
        return Normalize(mean=mean, std=std)

    def draw(self, rng: Stream, frame: Frame, content: Content = None) -> Standardize:
        if self.mean is None or self.std is None:
            raise DataError("`fit: true` has not been measured yet; call fit_to(images) and use the step it returns.")
        return Standardize(_numbers(self.mean), _numbers(self.std))


def _check_numbers(name: str, given: Numbers | None) -> None:
    if given == ():
        raise FieldError(f"{name}: is empty; give one number, or one a channel.", name)
    if given is not None and max(map(abs, _numbers(given))) > _LARGEST:
        raise FieldError(f"{name}: {given} is no fraction of the range; 0.5 is mid-gray.", name)


def _numbers(given: Numbers) -> tuple[float, ...]:
    return given if isinstance(given, tuple) else (given,)
