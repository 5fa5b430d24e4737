"""Colours for labels and classes, told apart on light and dark alike, also by who sees few colours."""

from __future__ import annotations

from typing import Any

COLOURS = ("#0077bb", "#cc3311", "#009988", "#aa3377", "#ee7733", "#332288", "#997700", "#117733", "#882255", "#66707a")
"""After Paul Tol's schemes (SRON/EPS/TN/09-002); all are dark enough for white words on them."""

GOOD, BAD = "#1f5fa8", "#c2571a"
"""Blue and orange, which nobody mixes up; what they mean is said in words too."""


class Palette:
    """A colour per label, in the order in which labels are met."""

    def __init__(self) -> None:
        self._known: dict[str, str] = {}

    def of(self, label: Any) -> str:
        """The colour of a label, as ``#rrggbb``."""
        return self._known.setdefault(str(label), COLOURS[len(self._known) % len(COLOURS)])


def class_colour(number: int) -> str:
    """The colour of a mask's class, as ``#rrggbb``; class 0 is background and has none in a picture."""
    return COLOURS[(number - 1) % len(COLOURS)]


def class_rgb(number: int) -> tuple[int, int, int]:
    """The same as numbers."""
    colour = class_colour(number)
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)
