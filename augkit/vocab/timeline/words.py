"""Words: a transcript whose words have times, and how it follows."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

import numpy as np

from augkit.columns import check_lengths, take
from augkit.errors import Conflict, DataError
from augkit.sample import TIME, Frame, Options, Target
from augkit.transform import moves
from augkit.vocab.rows import columns_of, filled, is_rows, like, rows_of, type_of
from augkit.vocab.timeline.erase import TimeErase
from augkit.vocab.timeline.moves import Parts, TimeMove
from augkit.vocab.timeline.rearranged import Delayed, Rolled, Spliced
from augkit.vocab.timeline.timemap import PiecewiseMap
from augkit.vocab.timeline.times import check_inside, check_order, float_type, numbers_of, seconds_of

_OWN = ("words", "start", "end")


@dataclass(frozen=True, eq=False)
class Words(Target):
    """``words`` (texts) said from ``start`` to ``end`` (n,) float64 seconds, in the order in which they are said;
    further ``columns`` (confidence, speaker) of n values in their own type. Whatever happens, only whole words are
    left.
    """

    kind = "words"
    axes = TIME

    words: tuple[str, ...]
    start: np.ndarray
    end: np.ndarray
    columns: Mapping[str, Any] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.words)

    @property
    def text(self) -> str:
        """The transcript."""
        return " ".join(self.words)

    @classmethod
    def read(cls, value: Any, options: Options, frame: Frame) -> tuple[Self, Any]:
        """From a list of ``{"word", "start", "end", …}`` or a mapping of columns ``{"words", "start", "end", …}``.

        Words that end before they start, or lie outside the clip, raise DataError.
        """
        if isinstance(value, cls):
            return value, "target"
        rows = is_rows(value, "words")
        columns = _columns(value) if rows else dict(value)
        if "words" not in columns:
            raise DataError(f"words: got the columns {', '.join(columns) or 'none'}; expected words, start and end.")
        words = tuple(columns["words"])
        start, end = (numbers_of("words", columns, name) for name in ("start", "end"))
        extra = {name: column for name, column in columns.items() if name not in _OWN}
        check_lengths("words", len(words), {"start": start, "end": end, **extra})
        _check_texts(words)
        check_order("words", start, end)
        check_inside("words", start, end, frame)
        seconds = seconds_of(frame)
        if seconds is not None:  # what reaches over the edge was cut when it was recorded
            start, end = np.maximum(start, 0.0), np.minimum(end, seconds)
        form = {"rows": rows, "order": list(columns), "words": type_of(columns["words"])}
        return cls(words, start, end, extra, options=options), {
            **form,
            **{name: float_type(columns[name]) for name in ("start", "end")},
        }

    def write(self, form: Any, frame: Frame) -> Any:
        if form == "target":
            return self
        if form["rows"]:
            return rows_of({"word": self.words, "start": self.start.tolist(), "end": self.end.tolist(), **self.columns})
        known = {"words": like(self.words, form["words"])}
        known |= {name: like(getattr(self, name).tolist(), form[name]) for name in ("start", "end")}
        return {name: known.get(name, self.columns.get(name)) for name in form["order"]}

    @classmethod
    def batch(cls, targets: Sequence[Self]) -> list[dict[str, Any]]:
        """A list of mappings: ``text``, ``words``, ``start`` and ``end`` float32, None where a row lacks a column."""
        return [
            {
                "text": t.text,
                "words": list(t.words),
                "start": t.start.astype(np.float32),
                "end": t.end.astype(np.float32),
                **filled(t.columns),
            }
            for t in targets
        ]

    def only(self, parts: Parts, keep: np.ndarray, seconds: float) -> Self:
        """The words of those parts that are kept, in the order in which they are now said."""
        chosen = keep.nonzero()[0][np.argsort(parts.start[keep], kind="stable")]
        row = parts.row[chosen]
        return dataclasses.replace(
            self,
            words=tuple(self.words[position] for position in row.tolist()),
            start=np.minimum(parts.start[chosen], seconds),
            end=np.minimum(parts.end[chosen], seconds),
            columns=take(self.columns, row),
        )


@moves(PiecewiseMap, Words)
@moves(Rolled, Words)
@moves(Spliced, Words)
@moves(Delayed, Words)
def words_follow_time(words: Words, move: TimeMove) -> Words:
    """Words at their new times, without those that are gone; one that would be cut is a Conflict, and dropped by it.

    There is no rule for ``Reversed``: words backwards are none.
    """
    if move.is_identity() or not len(words):
        return words
    parts = move.parts(words.start, words.end)
    missing = (words.end - words.start)[parts.row] - parts.seconds
    whole = missing <= move.rounding
    kept = words.only(parts, whole, move.seconds_out)
    if not whole.all():
        cut = words.words[int(parts.row[~whole][0])]
        raise Conflict(f"the word {cut!r} would be cut.", instead=kept)
    return kept


@moves(TimeErase, Words)
def words_follow_erase(words: Words, erase: TimeErase) -> Words:
    """They are said where they were, also under a mask."""
    return words


def _columns(rows: Sequence[Any]) -> dict[str, Any]:
    columns = columns_of(rows, "words", ("word", "start", "end"))
    return {"words" if name == "word" else name: column for name, column in columns.items()}


def _check_texts(words: Sequence[Any]) -> None:
    odd = next((row for row, word in enumerate(words) if not isinstance(word, str)), None)
    if odd is not None:
        raise DataError(f"words: row {odd} is {words[odd]!r}; expected a text.")
