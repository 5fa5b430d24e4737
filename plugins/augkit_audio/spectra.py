"""Steps that make a spectrogram of a sound: what networks for sounds mostly read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import numpy as np

from augkit.errors import DataError, FieldError, ReplayError
from augkit.fields import Limits
from augkit.rng import Stream
from augkit.sample import Axis, Frame, Target
from augkit.transform import Params, Transform, moves
from augkit.vocab.timeline import Audio, Spectrogram
from augkit_audio import mel

Content = Mapping[str, Target] | None
Scale = Literal["slaney", "htk"]
Norm = Literal["none", "slaney"]

_FFT_MS, _HOP_MS = 25.0, 10.0


@dataclass(frozen=True)
class MelBands(Params):
    """Nothing is drawn: how a spectrogram is made of a clip at ``rate``; lengths in samples."""

    rate: int
    n_fft: int
    hop: int
    n_mels: int
    low_hz: float
    high_hz: float
    scale: str
    norm: str
    top_db: float

    @property
    def bins(self) -> int:
        """How many numbers a frame has."""
        return self.n_mels

    def frame(self, frame: Frame) -> Frame:
        """There are bins now; another rate than the traced one raises ReplayError."""
        rate = frame[Axis.TIME][1]
        if rate != self.rate:
            raise ReplayError(f"traced with a clip at {self.rate} Hz, met one at {rate} Hz.")
        return {**frame, Axis.FREQUENCY: self.bins}


@dataclass(frozen=True)
class Cepstra(MelBands):
    """As ``MelBands``, then the first ``n_mfcc`` cepstral coefficients."""

    n_mfcc: int

    @property
    def bins(self) -> int:
        """How many numbers a frame has."""
        return self.n_mfcc


@moves(MelBands, Audio)
def audio_becomes_bands(audio: Audio, params: MelBands) -> Spectrogram:
    """Bands in decibels."""
    return _spectrogram(audio, params, _bands(audio, params))


@moves(Cepstra, Audio)
def audio_becomes_cepstra(audio: Audio, params: Cepstra) -> Spectrogram:
    """Cepstral coefficients of the bands in decibels."""
    return _spectrogram(audio, params, mel.cepstra(_bands(audio, params), params.n_mfcc))


def _bands(audio: Audio, params: MelBands) -> np.ndarray:
    """(channels, frames, bands) float32, dB."""
    if audio.rate != params.rate:
        raise DataError(f"a clip at {audio.rate} Hz is beside one at {params.rate} Hz.")
    named = (params.n_mels, params.low_hz, params.high_hz, params.scale, params.norm)
    _check_bands(mel.filter_bank(params.rate, params.n_fft, *named), params)
    power = mel.mel_power(audio.samples, params.rate, params.n_fft, params.hop, *named)
    return mel.decibels(power, params.top_db)


def _spectrogram(audio: Audio, params: MelBands, frames: np.ndarray) -> Spectrogram:
    values = np.ascontiguousarray(frames.swapaxes(1, 2))
    return Spectrogram(values, params.hop, audio.samples.shape[1], audio.rate, options=audio.options)


def _check_bands(bank: np.ndarray, params: MelBands) -> None:
    empty = int(np.count_nonzero(~bank.any(axis=0)))
    if empty:
        raise DataError(
            f"{empty} of the {params.n_mels} bands lie between two of the frequencies that a frame of {params.n_fft} "
            f"samples tells apart ({params.rate / params.n_fft:.3g} Hz) and would stay empty: give a lower n_mels or a "
            "longer frame."
        )


class MelStep(Transform[MelBands]):
    """What ``log_mel`` and ``mfcc`` say alike: how long frames are, and which bands."""

    converts = {"audio": "spectrogram"}
    structural = True

    n_mels: Annotated[int, Limits(1, 512, unit="bands", doc="equally wide to the ear, not in Hz")] = 64
    fft_ms: Annotated[
        float | None, Limits(0.1, 10_000, unit="ms", doc="how long a frame is; 25 unless n_fft is given")
    ] = None
    n_fft: Annotated[
        int | None, Limits(2, 1_048_576, unit="samples", doc="the frame in samples, even; instead of fft_ms")
    ] = None
    hop_ms: Annotated[
        float | None, Limits(0.1, 10_000, unit="ms", doc="from frame to frame; 10 unless hop is given")
    ] = None
    hop: Annotated[int | None, Limits(1, 1_048_576, unit="samples", doc="instead of hop_ms")] = None
    low_hz: Annotated[float, Limits(0, unit="Hz", doc="where the lowest band begins")] = 0.0
    high_hz: Annotated[
        float | None, Limits(0, unit="Hz", doc="where the highest band ends; half the rate if absent")
    ] = None
    scale: Annotated[Scale, Limits(doc="slaney: linear up to 1 kHz, as in librosa; htk: as in torchaudio")] = "slaney"
    norm: Annotated[Norm, Limits(doc="slaney: each band weighs the same over its Hz; none: as in torchaudio")] = "none"
    top_db: Annotated[float, Limits(1, 1000, unit="dB", doc="what is further below the loudest is raised to there")] = (
        80.0
    )

    def validate(self) -> None:
        for first, second in (("fft_ms", "n_fft"), ("hop_ms", "hop")):
            if getattr(self, first) is not None and getattr(self, second) is not None:
                raise FieldError(f"{first} and {second} say the same; give one of them.", second)
        if self.n_fft is not None and self.n_fft % 2:
            raise FieldError(
                f"n_fft: {self.n_fft} is odd; a frame has a middle if it is even: {self.n_fft + 1}.", "n_fft"
            )
        if self.high_hz is not None and self.high_hz <= self.low_hz:
            raise FieldError(f"high_hz: {self.high_hz:g} is not above low_hz, {self.low_hz:g}.", "high_hz")

    def settings(self, frame: Frame) -> dict[str, Any]:
        """The fields of ``MelBands`` for a clip of this rate; DataError where the rate is too low for the bands."""
        rate = int(frame[Axis.TIME][1])
        high = rate / 2 if self.high_hz is None else self.high_hz
        if not self.low_hz < high <= rate / 2:
            raise DataError(
                f"bands from {self.low_hz:g} to {high:g} Hz: a clip at {rate} Hz holds 0 to {rate / 2:g} Hz."
            )
        fft_ms, hop_ms = self.fft_ms or _FFT_MS, self.hop_ms or _HOP_MS
        return {
            "rate": rate,
            "n_fft": self.n_fft or max(2 * round(fft_ms * rate / 2000), 2),
            "hop": self.hop or max(round(hop_ms * rate / 1000), 1),
            "n_mels": self.n_mels,
            "low_hz": self.low_hz,
            "high_hz": high,
            "scale": self.scale,
            "norm": self.norm,
            "top_db": self.top_db,
        }


class LogMel(MelStep):
    """A spectrogram (channels, n_mels, frames) of the sound: power in bands as the ear divides them, in decibels.

    Frame j lies around second j * hop, so events, beats and contours keep their seconds. Equal to torchaudio's
    ``MelSpectrogram`` and ``AmplitudeToDB`` with the same settings.
    """

    @classmethod
    def law_examples(cls) -> list[dict[str, Any]]:
        """Settings to prove the laws with."""
        return [{}, {"n_mels": 8, "n_fft": 256, "hop": 100, "scale": "htk", "norm": "slaney", "top_db": 200}]

    def draw(self, rng: Stream, frame: Frame, content: Content = None) -> MelBands:
        return MelBands(**self.settings(frame))


class Mfcc(MelStep):
    """Mel-frequency cepstral coefficients (channels, n_mfcc, frames): the outline of each frame of a ``log_mel``.

    The first coefficients say how loud a frame is and how its energy leans; pitch is mostly lost, which suits
    speech. Equal to torchaudio's ``MFCC`` with the same settings.
    """

    params_type = Cepstra

    n_mels: Annotated[int, Limits(1, 512, unit="bands", doc="of which the coefficients are made")] = 40
    n_mfcc: Annotated[int, Limits(1, 512, unit="coefficients", doc="how many are kept, at most n_mels")] = 20

    def validate(self) -> None:
        super().validate()
        if self.n_mfcc > self.n_mels:
            raise FieldError(
                f"n_mfcc: {self.n_mfcc} coefficients of {self.n_mels} bands; n_mels is the most.", "n_mfcc"
            )

    def draw(self, rng: Stream, frame: Frame, content: Content = None) -> Cepstra:
        return Cepstra(**self.settings(frame), n_mfcc=self.n_mfcc)
