"""Events, and how they follow: onset and offset through the map of time, then the policy for what was cut."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, Self

import numpy as np

from augkit.columns import check_lengths, take
from augkit.errors import DataError
from augkit.fields import Limits
from augkit.sample import TIME, Axis, Frame, Options, Target
from augkit.transform import moves
from augkit.vocab.rows import columns_of, filled, is_rows, like, rows_of, type_of
from augkit.vocab.timeline.moves import TimeMove
from augkit.vocab.timeline.timemap import TimeMap

_TIMES = ("onset", "offset")


class EventOptions(Options):
    """When an event that was cut by the clip's edge is dropped.

    ``min_fraction``: less than this fraction of its duration (as it came in) is left; ``min_seconds``: it is shorter.
    """

    min_fraction: Annotated[float, Limits(0, 1, unit="fraction of the duration")] = 0.1
    min_seconds: Annotated[float, Limits(0, unit="seconds")] = 0.0


@dataclass(frozen=True, eq=False)
class Events(Target):
    """``onset`` and ``offset``: (n,) float64 seconds. Labels, ids and the rest are ``columns`` of n values in their own
    type. An event may last no time (a click). ``kept`` (n,) is the fraction of each event's duration left so far.
    """

    kind = "events"
    axes = TIME
    options_type = EventOptions

    onset: np.ndarray
    offset: np.ndarray
    columns: Mapping[str, Any] = field(default_factory=dict)
    kept: np.ndarray | None = None
    options: Any = field(default=EventOptions(), kw_only=True)

    def __len__(self) -> int:
        return len(self.onset)

    @classmethod
    def read(cls, value: Any, options: Options, frame: Frame) -> tuple[Self, Any]:
        """From a list of ``{"onset", "offset", …}`` or a mapping of columns.

        Events that reach over the clip's edge are cut there, by the policy of the options. Times that are not finite,
        offsets before their onsets, and events wholly outside the clip raise DataError.
        """
        if isinstance(value, cls):
            return value, "target"
        rows = is_rows(value, "events")
        columns = columns_of(value, "events", _TIMES) if rows else dict(value)
        onset, offset = (_seconds(columns, name) for name in _TIMES)
        form = {"rows": rows, **{name: _type_of(columns[name]) for name in _TIMES}}
        extra = {name: column for name, column in columns.items() if name not in _TIMES}
        check_lengths("events", len(onset), {"offset": offset, **extra})
        _check_order(onset, offset)
        made = cls(onset, offset, extra, options=options)
        return (made._within_clip(*frame[Axis.TIME]) if Axis.TIME in frame else made), form

    def write(self, form: Any, frame: Frame) -> Any:
        if form == "target":
            return self
        if form["rows"]:
            return rows_of({"onset": self.onset.tolist(), "offset": self.offset.tolist(), **self.columns})
        times = {name: like(getattr(self, name).tolist(), form[name]) for name in _TIMES}
        return {**times, **self.columns}

    @classmethod
    def batch(cls, targets: Sequence[Self]) -> list[dict[str, Any]]:
        """A list of mappings of columns; onsets and offsets float32, None where a row lacks a column."""
        times = [{name: getattr(t, name).astype(np.float32) for name in _TIMES} for t in targets]
        return [{**known, **filled(t.columns)} for known, t in zip(times, targets, strict=True)]

    def only(self, keep: np.ndarray) -> Self:
        """The events where ``keep`` (n,) is true, columns and all."""
        kept = None if self.kept is None else self.kept[keep]
        columns = take(self.columns, keep)
        return dataclasses.replace(self, onset=self.onset[keep], offset=self.offset[keep], kept=kept, columns=columns)

    def moved(self, move: TimeMove) -> Self:
        """These events after ``move``, cut to what is left and dropped by the policy; one may become two."""
        parts = move.parts(self.onset, self.offset)
        full = (self.offset - self.onset)[parts.row]
        # Output lengths are whole samples: what rounding cuts from the last event does not count as cut.
        whole = full - parts.seconds <= 1.000001 / move.rate
        kept = np.where(whole, 1.0, parts.seconds / np.where(full > 0, full, 1.0))
        kept = kept if self.kept is None else kept * self.kept[parts.row]
        offset = np.minimum(parts.end, move.seconds_out)
        onset = np.minimum(parts.start, offset)
        keep = (kept >= self.options.min_fraction) & (offset - onset >= self.options.min_seconds)
        columns = take(self.columns, parts.row)
        placed = dataclasses.replace(self, onset=onset, offset=offset, kept=kept, columns=columns)
        return placed if keep.all() else placed.only(keep)

    def _within_clip(self, samples: int, rate: int) -> Self:
        seconds = samples / rate
        outside = (self.onset > seconds) | (self.offset < 0.0)
        if outside.any():
            row = int(np.argmax(outside))
            raise DataError(
                f"events: row {row} lasts from {self.onset[row]:g} to {self.offset[row]:g} s, outside the clip of "
                f"{seconds:g} s. Times are seconds from the clip's start."
            )
        if not len(self) or (self.onset.min() >= 0.0 and self.offset.max() <= seconds):
            return self
        return self.moved(TimeMap((0.0, seconds), (0.0, seconds), samples, samples, rate))


@moves(TimeMove, Events)
def events_follow_time(events: Events, move: TimeMove) -> Events:
    """Onsets and offsets where they go; cut, and dropped by the policy, where the clip is."""
    return events if not len(events) or move.is_identity() else events.moved(move)


def _seconds(columns: Mapping[str, Any], name: str) -> np.ndarray:
    if name not in columns:
        raise DataError(f"events: got the columns {', '.join(columns) or 'none'}; expected onset and offset.")
    try:
        seconds = np.array(columns[name], dtype=np.float64)
    except (TypeError, ValueError):
        raise DataError(f"events: {name} is {columns[name]!r}; expected seconds.") from None
    if seconds.ndim != 1:
        raise DataError(f"events: {name} has shape {seconds.shape}; expected (n,), one number an event.")
    if not np.isfinite(seconds).all():
        row = int(np.argmin(np.isfinite(seconds)))
        raise DataError(f"events: row {row} has {name} {seconds[row]}; expected a finite number of seconds.")
    return seconds


def _check_order(onset: np.ndarray, offset: np.ndarray) -> None:
    wrong = offset < onset
    if wrong.any():
        row = int(np.argmax(wrong))
        raise DataError(f"events: row {row} ends at {offset[row]:g} s, before it starts at {onset[row]:g} s.")


def _type_of(column: Any) -> Any:
    type_ = type_of(column)
    return np.dtype(np.float64) if isinstance(type_, np.dtype) and type_.kind != "f" else type_
