"""Names of notes, keys and chords, and what becomes of them so many semitones higher."""

from __future__ import annotations

import re
from typing import Literal

from augkit.errors import Conflict, DataError

Spelling = Literal["sharp", "flat"]
Between = Literal["conflict", "round"]

_NAMES: dict[Spelling, tuple[str, ...]] = {
    "sharp": ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B"),
    "flat": ("C", "Db", "D", "Eb", "E", "F", "Gb", "G", "Ab", "A", "Bb", "B"),
}
_LETTERS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
_ACCIDENTALS = {"#": 1, "♯": 1, "b": -1, "♭": -1}
_NOTE = re.compile(r"([A-G])([#♯b♭]*)")
_NAME = re.compile(r"^\s*([A-Ga-g][#♯b♭]*)(.*)$", re.DOTALL)
_NONE = ("N", "X", "")
"""No key or chord, and an unknown one, in the syntax of Harte et al. (2005)."""

WHOLE = 1e-6
"""Shifts this close to whole semitones are whole."""


def transposed(name: str, semitones: int, spelling: Spelling = "sharp") -> str:
    """The key or chord so many semitones higher: ``C major`` → ``D major``, ``c:min`` → ``d:min``, ``A:min7/b3`` →
    ``B:min7/b3``, ``C/E`` → ``D/F#``.

    The root is spelled anew, and a bass that is a note; the rest stays as written. ``N`` and ``X`` stay. Whole octaves
    change nothing. DataError for what begins with no note.
    """
    if semitones % 12 == 0 or name.strip() in _NONE:
        return name
    found = _NAME.match(name)
    if not found:
        raise DataError(f"{name!r} is no key or chord; expected a note first, as in 'C major', 'F#:min' or 'Bbm7'.")
    head, rest = found.groups()
    lower = head[0].islower()
    root = _higher(head[0].upper() + head[1:], semitones, spelling)
    main, slash, bass = rest.rpartition("/")
    if slash and _NOTE.fullmatch(bass.strip()):
        rest = f"{main}/{_higher(bass.strip(), semitones, spelling)}"
    start = name[: found.start(1)]
    return f"{start}{root[0].lower() + root[1:] if lower else root}{rest}"


def _higher(note: str, semitones: int, spelling: Spelling) -> str:
    number = _LETTERS[note[0]] + sum(_ACCIDENTALS[mark] for mark in note[1:])
    return _NAMES[spelling][(number + semitones) % 12]


def whole(semitones: float, between: Between) -> int:
    """The shift in whole semitones; Conflict where it is none and ``between`` does not say to round it."""
    nearest = round(semitones)
    if abs(semitones - nearest) > WHOLE and between == "conflict":
        raise Conflict(f"a shift by {semitones:g} semitones leads to no key; write {{int: [-3, 3]}}.")
    return nearest
