"""Steps that delete, swap, split and join words.

A word is what whitespace separates; where a script has none, a text is one word.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Annotated, Literal

from augkit.fields import Limits, Range
from augkit.rng import Stream
from augkit.transform import Transform
from augkit.vocab.text import Pieces
from augkit.vocab.text.compose import Edit
from augkit_text.draws import places
from augkit_text.passage import LETTERS, Passage
from augkit_text.protect import Protected, Ranges, touched
from augkit_text.step import Content, TextStep

Rate = Annotated[Range, Limits(0, 1, neutral=0, strongest=0.4, unit="fraction of the words")]


class WordDelete(TextStep):
    """Delete a fraction ``rate`` of the words, each with the space on one side; at least one word stays.

    Line breaks and the other spaces stay, and so do words that touch what ``protect`` names. Spans shrink with their
    words; one that loses them all is dropped, unless ``protect`` names ``spans``.
    """

    changes = {"meaning"}
    risks = {"polarity": "negation", "numbers": "numbers"}
    loses = True

    rate: Rate = Range(0.1)
    protect: Annotated[tuple[Protected, ...], Limits(doc="left alone; see every step of text")] = ("negation",)

    def edits(self, rng: Stream, passage: Passage) -> Iterator[Edit]:
        rate, words = self.rate.draw(rng), passage.words
        free, left = _separable(passage), passage.protected
        free = [number for number in free if not touched(*words[number], left)] if left else free
        gone = {free[place] for place in places(rng, len(free), rate)}
        if words and len(gone) == len(words):
            gone.remove(rng.integer(0, len(words) - 1))
        return _without(passage.string, words, gone)


def _separable(passage: Passage) -> Iterable[int]:
    """The words that can go without splitting a grapheme, such as a space with a combining mark beside them."""
    words, edges = passage.words, passage.boundaries
    if isinstance(edges, range):
        return range(len(words))
    clean = [start in edges and end in edges for start, end in words]
    return [number for number in range(len(words)) if all(clean[max(number - 1, 0) : number + 2])]


def _without(string: str, words: Ranges, gone: set[int]) -> Iterator[Edit]:
    """Edits that delete words; of the spaces around a run of them one stays, one with a line break if there is any.

    It is deleted and inserted again, so that it is in no annotation that loses the words on either side of it.
    """
    for first, last in _runs(sorted(gone)):
        before, after = first - 1, last + 1
        start = words[before][1] if before >= 0 else words[first][0]
        end = words[after][0] if after < len(words) else words[last][1]
        yield start, end, ""
        if before >= 0 and after < len(words):
            left, right = string[start : words[first][0]], string[words[last][1] : end]
            yield end, end, right if "\n" in right and "\n" not in left else left


def _runs(numbers: Sequence[int]) -> Iterator[tuple[int, int]]:
    """The first and the last of numbers that follow one another."""
    first = last = None
    for number in numbers:
        if first is not None and number != last + 1:
            yield first, last
            first = None
        first, last = number if first is None else first, number
    if first is not None:
        yield first, last


class WordSwap(TextStep, Transform[Pieces]):
    """Swap a fraction ``rate`` of the words with the next one, never across the edge of a span or an entity.

    Tags go with their words. Words on two lines, and words that touch what ``protect`` names, stay where they are.
    """

    changes = {"meaning", "order"}

    rate: Rate = Range(0.1)

    def drawn(self, rng: Stream, content: Content) -> Pieces:
        passage = self.passage(content)
        string, words = passage.string, passage.words
        free = [number for number in range(len(words) - 1) if _neighbours(passage, number)]
        hit = [free[place] for place in places(rng, len(free), self.rate.draw(rng))]
        pairs = [number for at, number in enumerate(hit) if not at or hit[at - 1] != number - 1]
        sizes = [words[number + 1][1] - words[number][0] for number in pairs]
        chosen = [pairs[place] for place in self.within_budget(rng, sizes, len(string))]
        return Pieces(len(string), tuple(_swapped(len(string), words, chosen)))


def _neighbours(passage: Passage, number: int) -> bool:
    """Whether a word and the next may change places."""
    (start, end), (begin, last) = passage.words[number : number + 2]
    if touched(start, last, passage.protected) or "\n" in passage.string[end:begin]:
        return False
    whole = all(at in passage.boundaries for at in (start, end, begin, last))
    return whole and not passage.crossed(start, last)


def _swapped(length: int, words: Ranges, chosen: Iterable[int]) -> Iterator[tuple[int, int]]:
    at = 0
    for number in chosen:
        (start, end), (begin, last) = words[number : number + 2]
        yield from (piece for piece in ((at, start), (begin, last), (end, begin), (start, end)) if piece[0] < piece[1])
        at = last
    if at < length:
        yield at, length


class WordSplit(TextStep):
    """Split a fraction ``rate`` of the words of 4 letters and more in two, at any place within."""

    changes = {"spelling"}

    rate: Rate = Range(0.05)

    def edits(self, rng: Stream, passage: Passage) -> Iterator[Edit]:
        words = [word for word in passage.words if word[1] - word[0] >= 4 and passage.is_free(*word)]
        for place in places(rng, len(words), self.rate.draw(rng)):
            start, end = words[place]
            at = rng.integer(start + 1, end - 1)
            if at in passage.boundaries:
                yield at, at, " "


class WordMerge(TextStep):
    """Join a fraction ``rate`` of the words with the next: the space between goes, unless a line ends there.

    Never across the edge of a span or an entity.
    """

    changes = {"spelling"}

    rate: Rate = Range(0.05)

    def edits(self, rng: Stream, passage: Passage) -> Iterator[Edit]:
        words = passage.words
        gaps = [(end, begin) for (_, end), (begin, _) in pairwise(words)]
        free = [gap for gap in gaps if _mergeable(passage, *gap)]
        for place in places(rng, len(free), self.rate.draw(rng)):
            yield *free[place], ""


def _mergeable(passage: Passage, start: int, end: int) -> bool:
    crossed = passage.crossed(start - 1, end + 1)
    return not crossed and "\n" not in passage.string[start:end] and passage.is_free(start, end)


class RandomWord(TextStep):
    """Replace a fraction ``rate`` of the words, or put others beside them (``action: insert``).

    The new words are drawn from ``words``, or without them from the text itself.
    """

    changes = {"meaning"}
    risks = {"polarity": "negation", "numbers": "numbers"}

    rate: Rate = Range(0.1)
    action: Annotated[Literal["replace", "insert"], Limits(doc="in place of a word, or before it")] = "replace"
    words: Annotated[tuple[str, ...], Limits(doc="to draw from; without any, those of the text")] = ()

    def edits(self, rng: Stream, passage: Passage) -> Iterator[Edit]:
        own = [span for match in LETTERS.finditer(passage.string) if passage.is_free(*(span := match.span()))]
        pool = self.words or [passage.string[start:end] for start, end in own]
        for place in places(rng, len(own), self.rate.draw(rng)):
            start, end = own[place]
            word = rng.choice(pool)
            if self.action == "insert":
                yield start, start, word + " "
            elif word != passage.string[start:end]:
                yield start, end, word
