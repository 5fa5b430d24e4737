"""What bends the picture bends everything on it, at the strongest settings: markers, masks, boxes, outlines."""

import math

import cv2
import numpy as np
import pytest

from augkit.trace import Trace
from augkit.vocab.space import Elastic

from .scenes import everything, pipeline

STRONG = [
    ("elastic", {"alpha": 0.2, "sigma": 0.03}),
    ("elastic", {"alpha": 0.2, "sigma": 0.1}),
    ("elastic", {"alpha": 0.2, "sigma": 1}),
    ("grid_distortion", {"shift": 0.5}),
    ("grid_distortion", {"shift": 0.5, "cells": [12, 9]}),
    ("optical_distortion", {"k": 0.3}),
    ("optical_distortion", {"k": -0.2}),
    ("fisheye", {"degrees": 60}),
]
DEFAULT = [("elastic", {}), ("grid_distortion", {}), ("optical_distortion", {}), ("fisheye", {})]
SIZES = [(160, 240), (201, 133)]
POINTS = {"image": "image", "points": {"keypoints": {"coords": "continuous"}}}


def ids(case):
    return "-".join(map(str, (case[0], *case[1].values())))


def centre(channel):
    weights = channel.astype(np.float64)
    y, x = np.mgrid[: channel.shape[0], : channel.shape[1]] + 0.5
    return np.array([(x * weights).sum(), (y * weights).sum()]) / weights.sum()


def marker_errors(case, side, size, keys="abcdef"):
    """How far (x, y) each point came out from the middle of what its own marker became, where all of it is inside."""
    half, errors = side // 2, []
    for key in keys:
        rng = np.random.default_rng(ord(key))
        places = [(int(rng.integers(3, size[0] - 3)), int(rng.integers(3, size[1] - 3))) for _ in range(12)]
        aug = pipeline(case[0], POINTS, **case[1])
        for i, j in places:
            image = np.zeros((*size, 1), np.float32)
            image[i - half : i + half + 1, j - half : j + half + 1] = 1
            out = aug(key=key, image=image, points=np.array([[j + 0.5, i + 0.5]]))
            moved = out["image"][:, :, 0]
            if moved.max() < 0.1 or moved[[0, -1]].any() or moved[:, [0, -1]].any():
                continue
            assert len(out["points"]) == 1
            errors.append(out["points"][0] - centre(moved))
    return np.array(errors)


@pytest.mark.parametrize("side", [1, 3])
@pytest.mark.parametrize("case", STRONG, ids=ids)
def test_points_stay_on_their_markers(case, side):
    errors = np.concatenate([marker_errors(case, side, size) for size in SIZES])
    assert len(errors) > 40
    # A marker across a line of the grid is stretched on one side only, so its middle is not where its centre goes.
    assert np.hypot(*errors.T).max() <= (0.6 if side == 3 and case[0] == "grid_distortion" else 0.5)
    assert np.hypot(*errors.mean(axis=0)) <= 0.02


def test_a_shift_of_a_pixel_would_be_seen(monkeypatch):
    honest = Elastic.points
    monkeypatch.setattr(Elastic, "points", lambda self, xy: honest(self, xy + 0.5))
    errors = marker_errors(STRONG[1], 1, SIZES[0])
    assert np.hypot(*errors.T).max() > 0.5 and np.hypot(*errors.mean(axis=0)) > 0.1


def outline(x, y, radius, count=720):
    turn = np.linspace(0, 2 * math.pi, count, endpoint=False)
    return np.stack([x + radius * np.cos(turn), y + radius * np.sin(turn)], axis=1)


def filled(polygon, size):
    """The pixels whose centres lie in the polygon: drawn 16 times as large, since OpenCV paints its edge too."""
    picture = np.zeros((16 * size[0], 16 * size[1]), np.uint8)
    cv2.fillPoly(picture, [np.rint(polygon * 16 - 0.5).astype(np.int32)], 1)
    return picture[8::16, 8::16] == 1


def moved_disk(case, key, size, x, y, radius):
    """A disk as a mask, its outline as points, and the box around it, moved together."""
    row, column = np.mgrid[: size[0], : size[1]] + 0.5
    sample = {"mask": {"mask": {"ignore_index": 0}}, "boxes": {"boxes": {"min_visible": 0}}, **POINTS}
    mask = (np.hypot(column - x, row - y) <= radius).astype(np.uint8)
    rows, columns = np.nonzero(mask)
    box = np.array([[columns.min(), rows.min(), columns.max() + 1, rows.max() + 1]], float)
    image = np.zeros((*size, 1), np.uint8)
    return pipeline(case[0], sample, **case[1])(
        key=key, image=image, mask=mask, boxes=box, points=outline(x, y, radius)
    )


@pytest.mark.parametrize("case", STRONG + DEFAULT, ids=ids)
def test_a_mask_fills_the_outline_of_its_points_and_its_box_holds_it(case):
    size, checked = (200, 260), 0
    for key in "abcdefgh":
        rng = np.random.default_rng(ord(key))
        out = moved_disk(case, key, size, *rng.uniform((90, 80), (170, 120)), 40.0)
        seen = out["mask"] == 1
        if len(out["points"]) < 720:
            continue  # cut by the frame
        region = filled(out["points"], size)
        assert (seen & region).sum() / (seen | region).sum() >= 0.97
        rows, columns = np.nonzero(seen)
        around = np.array([columns.min(), rows.min(), columns.max() + 1, rows.max() + 1])
        [box] = out["boxes"]
        assert (np.array([1, 1, -1, -1]) * (box - around)).max() <= 1
        checked += 1
    assert checked >= 3


@pytest.mark.parametrize("case", STRONG, ids=ids)
def test_a_rectangle_and_its_box_fit(case):
    for key in "abcdef":
        picture = np.zeros((120, 150), np.uint8)
        picture[30:90, 40:110] = 1
        sample = {"mask": {"mask": {"ignore_index": 0}}, "boxes": {"boxes": {"min_visible": 0}}}
        out = pipeline(case[0], sample, **case[1])(key=key, mask=picture, boxes=np.array([[40, 30, 110, 90.0]]))
        rows, columns = np.nonzero(out["mask"])
        outward = np.array([-1, -1, 1, 1]) * (
            out["boxes"][0] - [columns.min(), rows.min(), columns.max() + 1, rows.max() + 1]
        )
        assert outward.min() >= -1 and outward.max() <= 2


@pytest.mark.parametrize("border", ["constant", "reflect", "replicate", "wrap"])
@pytest.mark.parametrize("case", STRONG, ids=ids)
def test_an_image_of_labels_moves_as_the_labels(case, border):
    labels = (np.indices((54, 66)).sum(axis=0) % 251).astype(np.uint8)
    sample = {"image": "image", "mask": {"mask": {"ignore_index": 7}}}
    aug = pipeline(case[0], sample, interpolation="nearest", border=border, fill=7, **case[1])
    for key in "abcd":
        out = aug(key=key, image=labels, mask=labels)
        assert np.array_equal(out["image"], out["mask"])
        assert not np.array_equal(out["mask"], labels)


@pytest.mark.parametrize("case", DEFAULT + STRONG, ids=ids)
def test_a_trace_read_from_json_replays_the_same_bytes(case):
    aug, sample = pipeline(case[0], **case[1]), everything()
    out, trace = aug.traced(key="k", **sample)
    text = trace.to_json()
    assert len(text) < 600
    again = aug.replay(Trace.from_json(text), **sample)
    assert np.array_equal(again["image"], out["image"]) and np.array_equal(again["mask"], out["mask"])
    assert np.array_equal(again["boxes"]["xyxy"], out["boxes"]["xyxy"])
    assert np.array_equal(again["points"]["xy"], out["points"]["xy"])


@pytest.mark.parametrize("size", [(1, 1), (1, 40), (40, 1), (2, 3), (300, 4)])
@pytest.mark.parametrize("case", STRONG, ids=ids)
def test_small_and_narrow_pictures_bend_too(case, size):
    aug = pipeline(case[0], {**POINTS, "mask": "mask"}, **case[1])
    image, mask = np.full((*size, 3), 9, np.uint8), np.ones(size, np.uint8)
    out = aug(key="a", image=image, mask=mask, points=np.array([[size[1] / 2, size[0] / 2]]))
    assert out["image"].shape == (*size, 3) and out["mask"].shape == size
    assert np.isfinite(out["points"]).all()


@pytest.mark.parametrize("case", STRONG, ids=ids)
def test_every_kind_of_target_bends_alike(case):
    size = (160, 200)
    rng = np.random.default_rng(4)
    corners = np.array([[70.0, 50.0], [130.0, 55.0], [125.0, 105.0], [75.0, 100.0]])
    thing = filled(corners, size)
    row, column = np.mgrid[: size[0], : size[1]] + 0.5
    point = np.array([[100.5, 80.5]])
    heat = np.exp(-((column - 100.5) ** 2 + (row - 80.5) ** 2) / 18).astype(np.float32)
    picture = rng.integers(0, 256, (*size, 3), dtype=np.uint8)
    spec = {
        **POINTS,
        "mask": {"mask": {"ignore_index": 0}},
        "things": "masks",
        "outlines": "polygons",
        "turned": "oriented_boxes",
        "heat": "heatmap",
        "far": {"depth": {"outside": "nan"}},
        "film": "image_sequence",
    }
    given = {
        "image": picture,
        "points": point,
        "mask": thing.astype(np.uint8),
        "things": thing[None],
        "outlines": [corners],
        "turned": np.array([[100.0, 77.5, 60.0, 55.0, 0.0]]),
        "heat": heat,
        "far": column.astype(np.float32),
        "film": np.stack([picture, 255 - picture]),
    }
    for key in "abc":
        out = pipeline(case[0], spec, **case[1])(key=key, **given)
        assert np.array_equal(out["things"][0], out["mask"] == 1)
        assert np.array_equal(out["film"][0], out["image"])
        region = filled(out["outlines"][0], size)
        assert (region & out["things"][0]).sum() / (region | out["things"][0]).sum() > 0.96
        top = np.unravel_index(out["heat"].argmax(), size)
        assert np.abs(out["points"][0] - 0.5 - top[::-1]).max() <= 1
        i, j = np.floor(out["points"][0][::-1]).astype(int)
        assert out["far"][i, j] == pytest.approx(100.5, abs=3.5)
        around = cv2.boxPoints((out["turned"][0, :2], out["turned"][0, 2:4], out["turned"][0, 4]))
        assert (filled(around, size) | ~out["things"][0]).mean() > 0.999
