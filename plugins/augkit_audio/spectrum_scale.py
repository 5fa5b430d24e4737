"""The last steps on spectrograms: mean and spread, and the pictures that backbones for pictures read."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import numpy as np

from augkit.errors import DataError, FieldError
from augkit.fields import Limits
from augkit.rng import Stream
from augkit.sample import Frame, Target
from augkit.train.names import normalization
from augkit.transform import Params, Transform, moves
from augkit.vocab.timeline import Spectrogram, SpectrogramPicture

Content = Mapping[str, Target] | None
Numbers = float | tuple[float, ...]
_LEAST_STD = 1e-6

PHOTO_MEAN, PHOTO_STD = 0.45, 0.225
"""Brightness and contrast of an ordinary photo, as fractions of the range: the mean over the channels of ImageNet's."""


@dataclass(frozen=True)
class BinsStandardized(Params):
    """(value - ``mean``) / ``std``, one number for all bins or one for each; none at all: the clip's own."""

    mean: tuple[float, ...]
    std: tuple[float, ...]


@moves(BinsStandardized, Spectrogram)
def spectrogram_is_standardized(spectrogram: Spectrogram, params: BinsStandardized) -> Spectrogram:
    """Standardized, bin by bin."""
    values = spectrogram.values
    if not params.mean:
        return dataclasses.replace(spectrogram, values=_by_itself(values))
    if len(params.mean) not in (1, values.shape[1]) or len(params.std) not in (1, values.shape[1]):
        raise DataError(f"mean and std of {len(params.mean)} bins do not fit a spectrogram of {values.shape[1]}.")
    mean, std = (np.array(numbers, dtype=np.float32)[:, None] for numbers in (params.mean, params.std))
    return dataclasses.replace(spectrogram, values=(values - mean) / std)


def _by_itself(values: np.ndarray) -> np.ndarray:
    """Mean 0 and std 1 over the whole clip; a clip that is the same everywhere is 0."""
    std = np.float32(values.std(dtype=np.float64))
    return (values - np.float32(values.mean(dtype=np.float64))) / max(std, np.float32(_LEAST_STD))


class Standardize(Transform[BinsStandardized]):
    """Each bin with its ``mean`` taken away and divided by its ``std``, in the spectrogram's own unit (dB).

    Given, or measured on the training clips (``fit: true``; ``per: all`` measures one number for all bins), or each
    clip by its own mean and std (``clip: true``), which takes away how loud it is.
    """

    structural = True

    mean: Annotated[Numbers | None, Limits(doc="one number, or one a bin")] = None
    std: Annotated[Numbers | None, Limits(doc="one number, or one a bin")] = None
    fit: Annotated[bool, Limits(doc="measure mean and std on the training clips")] = False
    clip: Annotated[bool, Limits(doc="each clip by its own mean and std")] = False
    per: Annotated[Literal["bin", "all"], Limits(doc="what `fit` measures: a number for each bin, or one for all")] = (
        "bin"
    )

    def validate(self) -> None:
        if ((self.mean is not None or self.std is not None) + self.fit + self.clip) != 1:
            raise FieldError("give exactly one of: mean and std, fit, clip.")
        if (self.mean is None) != (self.std is None):
            raise FieldError("mean and std go together.", "mean" if self.mean is None else "std")
        if () in (self.mean, self.std):
            raise FieldError("mean and std are one number, or one a bin; got none.", "mean")
        if self.std is not None and min(_numbers(self.std)) < _LEAST_STD:
            raise FieldError(f"std: {self.std} must be above 0, at least {_LEAST_STD:g}.", "std")

    @classmethod
    def law_examples(cls) -> list[dict[str, Any]]:
        """Settings to prove the laws with."""
        return [{"mean": -40.0, "std": 15.0}, {"clip": True}]

    def fitted(self) -> bool:
        """Whether the numbers are known; if not, ``fit_to`` measures them."""
        return not self.fit

    def fit_to(self, spectrograms: Iterable[Spectrogram]) -> Standardize:
        """The step with the mean and std over all frames of ``spectrograms``, which are read once, one at a time."""
        mean, std = _measured([_moments(one.values) for one in spectrograms], self.per)
        return Standardize(mean=mean, std=std)

    def draw(self, rng: Stream, frame: Frame, content: Content = None) -> BinsStandardized:
        if self.fit:
            raise DataError("`fit: true` has not been measured yet; call fit_to(spectrograms) and use what it returns.")
        if self.mean is None or self.std is None:
            return BinsStandardized((), ())
        return BinsStandardized(_numbers(self.mean), _numbers(self.std))


def _numbers(given: Numbers) -> tuple[float, ...]:
    return given if isinstance(given, tuple) else (given,)


def _moments(values: np.ndarray) -> np.ndarray:
    """Count, sum and sum of squares of each bin: (3, bins) float64."""
    exact = values.astype(np.float64)
    count = np.full(values.shape[1], float(values.shape[0] * values.shape[2]))
    return np.stack([count, exact.sum(axis=(0, 2)), np.square(exact).sum(axis=(0, 2))])


def _measured(parts: list[np.ndarray], per: str) -> tuple[tuple[float, ...], tuple[float, ...]]:
    if not parts:
        raise DataError("no spectrogram to measure mean and std on.")
    if len({part.shape for part in parts}) > 1:
        raise DataError("spectrograms of unequal numbers of bins cannot be measured together.")
    count, total, squares = np.sum(parts, axis=0)
    if per == "all":
        count, total, squares = (np.array([row.sum()]) for row in (count, total, squares))
    mean = total / count
    std = np.sqrt(np.maximum(squares / count - mean**2, 0.0))
    if std.min() < _LEAST_STD:
        raise DataError(f"bin {int(std.argmin())} is the same in every frame: no std to divide by. `per: all` has one.")
    return tuple(mean.tolist()), tuple(std.tolist())


@dataclass(frozen=True)
class AsPicture(Params):
    """Nothing is drawn: ``mean`` and ``std`` of the backbone's pictures, and whether clips are standardized first."""

    mean: tuple[float, ...]
    std: tuple[float, ...]
    by_clip: bool


@moves(AsPicture, Spectrogram)
def spectrogram_becomes_picture(spectrogram: Spectrogram, params: AsPicture) -> SpectrogramPicture:
    """The mean over the channels, on three channels, with a photo's brightness and contrast."""
    gray = spectrogram.values.mean(axis=0)
    if params.by_clip:
        gray = _by_itself(gray)
    low, scale = ((np.array(numbers, dtype=np.float64)) for numbers in (params.mean, params.std))
    shift = ((PHOTO_MEAN - low) / scale).astype(np.float32)[:, None, None]
    values = gray * (PHOTO_STD / scale).astype(np.float32)[:, None, None] + shift
    return SpectrogramPicture(
        values, spectrogram.hop, spectrogram.samples, spectrogram.rate, options=spectrogram.options
    )


@moves(AsPicture, SpectrogramPicture)
def picture_stays(picture: SpectrogramPicture, params: AsPicture) -> SpectrogramPicture:
    """It is one already."""
    return picture


class Picture(Transform[AsPicture]):
    """The spectrogram as a picture for a backbone that knows photos: three channels, low tones at the top.

    It gets the brightness and contrast of an ordinary photo and is then normalized as the backbone's were. Each clip is
    standardized by its own mean and std first, unless ``standardize: false`` says that a step before did it. Several
    channels of sound become their mean. ``train`` adds this step.
    """

    converts = {"spectrogram": "spectrogram_picture"}
    structural = True

    like: Annotated[str, Limits(doc="a backbone as in `train`: pkg/efficientnet_lite0, timm/resnet34")]
    standardize: Annotated[bool, Limits(doc="each clip by its own mean and std first")] = True

    @classmethod
    def law_examples(cls) -> list[dict[str, Any]]:
        """Settings to prove the laws with."""
        return [{"like": "pkg/efficientnet_lite0"}, {"like": "pkg/efficientnet_lite0", "standardize": False}]

    def validate(self) -> None:
        try:
            normalization(self.like)
        except FieldError as error:
            raise FieldError(f"like: {str(error).removeprefix('backbone: ')}", "like") from None

    def draw(self, rng: Stream, frame: Frame, content: Content = None) -> AsPicture:
        return AsPicture(*normalization(self.like), self.standardize)
