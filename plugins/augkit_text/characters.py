"""Steps that change characters."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping, Sequence
from typing import Annotated

from augkit.fields import Limits, Range
from augkit.rng import Stream
from augkit.sample import Frame, Target
from augkit.transform import Transform
from augkit.vocab.text import Edits
from augkit.vocab.text.compose import Edit
from augkit_text.draws import marked, places, string_in
from augkit_text.graphemes import singles
from augkit_text.keyboards import Layout, neighbours
from augkit_text.protect import Language, Protected, protected, unprotected


class Typo(Transform[Edits]):
    """Mistype a fraction ``rate`` of the letters: a neighbouring key, a key hit twice or along, one left out, two
    swapped.

    Letters are those of the keyboard ``layout``; all else (other scripts, accents, emoji, whitespace) stays as it is,
    as do the ranges that ``protect`` names. No word, span or token loses all its letters.
    """

    rate: Annotated[Range, Limits(0, 1, neutral=0, strongest=0.3, unit="fraction of the letters")] = Range(0.05)
    layout: Annotated[Layout, Limits(doc="which letters lie next to which")] = "qwerty"
    protect: Annotated[tuple[Protected, ...], Limits(doc="what is left alone")] = ("negation", "urls", "numbers")
    language: Annotated[Language, Limits(doc="whose cues of negation are protected")] = "en"
    changes = {"spelling"}
    needs = ("text",)

    def changed_qualities(self) -> frozenset[str]:
        return self.changes if "negation" in self.protect else self.changes | {"polarity"}

    def draw(self, rng: Stream, frame: Frame, content: Mapping[str, Target] | None = None) -> Edits:
        string = string_in(content)
        rate = self.rate.draw(rng)
        ranges, edges = marked(content)
        near = neighbours(self.layout)
        letters = unprotected(singles(string, near), protected(string, self.protect, self.language, ranges))
        hit = [letters[place] for place in places(rng, len(letters), rate)]
        return Edits(len(string), tuple(_mistyped(rng, string, hit, _followers(letters, edges), near)))


def _followers(letters: Sequence[int], edges: Container[int]) -> set[int]:
    """The letters right behind another of the same word and the same annotations."""
    known = set(letters)
    return {at for at in letters if at - 1 in known and at not in edges}


def _mistyped(
    rng: Stream, string: str, hit: Sequence[int], followers: Container[int], near: Mapping[str, str]
) -> Iterator[Edit]:
    done = 0
    for at in hit:
        if at < done:
            continue
        letter = string[at]
        ways = ["replace", "insert"]
        # The first letter is never left out, so that something of every word and span remains.
        if at in followers:
            ways.append("omit")
        if at + 1 in followers and string[at + 1] != letter:
            ways.append("swap")
        key = rng.choice(near[letter] + letter if (way := rng.choice(ways)) == "insert" else near[letter])
        replacement = {"replace": key, "insert": letter + key, "omit": "", "swap": string[at : at + 2][::-1]}[way]
        done = at + 2 if way == "swap" else at + 1
        yield at, done, replacement
