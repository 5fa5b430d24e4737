"""Alphabets: which letters may stand for which."""

from __future__ import annotations

import unicodedata

from augkit.rng import Stream
from augkit_text.passage import Passage

_ALPHABETS = (
    "abcdefghijklmnopqrstuvwxyz",
    "абвгдежзийклмнопрстуфхцчшщыьэюя",
    "αβγδεζηθικλμνξοπρστυφχψω",
    "אבגדהוזחטיכלמנסעפצקרשת",
    "ابتثجحخدذرزسشصضطظعغفقكلمنهوي",
)
_SCRIPTS = {"LATIN": 0, "CYRILLIC": 1, "GREEK": 2, "HEBREW": 3, "ARABIC": 4}
_KNOWN = {letter: alphabet for alphabet in _ALPHABETS for letter in alphabet}


def another(rng: Stream, letter: str, passage: Passage) -> str:
    """Another letter of the script and case of ``letter``; of a script that is not listed, one that the text has.

    The letter itself where there is none.
    """
    alphabet = _alphabet(letter)
    if alphabet is None:
        return _of_the_text(rng, letter, passage)
    low = letter[0].lower()
    at = rng.integer(0, len(alphabet) - 1)
    # The next one stands in for the letter itself, which is no other.
    chosen = alphabet[at] if alphabet[at] != low else alphabet[(at + 1) % len(alphabet)]
    return chosen.upper() if letter[0].isupper() else chosen


def _alphabet(letter: str) -> str | None:
    known = _KNOWN.get(letter[0].lower())
    if known is not None:
        return known
    script = unicodedata.name(letter[0], "").partition(" ")[0]
    return _ALPHABETS[_SCRIPTS[script]] if script in _SCRIPTS else None


def _of_the_text(rng: Stream, letter: str, passage: Passage) -> str:
    script = unicodedata.name(letter[0], "").partition(" ")[0]
    spans = passage.letters
    at = rng.integer(0, len(spans) - 1)
    # One look at a few: a text of a million letters is not read through for each of them.
    for start, end in [*spans[at : at + 20], *spans[: max(0, at + 20 - len(spans))]]:
        found = passage.string[start:end]
        if found != letter and unicodedata.name(found[0], "").startswith(script) and script:
            return found
    return letter
