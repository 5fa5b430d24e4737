"""Boxes, oriented boxes, polygons and instances: the forms they come in, and that these come back."""

import numpy as np
import pytest

from augkit import Pipeline
from augkit.errors import DataError, FieldError
from tests.core.tiny import Add, Flip, step

IMAGE = np.zeros((20, 40, 3), np.uint8)
BOX = np.array([[4.0, 2.0, 14.0, 12.0]])
RING = [[4.0, 2.0], [14.0, 2.0], [14.0, 12.0]]


def through(kind, value, options=None, moved=Flip):
    aug = Pipeline([step(moved())], sample={"image": "image", "it": {kind: options or {}}})
    return aug(image=IMAGE, it=value, key="a")["it"]


FORMATS = {
    "xyxy": ([4, 2, 14, 12], [26, 2, 36, 12]),
    "pascal_voc": ([4, 2, 14, 12], [26, 2, 36, 12]),
    "xywh": ([4, 2, 10, 10], [26, 2, 10, 10]),
    "coco": ([4, 2, 10, 10], [26, 2, 10, 10]),
    "cxcywh_norm": ([0.225, 0.35, 0.25, 0.5], [0.775, 0.35, 0.25, 0.5]),
    "yolo": ([0.225, 0.35, 0.25, 0.5], [0.775, 0.35, 0.25, 0.5]),
}


@pytest.mark.parametrize("format", FORMATS)
def test_a_plain_array_of_boxes_is_read_and_given_back_in_the_field_s_format(format):
    given, flipped = FORMATS[format]
    out = through("boxes", np.array([given], np.float32), {"format": format})
    assert out.dtype == np.float32 and np.allclose(out, [flipped], atol=1e-6)


def test_a_mapping_names_its_own_format_whatever_the_field_s():
    out = through("boxes", {"xywh": [[4, 2, 10, 10]], "label": ["a"]}, {"format": "yolo"})
    assert out == {"xywh": [[26.0, 2.0, 10.0, 10.0]], "label": ["a"]}


def test_an_unknown_format_is_refused_with_those_there_are():
    with pytest.raises(FieldError, match=r"format: got 'yolov5'.*Expected one of 'xyxy'"):
        through("boxes", BOX, {"format": "yolov5"})


@pytest.mark.parametrize(
    "bad", [[[1, 2, np.inf, 4]], [[np.nan, 2, 3, 4]], [[-np.inf, 0, 1, 1]], [[np.inf, 0, np.inf, 1]]]
)
def test_numbers_of_boxes_are_finite(bad):
    with pytest.raises(DataError, match="row 0 is not finite"):
        through("boxes", bad)


def test_boxes_end_after_they_start():
    with pytest.raises(DataError, match=r"row 1 ends before it starts: xyxy \[5\.0, 1\.0, 4\.0, 2\.0\]"):
        through("boxes", [[1, 1, 2, 2], [5, 1, 4, 2]])


THING = np.empty(1, dtype=object)
THING[0] = ("a", None)
LABELS = {
    "int": [3],
    "beyond float32": [2**24 + 1],
    "beyond float64": [2**53 + 1],
    "text": ["cat"],
    "int32": np.array([2**24 + 1], np.int32),
    "uint64": np.array([2**64 - 1], np.uint64),
    "object": THING,
    "fixed text": np.array(["cat"]),
    "tuple": (b"x",),
}
ROWS = {
    "boxes": {"xyxy": BOX},
    "oriented_boxes": {"xywha": np.array([[9.0, 7.0, 10.0, 10.0, 0.0]])},
    "polygons": {"polygons": [[RING]]},
    "masks": {"masks": np.ones((1, 20, 40), bool)},
    "keypoints": {"xy": np.array([[3.0, 3.0]])},
}


@pytest.mark.parametrize("label", LABELS)
@pytest.mark.parametrize("kind", ROWS)
def test_labels_come_back_as_they_went_in(kind, label):
    column = LABELS[label]
    out = through(kind, {**ROWS[kind], "label": column})["label"]
    assert type(out) is type(column) and getattr(out, "dtype", None) == getattr(column, "dtype", None)
    assert list(out) == list(column) and repr(out[0]) == repr(column[0])


NOTHING = {
    "boxes": [[], np.zeros((0, 4)), {"xyxy": [], "label": []}],
    "oriented_boxes": [[], np.zeros((0, 5)), {"corners": np.zeros((0, 4, 2)), "label": []}],
    "polygons": [[], {"polygons": [], "label": []}],
    "masks": [np.zeros((0, 20, 40), bool), {"masks": np.zeros((0, 20, 40), np.uint8), "label": []}],
    "keypoints": [np.zeros((0, 2)), {"xy": [], "label": []}],
}


@pytest.mark.parametrize(("kind", "value"), [(kind, value) for kind, values in NOTHING.items() for value in values])
def test_nothing_comes_back_as_nothing(kind, value):
    out = through(kind, value)
    assert type(out) is type(value)
    rows = next(iter(out.values())) if isinstance(out, dict) else out
    assert len(rows) == 0


def test_a_box_half_outside_is_cut_one_without_area_dropped_and_one_pixel_kept():
    boxes = {"xyxy": [[-10, 0, 10, 10], [5, 5, 5, 9], [7, 7, 8, 8], [30, 10, 50, 30]], "id": [0, 1, 2, 3]}
    out = through("boxes", boxes, moved=Add)
    assert out == {"xyxy": [[0, 0, 10, 10], [7, 7, 8, 8], [30, 10, 40, 20]], "id": [0, 2, 3]}


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("boxes", {"xyxy": [[-10.0, 0, 10, 10]]}),
        ("oriented_boxes", {"xywha": [[0.0, 5, 20, 10, 0]]}),
        ("polygons", {"polygons": [[[[-10.0, 0], [10, 0], [10, 10], [-10, 10]]]]}),
    ],
)
def test_what_is_half_outside_stays_or_goes_by_min_visible(kind, value):
    [(name, _)] = value.items()
    assert len(through(kind, value, {"min_visible": 0.5})[name]) == 1
    assert len(through(kind, value, {"min_visible": 0.51})[name]) == 0


def test_corners_of_oriented_boxes_come_back_as_corners():
    square = np.array([[[10.0, 5], [15, 10], [10, 15], [5, 10]]])
    out = through("oriented_boxes", {"corners": square, "label": ["a"]})["corners"]
    expected = {(40 - x, y) for x, y in square[0].tolist()}
    assert {(round(x, 9), round(y, 9)) for x, y in out[0].tolist()} == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ([RING], [[[36.0, 2.0], [26.0, 2.0], [26.0, 12.0]]]),
        ([[RING]], [[[[36.0, 2.0], [26.0, 2.0], [26.0, 12.0]]]]),
        ([[[4, 2, 14, 2, 14, 12]]], [[[36.0, 2.0, 26.0, 2.0, 26.0, 12.0]]]),
        (
            {"segmentation": [[[4, 2, 14, 2, 14, 12]]], "id": [7]},
            {"segmentation": [[[36.0, 2.0, 26.0, 2.0, 26.0, 12.0]]], "id": [7]},
        ),
    ],
    ids=["ring", "rings", "coco", "coco with columns"],
)
def test_polygons_come_back_in_their_form(value, expected):
    assert through("polygons", value) == expected


def test_arrays_of_corners_stay_arrays_of_their_dtype():
    [out] = through("polygons", [np.array(RING, np.float32)])
    assert isinstance(out, np.ndarray) and out.dtype == np.float32


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ([{"counts": "abc", "size": [2, 2]}], "run lengths"),
        ([[1.0, 2.0, 3.0, 4.0]], "object 0 is one row of numbers"),
        ([[[[1, 1], [2, 2]]]], "at least 3 corners"),
        ([[[1, 1, 2, 2, 3]]], "at least 3 corners"),
        ({"rings": []}, "expected `polygons`"),
        ("abc", "expected a list of objects"),
        ([[[[0, 0], [1, np.nan], [1, 1]]]], "not finite"),
    ],
)
def test_what_is_no_polygon_is_refused_in_words(value, words):
    with pytest.raises(DataError, match=words):
        through("polygons", value)


@pytest.mark.parametrize(("dtype", "on"), [(np.uint8, 1), (np.uint8, 255), (np.int64, 1), (bool, True)])
def test_instances_keep_their_dtype_and_their_number(dtype, on):
    masks = np.zeros((1, 20, 40), dtype)
    masks[0, :, :4] = on
    out = through("masks", masks)
    assert out.dtype == dtype and (out == masks[:, :, ::-1]).all()


def test_class_numbers_are_no_instances():
    masks = np.arange(3, dtype=np.uint8)[None, None].repeat(20, 1)
    with pytest.raises(DataError, match=r"one number beside 0, these have \[0, 1, 2\].*kind `mask`"):
        Pipeline([step(Flip())], sample={"it": "masks"})(it=masks, key="a")


def test_an_instance_without_a_pixel_is_dropped_with_its_columns():
    masks = np.zeros((2, 20, 40), bool)
    masks[1, 3:9, 3:9] = True
    out = through("masks", {"masks": masks, "label": ["none", "some"]}, moved=Add)
    assert out["label"] == ["some"] and out["masks"].shape == (1, 20, 40)


def test_tensors_come_back_as_tensors():
    torch = pytest.importorskip("torch")
    masks = through("masks", {"masks": torch.ones((1, 20, 40), dtype=torch.uint8)})["masks"]
    assert masks.dtype == torch.uint8 and tuple(masks.shape) == (1, 20, 40)
    [[ring]] = through("polygons", [[torch.tensor(RING)]])
    assert ring.dtype == torch.float32 and ring[0].tolist() == [36.0, 2.0]
    boxes = through("oriented_boxes", torch.tensor([[9.0, 7, 10, 10, 30]]))
    assert boxes.dtype == torch.float32 and boxes.tolist() == [[31.0, 7.0, 10.0, 10.0, -30.0]]


@pytest.mark.parametrize("value", [np.zeros((2, 4)), {"xywha": [[1, 2, 3, -1, 0]]}, {"xywh": []}, [[np.nan] * 5]])
def test_what_is_no_oriented_box_is_refused(value):
    with pytest.raises(DataError, match="oriented_boxes: "):
        through("oriented_boxes", value)
