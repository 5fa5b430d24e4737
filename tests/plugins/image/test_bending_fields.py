"""How strong bends are, where they stop, and what they refuse."""

import numpy as np
import pytest

from augkit import CompileError, FieldError, Pipeline, steps
from augkit.fields import Size
from augkit.vocab.space import Elastic, Keypoints
from augkit_image.bending import ElasticDeformation, GridDistortion

from .scenes import EVERYTHING, draws, everything, pipeline

DEFAULT = [("elastic", {}), ("grid_distortion", {}), ("optical_distortion", {}), ("fisheye", {})]
POINTS = {"image": "image", "points": {"keypoints": {"coords": "continuous"}}}


@pytest.mark.parametrize("name", [name for name, _ in DEFAULT])
def test_without_strength_pixels_are_the_identical_array(name):
    sample = everything()
    out = Pipeline([getattr(steps, name)(strength=0, border="wrap")], EVERYTHING)(key="a", **sample)
    for field in ("image", "mask"):
        assert np.shares_memory(out[field], sample[field])
    assert np.array_equal(out["boxes"]["xyxy"], sample["boxes"]["xyxy"])
    assert np.array_equal(out["points"]["xy"], sample["points"]["xy"])


def test_elastic_is_as_strong_as_it_says_and_independent_of_the_resolution():
    for size in (Size(240, 320), Size(480, 640)):
        moved = [drawn.sources()[0] - (np.arange(size.w) + 0.5) for drawn in draws(steady_elastic(), 30, size)]
        assert np.std(moved) / size.h == pytest.approx(0.01, rel=0.1)
    small, large = (draws(steady_elastic(), 1, size)[0] for size in (Size(240, 320), Size(480, 640)))
    assert small.cells == large.cells and large.shift == 2 * small.shift
    xy = np.random.default_rng(0).uniform(0, 240, (50, 2))
    assert np.abs(large.points(2 * xy) / 2 - small.points(xy)).max() < 1e-3


def steady_elastic():
    return ElasticDeformation(alpha=0.01, sigma=0.1)


def test_elastic_is_weakened_only_where_it_would_fold():
    drawn = draws(ElasticDeformation(alpha=0.01, sigma=0.1), 40, Size(300, 400))
    assert {d.shift for d in drawn} == {3.0}
    weakened = draws(ElasticDeformation(alpha=0.2, sigma=0.1), 40, Size(300, 400))
    assert all(0.1 < d.shift / 30 < 0.35 for d in weakened)
    assert all(d.shift == Elastic.largest_shift(d.cells, d.subseed, d.size_in) for d in weakened)


def test_a_grid_has_the_cells_that_are_asked_for_and_keeps_what_is_at_the_edge():
    [drawn] = draws(GridDistortion(cells=[3, 4], shift=0.2), 1, Size(90, 120))
    assert drawn.cells == (3, 4) and drawn.shift == 0.2
    y, x = np.mgrid[0:91:30, 0:121:30].astype(float)
    nodes = np.stack([x.ravel(), y.ravel()], axis=1)
    moved = drawn.points(nodes) - nodes
    inner = ((nodes > 0) & (nodes < (120, 90))).all(axis=1)
    assert np.abs(moved[inner]).max() > 1 and np.abs(moved[~inner]).min(axis=1).max() < 1e-6


def test_a_barrel_shows_fill_in_the_corners_and_a_pincushion_loses_them():
    image = np.full((60, 80, 1), 200, np.uint8)
    barrel = pipeline("optical_distortion", {"image": "image"}, k=0.3, fill=10)(key="a", image=image)["image"]
    assert barrel[0, 0] == 10 and barrel[30, 40] == 200
    corner = np.array([[1.0, 1.0], [40.0, 30.0]])
    for k, left in ((-0.2, 1), (0.3, 2)):
        assert len(pipeline("optical_distortion", POINTS, k=k)(key="a", image=image, points=corner)["points"]) == left
    wide = pipeline("fisheye", POINTS, degrees=60)(key="a", image=image, points=np.array([[0.01, 0.01], [50.0, 30.0]]))
    assert np.abs(wide["points"][0] - 0.01).max() < 0.01 and wide["points"][1, 0] > 55


def test_points_outside_are_hidden_or_dropped_by_their_policy():
    spec = {"image": "image", "points": {"keypoints": {"coords": "continuous", "outside": "hide"}}}
    points = np.array([[0.5, 0.5, 2.0], [40.0, 30.0, 2.0]])
    out = pipeline("optical_distortion", spec, k=-0.2)(key="a", image=np.zeros((60, 80, 1), np.uint8), points=points)
    assert out["points"][:, 2].tolist() == [0, 2] and (out["points"][0, :2] < 0).all()


def test_points_that_nobody_gave_are_no_trouble():
    none = Keypoints(np.zeros((0, 2)))
    [drawn] = draws(ElasticDeformation(alpha=0.2), 1, Size(20, 20))
    assert drawn.points(none.xy).shape == (0, 2)


@pytest.mark.parametrize("name", [name for name, _ in DEFAULT])
def test_a_label_that_depends_on_shape_is_not_bent(name):
    sample = {"image": "image", "kind": {"label": {"sensitive_to": ["shape"]}}}
    with pytest.raises(CompileError, match="changes shape"):
        Pipeline([getattr(steps, name)()], sample)


@pytest.mark.parametrize(
    ("name", "fields", "complaint"),
    [
        ("elastic", {"alpha": -0.1}, "below the lowest allowed, 0"),
        ("elastic", {"alpha": 30}, "above the highest allowed, 0.2 \\(fraction of the shorter side\\)"),
        ("elastic", {"sigma": 0}, "below the lowest allowed, 0.01"),
        ("grid_distortion", {"cells": 0}, "below the lowest allowed, 1"),
        ("grid_distortion", {"shift": 0.6}, "above the highest allowed, 0.5"),
        ("optical_distortion", {"k": -0.5}, "below the lowest allowed, -0.2"),
        ("fisheye", {"degrees": 90}, "above the highest allowed, 60"),
    ],
)
def test_fields_that_make_no_sense_are_refused(name, fields, complaint):
    with pytest.raises(FieldError, match=complaint):
        getattr(steps, name)(**fields)
