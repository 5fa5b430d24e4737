"""Keyboards: which letters lie next to which."""

from __future__ import annotations

from functools import cache
from typing import Literal

from augkit_text.negation import Language

Layout = Literal[
    "qwerty", "qwertz", "azerty", "spanish", "nordic", "danish", "portuguese", "italian", "jcuken", "ukrainian"
]

_ROWS: dict[str, tuple[str, str, str]] = {
    "qwerty": ("qwertyuiop", "asdfghjkl", "zxcvbnm"),
    "qwertz": ("qwertzuiopü", "asdfghjklöä", "yxcvbnm"),
    "azerty": ("azertyuiop", "qsdfghjklm", "wxcvbn"),
    "spanish": ("qwertyuiop", "asdfghjklñ", "zxcvbnm"),
    "nordic": ("qwertyuiopå", "asdfghjklöä", "zxcvbnm"),
    "danish": ("qwertyuiopå", "asdfghjklæø", "zxcvbnm"),
    "portuguese": ("qwertyuiop", "asdfghjklç", "zxcvbnm"),
    "italian": ("qwertyuiopè", "asdfghjklòà", "zxcvbnm"),
    "jcuken": ("йцукенгшщзхъ", "фывапролджэ", "ячсмитьбю"),
    "ukrainian": ("йцукенгшщзхї", "фівапролджє", "ячсмитьбю"),
}
_USUAL: dict[Language, Layout] = {
    "de": "qwertz",
    "fr": "azerty",
    "es": "spanish",
    "sv": "nordic",
    "da": "danish",
    "nb": "danish",
    "pt": "portuguese",
    "it": "italian",
    "ru": "jcuken",
    "uk": "ukrainian",
}


def usual(language: Language) -> Layout:
    """The layout that most people write a language on."""
    return _USUAL.get(language, "qwerty")


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
