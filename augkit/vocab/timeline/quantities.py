"""Values that say what they measure, and so know how to follow: ``value: {quantity: tempo}``."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from typing import Any, Self

import numpy as np

from augkit.errors import Conflict, DataError
from augkit.mixing import Mixture, keeps_out
from augkit.sample import TIME, Frame, Options, Value
from augkit.transform import moves
from augkit.vocab.timeline.erase import TimeErase
from augkit.vocab.timeline.level import Gain
from augkit.vocab.timeline.moves import TimeMove
from augkit.vocab.timeline.pitch import PitchShift
from augkit.vocab.timeline.timemap import PiecewiseMap, Speed

__all__ = ["Decibels", "Duration", "Hertz", "Measured", "Moment", "Semitones", "Tempo", "Value"]


class Measured(Value):
    """A number, or a list or an array of numbers, of one quantity."""

    @classmethod
    def read(cls, value: Any, options: Options, frame: Frame) -> tuple[Self, Any]:
        """DataError for anything but finite numbers."""
        if isinstance(value, cls):
            return value, "target"
        try:
            numbers = np.asarray(value, dtype=np.float64)
        except (TypeError, ValueError):
            numbers = np.full((), np.nan)
        if isinstance(value, bool | str) or not np.isfinite(numbers).all():
            raise DataError(f"value: got {value!r}; expected a number, or several, since it is a {cls.quantity}.")
        return cls(value, options=options), "plain"

    def changed(self, change: Callable[[np.ndarray], Any]) -> Self:
        """The same with ``change`` made to its numbers, in the form that they have."""
        made = np.asarray(change(np.asarray(self.value, dtype=np.float64)), dtype=np.float64)
        if isinstance(self.value, np.ndarray):
            value: Any = made.astype(self.value.dtype if self.value.dtype.kind == "f" else np.float64)
        elif isinstance(self.value, Sequence):
            value = type(self.value)(made.tolist())  # type: ignore[call-arg]
        else:
            value = float(made)
        return dataclasses.replace(self, value=value)


class Tempo(Measured):
    """Beats, words or steps in a time, such as BPM: multiplied by the speed."""

    quantity = "tempo"
    depends_on = ("tempo",)


class Duration(Measured):
    """How long something lasts, seconds: divided by the speed. Cutting the clip leaves it."""

    quantity = "duration"
    depends_on = ("tempo",)


class Moment(Measured):
    """When something happens, seconds from the clip's start: goes where the clip goes."""

    quantity = "moment"
    axes = TIME


class Hertz(Measured):
    """A frequency: multiplied with the pitch."""

    quantity = "hz"
    depends_on = ("pitch",)


class Semitones(Measured):
    """A pitch as a MIDI number or in semitones: added to."""

    quantity = "semitone"
    depends_on = ("pitch",)


class Decibels(Measured):
    """A level of the clip, dB: raised by a gain. What changes it otherwise is refused."""

    quantity = "db"
    depends_on = ("loudness", "noise")


@moves(PiecewiseMap, Tempo)
def tempo_follows_time(tempo: Tempo, timemap: PiecewiseMap) -> Tempo:
    """Times the speed; DataError where it varies."""
    speed = _one_speed(tempo, timemap)
    return tempo if speed == 1.0 else tempo.changed(lambda numbers: numbers * speed)


@moves(PiecewiseMap, Duration)
def duration_follows_time(duration: Duration, timemap: PiecewiseMap) -> Duration:
    """Divided by the speed; DataError where it varies."""
    speed = _one_speed(duration, timemap)
    return duration if speed == 1.0 else duration.changed(lambda numbers: numbers / speed)


@moves(TimeMove, Moment)
def moment_follows_time(moment: Moment, move: TimeMove) -> Moment:
    """Where it is heard now, first if twice; Conflict where it is cut away."""
    if move.is_identity():
        return moment
    seconds = np.asarray(moment.value, dtype=np.float64)
    parts = move.parts(seconds.ravel(), seconds.ravel())
    rows, first = np.unique(parts.row, return_index=True)
    if len(rows) < seconds.size:
        raise Conflict("the moment that a value tells would be cut away.")
    return moment.changed(lambda numbers: np.minimum(parts.start[first], move.seconds_out).reshape(numbers.shape))


@moves(TimeErase, Moment)
def moment_follows_erase(moment: Moment, erase: TimeErase) -> Moment:
    """It is when it was."""
    return moment


@moves(PitchShift, Hertz)
def hertz_follow_pitch(hertz: Hertz, shift: PitchShift) -> Hertz:
    """Multiplied."""
    return hertz if shift.semitones == 0.0 else hertz.changed(lambda numbers: numbers * shift.ratio)


@moves(Speed, Hertz)
def hertz_follow_speed(hertz: Hertz, speed: Speed) -> Hertz:
    """Multiplied; DataError where the speed varies."""
    ratio = _one_speed(hertz, speed)
    return hertz if ratio == 1.0 else hertz.changed(lambda numbers: numbers * ratio)


@moves(PitchShift, Semitones)
def semitones_follow_pitch(semitones: Semitones, shift: PitchShift) -> Semitones:
    """Added to."""
    return semitones if shift.semitones == 0.0 else semitones.changed(lambda numbers: numbers + shift.semitones)


@moves(Speed, Semitones)
def semitones_follow_speed(semitones: Semitones, speed: Speed) -> Semitones:
    """Added to; DataError where the speed varies."""
    higher = 12.0 * np.log2(_one_speed(semitones, speed))
    return semitones if higher == 0.0 else semitones.changed(lambda numbers: numbers + higher)


@moves(Gain, Decibels)
def decibels_follow_gain(decibels: Decibels, gain: Gain) -> Decibels:
    """Added to."""
    return decibels if gain.db == 0.0 else decibels.changed(lambda numbers: numbers + gain.db)


def _one_speed(value: Measured, timemap: PiecewiseMap) -> float:
    speed = timemap.speed()
    if speed is None:
        raise DataError(f"the speed varies within the clip, so a value that is a {value.quantity} cannot follow.")
    return 1.0 if abs(speed - 1.0) <= 1e-9 else speed


keeps_out(Mixture, Measured, because="nothing tells what the value of several samples at once is.")
