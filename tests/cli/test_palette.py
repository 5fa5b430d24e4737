"""Colours of labels: who sees few colours tells them apart, and white words can be read on them."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from augkit.report.palette import BAD, COLOURS, GOOD, Palette, class_colour, class_rgb

EYES = {
    "all": np.eye(3),
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]],
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "tritanopia": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.3039]],
}
"""How linear RGB is seen (Machado, Oliveira and Fernandes 2009)."""


def linear(colour: str) -> np.ndarray:
    levels = np.array([int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)])
    return np.where(levels <= 0.04045, levels / 12.92, ((levels + 0.055) / 1.055) ** 2.4)


def seen(colour: str, eyes: str) -> np.ndarray:
    """CIE L*a*b*."""
    xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
    light = xyz @ np.clip(np.array(EYES[eyes]) @ linear(colour), 0, 1) / (xyz @ np.ones(3))
    x, y, z = np.where(light > 0.008856, np.cbrt(light), 7.787 * light + 16 / 116)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


@pytest.mark.parametrize("eyes", EYES)
def test_no_two_colours_look_alike_to_any_eyes(eyes: str) -> None:
    for some, least in ((COLOURS[:4], 35), (COLOURS, 15), ((GOOD, BAD), 40)):
        for one, other in combinations(some, 2):
            assert np.linalg.norm(seen(one, eyes) - seen(other, eyes)) > least, (one, other)


@pytest.mark.parametrize("colour", COLOURS)
def test_white_words_can_be_read_on_them(colour: str) -> None:
    assert 1.05 / (linear(colour) @ [0.2126, 0.7152, 0.0722] + 0.05) > 2.9


def test_labels_get_colours_in_the_order_they_are_met_and_classes_by_number() -> None:
    palette = Palette()
    assert [palette.of(label) for label in ("b", "a", "b")] == [COLOURS[0], COLOURS[1], COLOURS[0]]
    assert class_colour(1) == COLOURS[0] and class_rgb(1) == (0, 0x77, 0xBB)
