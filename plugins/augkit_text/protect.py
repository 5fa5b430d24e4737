"""What edits leave alone: cues of negation, URLs, numbers, and whatever is annotated."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from functools import cache
from operator import itemgetter
from typing import Literal

Protected = Literal["spans", "negation", "urls", "numbers"]
Language = Literal["en", "de", "es", "fr"]

_URL = re.compile(r"(?:https?://|www\.)\S+|\S+@\S+\.\S+", re.IGNORECASE)
_NUMBER = re.compile(r"\S*\d\S*")
_CUES = {
    "en": r"no|not|nor|none|never|neither|nobody|nothing|nowhere|without|cannot|hardly|barely|scarcely|\w+n['’]t"
    r"|(?:ca|wo|do|does|did|is|are|was|were|has|have|had|could|should|would|ai)nt",
    "de": r"nicht|nichts|nie|niemals|niemand\w*|nirgends|nirgendwo|weder|noch|ohne|kein\w*",
    "es": r"no|ni|nunca|jamás|nada|nadie|ning[uú]n\w*|tampoco|sin",
    "fr": r"ne|pas|point|plus|jamais|rien|personne|aucun\w*|ni|non|sans",
}
_ELIDED = {"fr": r"|(?<!\w)n['’]"}


@cache
def _cues(language: Language) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{_CUES[language]})(?!\w){_ELIDED.get(language, '')}", re.IGNORECASE)


def protected(
    string: str, protect: Sequence[Protected], language: Language, annotated: Iterable[tuple[int, int]]
) -> list[tuple[int, int]]:
    """Ranges of ``string`` to leave alone, in order and without overlap."""
    found: list[tuple[int, int]] = list(annotated) if "spans" in protect else []
    patterns = {"negation": _cues(language), "urls": _URL, "numbers": _NUMBER}
    for name, pattern in patterns.items():
        if name in protect:
            found += [match.span() for match in pattern.finditer(string)]
    return _united(found)


def _united(ranges: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    united: list[tuple[int, int]] = []
    for start, end in sorted(ranges):
        if united and start <= united[-1][1]:
            united[-1] = united[-1][0], max(end, united[-1][1])
        else:
            united.append((start, end))
    return united


def unprotected(positions: Iterable[int], ranges: Sequence[tuple[int, int]]) -> list[int]:
    """The ``positions`` (in order) outside all ``ranges`` (in order)."""
    left, number = [], 0
    for position in positions:
        while number < len(ranges) and ranges[number][1] <= position:
            number += 1
        if number == len(ranges) or position < ranges[number][0]:
            left.append(position)
    return left


def touched(start: int, end: int, ranges: Sequence[tuple[int, int]]) -> bool:
    """Whether [start, end) shares a character with one of the ``ranges`` (in order, without overlap)."""
    number = bisect_right(ranges, start, key=itemgetter(1))
    return number < len(ranges) and ranges[number][0] < end
