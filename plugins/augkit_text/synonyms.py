"""Words for words: synonyms and antonyms, from WordNet or a table of one's own."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Annotated

from augkit.fields import Limits, Range
from augkit.rng import Stream
from augkit.vocab.text.compose import Edit
from augkit_text.draws import places
from augkit_text.lexicon import Lexicon, check_table, lexicon_of
from augkit_text.passage import LETTERS, Passage
from augkit_text.step import TextStep

_START = re.compile(r"(?:^|[.!?…:]|\n)[\"'“”‘’(\[*\s-]*$")
Rate = Annotated[Range, Limits(0, 1, neutral=0, strongest=0.5, unit="fraction of the words that the table has")]
Table = Annotated[
    str | None, Limits(doc="a file of one's own: `#language en`, then word, tab, synonyms, tab, antonyms")
]


class Synonym(TextStep):
    """Replace a fraction ``rate`` of the words that have synonyms by one of the first ``top``, the most frequent.

    Number, tense, degree and case of the word are kept, and `a` stays before a consonant. Names, clitics, words within
    addresses and words that are mostly another part of speech stay. The table is made from WordNet 3.0 (English).
    """

    changes = {"wording"}
    paths = ("table",)

    rate: Rate = Range(0.2)
    top: Annotated[int, Limits(1, doc="of the synonyms of a word, those that may be drawn")] = 3
    table: Table = None

    def validate(self) -> None:
        super().validate()
        check_table(self.table, self.language)

    def edits(self, rng: Stream, passage: Passage) -> Iterator[Edit]:
        found = list(replaceable(passage, lexicon_of(self.table, self.language), antonyms=False))
        return replaced(rng, passage, found, self.rate.draw(rng), self.top)


class Antonym(TextStep):
    """Replace a fraction ``rate`` of the words that have an antonym by it, in the same form. See ``synonym``.

    What the text says turns round: a label that depends on polarity or meaning refuses it.
    """

    changes = {"polarity", "meaning", "wording"}
    paths = ("table",)

    rate: Rate = Range(0.2)
    table: Table = None

    def validate(self) -> None:
        super().validate()
        check_table(self.table, self.language)

    def edits(self, rng: Stream, passage: Passage) -> Iterator[Edit]:
        found = list(replaceable(passage, lexicon_of(self.table, self.language), antonyms=True))
        return replaced(rng, passage, found, self.rate.draw(rng), 1)


Found = tuple[int, int, Sequence[str]]


def replaceable(passage: Passage, lexicon: Lexicon, antonyms: bool) -> Iterator[Found]:
    """The words that others may stand for, and those."""
    string, before = passage.string, ""
    for match in LETTERS.finditer(string):
        word = match[0]
        others = _others(passage, word, match.start(), lexicon, antonyms)
        if others and before in ("a", "an"):
            others = [other for other in others if _goes_with(before, other)]
        if others and passage.is_free(*match.span()):
            yield *match.span(), others
        before = word.lower()


def _others(passage: Passage, word: str, start: int, lexicon: Lexicon, antonyms: bool) -> Sequence[str]:
    low = word if word.islower() else word.lower()
    others = lexicon.others(low, antonyms)
    return others if others and (low is word or not _may_be_a_name(passage, word, start, lexicon)) else ()


def _may_be_a_name(passage: Passage, word: str, start: int, lexicon: Lexicon) -> bool:
    """Capitals within a sentence make a name or an acronym; at its start a bare noun or verb may be one (Bill)."""
    if word.isupper() and len(word) > 1:
        return not passage.string.isupper()
    if not word.istitle() or not _START.search(passage.string[max(0, start - 10) : start]):
        return True
    _, kind, form = lexicon.form(word.lower())
    return not form and kind in ("n", "v")


def _goes_with(article: str, word: str) -> bool:
    """Whether `a` or `an` may stay before the word; of h, u, one and eu nobody knows by the letters."""
    return word[0] not in "hu" and not word.startswith(("eu", "one")) and (word[0] in "aeio") == (article == "an")


def replaced(rng: Stream, passage: Passage, found: Sequence[Found], rate: float, top: int) -> Iterator[Edit]:
    """Some of the words, each by one of the first ``top`` that may stand for it."""
    for place in places(rng, len(found), rate):
        start, end, others = found[place]
        yield start, end, like_case(passage.string[start:end], rng.choice(others[:top]))


def like_case(word: str, other: str) -> str:
    """``other`` in upper case, or with a capital, where ``word`` is."""
    if word.islower():
        return other
    if word.isupper() and len(word) > 1:
        return other.upper()
    return other[:1].upper() + other[1:] if word[:1].isupper() else other
