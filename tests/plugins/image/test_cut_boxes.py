"""A box that the frame cuts is the box of what the frame shows, not of what lies outside it."""

import math

import numpy as np
import pytest

from augkit.fields import Size
from augkit.vocab.space import Affine2D, Boxes
from augkit.vocab.space.boxes import boxes_follow_map

from .scenes import pipeline

STEPS = [
    ("rotate", {"degrees": [-45, 45]}),
    ("affine", {"degrees": 30, "translate": [-0.3, 0.3], "scale": [0.8, 2], "shear_degrees": [-20, 20]}),
    ("perspective", {"corner_shift": [-0.25, 0.25]}),
    ("elastic", {"alpha": 0.2, "sigma": 0.3}),
    ("optical_distortion", {"k": -0.2}),
]


def ids(case):
    return case[0]


@pytest.mark.parametrize("case", STEPS, ids=ids)
def test_a_cut_box_is_the_box_of_the_mask_that_is_left(case):
    spec = {"mask": {"mask": {"ignore_index": 0}}, "boxes": {"boxes": {"min_visible": 0, "min_size": 0}}}
    aug, rng, slack = pipeline(case[0], spec, **case[1]), np.random.default_rng(0), []
    for key in range(200):
        w, h = rng.integers(20, 90, 2)
        x, y = rng.integers(0, 150 - w), rng.integers(0, 110 - h)
        mask = np.zeros((110, 150), np.uint8)
        mask[y : y + h, x : x + w] = 1
        out = aug(key=str(key), mask=mask, boxes=np.array([[x, y, x + w, y + h]], float))
        rows, columns = np.nonzero(out["mask"])
        if not len(rows):
            continue
        [box] = out["boxes"]
        if not ((box <= 0) | (box >= (150, 110, 150, 110))).any():
            continue
        outward = np.array([-1, -1, 1, 1]) * (box - [columns.min(), rows.min(), columns.max() + 1, rows.max() + 1])
        assert outward.min() >= -0.6
        slack.append(outward.max())
    assert len(slack) > 10
    # The frame may cut a box to a tip too sharp to hold the centre of a pixel.
    assert max(slack) < 4 and np.quantile(slack, 0.9) < 1


def test_what_is_left_is_measured_along_the_outline():
    """A square turned by an eighth about the frame's own edge: half of it is left, in a box of half the width."""
    size = Size(100, 100)
    turn = Affine2D.about_centre(size, 45, translate=(-50, 0))
    moved = boxes_follow_map(Boxes(np.array([[40.0, 40.0, 60.0, 60.0]])), turn)
    reach = math.sqrt(200)
    assert np.allclose(moved.xyxy, [[0, 50 - reach, reach, 50 + reach]])
    assert moved.visible == pytest.approx([0.5])


def test_a_box_whose_corner_of_nothing_reaches_into_the_frame_is_gone():
    """The envelope of the turned square overlaps the frame's corner, the square itself does not."""
    size = Size(100, 100)
    turn = Affine2D.about_centre(size, 45, translate=(-58, -58))
    options = Boxes.options_type(min_visible=0, min_size=0)
    corner = turn.points(np.array([[40.0, 40], [60, 40], [60, 60], [40, 60]])).max(axis=0)
    assert (corner > 0).all()
    assert len(boxes_follow_map(Boxes(np.array([[40.0, 40.0, 60.0, 60.0]]), options=options), turn)) == 0
