"""Colours for labels and classes, told apart on light and dark alike."""

from __future__ import annotations

from typing import Any

COLOURS = ("#e6194b", "#3cb44b", "#4363d8", "#f58231", "#911eb4", "#00a5b5", "#d42bc0", "#808000", "#9a6324", "#469990")


class Palette:
    """A colour per label, in the order in which labels are met."""

    def __init__(self) -> None:
        self._known: dict[str, str] = {}

    def of(self, label: Any) -> str:
        """The colour of a label, as ``#rrggbb``."""
        return self._known.setdefault(str(label), COLOURS[len(self._known) % len(COLOURS)])


def class_rgb(number: int) -> tuple[int, int, int]:
    """The colour of a mask's class; class 0 is background and has none in a picture."""
    colour = COLOURS[(number - 1) % len(COLOURS)]
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)
