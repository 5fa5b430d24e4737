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
from augkit.vocab.timeline import Audio, Contour, Events, FrameLabels
from augkit.vocab.timeline.events_pitch import heard_up_to

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


@moves(Resampled, Events)
def events_follow_resampling(events: Events, params: Resampled) -> Events:
    """When they were; their bands end where the frequencies of the clip do."""
    return events if params.rate_in == params.rate_out else heard_up_to(events, params.rate_out / 2)


@moves(Resampled, Contour)
def contour_follows_resampling(contour: Contour, params: Resampled) -> Contour:
    """As it was, but unvoiced above the highest frequency that the clip now holds."""
    if params.rate_in == params.rate_out:
        return contour
    return dataclasses.replace(contour, nyquist=params.rate_out / 2).times_ratio(1.0)


@moves(Resampled, FrameLabels)
def frame_labels_follow_resampling(frames: FrameLabels, params: Resampled) -> FrameLabels:
    """As they were; where the clip is longer by a part of a sample, the last label goes on, or else silence."""
    rates = (params.samples_in, params.rate_in), (params.samples_out, params.rate_out)
    before, after = (frames.covering(samples, rate) for samples, rate in rates)
    if after <= before:
        return frames
    if not len(frames):
        silent = frames.filled(np.zeros(after - before, dtype=bool), frames.options.silence)
        return dataclasses.replace(frames, labels=silent)
    rows = np.minimum(np.arange(len(frames) + after - before), len(frames) - 1)
    return dataclasses.replace(frames, labels=frames.labels[rows])


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
