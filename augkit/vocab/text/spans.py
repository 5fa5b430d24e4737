"""Spans of characters, and how they follow edits."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from operator import lt
from typing import Any, Self

import numpy as np

from augkit.columns import check_lengths, take
from augkit.errors import Conflict, DataError
from augkit.sample import TEXT, Frame, Options, Target
from augkit.transform import moves
from augkit.vocab.rows import Absent, columns_of, is_rows, like, rows_of, type_of
from augkit.vocab.text.carrier import string_of
from augkit.vocab.text.edits import Edits
from augkit.vocab.text.pieces import Piece, Pieces

_ENDS = ("start", "end")
_SURFACE = "text"


@dataclass(frozen=True, eq=False)
class Spans(Target):
    """``starts`` and ``ends``: n positions each, half-open; labels, ids and the rest are ``columns`` of n values.

    Spans may overlap, stand in one another and in any order. A column ``text`` holds what the spans say: it is checked
    on the way in and moves along, for which ``string``, the text itself, is kept.
    """

    kind = "spans"
    axes = TEXT

    starts: tuple[int, ...]
    ends: tuple[int, ...]
    columns: Mapping[str, Any] = field(default_factory=dict)
    string: str | None = None

    def __len__(self) -> int:
        return len(self.starts)

    def ranges(self) -> list[tuple[int, int]]:
        """(start, end) of every span: what ``protect: [spans]`` leaves alone."""
        return list(zip(self.starts, self.ends, strict=True))

    def edges(self) -> set[int]:
        """Positions that a change of several characters at once must not cross."""
        return {*self.starts, *self.ends}

    def borders(self) -> set[int]:
        """Positions across which no word may change places."""
        return self.edges()

    def units(self) -> list[tuple[int, int]]:
        """What must stay in one piece where pieces of the text change places."""
        return self.ranges()

    @classmethod
    def read(cls, value: Any, options: Options, frame: Frame) -> tuple[Self, Any]:
        """From a list of ``{"start", "end", …}`` or a mapping of columns.

        Positions that are not whole, spans that are empty or reach outside the text, and a ``text`` that is not what
        stands there raise DataError.
        """
        if isinstance(value, cls):
            return value, "target"
        rows = is_rows(value, "spans")
        columns = columns_of(value, "spans", _ENDS) if rows else dict(value)
        starts, ends = (_positions(columns, name) for name in _ENDS)
        extra = {name: column for name, column in columns.items() if name not in _ENDS}
        check_lengths("spans", len(starts), {"end": ends, **extra})
        string = string_of(frame)
        _check_ranges(starts, ends, string)
        if string is not None and _SURFACE in extra:
            _check_surfaces(starts, ends, extra[_SURFACE], string)
        form = {"rows": rows, **{name: type_of(columns[name]) for name in _ENDS}}
        return cls(starts, ends, extra, string, options=options), form

    def write(self, form: Any, frame: Frame) -> Any:
        if form == "target":
            return self
        ends = {"start": self.starts, "end": self.ends}
        if form["rows"]:
            return rows_of({**ends, **self.columns})
        return {**{name: like(positions, form[name]) for name, positions in ends.items()}, **self.columns}

    @classmethod
    def batch(cls, targets: Sequence[Self]) -> list[Any]:
        """A list of rows for each text."""
        return [rows_of({"start": t.starts, "end": t.ends, **t.columns}) for t in targets]

    def saying(self, string: str) -> Self:
        """The same spans over ``string``, their column ``text`` written anew."""
        old, new = self.columns[_SURFACE], [string[start:end] for start, end in self.ranges()]
        told = [Absent if was is Absent else now for was, now in zip(old, new, strict=True)]
        columns = {**self.columns, _SURFACE: like(told, type_of(old))}
        return dataclasses.replace(self, columns=columns, string=string)


@moves(Edits, Spans)
def spans_follow_edits(spans: Spans, edits: Edits) -> Spans:
    """Each span through the edits; one that loses all its text is dropped."""
    if not edits.edits or not len(spans):
        return spans
    return _at(spans, edits.spans(spans.ranges()), edits)


@moves(Pieces, Spans)
def spans_follow_pieces(spans: Spans, pieces: Pieces) -> Spans:
    """Each span with its text; one whose text is gone is dropped. Text that comes in between a span raises Conflict."""
    if pieces.still or not len(spans):
        return spans
    parts = [pieces.parts(start, end) for start, end in spans.ranges()]
    moved = [found[0] if len(found) == 1 else None for found in parts]
    made = _at(spans, moved, pieces)
    torn = next((number for number, found in enumerate(parts) if len(found) > 1), None)
    if torn is not None:
        raise Conflict(f"span {torn} would be torn apart", instead=made)
    return made


def _at(spans: Spans, moved: Sequence[Piece | None], params: Edits | Pieces) -> Spans:
    """The spans at their new places, without those that have none."""
    left = [span for span in moved if span is not None]
    columns = spans.columns
    if len(left) < len(moved):
        columns = take(columns, np.array([span is not None for span in moved]))
    starts, ends = zip(*left, strict=True) if left else ((), ())
    # What `replace` does, in a fifth of the time: short texts have little else to wait for.
    made = object.__new__(type(spans))
    made.__dict__.update(spans.__dict__, starts=starts, ends=ends, columns=columns, string=None)
    says = spans.string is not None and _SURFACE in columns
    return made.saying(params.apply(spans.string)) if says else made  # type: ignore[arg-type]


def _positions(columns: Mapping[str, Any], name: str) -> tuple[int, ...]:
    if name not in columns:
        raise DataError(f"spans: got the columns {', '.join(columns) or 'none'}; expected start and end.")
    given = columns[name]
    if set(map(type, given)) == {int}:
        return tuple(given)
    for row, position in enumerate(given):
        if isinstance(position, bool | np.bool_) or not isinstance(position, int | np.integer):
            raise DataError(f"spans: row {row} has {name} {position!r}; expected a whole number, a text position.")
    return tuple(int(position) for position in given)


def _check_ranges(starts: Sequence[int], ends: Sequence[int], string: str | None) -> None:
    reached = len(string) if string is not None else None
    if (
        all(map(lt, starts, ends))
        and min(starts, default=0) >= 0
        and (reached is None or max(ends, default=0) <= reached)
    ):
        return
    for row, (start, end) in enumerate(zip(starts, ends, strict=True)):
        if start >= end:
            raise DataError(f"spans: row {row} goes from {start} to {end} and holds no text; expected start < end.")
        if start < 0 or (string is not None and end > len(string)):
            reach = "" if string is None else f" of {len(string)} characters"
            raise DataError(f"spans: row {row} goes from {start} to {end}, outside the text{reach}.")


def _check_surfaces(starts: Sequence[int], ends: Sequence[int], surfaces: Sequence[Any], string: str) -> None:
    for row, (start, end, surface) in enumerate(zip(starts, ends, surfaces, strict=True)):
        if surface is not Absent and surface != string[start:end]:
            raise DataError(
                f"spans: row {row} says {surface!r}, but the text has {string[start:end]!r} from {start} to {end}. "
                "Positions count code points of the Python string, the end not included."
            )
