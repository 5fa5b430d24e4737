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
from augkit.vocab.rows import columns_of, filled, is_rows, like, rows_of
from augkit.vocab.timeline.bands import check_bands
from augkit.vocab.timeline.erase import TimeErase
from augkit.vocab.timeline.moves import TimeMove
from augkit.vocab.timeline.notes import Between, Spelling
from augkit.vocab.timeline.timemap import TimeMap
from augkit.vocab.timeline.times import check_inside, check_order, float_type, numbers_of, nyquist_of

_TIMES = ("onset", "offset")
TRUNCATED = "truncated"


class EventOptions(Options):
    """When an event that was cut is dropped: ``min_fraction``, less than this fraction of its duration (as it came in)
    is left; ``min_seconds``, it is shorter. With ``truncated`` a column of that name says which of the others were cut.

    ``transpose`` names columns that follow the pitch: names of keys and chords, see ``KeyOptions``, or MIDI numbers.
    """

    min_fraction: Annotated[float, Limits(0, 1, unit="fraction of the duration")] = 0.1
    min_seconds: Annotated[float, Limits(0, unit="seconds")] = 0.0
    truncated: Annotated[bool, Limits(doc="say in a column `truncated` which events were cut")] = False
    transpose: Annotated[tuple[str, ...], Limits(doc="columns of keys, chords or MIDI numbers")] = ()
    spelling: Annotated[Spelling, Limits(doc="of what is transposed: C# or Db")] = "sharp"
    between: Annotated[Between, Limits(doc="what to do between two semitones")] = "conflict"

    def at_risk(self, kind: str) -> frozenset[str]:
        """Names of keys have none between two semitones."""
        named = self.transpose and self.between == "conflict"
        return frozenset({kind, "key"}) if named else frozenset({kind})


@dataclass(frozen=True, eq=False)
class Events(Target):
    """``onset`` and ``offset``: (n,) float64 seconds. Labels, ids and the rest are ``columns`` of n values in their own
    type; ``low_hz`` and ``high_hz`` among them follow the pitch, up to ``nyquist``, Hz. An event may last no time (a
    click). ``kept`` (n,) is the fraction of each event's duration left so far.
    """

    kind = "events"
    axes = TIME
    options_type = EventOptions

    onset: np.ndarray
    offset: np.ndarray
    columns: Mapping[str, Any] = field(default_factory=dict)
    kept: np.ndarray | None = None
    nyquist: float | None = None
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
        onset, offset = (numbers_of("events", columns, name) for name in _TIMES)
        form = {"rows": rows, **{name: float_type(columns[name]) for name in _TIMES}}
        extra = {name: column for name, column in columns.items() if name not in _TIMES}
        check_lengths("events", len(onset), {"offset": offset, **extra})
        check_order("events", onset, offset)
        check_inside("events", onset, offset, frame)
        made = cls(onset, offset, _checked(extra, len(onset), options), nyquist=nyquist_of(frame), options=options)
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
        if self.options.truncated:
            columns = {**columns, TRUNCATED: self._cut(parts.row, whole)}
        placed = dataclasses.replace(self, onset=onset, offset=offset, kept=kept, columns=columns)
        return placed if keep.all() else placed.only(keep)

    def _cut(self, row: np.ndarray, whole: np.ndarray) -> Any:
        """The column that says which parts of events are not all of them."""
        before = self.columns.get(TRUNCATED)
        cut = ~whole if before is None else ~whole | np.asarray(before, dtype=bool)[row]
        return cut if isinstance(before, np.ndarray) else type(before or [])(cut.tolist())

    def _within_clip(self, samples: int, rate: int) -> Self:
        seconds = samples / rate
        if not len(self) or (self.onset.min() >= 0.0 and self.offset.max() <= seconds):
            return self
        return self.moved(TimeMap((0.0, seconds), (0.0, seconds), samples, samples, rate))


@moves(TimeMove, Events)
def events_follow_time(events: Events, move: TimeMove) -> Events:
    """Onsets and offsets where they go; cut, and dropped by the policy, where the clip is."""
    return events if not len(events) or move.is_identity() else events.moved(move)


@moves(TimeErase, Events)
def events_follow_erase(events: Events, erase: TimeErase) -> Events:
    """Untouched, or without those that are masked too far."""
    if erase.policy == "keep" or not len(events) or not erase.spans:
        return events
    keep = erase.hidden(events.onset, events.offset) <= erase.max_hidden
    return events if keep.all() else events.only(keep)


def _checked(columns: dict[str, Any], count: int, options: Any) -> dict[str, Any]:
    """The columns, with those that the options speak of; bands upside down raise DataError."""
    check_bands(columns, count)
    for name in options.transpose:
        if name not in columns and count:
            there = ", ".join(columns) or "none"
            raise DataError(f"events: `transpose` names the column {name!r}; there are {there}.")
    if options.truncated and TRUNCATED not in columns:
        return {**columns, TRUNCATED: [False] * count}
    return columns
