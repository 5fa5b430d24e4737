"""Vocabulary: texts as numbers of their letters or words, and back."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

Units = Literal["characters", "words"]
PAD, START, END, UNKNOWN = range(4)
FIRST = 4
"""The number of the first unit; those before it are no units."""

_WORD = re.compile(r"\s+|\w+|[^\w\s]")


def split(text: str, units: Units) -> list[str]:
    """Its letters; or words, single marks, and the spaces between them. Joined they are the text again."""
    return list(text) if units == "characters" else _WORD.findall(text)


def units_of(texts: Iterable[str], units: Units) -> list[str]:
    """Every unit once, in order."""
    return sorted({unit for text in texts for unit in split(text, units)})


@dataclass(frozen=True)
class Vocabulary:
    """``known`` units; all others are one, unknown."""

    known: tuple[str, ...]
    units: Units

    def __len__(self) -> int:
        return FIRST + len(self.known)

    @cached_property
    def _numbers(self) -> dict[str, int]:
        return {unit: FIRST + number for number, unit in enumerate(self.known)}

    def numbers(self, text: str) -> list[int]:
        """Without start and end."""
        return [self._numbers.get(unit, UNKNOWN) for unit in split(text, self.units)]

    def text(self, numbers: Sequence[int]) -> str:
        """Up to the end; what is no unit is left out."""
        numbers = numbers[: numbers.index(END)] if END in numbers else numbers
        return "".join(self.known[number - FIRST] for number in numbers if number >= FIRST)
