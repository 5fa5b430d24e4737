"""Answers: where a text answers a question, as SQuAD has it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from augkit.errors import Conflict, DataError
from augkit.sample import Frame, Options
from augkit.transform import Params, moves
from augkit.vocab.rows import Absent, columns_of, is_rows, like, rows_of, type_of
from augkit.vocab.text.carrier import string_of
from augkit.vocab.text.edits import Edits
from augkit.vocab.text.pieces import Pieces
from augkit.vocab.text.spans import Spans, spans_follow_edits, spans_follow_pieces

_TEXT, _START = "text", "answer_start"


@dataclass(frozen=True, eq=False)
class Answer(Spans):
    """Spans that answer a question about the text, each with what it says; none where it cannot be answered.

    A change after which an answerable question has no answer left raises Conflict.
    """

    kind = "answer"

    @classmethod
    def read(cls, value: Any, options: Options, frame: Frame) -> tuple[Self, Any]:
        """From ``{"text": […], "answer_start": […]}``, one answer as ``{"text": …, "answer_start": …}``, or a list of
        such.

        An answer that does not stand where it starts raises DataError, which tells where it does.
        """
        if isinstance(value, cls):
            return value, "target"
        string = string_of(frame)
        if string is None:
            raise DataError("answer: needs the text that it stands in; write {answer: <text field>} beside it.")
        columns, form = _columns(value)
        starts = tuple(_start(number, start) for number, start in enumerate(columns[_START]))
        surfaces = columns[_TEXT]
        for number, (start, surface) in enumerate(zip(starts, surfaces, strict=True)):
            _check(number, start, surface, string)
        ends = tuple(start + len(surface) for start, surface in zip(starts, surfaces, strict=True))
        extra = {name: column for name, column in columns.items() if name != _START}
        return cls(starts, ends, extra, string, options=options), form

    def write(self, form: Any, frame: Frame) -> Any:
        if form == "target":
            return self
        columns = {**self.columns, _START: self.starts}
        if "columns" in form:
            return {name: like(columns[name], type_) for name, type_ in form["columns"].items()}
        rows = [{name: row[name] for name in form["order"] if name in row} for row in rows_of(columns)]
        return rows if form["rows"] else rows[0] if rows else None

    @classmethod
    def batch(cls, targets: Sequence[Self]) -> list[Any]:
        """A list of ``{"text": […], "answer_start": […]}``, one for each text."""
        return [{_TEXT: list(target.columns[_TEXT]), _START: list(target.starts)} for target in targets]


@moves(Edits, Answer)
def answer_follows_edits(answer: Answer, edits: Edits) -> Answer:
    """Each answer as a span; Conflict where none is left."""
    return _still_answered(answer, spans_follow_edits(answer, edits), edits)


@moves(Pieces, Answer)
def answer_follows_pieces(answer: Answer, pieces: Pieces) -> Answer:
    """Each answer as a span; Conflict where none is left."""
    return _still_answered(answer, spans_follow_pieces(answer, pieces), pieces)


def _still_answered(before: Answer, after: Any, params: Params) -> Answer:
    if len(before) and not len(after):
        raise Conflict("the answer would lose all its text, and the question its answer", instead=after)
    return after  # type: ignore[no-any-return]


def _columns(value: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """Columns of any of the three forms, and the form to give them back in."""
    if is_rows(value, "answer"):
        columns = columns_of(value, "answer", (_TEXT, _START))
        return columns, {"rows": True, "order": list(columns)}
    missing = [name for name in (_TEXT, _START) if name not in value]
    if missing:
        there = ", ".join(map(str, value)) or "nothing"
        raise DataError(f"answer: has {there}, and no {missing[0]!r}; expected text and answer_start.")
    if isinstance(value[_TEXT], str):
        return {name: [item] for name, item in value.items()}, {"rows": False, "order": list(value)}
    columns = {name: _list(name, column) for name, column in value.items()}
    for name, column in columns.items():
        if len(column) != len(columns[_TEXT]):
            raise DataError(f"answer: {len(columns[_TEXT])} texts and {len(column)} of {name}; expected as many.")
    return columns, {"columns": {name: type_of(column) for name, column in value.items()}}


def _list(name: str, column: Any) -> list[Any]:
    if isinstance(column, str | Mapping) or not hasattr(column, "__len__"):
        raise DataError(f"answer: {name} is {column!r}; expected a list, one for each text.")
    return list(column)


def _start(number: int, start: Any) -> int:
    if isinstance(start, bool) or not hasattr(start, "__index__"):
        raise DataError(f"answer: number {number} starts at {start!r}; expected a whole number, a text position.")
    return int(start)


def _check(number: int, start: int, surface: Any, string: str) -> None:
    if not isinstance(surface, str) or surface is Absent or not surface:
        raise DataError(
            f"answer: number {number} says {surface!r}; expected the text that stands there. A question without an "
            'answer has none: {"text": [], "answer_start": []}.'
        )
    if start >= 0 and string.startswith(surface, start):
        return
    place = string.find(surface)
    hint = f"It stands at {place}." if place >= 0 else "It stands nowhere in the text."
    met = string[start : start + len(surface)] if start >= 0 else ""
    raise DataError(
        f"answer: number {number} says {surface!r}, but the text has {met!r} at {start}. {hint} "
        "Positions count code points of the Python string, not bytes."
    )
