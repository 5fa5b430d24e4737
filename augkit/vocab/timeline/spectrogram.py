"""Spectrogram: a carrier of time and frequency, made of a sound. How it is made is the audio plugin's business."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from augkit.carriers import blends, weighted
from augkit.errors import DataError
from augkit.sample import TIME, Axis, Frame, Options, Target
from augkit.tensors import to_tensor
from augkit.transform import moves
from augkit.vocab.sketches import of_grid
from augkit.vocab.timeline.erase import TimeErase
from augkit.vocab.timeline.moves import INSTANT, TimeMove
from augkit.vocab.timeline.rearranged import Reversed, Rolled, Spliced
from augkit.vocab.timeline.timemap import TimeMap

_FORM = '{"values": …, "hop": …, "samples": …, "rate": …}, values float32 of shape (channels, bins, frames)'


@dataclass(frozen=True, eq=False)
class Spectrogram(Target):
    """``values``: (channels, bins, frames) float32; frame j is centred ``j * hop`` samples after the clip's start.

    ``samples`` and ``rate`` (Hz) are those of the clip it was made of, so that its frame in time is the clip's and
    events keep their seconds. There are 1 + samples // hop frames.
    """

    kind = "spectrogram"
    axes = TIME | {Axis.FREQUENCY}
    carrier = True
    normalized_by = "spectrogram/picture"

    values: np.ndarray
    hop: int
    samples: int
    rate: int

    def frame(self) -> Frame:
        return {Axis.TIME: (self.samples, self.rate), Axis.FREQUENCY: self.values.shape[1]}

    def lost(self) -> str | None:
        """The same value at all times and in all bands, as of silence."""
        return "silent" if float(np.ptp(self.values)) <= 1e-3 else None

    def sketch(self) -> np.ndarray | None:
        """Its values at 16 x 16."""
        return of_grid(self.values.mean(axis=0))

    @property
    def hop_seconds(self) -> float:
        """From the middle of one frame to that of the next."""
        return self.hop / self.rate

    @classmethod
    def read(cls, value: Any, options: Options, frame: Frame) -> tuple[Self, Any]:
        """From a mapping of ``values``, ``hop`` (samples), ``samples`` and ``rate``; DataError if they do not fit."""
        if isinstance(value, cls):
            return value, "target"
        if not isinstance(value, Mapping) or set(value) != {"values", "hop", "samples", "rate"}:
            raise DataError(f"spectrogram: got {type(value).__name__}; expected {_FORM}.")
        values = value["values"]
        if not isinstance(values, np.ndarray) or values.ndim != 3 or values.dtype != np.float32:
            told = f"{values.dtype} of shape {values.shape}" if hasattr(values, "dtype") else type(values).__name__
            raise DataError(f"spectrogram: values are {told}; expected {_FORM}.")
        hop, samples, rate = (_whole(name, value[name]) for name in ("hop", "samples", "rate"))
        if values.shape[2] != 1 + samples // hop or 0 in values.shape:
            raise DataError(
                f"spectrogram: got {values.shape[2]} frames of {values.shape[1]} bins; {samples} samples at a hop of "
                f"{hop} make {1 + samples // hop} frames."
            )
        if not np.isfinite(values).all():
            raise DataError("spectrogram: some values are not finite.")
        return cls(values, hop, samples, rate, options=options), "mapping"

    def write(self, form: Any, frame: Frame) -> Any:
        if form == "target":
            return self
        as_sound = isinstance(form, Mapping) and form["torch"]  # what it was when it came in
        values = to_tensor(self.values) if as_sound else self.values
        return {"values": values, "hop": self.hop, "samples": self.samples, "rate": self.rate}

    @classmethod
    def batch(cls, targets: Sequence[Self]) -> dict[str, Any]:
        """``values`` (b, channels, bins, longest) float32, shorter ones padded with zeros at the end; ``lengths`` (b,)
        frames; ``mask`` (b, longest), true where there is sound; ``hop_seconds``.
        """
        made = {(*target.values.shape[:2], target.hop, target.rate) for target in targets}
        if len(made) > 1:
            listing = ", ".join(f"{c} x {bins} bins every {hop / rate:g} s" for c, bins, hop, rate in sorted(made))
            raise DataError(f"spectrogram: a batch needs equal channels, bins and hops, got {listing}.")
        lengths = np.array([target.values.shape[2] for target in targets], dtype=np.int64)
        values = np.zeros((len(targets), *targets[0].values.shape[:2], int(lengths.max())), dtype=np.float32)
        for row, target in zip(values, targets, strict=True):
            row[:, :, : target.values.shape[2]] = target.values
        mask = np.arange(values.shape[3]) < lengths[:, None]
        return {"values": values, "lengths": lengths, "mask": mask, "hop_seconds": targets[0].hop_seconds}


@dataclass(frozen=True, eq=False)
class SpectrogramPicture(Spectrogram):
    """A spectrogram for networks that read pictures: ``values`` (3, bins, frames), normalised as theirs were."""

    kind = "spectrogram_picture"
    fed_as = "picture"

    @classmethod
    def batch(cls, targets: Sequence[Self]) -> Any:
        """(b, 3, bins, frames) float32; clips of unequal length raise DataError."""
        shapes = sorted({target.values.shape for target in targets})
        if len(shapes) > 1:
            listing = ", ".join(map(str, shapes[:4]))
            raise DataError(
                f"spectrogram: a batch of pictures needs equal shapes, got {listing}. Make clips equally long before, "
                "with audio/crop and audio/pad."
            )
        return np.stack([target.values for target in targets])


# Not every move of time: speed moves frequencies along, and a reverb is more than its delay.
@moves(TimeMap, Spectrogram)
@moves(Rolled, Spectrogram)
@moves(Spliced, Spectrogram)
@moves(Reversed, Spectrogram)
def spectrogram_follows_time(spectrogram: Spectrogram, move: TimeMove) -> Spectrogram:
    """Every frame reads the moment it comes from, between the two nearest frames; bins, and so pitch, stay.

    Where nothing is heard it is the clip's quietest frame.
    """
    if move.is_identity():
        return spectrogram
    count, last = 1 + move.samples_out // spectrogram.hop, spectrogram.values.shape[2] - 1
    end = max(move.seconds_out - INSTANT, 0.0)  # the last frame may lie on the clip's very end
    origins = move.origins(np.minimum(np.arange(count) * spectrogram.hop_seconds, end))
    silent = np.isnan(origins)
    position = np.clip(np.where(silent, 0.0, origins) / spectrogram.hop_seconds, 0, last)
    below = np.minimum((position + INSTANT).astype(np.int64), last)
    weight = np.maximum(position - below, 0.0).astype(np.float32)
    first = spectrogram.values[:, :, below]
    values = first + weight * (spectrogram.values[:, :, np.minimum(below + 1, last)] - first)
    if silent.any():
        quietest = int(spectrogram.values.mean(axis=(0, 1)).argmin())
        values[:, :, silent] = spectrogram.values[:, :, quietest, None]
    return dataclasses.replace(spectrogram, values=values, samples=move.samples_out)


@moves(TimeErase, Spectrogram)
def spectrogram_is_masked(spectrogram: Spectrogram, erased: TimeErase) -> Spectrogram:
    """Frames whose middle is masked hold the mean of the spectrogram (SpecAugment, Park et al. 2019)."""
    hidden = erased.covers(np.arange(spectrogram.values.shape[2]) * spectrogram.hop_seconds)
    if not hidden.any():
        return spectrogram
    values = np.where(hidden, spectrogram.values.mean(), spectrogram.values)
    return dataclasses.replace(spectrogram, values=values)


@blends(Spectrogram)
def spectrograms_blend(targets: Sequence[Spectrogram], weights: Sequence[float]) -> Spectrogram:
    """The weighted mean of every value."""
    return dataclasses.replace(targets[0], values=weighted([target.values for target in targets], weights))


def _whole(name: str, value: Any) -> int:
    if (
        isinstance(value, bool)
        or not hasattr(value, "__int__")
        or isinstance(value, str)
        or not 1 <= int(value) == value
    ):
        raise DataError(f"spectrogram: {name} is {value!r}; expected a whole number of at least 1.")
    return int(value)
