"""Graphemes: what a reader sees as one character, and what no step splits (Unicode Standard Annex 29)."""

from __future__ import annotations

import re
from collections.abc import Container
from itertools import compress

import regex

_FLAG = "[\U0001f1e6-\U0001f1ff]"
_GRAPHEME = regex.compile(rf"{_FLAG}{{2}}(?={_FLAG})|\X")  # by itself \X counts a run of flags anew for each of them
_ASCII = re.compile("[A-Za-z]")


def singles(string: str, letters: Container[str]) -> list[int]:
    """Positions of graphemes of one code point that is among ``letters``: an e with a combining accent is none."""
    if string.isascii():
        return list(compress(range(len(string)), map(letters.__contains__, string)))
    found = (match.span() for match in _GRAPHEME.finditer(string))
    return [start for start, end in found if end - start == 1 and string[start] in letters]


def letters(string: str) -> list[tuple[int, int]]:
    """Where the graphemes are that begin with a letter."""
    if string.isascii():
        return [match.span() for match in _ASCII.finditer(string)]
    return [match.span() for match in _GRAPHEME.finditer(string) if match[0][0].isalpha()]


def boundaries(string: str) -> Container[int]:
    """Positions where one grapheme ends and another starts, both ends of the text included."""
    if string.isascii() and "\r\n" not in string:
        return range(len(string) + 1)
    return {0, len(string), *(match.start() for match in _GRAPHEME.finditer(string))}
