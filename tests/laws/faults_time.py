"""Broken steps of time."""

from __future__ import annotations

import dataclasses
from typing import Annotated

import numpy as np

from augkit.distributions import Range
from augkit.fields import Limits
from augkit.sample import Axis
from augkit.transform import Transform, kernel_for
from augkit.vocab.timeline import Gain, Rolled, Spliced, TimeMap
from augkit_audio.pitch import ShiftPitch
from augkit_audio.placing import Reverse, Shift
from augkit_audio.speed import ChangeSpeed
from augkit_audio.splice import Splice
from tests.laws.plant import planted


def follow(target, params):
    """The right way."""
    return kernel_for(type(params), type(target))(target, params)


class Stretch(Transform[TimeMap]):
    rate: Annotated[Range, Limits(0.5, 2, neutral=1)] = Range(0.7, 1.4)

    def draw(self, rng, frame, content=None):
        samples, _ = frame[Axis.TIME]
        rate = self.rate.draw(rng)
        return TimeMap.stretch(frame[Axis.TIME], rate, max(1, round(samples / rate)))


class Delay(Transform[TimeMap]):
    """Silence first, the end of the clip is cut."""

    seconds: Annotated[Range, Limits(0, 10, neutral=0)] = Range(0.05, 0.3)

    def draw(self, rng, frame, content=None):
        samples, rate = frame[Axis.TIME]
        late = round(self.seconds.draw(rng) * rate) / rate
        return TimeMap((0.0, samples / rate), (late, late + samples / rate), samples, samples, rate)


class Louder(Transform[Gain]):
    db: Annotated[Range, Limits(-60, 60, neutral=0)] = Range(-6, 6)

    def draw(self, rng, frame, content=None):
        return Gain(self.db.draw(rng))


@planted("L10")
class EventsNotDivided(Stretch):
    """Events stay where they were."""

    def apply_events(self, events, params):
        seconds = params.samples_out / params.rate
        still = TimeMap((0.0, seconds), (0.0, seconds), params.samples_out, params.samples_out, params.rate)
        return events.moved(still)


@planted("L10")
class EventsMultiplied(Stretch):
    """Times are multiplied by the rate, not divided."""

    def apply_events(self, events, params):
        return events.moved(dataclasses.replace(params, source=params.output, output=params.source))


@planted("L10")
class SoundTenMillisecondsLate(Stretch):
    """The stretcher's latency is not compensated."""

    def apply_audio(self, audio, params):
        moved = follow(audio, params)
        late = round(0.01 * moved.rate)
        samples = np.pad(moved.samples, ((0, 0), (late, 0)))[:, : moved.samples.shape[1]]
        return dataclasses.replace(moved, samples=samples)


@planted("L10")
class EventsTwoSamplesEarly(Delay):
    """Rounded to hops of two samples."""

    def apply_events(self, events, params):
        moved = events.moved(params)
        return dataclasses.replace(moved, onset=np.maximum(moved.onset - 2 / params.rate, 0))


@planted("L10")
class DelaysWithoutSaying(Louder):
    """A filter's delay of three samples, in a step that says it leaves time alone."""

    def apply_audio(self, audio, params):
        return dataclasses.replace(audio, samples=np.roll(follow(audio, params).samples, 3, axis=1))


@planted("L8")
class EventsLeaveTheClip(Delay):
    """Events are shifted and not clipped."""

    def apply_events(self, events, params):
        late = params.output[0] - params.source[0]
        return dataclasses.replace(events, onset=events.onset + late, offset=events.offset + late)


@planted("L18")
class TellsTheOldLength(Stretch):
    """The Params say that the clip keeps its length, the sound does not."""

    def draw(self, rng, frame, content=None):
        return dataclasses.replace(super().draw(rng, frame), samples_out=frame[Axis.TIME][0])

    def apply_audio(self, audio, params):
        return dataclasses.replace(audio, samples=np.concatenate([audio.samples, audio.samples[:, :1]], axis=1))


@planted("L10")
class WrapsEventsWhole(Shift):
    """An event over the seam goes round in one piece, and so reaches over its own sound."""

    params_type = Rolled

    def draw(self, rng, frame, content=None):
        samples, rate = frame[Axis.TIME]
        return Rolled(round(rng.uniform(0.3, 0.7) * samples), samples, rate)

    def apply_events(self, events, params):
        late = params.by / params.rate
        onset = (events.onset + late) % params.seconds_in
        offset = np.maximum((events.offset + late).clip(max=params.seconds_in), onset)
        return dataclasses.replace(events, onset=onset, offset=offset)


@planted("L10")
class ReversesEventsAlone(Reverse):
    """Onsets are mirrored and offsets are not."""

    def apply_events(self, events, params):
        moved = follow(events, params)
        return dataclasses.replace(moved, offset=np.minimum(moved.onset + 0.3, params.seconds_out))


@planted("L10")
class FramesLeftBehind(Stretch):
    """The labels of frames are stretched two frames late."""

    def apply_frame_labels(self, frames, params):
        moved = follow(frames, params)
        return dataclasses.replace(moved, labels=np.roll(moved.labels, 2, axis=0))


@planted("L10")
class FramesAllIgnored(Stretch):
    """Every frame is to be ignored, which is safe and useless."""

    def apply_frame_labels(self, frames, params):
        moved = follow(frames, params)
        return dataclasses.replace(moved, labels=np.full_like(moved.labels, -100))


@planted("L10")
class ContourOfTheOldPitch(ShiftPitch):
    """The sound is transposed, what is annotated in Hz is not."""

    def apply_contour(self, contour, params):
        return contour


@planted("L10")
class ContourSixCentsOff(ChangeSpeed):
    """Frequencies are multiplied by a rate that was rounded."""

    def apply_contour(self, contour, params):
        moved = follow(contour, params)
        return dataclasses.replace(moved, hz=moved.hz * 2 ** (6 / 1200))


@planted("L10")
class SpeedsAsAStretch(ChangeSpeed):
    """A stretch that keeps the pitch calls itself a change of speed."""

    def apply_audio(self, audio, params):
        fields = {f.name: getattr(params, f.name) for f in dataclasses.fields(params)}
        return follow(audio, TimeMap(**fields))


@planted("L10")
class SplicesSoundAlone(Splice):
    """What is cut out of the sound is not cut out of the events."""

    def draw(self, rng, frame, content=None):
        samples, rate = frame[Axis.TIME]
        return Spliced(((0, samples // 4), (samples // 3, samples)), samples, rate)

    def apply_events(self, events, params):
        return dataclasses.replace(events, offset=np.minimum(events.offset, params.seconds_out))


RIGHT = (Stretch, Delay, Louder)
