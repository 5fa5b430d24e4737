"""Steps over sentences: in another order, or only some of them."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from typing import Annotated

from augkit.errors import SkipStep
from augkit.fields import Limits, Range
from augkit.rng import Stream
from augkit.transform import Transform
from augkit.vocab.text import Pieces
from augkit.vocab.text.pieces import joined
from augkit_text.draws import places
from augkit_text.passage import Passage
from augkit_text.protect import Protected, Ranges, touched, united
from augkit_text.step import Content, TextStep

_END = re.compile(r"(?<![.!?…])[.!?…]+[\"'”’»)\]]*(?=\s)|[。！？]+[”’」』）]*|\n\s*\n")
_SPACE = re.compile(r"\s*")
_SHORT = re.compile(
    r"(?:\b(?:mr|mrs|ms|dr|prof|st|jr|sr|vs|etc|e\.g|i\.e|cf|no|vol|fig|approx|inc|ltd|co|bzw|usw|z\.b|d\.h|nr|str"
    r"|sra?|mme|env)|\b[^\W\d_])\.$",
    re.IGNORECASE,
)


def sentences(passage: Passage) -> Ranges:
    """Where sentences are, without the whitespace between them; what is annotated across two makes them one."""
    string, ranges, start = passage.string, [], 0
    units = _apart(passage.units)
    for match in _END.finditer(string):
        end = match.end()
        if match[0][0] == "." and _SHORT.search(string[max(start, end - 12) : end]):
            continue
        begin = _SPACE.match(string, end).end()
        if not string[begin : begin + 1].islower() and not touched(end, begin, units):
            ranges += _whole(passage, start, end)
            start = begin
    return [*ranges, *_whole(passage, start, len(string))]


def _apart(units: Sequence[tuple[int, int]]) -> Ranges:
    """Units in order, those that overlap as one; those that only meet stay two."""
    made: Ranges = []
    for start, end in sorted(units):
        if made and start < made[-1][1]:
            made[-1] = made[-1][0], max(end, made[-1][1])
        else:
            made.append((start, end))
    return made


def _whole(passage: Passage, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The range without whitespace at its ends, unless graphemes go on there; nothing where nothing is left."""
    text = passage.string[start:end]
    first, last = start + len(text) - len(text.lstrip()), start + len(text.rstrip())
    while first not in passage.boundaries:
        first -= 1
    while last not in passage.boundaries:
        last += 1
    if first < last:
        yield first, last


class ShuffleSentences(TextStep, Transform[Pieces]):
    """Put a fraction ``rate`` of the sentences in another order; the whitespace between places stays.

    Annotations go with their sentences. Sentences that an annotation spans stay together, and with ``protect: [spans]``
    those with annotations stay where they are. Other guards have nothing to guard: no word changes.
    """

    changes = {"order"}
    risks = {}

    rate: Annotated[Range, Limits(0, 1, neutral=0, strongest=1, unit="fraction of the sentences")] = Range(1)

    def drawn(self, rng: Stream, content: Content) -> Pieces:
        passage = self.passage(content)
        found = sentences(passage)
        fixed = united(passage.annotated) if "spans" in self.protect else []
        free = [number for number, span in enumerate(found) if not touched(*span, fixed)]
        chosen = [free[place] for place in places(rng, len(free), self.rate.draw(rng))]
        sizes = [found[number][1] - found[number][0] for number in chosen]
        chosen = [chosen[place] for place in self.within_budget(rng, sizes, len(passage.string))]
        order = list(range(len(found)))
        for place, number in zip(chosen, rng.permutation(len(chosen)), strict=True):
            order[place] = chosen[number]
        return Pieces(len(passage.string), tuple(joined(_reordered(found, order, len(passage.string)))))


def _reordered(found: Ranges, order: Sequence[int], length: int) -> Iterator[tuple[int, int]]:
    at = 0
    for place, number in enumerate(order):
        if at < found[place][0]:
            yield at, found[place][0]
        yield found[number]
        at = found[place][1]
    if at < length:
        yield at, length


class CropSentences(TextStep, Transform[Pieces]):
    """Leave out a fraction ``rate`` of the sentences at both ends; at least one stays, and those that stay follow one
    another.

    Annotations go with their sentences. With ``protect: [spans]`` the sentences with annotations are among those that
    stay, and cues of negation, URLs and numbers where they are named.
    """

    changes = {"meaning"}
    risks = {"polarity": "negation", "numbers": "numbers"}
    loses = True

    rate: Annotated[Range, Limits(0, 1, neutral=0, strongest=0.6, unit="fraction of the sentences")] = Range(0, 0.3)
    protect: Annotated[tuple[Protected, ...], Limits(doc="sentences with these stay")] = ("negation",)

    def drawn(self, rng: Stream, content: Content) -> Pieces:
        passage = self.passage(content)
        length, found = len(passage.string), sentences(passage)
        if not found:
            raise SkipStep("there is no sentence")
        goes = len(places(rng, len(found), self.rate.draw(rng)))
        goes = min(goes, len(found) - 1)
        first, last = self._needed(passage, found)
        front = rng.integer(0, goes)
        head = min(front, first)
        tail = min(goes - head, len(found) - 1 - last)
        head = min(goes - tail, first)
        head, tail = self._allowed(found, head, tail, length)
        start = found[head][0] if head else 0
        end = found[len(found) - 1 - tail][1] if tail else length
        return Pieces(length, ((start, end),) if start < end else ())

    def _needed(self, passage: Passage, found: Ranges) -> tuple[int, int]:
        """The first and the last sentence that must stay."""
        if not passage.protected:
            return len(found) - 1, 0
        starts, ends = zip(*found, strict=True)
        first = bisect_right(starts, passage.protected[0][0]) - 1  # where it lies between two, the one before it
        return max(first, 0), min(bisect_left(ends, passage.protected[-1][1]), len(found) - 1)

    def _allowed(self, found: Ranges, head: int, tail: int, length: int) -> tuple[int, int]:
        """As many at both ends as ``max_edit_ratio`` lets go."""
        limit = float("inf") if self.max_edit_ratio is None else self.max_edit_ratio * length
        while head + tail and found[head][0] + length - found[len(found) - 1 - tail][1] > limit:
            head, tail = (head - 1, tail) if head >= tail else (head, tail - 1)
        return head, tail
