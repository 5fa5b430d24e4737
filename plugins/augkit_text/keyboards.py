"""Keyboards: which letters lie next to which."""

from __future__ import annotations

from functools import cache
from typing import Literal

Layout = Literal["qwerty", "qwertz", "azerty"]

_ROWS: dict[str, tuple[str, str, str]] = {
    "qwerty": ("qwertyuiop", "asdfghjkl", "zxcvbnm"),
    "qwertz": ("qwertzuiopü", "asdfghjklöä", "yxcvbnm"),
    "azerty": ("azertyuiop", "qsdfghjklm", "wxcvbn"),
}


@cache
def neighbours(layout: Layout) -> dict[str, str]:
    """The letters around each letter of a layout, upper case for upper case; rows sit half a key to the right."""
    found: dict[str, str] = {}
    rows = _ROWS[layout]
    for row, letters in enumerate(rows):
        for column, letter in enumerate(letters):
            around = [(row, column - 1), (row, column + 1), (row - 1, column), (row - 1, column + 1)]
            around += [(row + 1, column - 1), (row + 1, column)]
            near = "".join(rows[r][c] for r, c in around if 0 <= r < len(rows) and 0 <= c < len(rows[r]))
            found |= {letter: near, letter.upper(): near.upper()}
    return found
