"""COCO's runs of lengths, packed and broken ones; and names that differ in left and right."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import augkit
from augkit_image import rle
from augkit_image.annotated import mirrored_pairs
from tests.plugins.image.coco_objects import H, W


@pytest.mark.parametrize(
    ("names", "pairs"),
    [
        (["nose", "right_eye", "left_eye"], [["left_eye", "right_eye"]]),
        (["LeftHand", "RightHand", "l-ear", "r-ear"], [["LeftHand", "RightHand"], ["l-ear", "r-ear"]]),
        (["eye_L", "eye_R", "tail", "left_fin"], [["eye_L", "eye_R"]]),
        (["shoulder", "collar"], []),
    ],
)
def test_left_and_right_are_found_in_names(names: list[str], pairs: list[list[str]]) -> None:
    assert mirrored_pairs(names) == pairs


@pytest.mark.parametrize(
    ("counts", "complaint"),
    [
        ("0", "cover 0 pixels"),
        ("\x00", "is no run"),
        ("P", "cut short"),
        ([3, -1, 118], "run 1 of the mask is negative: -1"),
        ([1.5], "whole numbers"),
        (None, "whole numbers"),
        ("P" * 30 + "0", "longer than any picture"),
        ([2**62, 2**62, 2**62, 2**62, 120], "cover"),
    ],
)
def test_broken_runs_are_refused(counts: Any, complaint: str) -> None:
    with pytest.raises(augkit.DataError, match=complaint):
        rle.decode(counts, H, W)


@pytest.mark.parametrize(
    ("mask", "packed"),
    [
        # what the COCO API's own encoder gives for these
        (np.zeros((3, 4), dtype=bool), "<"),
        (np.ones((3, 4), dtype=bool), "0<"),
        (np.arange(35).reshape(5, 7) % 3 == 0, "01201000O10O1000O10OO"),
        (np.add.outer(np.arange(40), np.arange(60)) > 49, "o>1V1" + "1O" * 37 + "a<"),
    ],
)
def test_packed_runs(mask: np.ndarray, packed: str) -> None:
    text = rle.encode(mask)
    assert text == packed
    assert np.array_equal(rle.decode(text, *mask.shape), mask)
