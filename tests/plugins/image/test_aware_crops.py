"""Crops that look: the wanted classes are in the window, boxes are whole, and chance is as even as it is said to be."""

import numpy as np
import pytest

from augkit import CompileError, Pipeline, steps
from augkit.errors import DataError
from augkit.fields import Size
from augkit.recipe import read_recipe
from augkit.rng import stream
from augkit.vocab.space import Boxes, Mask

from .scenes import everything

RNG = np.random.default_rng(23)
FRAME = {"space": Size(40, 60)}


def near(mask, count=1, **fields):
    step = steps.crop_near_mask(**fields).transform
    return [step.draw(stream(0, 0, str(k)), FRAME, {"mask": Mask(mask)}) for k in range(count)]


def corner(drawn):
    return int(-drawn.matrix[1][2]), int(-drawn.matrix[0][2])


def lone_pixel(row, column, value=3):
    mask = np.zeros((40, 60), np.uint8)
    mask[row, column] = value
    return mask


@pytest.mark.parametrize("size", [1, [1, 2], 8, [9, 6], [40, 60], [40, 1]])
@pytest.mark.parametrize("jitter", [0.0, 0.3, 1.0])
@pytest.mark.parametrize("place", [(0, 0), (39, 59), (20, 31), (0, 40)])
def test_the_window_holds_the_wanted_pixel_and_lies_in_the_image(size, jitter, place):
    for drawn in near(lone_pixel(*place), 30, size=size, jitter=jitter):
        top, left = corner(drawn)
        h, w = drawn.size_out
        assert top <= place[0] < top + h and left <= place[1] < left + w
        assert top >= 0 and left >= 0 and top + h <= 40 and left + w <= 60


@pytest.mark.parametrize("size", [7, 8])
def test_with_full_jitter_the_pixel_is_anywhere_in_the_window_and_without_in_the_middle(size):
    places = [np.subtract((20, 30), corner(drawn)) for drawn in near(lone_pixel(20, 30), 800, size=size)]
    for axis in range(2):
        counts = np.bincount([place[axis] for place in places], minlength=size)
        assert len(counts) == size and np.abs(counts - 800 / size).max() < 5 * np.sqrt(800 / size)
    assert {corner(drawn) for drawn in near(lone_pixel(20, 30), 20, size=size, jitter=0)} == {(17, 27)}


def test_only_the_wanted_classes_draw_the_window():
    mask = lone_pixel(5, 5, 1) + lone_pixel(30, 50, 2)
    mask[:, 20] = 255
    seen = {corner(drawn) for drawn in near(mask, 40, size=1)}
    assert seen == {(5, 5), (30, 50)}
    assert {corner(drawn) for drawn in near(mask, 20, size=1, classes=[2])} == {(30, 50)}
    assert {corner(drawn)[1] for drawn in near(mask, 20, size=1, classes=[255])} == {20}
    assert {corner(drawn) for drawn in near(lone_pixel(3, 4) > 0, 5, size=1)} == {(3, 4)}


@pytest.mark.parametrize(
    ("mask", "fields"), [(np.zeros((40, 60), np.uint8), {}), (lone_pixel(2, 2, 1), {"classes": [9]})]
)
def test_without_a_wanted_pixel_it_is_a_random_crop(mask, fields):
    corners = [corner(drawn) for drawn in near(mask, 400, size=[31, 51], **fields)]
    rows, columns = (np.bincount(part, minlength=10) for part in zip(*corners, strict=True))
    assert len(rows) == len(columns) == 10 and min(rows.min(), columns.min()) > 15


def test_an_image_that_is_too_small_is_refused_or_padded():
    with pytest.raises(DataError, match=r"window of 50 × 50 px does not fit.*pad_if_needed"):
        near(lone_pixel(2, 2), size=50)
    for drawn in near(lone_pixel(2, 57), 30, size=50, pad_if_needed=True):
        top, left = corner(drawn)
        assert -10 <= top <= 0 and 0 <= left <= 10 and left <= 57 < left + 50


def test_all_targets_go_along_and_replay():
    sample = everything(40, 60)
    sample["mask"] = np.where(sample["mask"] == 1234, 1234, 0).astype(np.int32)
    spec = {"image": "image", "mask": "mask", "points": {"keypoints": {"coords": "continuous"}}}
    given = {name: sample[name] for name in spec}
    aug = Pipeline([steps.crop_near_mask(size=9, classes=[1234])], spec)
    for key in "abcdef":
        out, trace = aug.traced(key=key, **given)
        assert out["image"].shape == (9, 9, 3) and (out["mask"] == 1234).sum() == 1
        assert 1234 in out["points"]["number"]
        assert np.array_equal(aug.replay(trace, **given)["image"], out["image"])


def test_several_masks_need_a_name_and_none_a_field():
    fields = {"image": np.zeros((9, 9, 3), np.uint8), "a": lone_pixel(2, 2)[:9, :9], "b": lone_pixel(7, 7)[:9, :9]}
    spec = {"image": "image", "a": "mask", "b": "mask"}
    assert Pipeline([steps.crop_near_mask(size=1, mask="b")], spec)(key="k", **fields)["b"].tolist() == [[3]]
    with pytest.raises(DataError, match="`mask` is needed, for there are several; fields of kind mask: a, b"):
        Pipeline([steps.crop_near_mask(size=1)], spec)(key="k", **fields)
    with pytest.raises(DataError, match="`mask` names 'c', which is none; fields of kind mask: a, b"):
        Pipeline([steps.crop_near_mask(size=1, mask="c")], spec)(key="k", **fields)
    with pytest.raises(CompileError, match="needs a field of kind 'mask'"):
        Pipeline([steps.crop_near_mask(size=1)], {"image": "image"})
    with pytest.raises(CompileError, match="needs a field of kind 'boxes'"):
        Pipeline([steps.random_crop_keep_boxes(size=1)], {"image": "image"})


def keeping(xyxy, count=1, **fields):
    step = steps.random_crop_keep_boxes(size=24, **fields).transform
    boxes = Boxes(np.array(xyxy, dtype=np.float64).reshape(-1, 4))
    return [step.draw(stream(0, 0, str(k)), FRAME, {"boxes": boxes}) for k in range(count)]


def window(drawn):
    (x, _, left), (_, y, top), _ = drawn.matrix
    x0, y0 = -left / x, -top / y
    return np.array([x0, y0, x0 + drawn.size_out.w / x, y0 + drawn.size_out.h / y])


def seen(box, around):
    inside = np.clip(box, around[[0, 1, 0, 1]], around[[2, 3, 2, 3]])
    return np.prod(inside[2:] - inside[:2]) / np.prod(np.subtract(box[2:], box[:2]))


BOXES = [[3.25, 4.5, 9.0, 11.125], [20.0, 8.0, 33.5, 20.0], [15.0, 30.0, 16.0, 31.0]]


@pytest.mark.parametrize("scale", [0.01, [0.3, 1.0], 1.0])
def test_every_box_stays_whole(scale):
    for drawn in keeping(BOXES, 60, scale=scale):
        around = window(drawn)
        assert np.allclose(around, np.rint(around), atol=1e-9) and around.min() >= -1e-9
        assert around[2] <= 60 + 1e-9 and around[3] <= 40 + 1e-9
        assert all(seen(np.array(box), around) > 1 - 1e-9 for box in BOXES)
    if scale == 0.01:  # no larger than it must be, in the shape of the image
        left, top, right, bottom = window(keeping(BOXES, scale=scale, ratio=1)[0])
        assert (top, bottom) == (4, 31) and right - left == round(60 * 27 / 40) and left <= 3 and right >= 34


@pytest.mark.parametrize("visible", [0.3, 0.9])
@pytest.mark.parametrize("keep", ["all", "one"])
def test_a_kept_box_shows_as_much_as_it_should(keep, visible):
    lowest = []
    for drawn in keeping(BOXES, 200, keep=keep, visible=visible, scale=0.005):
        parts = [seen(np.array(box), window(drawn)) for box in BOXES]
        assert (min if keep == "all" else max)(parts) >= visible - 1e-9
        lowest.append(min(parts))
    assert min(lowest) < 0.98


def test_one_box_is_each_with_equal_chance():
    kept = [
        [seen(np.array(box), window(drawn)) > 0.999 for box in BOXES]
        for drawn in keeping(BOXES, 300, keep="one", scale=1e-4)
    ]
    counts = np.sum(kept, axis=0)
    assert (np.array(kept).sum(axis=1) == 1).all() and counts.min() > 70


def test_without_boxes_the_window_has_the_size_that_was_drawn():
    windows = np.array([window(drawn) for drawn in keeping([], 300, scale=0.25, ratio=1.0)])
    assert np.allclose(windows[:, 2:] - windows[:, :2], [30, 20])
    assert windows[:, 0].min() < 1 and windows[:, 2].max() > 59 and windows[:, 1].min() < 1 and windows[:, 3].max() > 39


def test_boxes_at_the_edges_and_of_the_whole_frame_are_no_trouble():
    for xyxy in ([[0.0, 0, 60, 40]], [[59.5, 39.5, 60, 40]], [[0.0, 0, 0.25, 0.25]], [[0.0, 39.0, 60.0, 40.0]]):
        for drawn in keeping(xyxy, 30, scale=[0.001, 0.4]):
            assert seen(np.array(xyxy[0]), window(drawn)) > 1 - 1e-9


def test_boxes_come_out_whole_and_all_there():
    sample = {name: everything(40, 60)[name] for name in ("image", "boxes")}
    aug = Pipeline([steps.random_crop_keep_boxes(size=[30, 50], scale=0.05)], {"image": "image", "boxes": "boxes"})
    for key in "abcdefgh":
        out = aug(key=key, **sample)
        assert out["image"].shape == (30, 50, 3) and out["boxes"]["label"] == ["cat", "dog"]
        sides = out["boxes"]["xyxy"][:, 2:] - out["boxes"]["xyxy"][:, :2]
        ratio = (sides / (sample["boxes"]["xyxy"][:, 2:] - sample["boxes"]["xyxy"][:, :2])).T
        assert np.allclose(ratio[0], ratio[0, 0]) and np.allclose(ratio[1], ratio[1, 0])


def test_evaluation_sees_them_without_chance():
    given = {
        "augkit": 1,
        "sample": {"image": "image", "mask": "mask", "boxes": "boxes"},
        "steps": [
            {"random_crop_keep_boxes": {"size": 32, "keep": "one", "interpolation": "area"}},
            {"crop_near_mask": {"size": 24, "classes": [1], "pad_if_needed": True}},
        ],
    }
    first, second = (step.transform for step in read_recipe(given).eval_steps)
    assert (type(first).__name__, first.size, first.interpolation) == ("Resize", (32, 32), "area")
    assert (type(second).__name__, second.size, second.pad_if_needed) == ("CenterCrop", (24, 24), True)
