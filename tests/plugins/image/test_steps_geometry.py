"""What moves space moves everything on it: pixels, masks, boxes and keypoints, to the same places."""

import cv2
import numpy as np
import pytest

from augkit import FieldError, Pipeline, steps
from augkit.errors import DataError
from augkit.fields import Size
from augkit.trace import Trace
from augkit_image.geometry import Affine, Perspective, ShiftScaleRotate
from augkit_image.quad import homography_of_shifts

from .scenes import EVERYTHING, draws, everything, pipeline

WHOLE_PIXELS = [
    ("hflip", {}),
    ("vflip", {}),
    ("transpose", {}),
    *[("rot90", {"quarter_turns": turns}) for turns in range(-3, 4)],
    ("crop", {"size": [10, 12], "top": 3, "left": 7}),
    ("center_crop", {"size": 11}),
    ("center_crop", {"size": [30, 11], "pad_if_needed": True}),
    ("random_crop", {"size": [20, 9]}),
    ("random_crop", {"size": [40, 20], "pad_if_needed": True}),
    ("pad", {"left": 2, "top": 3, "bottom": 1}),
    ("pad", {"size": [31, 50]}),
]
RESAMPLED = [
    ("rotate", {"degrees": 25}),
    ("rotate", {"degrees": [-180, 180]}),
    ("affine", {"degrees": 30, "translate": 0.1, "scale": 1.5, "shear_degrees": 20}),
    ("affine", {}),
    ("shift_scale_rotate", {"scale": [1.2, 2]}),
    ("perspective", {"corner_shift": [-0.25, 0.25]}),
    ("random_resized_crop", {"size": [48, 40], "scale": [0.2, 0.6]}),
    ("resize", {"size": [50, 60]}),
    ("resize", {"long_side": 72}),
    ("resize", {"short_side": 12}),
]
BORDERS = ["constant", "reflect", "replicate", "wrap"]


def ids(case):
    return "-".join(map(str, (case[0], *case[1].values())))


def moved(case, channels=3, dtype=np.uint8, key="a", **more):
    name, fields = case
    sample = everything(channels=channels, dtype=dtype)
    out, trace = pipeline(name, **fields, **more).traced(key=key, **sample)
    return sample, out, trace


def class_under(mask, points):
    return mask[np.floor(points[:, 1]).astype(int), np.floor(points[:, 0]).astype(int)]


@pytest.mark.parametrize("case", WHOLE_PIXELS, ids=ids)
def test_whole_pixel_steps_keep_every_point_on_its_pixel(case):
    sample, out, _ = moved(case)
    points = out["points"]
    assert np.array_equal(class_under(out["mask"], points["xy"]), points["number"])
    assert set(points["number"]) == set(out["mask"][out["mask"] >= 0])
    seen = out["mask"] >= 0
    assert np.array_equal(out["image"][seen], sample["image"].reshape(-1, 3)[out["mask"][seen]])
    assert (out["image"][~seen] == 0).all()


@pytest.mark.parametrize("case", RESAMPLED, ids=ids)
def test_resampling_steps_keep_every_point_on_its_pixel(case):
    for key in "abcd":
        sample, out, trace = moved(case, key=key)
        matrix = np.array(trace.steps[0][2]["matrix"])
        height, width = out["mask"].shape
        y, x = np.mgrid[:height, :width] + 0.5
        u, v, depth = np.einsum("ij,jhw->ihw", np.linalg.inv(matrix), np.stack([x, y, np.ones_like(x)]))
        column, row = np.floor(u / depth).astype(int), np.floor(v / depth).astype(int)
        numbers = np.full((height, width), -1)
        inside = (row >= 0) & (row < 24) & (column >= 0) & (column < 36)
        numbers[inside] = sample["mask"][row[inside], column[inside]]
        assert (numbers != out["mask"]).mean() < 1e-3
        expected = np.column_stack([sample["points"]["xy"], np.ones(24 * 36)]) @ matrix.T
        expected = (expected[:, :2] / expected[:, 2:])[out["points"]["number"]]
        assert np.abs(expected - out["points"]["xy"]).max() < 1e-9


@pytest.mark.parametrize("border", BORDERS)
@pytest.mark.parametrize("name", ["rotate", "affine", "shift_scale_rotate", "perspective"])
def test_an_image_of_labels_moves_as_the_labels(name, border):
    labels = (np.indices((24, 36)).sum(axis=0) % 251).astype(np.uint8)
    aug = pipeline(
        name, {"image": "image", "mask": {"mask": {"ignore_index": 7}}}, interpolation="nearest", border=border, fill=7
    )
    for key in "abcdefgh":
        out = aug(key=key, image=labels, mask=labels)
        assert np.array_equal(out["image"], out["mask"])


@pytest.mark.parametrize("case", WHOLE_PIXELS + RESAMPLED, ids=ids)
def test_a_box_is_the_box_of_its_moved_mask(case):
    name, fields = case
    picture, box = np.zeros((96, 96), np.uint8), [20, 30, 60, 70]
    picture[30:70, 20:60] = 1
    aug = pipeline(name, {"mask": {"mask": {"ignore_index": 0}}, "boxes": {"boxes": {"min_visible": 0}}}, **fields)
    slack = 0 if case in WHOLE_PIXELS else 1
    for key in "abcd":
        out = aug(key=key, mask=picture, boxes=np.array([box], float))
        rows, columns = np.nonzero(out["mask"])
        if not len(rows):
            continue
        seen = np.array([columns.min(), rows.min(), columns.max() + 1, rows.max() + 1])
        [[*found]] = out["boxes"].tolist()
        assert np.abs(seen - found).max() <= slack + 1e-9


@pytest.mark.parametrize("dtype", [np.uint8, np.float32])
@pytest.mark.parametrize("channels", [1, 2, 3, 4])
@pytest.mark.parametrize("case", WHOLE_PIXELS + RESAMPLED, ids=ids)
def test_any_image_keeps_its_channels_type_and_range(case, channels, dtype):
    sample, out, trace = moved(case, channels, dtype)
    assert out["image"].dtype == dtype and out["image"].shape == (*out["mask"].shape, channels)
    assert tuple(trace.steps[0][2]["size_out"]) == out["mask"].shape
    assert out["image"].min() >= 0 and out["image"].max() <= (255 if dtype == np.uint8 else 1)
    assert out["name"] == sample["name"] and out["boxes"]["label"] in (["cat", "dog"], ["cat"], ["dog"], [])
    unchanged = everything(channels=channels, dtype=dtype)
    assert np.array_equal(sample["image"], unchanged["image"]) and np.array_equal(sample["mask"], unchanged["mask"])


@pytest.mark.parametrize("case", WHOLE_PIXELS + RESAMPLED, ids=ids)
def test_a_trace_read_from_json_replays_the_same_bytes(case):
    name, fields = case
    aug, sample = pipeline(name, **fields), everything()
    out, trace = aug.traced(key="k", **sample)
    again = aug.replay(Trace.from_json(trace.to_json()), **sample)
    assert np.array_equal(again["image"], out["image"]) and np.array_equal(again["mask"], out["mask"])
    assert np.array_equal(again["boxes"]["xyxy"], out["boxes"]["xyxy"])


@pytest.mark.parametrize("chain", [["hflip"] * 2, ["vflip"] * 2, ["transpose"] * 2, ["rot90"] * 4])
def test_there_and_back_is_the_identity_on_every_target(chain):
    fields = {"quarter_turns": 1} if chain[0] == "rot90" else {}
    nodes = [getattr(steps, name)(id=str(i), **fields) for i, name in enumerate(chain)]
    sample = everything()
    out = Pipeline(nodes, EVERYTHING)(key="a", **sample)
    for name in ("image", "mask"):
        assert np.array_equal(out[name], sample[name])
    assert np.array_equal(out["boxes"]["xyxy"], sample["boxes"]["xyxy"])
    assert np.array_equal(out["points"]["xy"], sample["points"]["xy"])


def test_a_half_turn_is_both_flips_on_every_target():
    sample = everything()
    flips = Pipeline([steps.hflip(), steps.vflip()], EVERYTHING)(key="a", **sample)
    for nodes in ([steps.rot90(quarter_turns=2)], [steps.rotate(degrees=180)], [steps.rotate(degrees=-180)]):
        turned = Pipeline(nodes, EVERYTHING)(key="a", **sample)
        assert np.array_equal(turned["image"], flips["image"]) and np.array_equal(turned["mask"], flips["mask"])
        assert np.array_equal(turned["boxes"]["xyxy"], flips["boxes"]["xyxy"])
        assert np.array_equal(turned["points"]["xy"], flips["points"]["xy"])


def test_turns_are_counter_clockwise():
    image = np.zeros((9, 9), np.uint8)
    image[4, 8] = 1
    for name, fields in (("rotate", {"degrees": 90}), ("rot90", {"quarter_turns": 1}), ("affine", {"degrees": 90})):
        neutral = {"translate": 0, "scale": 1, "shear_degrees": 0} if name == "affine" else {}
        assert pipeline(name, {"mask": "mask"}, **fields, **neutral)(key="a", mask=image)["mask"][0, 4] == 1


def test_a_sheared_upright_line_leans_to_the_right():
    fields = {"degrees": 0, "translate": 0, "scale": 1, "shear_degrees": 45}
    ends = np.array([[10.0, 5.0], [10.0, 15.0]])
    sample = {"image": "image", "points": {"keypoints": {"coords": "continuous"}}}
    out = pipeline("affine", sample, **fields)(key="a", image=np.zeros((20, 20), np.uint8), points=ends)
    assert np.allclose(out["points"], [[15, 5], [5, 15]])


@pytest.mark.parametrize("name", ["rotate", "affine", "shift_scale_rotate", "perspective"])
def test_without_strength_nothing_moves_by_a_bit(name):
    sample = everything()
    aug = Pipeline([getattr(steps, name)(id=str(i), strength=0, border="wrap") for i in range(10)], EVERYTHING)
    out = aug(key="a", **sample)
    assert np.array_equal(out["image"], sample["image"]) and np.array_equal(out["mask"], sample["mask"])
    assert np.array_equal(out["boxes"]["xyxy"], sample["boxes"]["xyxy"])
    assert np.array_equal(out["points"]["xy"], sample["points"]["xy"])


@pytest.mark.parametrize(
    "case", [case for case in WHOLE_PIXELS + RESAMPLED if "crop" not in case[0] or "random_resized" in case[0]], ids=ids
)
def test_one_pixel_is_an_image_too(case):
    name, fields = case
    aug = pipeline(name, {"image": "image", "mask": "mask"}, **fields)
    out = aug(key="a", image=np.full((1, 1, 3), 9, np.uint8), mask=np.ones((1, 1), np.uint8))
    assert out["image"].shape == (*out["mask"].shape, 3)
    assert (out["image"][out["mask"] == 1] <= 9).all()


@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_fill_is_paint_in_the_range_of_the_image(channels):
    fill = {"fill": [255, 51, 0]} if channels > 2 else {"fill": 51}
    expected = {1: [51], 2: [51, 255], 3: [255, 51, 0], 4: [255, 51, 0, 255]}[channels]
    for dtype, full in ((np.uint8, 1), (np.float32, 255)):
        image = np.full((4, 4, channels), 0.5, dtype)
        out = pipeline("pad", {"image": "image"}, left=1, **fill)(key="a", image=image)["image"]
        assert np.allclose(out[0, 0] * full, expected)
    with pytest.raises(DataError, match=r"image/pad: fill .* has 5 numbers"):
        pipeline("pad", {"image": "image"}, left=1, fill=[1, 2, 3, 4, 5])(key="a", image=image)


def test_no_tilt_brings_the_horizon_into_the_frame():
    frame = np.array([[0, 0, 1], [200, 0, 1], [0, 100, 1], [200, 100, 1.0]])
    for shifts in ([-0.25, 0.25], {"choice": [-0.25, 0.25]}):
        for drawn in draws(Perspective(corner_shift=shifts), 300, Size(100, 200)):
            matrix = np.array(drawn.matrix)
            assert (frame @ matrix[2] > 0).all() and (frame @ np.linalg.inv(matrix)[2] > 0).all()
            assert not drawn.mirrors()


def test_a_tilt_puts_the_corners_where_it_says():
    corners = np.array([[0, 0], [200, 0], [200, 100], [0, 100.0]])
    [drawn] = draws(Perspective(corner_shift=0.1), 1, Size(100, 200))
    assert np.allclose(drawn.points(corners), [[20, 10], [180, 10], [180, 90], [20, 90]])
    shifts = [0.05, 0.1, -0.03, 0.02, 0.08, -0.07, 0.0, 0.1]
    matrix = np.array(homography_of_shifts(shifts, 200, 100))
    expected = np.array([[10, 10], [206, 2], [184, 107], [0, 90.0]])
    oracle = cv2.getPerspectiveTransform(corners.astype(np.float32), expected.astype(np.float32))
    assert np.allclose(matrix / matrix[2, 2], oracle, atol=1e-6)


def test_only_what_the_fields_can_change_counts_as_changed():
    assert Affine().changed_qualities() == {"orientation", "scale", "shape", "composition"}
    assert Affine(degrees=0, shear_degrees=0).changed_qualities() == {"scale", "composition"}
    assert ShiftScaleRotate(scale=1, degrees={"normal": [0, 5]}).changed_qualities() == {"composition", "orientation"}
    assert steps.resize(size=8).transform.changed_qualities() == {"scale", "shape"}
    assert steps.resize(long_side=8).transform.changed_qualities() == {"scale"}


@pytest.mark.parametrize(
    ("name", "fields", "complaint"),
    [
        ("rot90", {"quarter_turns": 1.5}, "not all whole"),
        ("rot90", {"quarter_turns": {"choice": [1, 1.5]}}, "not all whole"),
        ("rotate", {"degrees": 400}, "above the highest allowed, 360 \\(degrees\\)"),
        ("affine", {"scale": 0}, "below the lowest allowed"),
        ("perspective", {"corner_shift": 0.5}, "above the highest allowed, 0.25"),
        ("resize", {}, "exactly one of size, long_side, short_side"),
        ("resize", {"size": 5, "long_side": 5}, "exactly one of size, long_side, short_side"),
        ("pad", {}, "either size, or some of left"),
        ("pad", {"size": 5, "left": 1}, "either size, or some of left"),
        ("crop", {}, "'size' is required"),
        ("rotate", {"interpolation": "bilinear"}, "Expected one of 'nearest', 'linear'"),
        ("pad", {"left": 1, "fill": 300}, "above the highest allowed, 255"),
    ],
)
def test_fields_that_make_no_sense_are_refused(name, fields, complaint):
    with pytest.raises(FieldError, match=complaint):
        getattr(steps.image, name)(**fields)
