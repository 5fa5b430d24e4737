"""Steps that change how a text looks: upper and lower case, accents, look-alikes, spaces and punctuation."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from typing import Annotated, Literal

from augkit.errors import FieldError
from augkit.fields import Limits, Range
from augkit.rng import Stream
from augkit.vocab.text.compose import Edit
from augkit_text.confusions import HOMOGLYPHS, OCR
from augkit_text.draws import places
from augkit_text.passage import Passage
from augkit_text.step import TextStep


class Case(TextStep):
    """Write a fraction ``rate`` of the words in upper case, lower case, with a capital, or with the case of each letter
    turned round.
    """

    changes = {"case"}

    rate: Annotated[Range, Limits(0, 1, neutral=0, strongest=1, unit="fraction of the words")] = Range(0.1)
    to: Annotated[Literal["upper", "lower", "title", "swap"] | None, Limits(doc="without it any of the four")] = None

    def edits(self, rng: Stream, passage: Passage) -> Iterator[Edit]:
        words = passage.freed(passage.words)
        for place in places(rng, len(words), self.rate.draw(rng)):
            to = self.to or rng.choice(("upper", "lower", "title", "swap"))
            first = True
            for start, end in passage.segments(*words[place]):
                old = passage.string[start:end]
                new = _cased(old, to, first)
                first = False
                if new != old:
                    yield start, end, new


def _cased(string: str, to: str, first: bool) -> str:
    if to == "title":
        return string[:1].upper() + string[1:].lower() if first else string.lower()
    return {"upper": str.upper, "lower": str.lower, "swap": str.swapcase}[to](string)


class Diacritics(TextStep):
    """Take the accents off a fraction ``rate`` of the letters of Latin and Greek that have one, and the dots off ё.

    ``style: expand`` writes ä, ö, ü and ß as ae, oe, ue and ss first.
    """

    changes = {"spelling"}

    rate: Annotated[Range, Limits(0, 1, neutral=0, strongest=1, unit="fraction of the accented letters")] = Range(0.5)
    style: Annotated[Literal["strip", "expand"], Limits(doc="é as e; or also ä as ae")] = "strip"

    def edits(self, rng: Stream, passage: Passage) -> Iterator[Edit]:
        if passage.string.isascii():
            return
        bare = [(a, b, _bare(passage.string[a:b], self.style)) for a, b in passage.letters]
        found = [(a, b, new) for a, b, new in bare if new != passage.string[a:b] and passage.is_free(a, b)]
        for place in places(rng, len(found), self.rate.draw(rng)):
            yield found[place]


@cache
def _expanded() -> dict[str, str]:
    pairs = {"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "æ": "ae", "ø": "oe", "å": "aa"}
    return pairs | {old.upper(): new.capitalize() for old, new in pairs.items() if len(old.upper()) == 1}


def _bare(letter: str, style: str) -> str:
    if letter.isascii():
        return letter
    composed = unicodedata.normalize("NFC", letter)
    if style == "expand" and composed in _expanded():
        return _expanded()[composed]
    apart = unicodedata.normalize("NFD", letter)
    known = unicodedata.name(apart[0], "").startswith(("LATIN", "GREEK")) or composed in "ёЁ"
    return "".join(mark for mark in apart if unicodedata.category(mark) != "Mn") if known else letter


class Homoglyph(TextStep):
    """Replace a fraction ``rate`` of the letters by ones of another script that look the same: Latin a by Cyrillic."""

    changes = {"spelling"}

    rate: Annotated[Range, Limits(0, 1, neutral=0, strongest=0.5, unit="fraction of the letters")] = Range(0.05)

    def edits(self, rng: Stream, passage: Passage) -> Iterator[Edit]:
        found = [(a, b) for a, b in passage.letters if passage.string[a:b] in HOMOGLYPHS and passage.is_free(a, b)]
        for place in places(rng, len(found), self.rate.draw(rng)):
            start, end = found[place]
            yield start, end, rng.choice(HOMOGLYPHS[passage.string[start:end]])


class Ocr(TextStep):
    """Misread a fraction ``rate`` of the characters that scanners confuse: 0 and O, l and 1, rn and m."""

    changes = {"spelling"}
    risks = {"polarity": "negation", "numbers": "numbers"}

    rate: Annotated[Range, Limits(0, 1, neutral=0, strongest=0.3, unit="fraction of what can be confused")] = Range(
        0.05
    )

    def edits(self, rng: Stream, passage: Passage) -> Iterator[Edit]:
        found = passage.freed([match.span() for match in _ocr().finditer(passage.string)])
        if passage.edges:
            found = [(start, end) for start, end in found if end - start == 1 or not _cut(passage, start, end)]
        for place in places(rng, len(found), self.rate.draw(rng)):
            start, end = found[place]
            yield start, end, rng.choice(OCR[passage.string[start:end]])


@cache
def _ocr() -> re.Pattern[str]:
    return re.compile("|".join(re.escape(old) for old in sorted(OCR, key=len, reverse=True)))


def _cut(passage: Passage, start: int, end: int) -> bool:
    return any(at in passage.edges for at in range(start + 1, end))


class Whitespace(TextStep):
    """Replace a fraction ``rate`` of the runs of spaces by other whitespace. Words stay apart, line breaks stay."""

    changes = frozenset()

    rate: Annotated[Range, Limits(0, 1, neutral=0, strongest=1, unit="fraction of the gaps")] = Range(0.1)
    by: Annotated[tuple[str, ...], Limits(doc="what to draw from; whitespace only")] = ("  ", "\t", "\u00a0", "\n")

    def validate(self) -> None:
        super().validate()
        wrong = [item for item in self.by if not item.isspace()]
        if wrong or not self.by:
            raise FieldError(
                f"by: {wrong[0] if wrong else []!r} is no whitespace; expected spaces, as in ['  '].", "by"
            )

    def edits(self, rng: Stream, passage: Passage) -> Iterator[Edit]:
        words = passage.words
        gaps = [(end, begin) for (_, end), (begin, _) in pairwise(words)]
        free = [gap for gap in gaps if "\n" not in passage.string[slice(*gap)] and passage.is_free(*gap)]
        for place in places(rng, len(free), self.rate.draw(rng)):
            start, end = free[place]
            new = rng.choice(self.by)
            if new != passage.string[start:end]:
                yield start, end, new


class Punctuation(TextStep):
    """Put marks between a fraction ``rate`` of the words (AEDA: Karimi et al. 2021), or take marks away
    (``action: delete``).
    """

    changes = {"punctuation"}

    rate: Annotated[Range, Limits(0, 1, neutral=0, strongest=0.33, unit="fraction of the words, or of the marks")] = (
        Range(0.15)
    )
    action: Annotated[Literal["insert", "delete"], Limits(doc="put marks in, or take them away")] = "insert"
    marks: Annotated[tuple[str, ...], Limits(doc="what is put in or taken away")] = (".", ";", "?", ":", "!", ",")

    def edits(self, rng: Stream, passage: Passage) -> Iterator[Edit]:
        rate = self.rate.draw(rng)
        if self.action == "insert":
            starts = passage.free(start for start, _ in passage.words if start in passage.boundaries)
            for place in places(rng, len(starts), rate):
                yield starts[place], starts[place], rng.choice(self.marks) + " "
            return
        for place in places(rng, len(found := list(self._removable(passage))), rate):
            yield *found[place], ""

    def _removable(self, passage: Passage) -> Iterator[tuple[int, int]]:
        """Marks with something else of their word left, so that no word goes."""
        for start, end in passage.words:
            spans = [(at, at + 1) for at in range(start, end) if passage.string[at] in self.marks]
            if len(spans) < end - start:
                yield from (span for span in spans if passage.is_free(*span))
