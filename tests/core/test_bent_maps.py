"""Maps that bend lines: points are the inverse of what moves pixels, and nothing folds."""

import json

import numpy as np
import pytest

from augkit.errors import ReplayError
from augkit.fields import Size
from augkit.sample import Axis
from augkit.vocab.space import Boxes, Elastic, FieldMap, GridWarp, Lens, net, spline
from augkit.vocab.space.boxes import boxes_follow_map

SIZE = Size(75, 110)
FIELDS = {
    **{f"elastic {rows}x{columns}": (Elastic, (rows, columns)) for rows, columns in ((1, 1), (3, 5), (12, 17))},
    **{f"grid {rows}x{columns}": (GridWarp, (rows, columns)) for rows, columns in ((2, 2), (3, 5), (12, 17))},
}
LENSES = [("radial", 0.3), ("radial", -0.2), ("radial", -0.32), ("radial", 1.0), ("fisheye", 1.05), ("fisheye", 0.01)]


def strongest(kind, cells, subseed=7, size=SIZE):
    return kind.drawn(1e9, cells, subseed, size)


def lens(model, amount, size=SIZE):
    return Lens(model=model, amount=amount, size_in=size, size_out=size)


EVERY_MAP = [strongest(kind, cells, subseed) for kind, cells in FIELDS.values() for subseed in range(4)]
EVERY_MAP += [lens(*named) for named in LENSES]


def centres(size):
    y, x = np.mgrid[: size[0], : size[1]] + 0.5
    return np.stack([x, y], axis=2)


def sources(field):
    x, y = field.sources()
    assert x.dtype == y.dtype == np.float32 and x.shape == y.shape == tuple(field.size_out)
    return np.stack([x, y], axis=2).astype(np.float64)


@pytest.mark.parametrize("field", EVERY_MAP, ids=repr)
def test_points_go_where_the_pixels_that_show_them_are(field):
    found = field.points(sources(field).reshape(-1, 2)).reshape(*SIZE, 2)
    assert np.abs(found - centres(SIZE)).max() < 2e-3


@pytest.mark.parametrize("field", EVERY_MAP[:24:3], ids=repr)
def test_points_are_found_without_newton_too(field, monkeypatch):
    quick = field.points(sources(field).reshape(-1, 2))
    monkeypatch.setattr(net, "_NEWTON_STEPS", 0)
    assert np.abs(field.points(sources(field).reshape(-1, 2)) - quick).max() < 2e-3


@pytest.mark.parametrize("field", EVERY_MAP, ids=repr)
def test_nothing_folds_at_the_strongest(field):
    across, down = (np.diff(sources(field), axis=axis)[:74, :109] for axis in (1, 0))
    area = across[..., 0] * down[..., 1] - across[..., 1] * down[..., 0]
    assert area.min() > 0.01


def test_what_is_refused_would_fold(monkeypatch):
    field = strongest(Elastic, (3, 5))
    numbers = {"shift": field.shift * 4, "cells": (3, 5), "subseed": 7, "size_in": SIZE, "size_out": SIZE}
    with pytest.raises(ValueError, match=r"folds the picture; this field takes 0 to \d"):
        Elastic(**numbers)
    monkeypatch.setattr(net.Elastic, "__post_init__", lambda self: None)
    across = np.diff(Elastic(**numbers).sources()[0], axis=1)
    assert across.min() < 0


@pytest.mark.parametrize(
    ("model", "amount"), [("radial", -0.4), ("radial", -1 / 3), ("fisheye", -0.1), ("fisheye", 1.6), ("radial", np.nan)]
)
def test_a_lens_that_folds_is_refused(model, amount):
    with pytest.raises(ValueError, match="folds the picture"):
        lens(model, amount)


@pytest.mark.parametrize("field", EVERY_MAP, ids=repr)
def test_what_is_not_shown_goes_outside_the_frame(field):
    h, w = SIZE
    away = np.random.default_rng(0).uniform(-2, 3, (500, 2)) * (w, h)
    found = field.points(away)
    shown = sources(field).reshape(-1, 2)
    nearest = np.array([np.hypot(*(shown - place).T).min() for place in away])
    inside = ((found >= 0) & (found <= (w, h))).all(axis=1)
    assert not inside[nearest > 8].any() and inside[nearest < 0.5].mean() > 0.9
    assert np.isfinite(found).all()


@pytest.mark.parametrize("kind", [Elastic, GridWarp])
def test_the_steepest_slope_is_a_bound_and_not_far_above(kind):
    for subseed in range(20):
        field = strongest(kind, (4, 6), subseed)
        shift = sources(field) - centres(SIZE)
        slope = sum(np.abs(np.diff(shift, axis=axis))[:74, :109] for axis in (0, 1)).max()
        assert 0.6 * net.STEEPEST < slope <= net.STEEPEST + 1e-3


def test_a_cubic_spline_is_the_smoothed_noise_it_is_named_for():
    noise = np.random.default_rng(0).standard_normal((403, 403, 2)) / net._CUBIC_STD
    x, y = spline.dense(noise, (400, 400), (1600, 1600), 3)
    assert x.std() == pytest.approx(1, abs=0.02) and y.std() == pytest.approx(1, abs=0.02)
    # Noise smoothed by a Gaussian of sigma has correlation exp(-d² / 4 sigma²); here sigma is 4/√3 px.
    for distance in (2, 4, 6):
        together = np.mean(x[:, distance:] * x[:, :-distance]) / x.var()
        assert together == pytest.approx(np.exp(-(distance**2) * 3 / 64), abs=0.04)


def test_refining_a_spline_keeps_it_as_it_is():
    nodes = np.random.default_rng(1).standard_normal((7, 8, 2))
    finer = spline._refined(spline._refined(nodes).swapaxes(0, 1)).swapaxes(0, 1)
    once = spline.dense(nodes, (4, 5), (40, 50), 3)
    assert np.allclose(once, spline.dense(finer, (8, 10), (40, 50), 3), atol=1e-5)


def test_the_edge_of_a_warped_grid_stays_on_the_edge():
    h, w = SIZE
    field = strongest(GridWarp, (3, 4))
    along = np.linspace(0, 1, 50)
    for edge, axis, value in (((along * w, 0 * along), 1, 0), ((0 * along + w, along * h), 0, w)):
        moved = field.points(np.stack(edge, axis=1))
        assert np.abs(moved[:, axis] - value).max() < 1e-6
        assert (np.diff(moved[:, 1 - axis]) > 0).all()


@pytest.mark.parametrize("field", EVERY_MAP, ids=repr)
def test_a_log_of_few_numbers_gives_the_same_map(field):
    text = json.dumps(field.log())
    again = type(field).from_log(json.loads(text))
    assert len(text) < 250 and again == field
    for given, replayed in zip(field.sources(), again.sources(), strict=True):
        assert np.array_equal(given, replayed)
    assert again.frame({Axis.SPACE: SIZE}) == {Axis.SPACE: SIZE}
    with pytest.raises(ReplayError):
        again.frame({Axis.SPACE: Size(9, 9)})


@pytest.mark.parametrize(
    "field", [Elastic.drawn(0, (2, 3), 1, SIZE), GridWarp.drawn(0, (2, 3), 1, SIZE), lens("radial", 0)]
)
def test_without_strength_boxes_keep_every_bit(field):
    assert field.still() and not strongest(Elastic, (2, 3)).still()
    corners = np.random.default_rng(2).uniform((0, 0, 40, 40), (30, 30, 70, 70), (500, 4))
    assert np.array_equal(boxes_follow_map(Boxes(corners), field).xyxy, corners)
    assert np.array_equal(field.points(corners[:, :2]), corners[:, :2])


def test_a_large_box_is_sampled_where_it_bends():
    """Sixteen places a side are too few for a hundred bends; the map says how many it needs."""
    box = np.array([[10.0, 100.0, 1590.0, 300.0]])
    along, few = np.linspace(10, 1590, 20000), np.linspace(10, 1590, 17)
    errors = []
    for subseed in range(8):
        field = Elastic.drawn(1e9, (20, 80), subseed, Size(400, 1600))
        top, top_of_few = (field.points(np.stack([x, 0 * x + 100], axis=1))[:, 1].min() for x in (along, few))
        assert abs(boxes_follow_map(Boxes(box), field).xyxy[0, 1] - top) < 0.25
        errors.append(top_of_few - top)
    assert max(errors) > 1


def test_a_map_without_its_methods_says_so():
    bare = FieldMap(size_in=SIZE, size_out=SIZE)
    for ask in (bare.sources, lambda: bare.points(np.zeros((1, 2))), lambda: net.ShiftField.unit_net((1, 1), 0, SIZE)):
        with pytest.raises(TypeError, match="does not define"):
            ask()
