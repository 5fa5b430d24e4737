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
_TINY = 0.001
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
        length, number = max(round(self.seconds * rate), 1), 0
        while (first := round(number * self.hop * rate)) + _TINY * rate < frames:
            if first + length > frames + _TINY * rate:
                yield from self._last(first, length, frames)
                return
            yield first, min(length, frames - first)
            if first + length + _TINY * rate >= frames:
                return
            number += 1

    def _last(self, first: int, length: int, frames: int) -> Iterator[tuple[int, int]]:
        if self.rest == "overlap":
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
    events: Columns, types: Mapping[str, Any], start: float = 0.0, seconds: float | None = None
) -> dict[str, Any]:
    """The columns of those events that reach into the clip, their times from the clip's start.

    What an event has before or after the clip stays told, so that the field's own policy cuts it. An event that lasts
    no time belongs to the clip that begins with it. Without ``seconds`` the clip has no end.
    """
    onset, offset = (np.array(events[name], dtype=np.float64) for name in ("onset", "offset"))
    there = np.where(onset == offset, onset >= start, offset > start)
    if seconds is not None:
        there &= onset < start + seconds
        onset = np.minimum(onset, start + seconds)
    beside = {
        name: list(cells) if types[name] is None else np.array(cells, dtype=types[name])
        for name, cells in events.items()
        if name not in ("onset", "offset")
    }
    return take({"onset": onset - start, "offset": offset - start, **beside}, there)


def stamp(seconds: float) -> str:
    """A moment in a key: ``@12.5``."""
    return f"@{seconds:.3f}".rstrip("0").rstrip(".")
