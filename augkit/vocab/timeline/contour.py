"""Contour: a pitch over time, and how it follows."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

import numpy as np

from augkit.columns import check_lengths, take
from augkit.errors import DataError
from augkit.sample import TIME, Axis, Frame, Options, Target
from augkit.transform import moves
from augkit.vocab.rows import like
from augkit.vocab.timeline.erase import TimeErase
from augkit.vocab.timeline.moves import TimeMove
from augkit.vocab.timeline.pitch import PitchShift
from augkit.vocab.timeline.timemap import Speed
from augkit.vocab.timeline.times import check_inside, float_type, numbers_of, nyquist_of

_OWN = ("times", "hz", "voiced")


@dataclass(frozen=True, eq=False)
class Contour(Target):
    """``hz`` at ``times`` (n,) float64 seconds, rising; ``voiced`` (n,) where there is a pitch. ``columns`` are of n
    values in their own type. ``nyquist`` is the highest frequency that the clip holds: what goes above it is unvoiced.
    """

    kind = "contour"
    axes = TIME | {Axis.FREQUENCY}

    times: np.ndarray
    hz: np.ndarray
    voiced: np.ndarray
    columns: Mapping[str, Any] = field(default_factory=dict)
    nyquist: float | None = None

    def __len__(self) -> int:
        return len(self.times)

    @classmethod
    def read(cls, value: Any, options: Options, frame: Frame) -> tuple[Self, Any]:
        """From ``{"times", "hz"}`` with or without ``voiced``, else all above 0 Hz are. Times that fall or lie outside
        the clip, and negative frequencies, raise DataError.
        """
        if isinstance(value, cls):
            return value, "target"
        if not isinstance(value, Mapping):
            raise DataError(f'contour: got {type(value).__name__}; expected {{"times": …, "hz": …}}, n numbers each.')
        times, hz = numbers_of("contour", value, "times"), numbers_of("contour", value, "hz", "Hz")
        extra = {name: column for name, column in value.items() if name not in _OWN}
        voiced = _voiced(value["voiced"]) if "voiced" in value else hz > 0.0
        check_lengths("contour", len(times), {"hz": hz, "voiced": voiced, **extra})
        _check(times, hz, frame)
        form = {name: float_type(value[name]) for name in ("times", "hz")}
        form |= {"voiced": float_type(value["voiced"])} if "voiced" in value else {}
        return cls(times, hz, voiced, extra, nyquist_of(frame), options=options), {**form, "order": list(value)}

    def write(self, form: Any, frame: Frame) -> Any:
        """As it came; without a ``voiced`` of its own, what is unvoiced is at 0 Hz."""
        if form == "target":
            return self
        known = {"times": like(self.times.tolist(), form["times"])}
        known["hz"] = like((self.hz if "voiced" in form else self.sounding).tolist(), form["hz"])
        if "voiced" in form:
            listed = self.voiced.tolist()
            known["voiced"] = self.voiced if isinstance(form["voiced"], np.dtype) else like(listed, form["voiced"])
        return {name: known.get(name, self.columns.get(name)) for name in form["order"]}

    @classmethod
    def batch(cls, targets: Sequence[Self]) -> list[dict[str, Any]]:
        """A list of mappings of columns: times and hz float32, voiced bool."""
        return [
            {"times": t.times.astype(np.float32), "hz": t.hz.astype(np.float32), "voiced": t.voiced, **t.columns}
            for t in targets
        ]

    @property
    def sounding(self) -> np.ndarray:
        """``hz`` with 0 where it is unvoiced."""
        return np.where(self.voiced, self.hz, 0.0)

    def times_ratio(self, ratio: np.ndarray | float) -> Self:
        """Frequencies times ``ratio``; what leaves the clip's range is unvoiced."""
        hz = self.hz * ratio
        heard = self.voiced if self.nyquist is None else self.voiced & (hz <= self.nyquist)
        return dataclasses.replace(self, hz=hz, voiced=heard)

    def moved(self, move: TimeMove) -> Self:
        """The same values at the times where they are heard now."""
        parts = move.parts(self.times, self.times)
        row = parts.row[np.argsort(parts.start, kind="stable")]
        times, columns = np.minimum(np.sort(parts.start), move.seconds_out), take(self.columns, row)
        return dataclasses.replace(self, times=times, hz=self.hz[row], voiced=self.voiced[row], columns=columns)


@moves(TimeMove, Contour)
def contour_follows_time(contour: Contour, move: TimeMove) -> Contour:
    """Values stay, times move; what is cut out is gone, and in added silence there is nothing."""
    return contour if not len(contour) or move.is_identity() else contour.moved(move)


@moves(Speed, Contour)
def contour_follows_speed(contour: Contour, speed: Speed) -> Contour:
    """Times move, and frequencies are multiplied by how much faster it is there."""
    if not len(contour) or speed.is_identity():
        return contour
    return contour.times_ratio(speed.speeds(contour.times)).moved(speed)


@moves(PitchShift, Contour)
def contour_follows_pitch(contour: Contour, shift: PitchShift) -> Contour:
    """Frequencies are multiplied."""
    return contour if not len(contour) or shift.semitones == 0.0 else contour.times_ratio(shift.ratio)


@moves(TimeErase, Contour)
def contour_follows_erase(contour: Contour, erase: TimeErase) -> Contour:
    """What is masked is unvoiced, unless the policy is to keep it."""
    masked = erase.covers(contour.times)
    if erase.policy == "keep" or not masked.any():
        return contour
    return dataclasses.replace(contour, voiced=contour.voiced & ~masked)


def _voiced(column: Any) -> np.ndarray:
    voiced = np.asarray(column)
    if voiced.ndim != 1 or (voiced.size and not np.isin(voiced, (0, 1)).all()):
        raise DataError("contour: voiced must be true or false for each time.")
    return voiced.astype(bool)


def _check(times: np.ndarray, hz: np.ndarray, frame: Frame) -> None:
    if (np.diff(times) < 0).any():
        row = int(np.argmax(np.diff(times) < 0)) + 1
        raise DataError(f"contour: the time of row {row}, {times[row]:g} s, is before that of the row above it.")
    if (hz < 0).any():
        row = int(np.argmax(hz < 0))
        raise DataError(f"contour: row {row} has {hz[row]:g} Hz; expected 0 (unvoiced) or more.")
    check_inside("contour", times, times, frame)
