"""Steps that change words. A word is what whitespace separates; where a script has none, a text is one word."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated

from augkit.fields import Limits, Range
from augkit.rng import Stream
from augkit.sample import Frame, Target
from augkit.transform import Transform
from augkit.vocab.text import Edits
from augkit.vocab.text.compose import Edit
from augkit_text.draws import Ranges, marked, places, string_in
from augkit_text.graphemes import boundaries
from augkit_text.protect import Language, Protected, protected, touched

_WORD = re.compile(r"\S+")


class WordDelete(Transform[Edits]):
    """Delete a fraction ``rate`` of the words, each with the space on one side; at least one word stays.

    Line breaks and the other spaces stay, and so do words that touch what ``protect`` names. Spans shrink with their
    words; one that loses them all is dropped, unless ``protect`` names ``spans``.
    """

    rate: Annotated[Range, Limits(0, 1, neutral=0, strongest=0.4, unit="fraction of the words")] = Range(0.1)
    protect: Annotated[tuple[Protected, ...], Limits(doc="what is left alone")] = ("negation",)
    language: Annotated[Language, Limits(doc="whose cues of negation are protected")] = "en"
    changes = {"meaning"}
    needs = ("text",)

    def changed_qualities(self) -> frozenset[str]:
        return self.changes if "negation" in self.protect else self.changes | {"polarity"}

    def draw(self, rng: Stream, frame: Frame, content: Mapping[str, Target] | None = None) -> Edits:
        string = string_in(content)
        rate = self.rate.draw(rng)
        words = [match.span() for match in _WORD.finditer(string)]
        ranges = protected(string, self.protect, self.language, marked(content)[0])
        free = [number for number in _separable(string, words) if not touched(*words[number], ranges)]
        gone = {free[place] for place in places(rng, len(free), rate)}
        if words and len(gone) == len(words):
            gone.remove(rng.integer(0, len(words) - 1))
        return Edits(len(string), tuple(_without(string, words, gone)))


def _separable(string: str, words: Ranges) -> Iterator[int]:
    """The words that can go without splitting a grapheme, such as a space with a combining mark beside them."""
    edges = boundaries(string)
    clean = [start in edges and end in edges for start, end in words]
    for number in range(len(words)):
        if all(clean[max(number - 1, 0) : number + 2]):
            yield number


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
