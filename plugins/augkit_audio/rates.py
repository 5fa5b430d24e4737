"""Another sample rate, by soxr."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

import numpy as np

from augkit.errors import ReplayError
from augkit.fields import Limits
from augkit.rng import Stream
from augkit.sample import Axis, Frame, Target
from augkit.transform import Params, Transform, moves
from augkit.vocab.timeline import Audio

Content = Mapping[str, Target] | None


@dataclass(frozen=True)
class Resampled(Params):
    """A clip of ``samples_in`` at ``rate_in`` told by as many samples as ``rate_out`` needs."""

    samples_in: int
    rate_in: int
    rate_out: int

    @property
    def samples_out(self) -> int:
        """Never shorter in seconds than what came in, so that every event stays inside."""
        return -(-self.samples_in * self.rate_out // self.rate_in)

    def frame(self, frame: Frame) -> Frame:
        """The new rate and length; another clip length or rate than the drawn one raises ReplayError."""
        met = tuple(frame[Axis.TIME])
        if met != (self.samples_in, self.rate_in):
            raise ReplayError(
                f"drawn for a clip of {self.samples_in} samples at {self.rate_in} Hz, "
                f"met one of {met[0]} at {met[1]} Hz."
            )
        return {**frame, Axis.TIME: (self.samples_out, self.rate_out)}


@moves(Resampled, Audio)
def audio_follows_resampling(audio: Audio, params: Resampled) -> Audio:
    """The same sound at another rate; what is above half of the lower rate is gone. Nothing moves in time."""
    if params.rate_in == params.rate_out:
        return audio
    samples = at_rate(audio.samples, params.rate_in, params.rate_out, params.samples_out)
    return dataclasses.replace(audio, samples=samples, rate=params.rate_out)


def at_rate(samples: np.ndarray, rate_in: int, rate_out: int, length: int) -> np.ndarray:
    """``samples`` (channels, n) float32 at another rate, cut or padded with zeros to ``length``."""
    import soxr

    made = soxr.resample(samples.T.copy(order="C"), rate_in, rate_out, quality="HQ").T
    out = np.zeros((len(samples), length), np.float32)
    shared = min(length, made.shape[1])
    out[:, :shared] = made[:, :shared]
    return out


class Resample(Transform[Resampled]):
    """Bring the clip to ``rate_hz``. Events stay where they are in seconds; the clip gets ceil(n · out / in) samples.

    Frequencies above half of the lower rate are gone. By soxr (HQ), whose delay is zero.
    """

    rate_hz: Annotated[int, Limits(1000, 384000, unit="Hz", doc="samples a second")]
    changes = {"timbre"}
    structural = True

    @classmethod
    def law_examples(cls) -> list[dict[str, int]]:
        return [{"rate_hz": 16000}, {"rate_hz": 44100}]

    def draw(self, rng: Stream, frame: Frame, content: Content = None) -> Resampled:
        samples, rate = frame[Axis.TIME]
        return Resampled(samples, rate, self.rate_hz)
