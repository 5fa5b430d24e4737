"""Steps that change letters: slips of the keyboard, and letters put in, left out, swapped and replaced by chance."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated

from augkit.fields import Limits, Range
from augkit.rng import Stream
from augkit.vocab.text.compose import Edit
from augkit_text.alphabets import another
from augkit_text.draws import places
from augkit_text.graphemes import singles
from augkit_text.keyboards import Layout, neighbours, usual
from augkit_text.passage import Passage
from augkit_text.protect import unprotected
from augkit_text.step import TextStep

Rate = Annotated[Range, Limits(0, 1, neutral=0, strongest=0.3, unit="fraction of the letters")]


class Typo(TextStep):
    """Mistype a fraction ``rate`` of the letters: a neighbouring key, a key hit twice or along, one left out, two
    swapped.

    Letters are those of the keyboard ``layout``; all else (other scripts, accents, emoji, whitespace) stays as it is.
    No word, span or token loses all its letters.
    """

    changes = {"spelling"}

    rate: Rate = Range(0.05)
    layout: Annotated[Layout | None, Limits(doc="which letters lie next to which; the usual one of the language")] = (
        None
    )

    def edits(self, rng: Stream, passage: Passage) -> Iterator[Edit]:
        rate = self.rate.draw(rng)
        near = neighbours(self.layout or usual(self.language))
        free = passage.free(singles(passage.string, near))
        hit = [free[place] for place in places(rng, len(free), rate)]
        return _mistyped(rng, passage, hit, set(free), near) if hit else iter(())


def _mistyped(
    rng: Stream, passage: Passage, hit: Sequence[int], free: set[int], near: Mapping[str, str]
) -> Iterator[Edit]:
    done, string, edges = 0, passage.string, passage.edges
    for at in hit:
        if at < done:
            continue
        letter = string[at]
        ways = [_replace, _insert]
        # The first letter is never left out, so that something of every word and span remains.
        if at - 1 in free and at not in edges:
            ways.append(_omit)
        if at + 1 in free and at + 1 not in edges and string[at + 1] != letter:
            ways.append(_swap)
        keys = near[letter]
        # One number for the way and the key: both are drawn evenly, since the keys divide it with and without one more.
        number, way = divmod(rng.integer(0, len(ways) * len(keys) * (len(keys) + 1) - 1), len(ways))
        old = string[at : at + 2]
        done = at + 2 if ways[way] is _swap else at + 1
        yield at, done, ways[way](old, keys, number)


def _replace(old: str, keys: str, number: int) -> str:
    return keys[number % len(keys)]


def _insert(old: str, keys: str, number: int) -> str:
    return old[0] + (keys + old[0])[number % (len(keys) + 1)]


def _omit(old: str, keys: str, number: int) -> str:
    return ""


def _swap(old: str, keys: str, number: int) -> str:
    return old[::-1]


def _hit(rng: Stream, passage: Passage, rate: float, inner: bool = False) -> list[tuple[int, int]]:
    """The letters to change; ``inner``: only those right behind another of the same word and annotations."""
    found = passage.letters
    if inner:
        ends = {end for _, end in found}
        found = [(a, b) for a, b in found if a in ends and a not in passage.edges]
    if passage.protected:
        free = set(unprotected((start for start, _ in found), passage.protected))
        found = [span for span in found if span[0] in free]
    return [found[place] for place in places(rng, len(found), rate)]


class CharInsert(TextStep):
    """Put a letter of the same script behind a fraction ``rate`` of the letters."""

    changes = {"spelling"}

    rate: Rate = Range(0.05)

    def edits(self, rng: Stream, passage: Passage) -> Iterator[Edit]:
        for start, end in _hit(rng, passage, self.rate.draw(rng)):
            letter = passage.string[start:end]
            yield start, end, letter + another(rng, letter, passage)


class CharDelete(TextStep):
    """Leave out a fraction ``rate`` of the letters; the first of a word, a span and a token stays."""

    changes = {"spelling"}

    rate: Rate = Range(0.05)

    def edits(self, rng: Stream, passage: Passage) -> Iterator[Edit]:
        for start, end in _hit(rng, passage, self.rate.draw(rng), inner=True):
            yield start, end, ""


class CharReplace(TextStep):
    """Replace a fraction ``rate`` of the letters by another of the same script and case."""

    changes = {"spelling"}

    rate: Rate = Range(0.05)

    def edits(self, rng: Stream, passage: Passage) -> Iterator[Edit]:
        for start, end in _hit(rng, passage, self.rate.draw(rng)):
            yield start, end, another(rng, passage.string[start:end], passage)


class CharSwap(TextStep):
    """Swap a fraction ``rate`` of the letters with the one before, within a word and its annotations."""

    changes = {"spelling"}

    rate: Rate = Range(0.05)

    def edits(self, rng: Stream, passage: Passage) -> Iterator[Edit]:
        before = {end: start for start, end in passage.letters}
        done = 0
        for at, end in _hit(rng, passage, self.rate.draw(rng), inner=True):
            start = before[at]
            first, second = passage.string[start:at], passage.string[at:end]
            if start >= done and first != second and passage.is_free(start, end):
                done = end
                yield start, end, second + first
