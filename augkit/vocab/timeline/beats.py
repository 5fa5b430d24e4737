"""Beats: moments in music, their place in the bar and the tempo there, and how they follow."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

import numpy as np

from augkit.columns import check_lengths, take
from augkit.errors import DataError
from augkit.sample import TIME, Frame, Options, Target
from augkit.transform import moves
from augkit.vocab.rows import like
from augkit.vocab.timeline.erase import TimeErase
from augkit.vocab.timeline.moves import TimeMove
from augkit.vocab.timeline.timemap import PiecewiseMap
from augkit.vocab.timeline.times import check_inside, float_type, numbers_of


@dataclass(frozen=True, eq=False)
class Beats(Target):
    """``times`` (n,) float64 seconds; ``positions`` in the bar and the like are ``columns`` of n values in their own
    type. ``bpm`` (n,) is the tempo at each beat, or one number for all of them, or None.
    """

    kind = "beats"
    axes = TIME

    times: np.ndarray
    columns: Mapping[str, Any] = field(default_factory=dict)
    bpm: np.ndarray | None = None

    def __len__(self) -> int:
        return len(self.times)

    @classmethod
    def read(cls, value: Any, options: Options, frame: Frame) -> tuple[Self, Any]:
        """From a list or an array of seconds, or ``{"times": …, "positions": …, "bpm": …}``, where ``bpm`` may be one
        number. Times outside the clip raise DataError.
        """
        if isinstance(value, cls):
            return value, "target"
        given = value if isinstance(value, Mapping) else {"times": value}
        times = numbers_of("beats", given, "times")
        check_inside("beats", times, times, frame)
        bpm = given.get("bpm")
        one = isinstance(bpm, int | float | np.number)
        columns = {name: column for name, column in given.items() if name not in ("times", "bpm")}
        read = (
            None
            if bpm is None
            else np.array([bpm], dtype=np.float64)
            if one
            else numbers_of("beats", given, "bpm", "BPM")
        )
        check_lengths("beats", len(times), columns if one or read is None else {"bpm": read, **columns})
        form = {"mapping": isinstance(value, Mapping), "times": float_type(given["times"]), "order": list(given)}
        return cls(times, columns, read, options=options), {**form, "bpm": None if one else float_type(bpm), "one": one}

    def write(self, form: Any, frame: Frame) -> Any:
        if form == "target":
            return self
        times = like(self.times.tolist(), form["times"])
        if not form["mapping"]:
            return times
        known = {"times": times}
        if self.bpm is not None:
            known["bpm"] = float(self.bpm[0]) if form["one"] else like(self.bpm.tolist(), form["bpm"])
        return {name: known.get(name, self.columns.get(name)) for name in form["order"]}

    @classmethod
    def batch(cls, targets: Sequence[Self]) -> list[dict[str, Any]]:
        """A list of mappings of columns: times and bpm float32."""
        made = [{"times": t.times.astype(np.float32), **t.columns} for t in targets]
        return [
            m if t.bpm is None else {**m, "bpm": t.bpm.astype(np.float32)} for m, t in zip(made, targets, strict=True)
        ]

    def faster(self, move: TimeMove) -> np.ndarray | None:
        """``bpm`` at the speeds of a map of time; one number for all needs one speed, else DataError."""
        if self.bpm is None or not isinstance(move, PiecewiseMap):
            return self.bpm
        speed = move.speed()
        if speed is not None:
            return np.asarray(self.bpm * speed)
        if len(self.bpm) != len(self.times):
            raise DataError(
                "beats: the speed varies within the clip, so it has no one tempo; give `bpm` for each beat."
            )
        return np.asarray(self.bpm * move.speeds(self.times))


@moves(TimeMove, Beats)
def beats_follow_time(beats: Beats, move: TimeMove) -> Beats:
    """Times move, tempo is multiplied by the speed; beats that are cut out are gone."""
    if move.is_identity():
        return beats
    parts = move.parts(beats.times, beats.times)
    order = np.argsort(parts.start, kind="stable")
    row, bpm = parts.row[order], beats.faster(move)
    each = bpm is not None and len(bpm) == len(beats) and len(bpm) != 1
    return dataclasses.replace(
        beats,
        times=np.minimum(parts.start[order], move.seconds_out),
        columns=take(beats.columns, row),
        bpm=bpm[row] if each and bpm is not None else bpm,
    )


@moves(TimeErase, Beats)
def beats_follow_erase(beats: Beats, erase: TimeErase) -> Beats:
    """They are where they were: time goes on under a mask."""
    return beats
