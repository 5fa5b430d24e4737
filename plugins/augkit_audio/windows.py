"""Long recordings cut into windows, and the events that lie in one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import numpy as np

from augkit.columns import column, take
from augkit.errors import FieldError
from augkit.fields import Checked, Limits

Rest = Literal["overlap", "short", "drop"]
TINY_S = 0.001
"""Seconds: a rest shorter than this is none."""


class WindowFields(Checked):
    """What a recipe may say of windows; a source's fields have these too."""

    window_s: Annotated[
        float | None, Limits(0.01, unit="seconds", doc="cut recordings into clips of this length; whole if absent")
    ] = None
    hop_s: Annotated[
        float | None, Limits(0.01, unit="seconds", doc="from the start of a clip to the next; window_s if absent")
    ] = None
    rest: Annotated[
        Rest, Limits(doc="the last clip: moved back to be whole (overlap), as short as it is, or left out")
    ] = "overlap"

    def validate(self) -> None:
        if self.window_s is None and self.hop_s is not None:
            raise FieldError("hop_s: says how far apart windows are; write `window_s`, too.", "hop_s")

    def windows(self) -> Windows | None:
        """The windows asked for, if any."""
        return None if self.window_s is None else Windows(self.window_s, self.hop_s or self.window_s, self.rest)


@dataclass(frozen=True)
class Windows:
    """Clips of ``seconds``, each ``hop`` seconds after the one before."""

    seconds: float
    hop: float
    rest: Rest = "overlap"

    def spans(self, frames: int, rate: int) -> Iterator[tuple[int, int]]:
        """First frame and length of each clip of a recording; one that is shorter than a window is one short clip."""
        length, hop = (max(round(seconds * rate), 1) for seconds in (self.seconds, self.hop))
        for first in range(0, frames, hop):
            if first and first + TINY_S * rate >= frames:
                return
            if first + length > frames:
                yield from self._last(first, length, frames, first + length - frames <= TINY_S * rate)
                return
            yield first, length
            if first + length + TINY_S * rate >= frames:
                return

    def _last(self, first: int, length: int, frames: int, nearly: bool) -> Iterator[tuple[int, int]]:
        if self.rest == "overlap" or nearly:
            yield max(frames - length, 0), min(length, frames)
        elif self.rest == "short":
            yield first, frames - first


Columns = Mapping[str, Sequence[Any]]


def types_of(events: Iterable[Columns]) -> dict[str, Any]:
    """The dtype of every column of a data set: int64 for whole numbers, float64 for other numbers, None for the rest.

    One for all recordings, so that those without events have the same.
    """
    values: dict[str, list[Any]] = {}
    for columns in events:
        for name, cells in columns.items():
            values.setdefault(name, []).extend(cells)
    columns = {name: column(cells) for name, cells in values.items() if cells}
    return {name: getattr(columns.get(name), "dtype", None) for name in values}


def events_within(
    events: Columns,
    types: Mapping[str, Any],
    start: float = 0.0,
    seconds: float | None = None,
    last: bool = False,
) -> dict[str, Any]:
    """The columns of those events that reach into the clip, their times from the clip's start.

    What an event has before or after the clip stays told, so that the field's own policy cuts it. An event that lasts
    no time belongs to the clip that begins with it, or ends with it where nothing follows (``last``). Without
    ``seconds`` the clip has no end.
    """
    onset, offset = (np.array(events[name], dtype=np.float64) for name in ("onset", "offset"))
    there = np.where(onset == offset, onset >= start, offset > start)
    if seconds is not None:
        there &= onset <= start + seconds + TINY_S if last else onset < start + seconds
        onset = np.minimum(onset, start + seconds)
    beside = {
        name: list(cells) if types[name] is None else np.array(cells, dtype=types[name])
        for name, cells in events.items()
        if name not in ("onset", "offset")
    }
    return take({"onset": onset - start, "offset": offset - start, **beside}, there)


def moments_within(
    columns: Columns, start: float = 0.0, seconds: float | None = None, last: bool = False
) -> dict[str, Any]:
    """Columns whose ``times`` lie in the clip, counted from its start; as in ``events_within``."""
    times = np.array(columns["times"], dtype=np.float64)
    there = times >= start
    if seconds is not None:
        there &= times <= start + seconds + TINY_S if last else times < start + seconds
        times = np.minimum(times, start + seconds)
    beside = {name: np.array(cells) for name, cells in columns.items() if name != "times"}
    return take({"times": times - start, **beside}, there)


def stamp(seconds: float) -> str:
    """A moment in a key: ``@12.5``."""
    return f"@{seconds:.3f}".rstrip("0").rstrip(".")
