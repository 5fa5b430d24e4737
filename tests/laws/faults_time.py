"""Broken steps of time."""

from __future__ import annotations

import dataclasses
from typing import Annotated

import numpy as np

from augkit.distributions import Range
from augkit.fields import Limits
from augkit.sample import Axis
from augkit.transform import Transform, kernel_for
from augkit.vocab.timeline import Gain, TimeMap
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


RIGHT = (Stretch, Delay, Louder)
