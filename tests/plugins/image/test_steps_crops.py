"""Which part of the picture is seen: of the size, shape and place that were asked for, or refused with what helps."""

import numpy as np
import pytest

from augkit import steps
from augkit.errors import DataError
from augkit.fields import Size
from augkit_image.crops import RandomResizedCrop

from .scenes import draws, everything, pipeline


def test_random_windows_have_the_area_and_shape_that_were_asked_for():
    size = Size(200, 300)
    areas, shapes, lefts = [], [], []
    for drawn in draws(RandomResizedCrop(size=32, scale=[0.2, 0.5], ratio=[0.8, 1.25]), 400, size):
        (x, _, shift_x), (_, y, shift_y), _ = drawn.matrix
        window = 32 / x, 32 / y
        assert all(abs(side - round(side)) < 1e-9 for side in (*window, shift_x / x, shift_y / y))
        assert -1e-9 <= -shift_x / x <= 300 - window[0] + 1e-9 and -1e-9 <= -shift_y / y <= 200 - window[1] + 1e-9
        areas.append(window[0] * window[1] / 60_000)
        shapes.append(window[0] / window[1])
        lefts.append(-shift_x / x / (300 - window[0]))
    assert 0.195 <= min(areas) < 0.22 and 0.48 < max(areas) <= 0.505
    assert 0.79 <= min(shapes) < 0.82 and 1.22 < max(shapes) <= 1.26
    assert 0.4 < np.mean(lefts) < 0.6


@pytest.mark.parametrize(
    ("size", "window"), [(Size(10, 1000), (40, 10)), (Size(1000, 10), (10, 40)), (Size(1, 1), (1, 1))]
)
def test_where_no_window_fits_the_largest_allowed_is_taken_from_the_middle(size, window):
    step = RandomResizedCrop(size=8, scale=1.0, ratio=[0.25, 4])
    for drawn in draws(step, 5, size):
        (x, _, shift_x), (_, y, shift_y), _ = drawn.matrix
        assert (round(8 / x), round(8 / y)) == window
        assert (round(-shift_x / x), round(-shift_y / y)) == ((size.w - window[0]) // 2, (size.h - window[1]) // 2)


def test_random_windows_reach_every_place():
    step = RandomResizedCrop(size=6, scale=0.5, ratio=2)
    places = {tuple(np.rint(-np.array(p.matrix)[:2, 2] / np.diag(p.matrix)[:2])) for p in draws(step, 200, Size(6, 8))}
    assert places == {(x, y) for x in range(2) for y in range(4)}


def test_random_crops_reach_every_place():
    seen = {tuple(np.array(p.matrix)[:2, 2]) for p in draws(steps.random_crop(size=[2, 3]).transform, 200, Size(4, 5))}
    assert seen == {(-x, -y) for x in range(3) for y in range(3)}


@pytest.mark.parametrize(
    ("name", "fields", "complaint"),
    [
        ("random_crop", {"size": 30}, "30 × 30 px does not fit an image of 24 × 36 px.*pad_if_needed: true"),
        ("center_crop", {"size": [5, 50]}, "5 × 50 px does not fit"),
        ("crop", {"size": 10, "top": 20}, "top 20, left 0 reaches outside an image of 24 × 36 px"),
    ],
)
def test_windows_that_do_not_fit_say_what_would_help(name, fields, complaint):
    with pytest.raises(DataError, match=f"(?s)image/{name}: .*{complaint}") as caught:
        pipeline(name, **fields)(key="a.jpg", **everything())
    assert caught.value.key == "a.jpg"
