"""Colours for labels and classes, told apart on light and dark alike, also by who sees few colours."""

from __future__ import annotations

from typing import Any

COLOURS = ("#0077bb", "#e1780f", "#783c3c", "#8700ff", "#b4875a", "#872d00", "#2d3cb4", "#b45a87", "#8778ff", "#960078")
"""Each as far as can be from those before it, for all kinds of eyes (colour blindness as Machado et al. 2009 have it),
among those that white words can be read on and that stand out from a dark page.
"""

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
