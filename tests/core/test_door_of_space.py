"""What the door does to annotations of space that do not fit their image."""

import numpy as np
import pytest

from augkit import Pipeline
from augkit.errors import DataError
from tests.core.tiny import IMAGE, Add, step

XY = np.array([[0.0, 0.0], [-1.0, 0.5], [3.5, 1.5], [4.5, 1.0]])


def read(coords="continuous", outside="drop", visibility=None, xy=XY):
    pipeline = Pipeline(
        [step(Add(number=1))],
        sample={"image": "image", "points": {"keypoints": {"coords": coords, "outside": outside}}},
    )
    points = {"xy": xy, "id": list(range(len(xy)))}
    if visibility is not None:
        points["visibility"] = visibility
    return pipeline(image=IMAGE, points=points, key="a")["points"]


def test_points_outside_are_dropped_even_by_a_step_that_moves_nothing():
    assert read()["id"] == [0, 2]


def test_or_hidden_where_the_recipe_says_so():
    points = read(outside="hide", visibility=np.array([2, 2, 1, 2]))
    assert points["id"] == [0, 1, 2, 3] and points["visibility"].tolist() == [2, 0, 1, 0]


def test_hiding_needs_visibilities():
    with pytest.raises(DataError, match="needs visibilities"):
        read(outside="hide")


def test_pixel_indices_are_centres_of_pixels():
    xy = np.array([[-0.5, 0.0], [-0.75, 0.0], [3.5, 1.5], [3.75, 1.0]])
    points = read("pixel", xy=xy)
    assert points["id"] == [0, 2] and points["xy"].tolist() == [[-0.5, 0.0], [3.5, 1.5]]


def test_what_lies_inside_comes_back_as_it_was():
    points = read(xy=XY[[0, 2]])
    assert points["xy"].tolist() == XY[[0, 2]].tolist()


def test_boxes_are_cut_and_dropped_at_the_door_too():
    pipeline = Pipeline([step(Add(number=1))], sample={"image": "image", "boxes": "boxes"})
    boxes = {"xyxy": np.array([[-1.0, 0, 2, 1], [5, 0, 6, 1], [1, 1, 1, 2]]), "id": [0, 1, 2]}
    out = pipeline(image=IMAGE, boxes=boxes, key="a")["boxes"]
    assert out["id"] == [0] and out["xyxy"].tolist() == [[0, 0, 2, 1]]
