"""Differences: the edits that turn a text into another one, word by word and grapheme by grapheme.

For text that a foreign library or a model has made, and of which only the result is known.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import regex

from augkit.vocab.text.compose import Edit
from augkit_text.alignment import CHANGE, DELETE, INSERT, SPLIT, Op, alignment

Range = tuple[int, int]

_GRAPHEME = regex.compile(r"\X")


def tokens_of(string: str) -> list[Range]:
    """Where words and marks are: graphemes that begin with a letter or digit go together, others stand alone."""
    found: list[Range] = []
    word = False
    for match in _GRAPHEME.finditer(string):
        start, end = match.span()
        letter = match[0][0].isalnum() or match[0][0] == "_"
        if match[0].isspace():
            word = False
        elif letter and word:
            found[-1] = found[-1][0], end
        else:
            found.append((start, end))
            word = letter
    return found


def edits_between(string: str, other: str) -> tuple[Edit, ...]:
    """The edits that make ``other`` out of ``string``, but that whitespace between words that stay is left as it is."""
    spans, new = tokens_of(string), tokens_of(other)
    gaps = [
        other[before:start] for before, start in zip([0, *(end for _, end in new)], (s for s, _ in new), strict=False)
    ]
    return edits_of(string, spans, [other[start:end] for start, end in new], gaps)


def edits_of(
    string: str, spans: Sequence[Range], new: Sequence[str], gaps: Sequence[str] | None = None
) -> tuple[Edit, ...]:
    """The edits that make the tokens at ``spans`` of the string into the ``new`` ones.

    A new token that is, not just equals, one of a ``Tokens`` list is that one. ``gaps`` is what stands before each new
    token, a space if absent; it is used for those that are inserted.
    """
    made = _Edited(string, spans, new, gaps or [" "] * len(new))
    return tuple(_merged(made.edits(alignment([string[start:end] for start, end in spans], new))))


@dataclass(frozen=True)
class _Edited:
    string: str
    spans: Sequence[Range]
    new: Sequence[str]
    gaps: Sequence[str]

    def edits(self, ops: Sequence[Op]) -> Iterator[Edit]:
        at = 0
        while at < len(ops):
            op, i, j = ops[at]
            if op == DELETE:
                last = at
                while last + 1 < len(ops) and ops[last + 1][0] == DELETE:
                    last += 1
                yield from self._deleted(i, ops[last][1])
                at = last
            elif op == CHANGE:
                yield from within(self.string, *self.spans[i], self.new[j])
            elif op == SPLIT:
                yield from self._split(i, len(self.new[j]))
            elif op == INSERT:
                yield self._inserted(i, j)
            at += 1

    def _deleted(self, first: int, last: int) -> Iterator[Edit]:
        """Tokens are gone; of whitespace around and between them one stays, so that their neighbours do not meet.

        If it was on both sides, it is deleted and inserted anew: outside all spans.
        """
        start, end = self.spans[first][0], self.spans[last][1]
        left = self.spans[first - 1][1] if first else start
        right = self.spans[last + 1][0] if last + 1 < len(self.spans) else end
        before, after = self.string[left:start], self.string[end:right]
        if first == 0 or last + 1 == len(self.spans):
            yield left, right, ""
        elif before and after:
            yield left, right, ""
            yield right, right, after if "\n" in after and "\n" not in before else before
        else:
            spaces = [] if before or after else self._spaces(first, last)
            yield start, spaces[0][0] if spaces else end, ""
            if spaces:
                yield spaces[0][1], end, ""

    def _spaces(self, first: int, last: int) -> list[Range]:
        gaps = ((a[1], b[0]) for a, b in pairwise(self.spans[first : last + 1]))
        return [gap for gap in gaps if gap[0] < gap[1]]

    def _split(self, i: int, length: int) -> Iterator[Edit]:
        """A space behind the grapheme that holds the place, unless that is the last."""
        start, end = self.spans[i]
        ends = (match.end() for match in _GRAPHEME.finditer(self.string, start, end))
        middle = next(at for at in ends if at >= start + length)
        if middle < end:
            yield middle, middle, " "

    def _inserted(self, i: int, j: int) -> Edit:
        """Behind the token before, with what stands before it in the new text; at the beginning, before the first."""
        if i:
            end = self.spans[i - 1][1]
            return end, end, self.gaps[j] + self.new[j]
        start = self.spans[0][0] if self.spans else len(self.string)
        return start, start, self.new[j] + (self.gaps[j + 1] if j + 1 < len(self.gaps) else "")


def _merged(edits: Iterable[Edit]) -> Iterator[Edit]:
    """In order, insertions at one place as one."""
    last: Edit | None = None
    for edit in sorted(edits, key=lambda edit: (edit[0], edit[1])):
        if last is not None and last[0] == last[1] == edit[0] == edit[1]:
            last = (edit[0], edit[1], last[2] + edit[2])
            continue
        if last is not None:
            yield last
        last = edit
    if last is not None:
        yield last


def within(string: str, start: int, end: int, new: str) -> Iterator[Edit]:
    """The edits that make one word into ``new``: whole graphemes, nothing inserted at the edges of the word.

    What is inserted goes with the grapheme before it, so that a span of the word has it too. Words that have little in
    common are one replacement.
    """
    old = [match.span() for match in _GRAPHEME.finditer(string, start, end)]
    made = [match[0] for match in _GRAPHEME.finditer(new)]
    became = _became([string[a:b] for a, b in old], made)
    if not new or became is None:
        yield start, end, new
        return
    run: Edit | None = None
    for (a, b), text in zip(old, became, strict=True):
        if text == string[a:b]:
            if run is not None:
                yield run
            run = None
        else:
            run = (a, b, text) if run is None else (run[0], b, run[2] + text)
    if run is not None:
        yield run


def _became(old: Sequence[str], new: Sequence[str]) -> list[str] | None:
    """What each old grapheme became, by the fewest changes; None where more than half of them would change."""
    n, m = len(old), len(new)
    costs = [[max(i, j) if not i or not j else 0 for j in range(m + 1)] for i in range(n + 1)]
    for i in range(1, n + 1):
        for j in range(1, m + 1):
            costs[i][j] = min(
                costs[i - 1][j - 1] + (old[i - 1] != new[j - 1]), costs[i - 1][j] + 1, costs[i][j - 1] + 1
            )
    if costs[n][m] * 2 > max(n, m):
        return None
    became, front, i, j = [""] * n, "", n, m
    while i or j:
        if i and j and costs[i][j] == costs[i - 1][j - 1] + (old[i - 1] != new[j - 1]):
            i, j = i - 1, j - 1
            became[i] = new[j] + became[i]
        elif i and costs[i][j] == costs[i - 1][j] + 1:
            i -= 1
        else:
            j -= 1
            if i:
                became[i - 1] = new[j] + became[i - 1]
            else:
                front = new[j] + front
    became[0] = front + became[0]
    return became


def reordered(
    string: str, spans: Sequence[Range], new: Sequence[str], order: Sequence[int], fixed: Iterable[int]
) -> tuple[Edit, ...]:
    """The edits that put tokens in the ``order`` of their numbers, spelled as ``new`` says, gaps as they were.

    Where that would move one across a ``fixed`` place, its neighbours stay as they are too.
    """
    edges = sorted(fixed)
    edits: list[Edit] = []
    first = most = 0
    for position, number in enumerate(order):
        most = max(most, number)
        if most > position:
            continue
        start, end = spans[first][0], spans[position][1]
        crossed = bisect_left(edges, start + 1) < bisect_left(edges, end)
        text = "".join(
            new[k] + (string[spans[k][1] : spans[k + 1][0]] if k < position else "") for k in range(first, position + 1)
        )
        if text != string[start:end] and not (crossed and first < position):
            edits.append((start, end, text))
        first = position + 1
    return tuple(edits)
