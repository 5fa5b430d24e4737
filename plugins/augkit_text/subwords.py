"""From annotations on text to labels of a tokenizer's subwords, after augmentation: pure functions of offsets.

``offsets`` are what every fast tokenizer gives as ``offset_mapping``: (start, end) of each subword in the text; what
has no text of its own (``[CLS]``, padding) has start = end.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from typing import Literal, TypeVar

from augkit.errors import DataError

IGNORED = -100
"""The label that torch's losses pass over."""

Range = tuple[int, int]
_TOKEN = re.compile(r"\w+(?:['’-]\w+)*|[^\w\s]")
T = TypeVar("T")


def token_labels(
    offsets: Sequence[Range],
    tokens: Sequence[Range],
    labels: Sequence[T],
    *,
    rest: Literal["ignore", "repeat"] = "ignore",
    ignored: T | int = IGNORED,
) -> list[T | int]:
    """The label of each subword, of tokens at ``tokens`` (start, end; in order) with ``labels``.

    The first subword that holds a part of a token has its label; the token's other subwords have it too with ``rest:
    repeat`` (name the label of an entity's inside yourself), else ``ignored``, like subwords outside all tokens. Of
    several tokens in one subword the first counts. Raises DataError for tokens out of order.
    """
    _check(tokens, labels)
    firsts = first_subwords(offsets, tokens)
    made: list[T | int] = [ignored] * len(offsets)
    for (start, end), label, first in zip(tokens, labels, firsts, strict=True):
        if first is None or made[first] != ignored:
            continue
        made[first] = label
        if rest == "repeat":
            for number in range(first + 1, len(offsets)):
                a, b = offsets[number]
                if a < b and a >= end:
                    break
                if a < b and b > start and made[number] == ignored:
                    made[number] = label
    return made


def first_subwords(offsets: Sequence[Range], tokens: Sequence[Range]) -> list[int | None]:
    """Which subword is the first of each token; None for one that was cut off, or of which no subword is made."""
    real = [(start, end, number) for number, (start, end) in enumerate(offsets) if start < end]
    ends = [end for _, end, _ in real]
    found: list[int | None] = []
    for start, end in tokens:
        place = bisect_right(ends, start)
        inside = place < len(real) and real[place][0] < end
        found.append(real[place][2] if inside else None)
    return found


def tokens_in(text: str) -> list[Range]:
    """Where words and single marks are in a text that nobody cut into tokens, as CoNLL has them."""
    return [match.span() for match in _TOKEN.finditer(text)]


def span_labels(
    offsets: Sequence[Range], spans: Sequence[Range], labels: Sequence[str], outside: str = "O"
) -> list[str | int]:
    """BIO labels of subwords from spans of characters: ``B-PER`` for a span's first subword, ``I-PER`` for the others.

    A subword belongs to the first span that it shares a character with; subwords without text are ``IGNORED``. Raises
    DataError for spans that overlap: no BIO says two things of one subword.
    """
    order = sorted(range(len(spans)), key=lambda number: spans[number])
    _check([spans[number] for number in order], labels)
    made: list[str | int] = [outside if start < end else IGNORED for start, end in offsets]
    for number in order:
        first, last = spans[number]
        begun = False
        for place, (start, end) in enumerate(offsets):
            if start < end and start < last and end > first and made[place] == outside:
                made[place] = f"{'I' if begun else 'B'}-{labels[number]}"
                begun = True
    return made


def answer_positions(offsets: Sequence[Range], start: int, end: int) -> Range | None:
    """The first and the last subword of an answer, both included; None where its text was cut off or is in no subword.

    Give the offsets of the context alone: subwords of the question as (0, 0).
    """
    inside = [number for number, (a, b) in enumerate(offsets) if a < b and a < end and b > start]
    if not inside or offsets[inside[0]][0] > start or offsets[inside[-1]][1] < end:
        return None
    return inside[0], inside[-1]


def _check(ranges: Sequence[Range], labels: Sequence[object]) -> None:
    if len(ranges) != len(labels):
        raise DataError(f"subwords: {len(ranges)} tokens or spans and {len(labels)} labels; expected as many.")
    before = 0
    for start, end in ranges:
        if not before <= start < end:
            raise DataError(f"subwords: ({start}, {end}) is empty, out of order or overlaps what ends at {before}.")
        before = end
