"""Audio: the carrier of time. How its samples follow is the audio plugin's business."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, Self

import numpy as np

from augkit.carriers import blends, weighted
from augkit.errors import DataError
from augkit.fields import Limits
from augkit.sample import TIME, Axis, Frame, Options, Target
from augkit.tensors import from_tensor, is_tensor, to_tensor
from augkit.vocab.sketches import of_sound

_MOST_CHANNELS = 64
_FORMS = 'expected (samples, rate) or {"samples": …, "rate": …}, samples float32 of shape (n,) or (channels, n)'


class AudioOptions(Options):
    """What files are read as: resampled to ``rate``, their channels averaged to one. Sounds that do not come from
    files must be so already.
    """

    rate: Annotated[int | None, Limits(100, 768_000, unit="Hz", doc="what files are resampled to, if anything")] = None
    mono: Annotated[bool, Limits(doc="whether the channels of a file are averaged to one")] = False


@dataclass(frozen=True, eq=False)
class Audio(Target):
    """``samples``: (channels, n) float32, by custom within [-1, 1]; ``rate``: samples a second, Hz."""

    kind = "audio"
    axes = TIME | {Axis.FREQUENCY}
    carrier = True
    options_type = AudioOptions
    alike = 0.985

    samples: np.ndarray
    rate: int
    options: Any = field(default=AudioOptions(), kw_only=True)

    def frame(self) -> Frame:
        return {Axis.TIME: (self.samples.shape[1], self.rate)}

    def lost(self) -> str | None:
        """Silence, or a constant: less than 1e-4 (-80 dB) from peak to peak."""
        return "silent" if (np.ptp(self.samples, axis=1) < 1e-4).all() else None

    def sketch(self) -> np.ndarray | None:
        """How loud it is when, in which bands; whatever its gain."""
        return of_sound(self.samples.mean(axis=0))

    @classmethod
    def read(cls, value: Any, options: Options, frame: Frame) -> tuple[Self, Any]:
        """From ``(samples, rate)`` or ``{"samples", "rate"}``; samples (n,) or (channels, n) float32, numpy or torch.

        Other types, empty clips and values that are not finite raise DataError.
        """
        if isinstance(value, cls):
            return value, "target"
        given, rate = _split(value)
        torch, samples = is_tensor(given), from_tensor(given)
        _check(samples)
        _check_asked(1 if samples.ndim == 1 else len(samples), _rate(rate), options)
        form = {"mapping": isinstance(value, Mapping), "flat": samples.ndim == 1, "torch": torch, "type": type(value)}
        return cls(samples[None] if samples.ndim == 1 else samples, _rate(rate), options=options), form

    def write(self, form: Any, frame: Frame) -> Any:
        if form == "target":
            return self
        samples: Any = self.samples[0] if form["flat"] else self.samples
        if form["torch"]:
            samples = to_tensor(samples)
        if form["mapping"]:
            return {"samples": samples, "rate": self.rate}
        return [samples, self.rate] if form["type"] is list else (samples, self.rate)

    @classmethod
    def batch(cls, targets: Sequence[Self]) -> dict[str, np.ndarray]:
        """``samples`` (b, channels, longest) float32, shorter clips padded with zeros at the end; ``lengths`` (b,);
        ``mask`` (b, longest), true where there is sound.
        """
        shapes = {(len(target.samples), target.rate) for target in targets}
        if len(shapes) > 1:
            listing = ", ".join(f"{channels} channel(s) at {rate} Hz" for channels, rate in sorted(shapes))
            raise DataError(f"audio: a batch needs clips of one rate and as many channels, got {listing}.")
        lengths = np.array([target.samples.shape[1] for target in targets], dtype=np.int64)
        samples = np.zeros((len(targets), len(targets[0].samples), int(lengths.max())), dtype=np.float32)
        for row, target in zip(samples, targets, strict=True):
            row[:, : target.samples.shape[1]] = target.samples
        return {"samples": samples, "lengths": lengths, "mask": np.arange(samples.shape[2]) < lengths[:, None]}


@blends(Audio)
def audio_blends(clips: Sequence[Audio], weights: Sequence[float]) -> Audio:
    """The waveforms mixed, each as loud as its weight."""
    if len({clip.rate for clip in clips}) > 1:
        rates = " and ".join(f"{clip.rate} Hz" for clip in clips)
        raise DataError(f"clips at {rates} cannot be blended; a step changed the rate.")
    return dataclasses.replace(clips[0], samples=weighted([clip.samples for clip in clips], weights))


def _split(value: Any) -> tuple[Any, Any]:
    if isinstance(value, Mapping):
        if set(value) != {"samples", "rate"}:
            raise DataError(f"audio: got the keys {', '.join(map(str, value)) or 'none'}; {_FORMS}.")
        return value["samples"], value["rate"]
    if isinstance(value, tuple | list) and len(value) == 2:
        return value[0], value[1]
    told = " The rate is missing." if hasattr(value, "shape") else ""
    raise DataError(f"audio: got {type(value).__name__}; {_FORMS}.{told}")


def _check(samples: Any) -> None:
    if not isinstance(samples, np.ndarray):
        raise DataError(f"audio: samples are {type(samples).__name__}; {_FORMS}.")
    if samples.dtype != np.float32:
        raise DataError(f"audio: samples are {samples.dtype}; expected float32. Write {_conversion(samples.dtype)}.")
    if samples.ndim not in (1, 2) or 0 in samples.shape:
        raise DataError(f"audio: got samples of shape {samples.shape}; expected (n,) or (channels, n), not empty.")
    if samples.ndim == 2 and len(samples) > _MOST_CHANNELS:
        raise DataError(
            f"audio: got samples of shape {samples.shape}, which would be {len(samples)} channels; expected "
            "(channels, n). Transpose what soundfile reads: samples.T"
        )
    finite = np.isfinite(samples)
    if not finite.all():
        first = np.argwhere(~finite)[0].tolist()
        raise DataError(f"audio: {samples.size - int(finite.sum())} samples are not finite, the first at {first}.")


def _check_asked(channels: int, rate: int, options: Options) -> None:
    asked = getattr(options, "rate", None)
    if asked is not None and rate != asked:
        raise DataError(f"audio: the rate is {rate} Hz, and `sample` says {asked}; only files are resampled.")
    if getattr(options, "mono", False) and channels > 1:
        raise DataError(
            f"audio: got {channels} channels, and `sample` says mono; only files are averaged. Write "
            "samples.mean(axis=0)."
        )


def _conversion(dtype: np.dtype[Any]) -> str:
    if dtype.kind == "f":
        return "samples.astype('float32')"
    if dtype.kind == "u":
        return f"((samples - {2 ** (8 * dtype.itemsize - 1)}.0) / {2 ** (8 * dtype.itemsize - 1)}).astype('float32')"
    if dtype.kind == "i":
        return f"(samples / {2 ** (8 * dtype.itemsize - 1)}).astype('float32')"
    return "real numbers within [-1, 1]"


def _rate(rate: Any) -> int:
    if isinstance(rate, bool) or not hasattr(rate, "__int__") or isinstance(rate, str) or not 1 <= int(rate) == rate:
        raise DataError(f"audio: the rate is {rate!r}; expected a whole number of samples a second, such as 16000.")
    return int(rate)
