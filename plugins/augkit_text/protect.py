"""What edits leave alone: cues of negation, URLs, numbers, what is annotated, and what a recipe names."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from operator import itemgetter
from typing import Any, Literal

from augkit.errors import FieldError
from augkit.vocab.text.compose import Edit
from augkit_text.negation import Language, cues_in

Ranges = list[tuple[int, int]]
Finder = Callable[[str], Ranges]
Protected = Literal["spans", "negation", "urls", "numbers"] | Mapping[str, Any]

# Each begins where a word does and reads on: none looks at a character of a long word more than a few times.
_URL = re.compile(r"(?<!\S)(?:[(\[<\"']*)(?:https?://|www\.)\S+|(?<!\S)[^\s@]+@[^\s@]+\.\S+", re.IGNORECASE)
_DIGIT = re.compile(r"\d")
_NUMBER = re.compile(r"(?<!\S)[^\s\d]*\d\S*")


def finders_of(protect: Sequence[Protected], language: Language) -> tuple[Finder, ...]:
    """What finds the ranges that ``protect`` names, but for the annotated ones; FieldError for what cannot be read."""
    known = {"negation": partial(cues_in, language=language), "urls": _urls, "numbers": _numbers}
    named = [known[item] for item in protect if isinstance(item, str) and item in known]
    return (*named, *(_written(item) for item in protect if not isinstance(item, str)))


def _urls(string: str) -> Ranges:
    there = "://" in string or "@" in string or "www." in string.lower()
    return [match.span() for match in _URL.finditer(string)] if there else []


def _numbers(string: str) -> Ranges:
    return [match.span() for match in _NUMBER.finditer(string)] if _DIGIT.search(string) else []


def _written(item: Mapping[str, Any]) -> Finder:
    given = next(iter(item.values())) if len(item) == 1 else None
    if set(item) == {"regex"} and isinstance(given, str):
        try:
            return partial(_matches, re.compile(given))
        except re.error as error:
            raise FieldError(f"protect: {given!r} is no regular expression: {error}.", "protect") from None
    words = [*given] if set(item) == {"words"} and isinstance(given, list | tuple) else []
    if not words or not all(isinstance(word, str) and word for word in words):
        raise FieldError(f"protect: got {dict(item)!r}; expected {{regex: …}} or {{words: […]}}.", "protect")
    listed = "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))
    return partial(_matches, re.compile(rf"(?<!\w)(?:{listed})(?!\w)", re.IGNORECASE))


def _matches(pattern: re.Pattern[str], string: str) -> Ranges:
    return [span for match in pattern.finditer(string) if (span := match.span())[0] < span[1]]


def found(string: str, finders: Iterable[Finder], annotated: Iterable[tuple[int, int]]) -> Ranges:
    """Ranges of ``string`` to leave alone, in order and without overlap."""
    ranges = list(annotated)
    for finder in finders:
        ranges += finder(string)
    return united(ranges) if len(ranges) > 1 else ranges


def united(ranges: Iterable[tuple[int, int]]) -> Ranges:
    """The ranges in order, those that meet as one."""
    done: Ranges = []
    for start, end in sorted(ranges):
        if done and start <= done[-1][1]:
            done[-1] = done[-1][0], max(end, done[-1][1])
        else:
            done.append((start, end))
    return done


def unprotected(positions: Iterable[int], ranges: Ranges) -> list[int]:
    """The ``positions`` (in order) outside all ``ranges`` (in order)."""
    if not ranges:
        return list(positions)
    left, number, (start, end) = [], 0, ranges[0]
    for position in positions:
        while position >= end:
            number += 1
            start, end = ranges[number] if number < len(ranges) else (1 << 62, 1 << 62)
        if position < start:
            left.append(position)
    return left


def touched(start: int, end: int, ranges: Sequence[tuple[int, int]]) -> bool:
    """Whether [start, end) shares a character with one of the ``ranges`` (in order, without overlap)."""
    number = bisect_right(ranges, start, key=itemgetter(1))
    return number < len(ranges) and ranges[number][0] < end


Run = tuple[int, int, list[Edit]]
"""Edits side by side, and where they begin and end: they are made together or not at all."""


def runs(edits: Iterable[Edit]) -> list[Run]:
    """Edits by what stands side by side."""
    made: list[Run] = []
    for edit in edits:
        if made and made[-1][1] == edit[0]:
            start, _, own = made[-1]
            own.append(edit)
            made[-1] = start, edit[1], own
        else:
            made.append((edit[0], edit[1], [edit]))
    return made


def sparing(made: Iterable[Run], string: str, ranges: Ranges) -> Iterator[Run]:
    """Those runs that change no range, and after which none has become part of another word."""
    number = 0
    for run in made:
        start, end, edits = run
        while number < len(ranges) and ranges[number][1] < start:
            number += 1
        if all(_spares(run, string, a, b) for a, b in ranges[number : number + 2] if a <= end):
            yield start, end, edits


def _spares(run: Run, string: str, first: int, last: int) -> bool:
    start, end, edits = run
    if start < last and end > first:
        return False
    text = "".join([replacement for _, _, replacement in edits])
    if start == last:
        return _same_kind(string[last : last + 1], (text + string[end : end + 1])[:1])
    return end != first or _same_kind(string[first - 1 : first] if first else "", (string[:start][-1:] + text)[-1:])


def _same_kind(before: str, after: str) -> bool:
    """Whether what now stands beside a range does not make it part of a word that it was no part of."""
    return before.isalnum() or not after.isalnum()
