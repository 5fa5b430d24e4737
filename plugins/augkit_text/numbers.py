"""Numbers: written in words or in digits, or replaced by others."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Annotated, Literal

from augkit.errors import FieldError
from augkit.fields import Limits, Range
from augkit.rng import Stream
from augkit.transform import Transform
from augkit.vocab.text import PairEdits
from augkit.vocab.text.compose import Edit
from augkit_text.draws import places
from augkit_text.number_words import WORDS, in_words, value_of
from augkit_text.passage import Passage, translation_in
from augkit_text.protect import Protected
from augkit_text.step import Content, TextStep

_DIGITS = re.compile(r"(?<![\w.,:/'’$€£%+#@-])(?:\d{1,3}(?:,\d{3})+|\d{1,9})(?![\w'’%:/$€£-]|[.,]\d)")


class Numbers(TextStep, Transform[PairEdits]):
    """Write a fraction ``rate`` of the whole numbers the other way: 21 as twenty-one, and back. The value stays.

    With ``to: other`` digits are replaced by others, as many, and in a translation that has the same digits once too.
    Decimals, times, dates with slashes, codes, and numbers with a unit written to them stay. Words are English.
    """

    changes = {"wording"}
    risks = {}

    rate: Annotated[Range, Limits(0, 1, neutral=0, strongest=1, unit="fraction of the numbers")] = Range(0.5)
    to: Annotated[Literal["words", "digits", "other"] | None, Limits(doc="without it, digits to words and back")] = None
    protect: Annotated[tuple[Protected, ...], Limits(doc="left alone; see every step of text")] = ("negation", "urls")

    def validate(self) -> None:
        super().validate()
        if self.language != "en" and self.to != "other":
            raise FieldError(
                f"language: the number words are English, got {self.language!r}; `to: other` needs no words.",
                "language",
            )

    def changed_qualities(self) -> frozenset[str]:
        return frozenset({"numbers"}) if self.to == "other" else self.changes

    def drawn(self, rng: Stream, content: Content) -> PairEdits:
        passage, translation = self.passage(content), translation_in(content)
        other = translation.string if translation else ""
        free = [(a, b, new) for a, b, new in self._found(rng, passage) if passage.is_free(a, b)]
        if translation and self.to == "other":
            free = [found for found in free if len(_same(other, passage.string[found[0] : found[1]])) == 1]
        chosen = [free[place] for place in places(rng, len(free), self.rate.draw(rng))]
        kept = self.guarded(rng, passage, chosen)
        pairs = sorted(_paired(passage.string, other, kept)) if translation and self.to == "other" else []
        return PairEdits(len(passage.string), kept, len(other), tuple(pairs))

    def _found(self, rng: Stream, passage: Passage) -> Iterable[Edit]:
        if self.to == "other":
            return [(*m.span(), _another(rng, m[0])) for m in _DIGITS.finditer(passage.string)]
        made = [] if self.to == "digits" else list(_to_words(passage.string))
        return sorted([*made, *([] if self.to == "words" else _to_digits(passage))])


def _to_words(string: str) -> Iterator[Edit]:
    for match in _DIGITS.finditer(string):
        digits = match[0].replace(",", "")
        if digits == "0" or not digits.startswith("0"):
            yield *match.span(), in_words(int(digits))


def _to_digits(passage: Passage) -> Iterator[Edit]:
    for match in WORDS.finditer(passage.string):
        start, end = match.span()
        value = value_of(match[0])
        # `one` is a pronoun more often than a number.
        if value is not None and value != 1 and not passage.crossed(start, end):
            yield start, end, str(value)


def _another(rng: Stream, digits: str) -> str:
    """As many digits, and other ones; the first is 0 only where it was."""
    first = digits.lstrip("0")[:1]
    made = [str(rng.integer(0, 9)) if digit.isdigit() else digit for digit in digits]
    if first:
        place = digits.index(first)
        made[:place] = digits[:place]
        made[place] = str(1 + (int(first) - 1 + rng.integer(1, 8)) % 9)
    return "".join(made)


def _same(string: str, digits: str) -> list[tuple[int, int]]:
    return [match.span() for match in _DIGITS.finditer(string) if match[0] == digits]


def _paired(string: str, other: str, edits: Iterable[Edit]) -> Iterator[Edit]:
    for start, end, new in edits:
        [(first, last)] = _same(other, string[start:end])
        yield first, last, new
