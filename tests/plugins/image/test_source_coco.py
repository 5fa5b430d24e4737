"""The source ``coco``: real pictures and a real JSON file in, exact annotations out."""

from __future__ import annotations

import json
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import augkit
from augkit.data import Dataset, Source, open_recipe, open_source
from augkit.plan import Plan
from augkit.schema import read_schema
from tests.data.conftest import noise, write_image
from tests.plugins.image.coco_objects import BLOB, CATEGORIES, CROWD, POSED, SQUARE, H, W


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """``write(annotations=[…])``: three pictures and an instances.json beside them, parts replaced."""
    for number, name in enumerate(("b.png", "deep/a.png", "none.png")):
        write_image(tmp_path / "img" / name, noise(number, H, W))

    def make(**parts: Any) -> Path:
        whole = {
            "images": [
                {"id": 42, "file_name": "b.png", "height": H, "width": W},
                {"id": 5, "file_name": "deep\\a.png", "height": H, "width": W},
                {"id": 6, "file_name": "none.png"},
            ],
            "annotations": [SQUARE, CROWD, POSED],
            "categories": CATEGORIES,
        } | parts
        (tmp_path / "instances.json").write_text(json.dumps(whole))
        return tmp_path

    return make


def opened(folder: Path, **fields: Any) -> Any:
    return open_source({"coco": {"annotations": "instances.json", "images": "img", **fields}}, folder)


def test_boxes_with_their_columns_in_their_own_types(write: Any) -> None:
    source = opened(write())
    assert isinstance(source, Source) and source.keys == ["b.png", "deep/a.png", "none.png"]
    boxes = source.load("b.png")["boxes"]
    assert boxes["xyxy"].tolist() == [[1, 2, 5, 7.5], [3, 2, 9, 7]]
    assert boxes["label"] == ["dog", "person"]
    whole = ("category_id", "id", "iscrowd")
    assert {name: boxes[name].tolist() for name in whole} == {
        "category_id": [18, 1],
        "id": [3_000_000_001, 7],
        "iscrowd": [0, 0],
    }
    assert {boxes[name].dtype for name in whole} == {np.dtype(np.int64)}
    assert boxes["area"].dtype == np.float64 and boxes["area"].tolist() == [22, 29]
    assert source.load("none.png")["boxes"]["xyxy"].shape == (0, 4)
    assert pickle.loads(pickle.dumps(source)).load("deep/a.png")["boxes"]["iscrowd"].tolist() == [1]


def test_boxes_polygons_and_masks_are_of_the_same_objects_in_one_order(write: Any) -> None:
    sample = opened(write()).load("b.png")
    masks = sample["masks"]
    assert masks["id"].tolist() == sample["boxes"]["id"].tolist() and masks["label"] == ["dog", "person"]
    two_rings = np.zeros((H, W), dtype=bool)
    two_rings[2:7, 1:5] = two_rings[0:3, 7:9] = True  # row 7's centre, 7.5, is on the lower border, which is outside
    assert np.array_equal(masks["masks"], np.array([two_rings, BLOB]))
    with pytest.raises(augkit.DataError, match=r"annotation 7 is a run-length mask, which has no outline"):
        sample["polygons"]
    only_dogs = opened(write(), categories=["dog"]).load("b.png")
    [rings] = only_dogs["polygons"]["polygons"]
    assert [ring.tolist() for ring in rings] == [
        [[1, 2], [5, 2], [5, 7.5], [1, 7.5]],
        [[7, 0], [9, 0], [9, 3], [7, 3]],
    ]
    assert only_dogs["boxes"]["label"] == ["dog"]


def test_uncompressed_runs_are_the_same_mask(write: Any) -> None:
    assert np.array_equal(opened(write()).load("deep/a.png")["masks"]["masks"], BLOB[None])


def test_every_keypoint_is_a_row_and_pairs_are_offered(write: Any) -> None:
    source = opened(write())
    points = source.load("b.png")["keypoints"]
    assert points["xy"].tolist() == [[4, 3], [6, 5], [0, 0]] and points["visibility"].tolist() == [2, 1, 0]
    assert points["label"] == ["nose", "left_eye", "right_eye"] and points["id"].tolist() == [7, 7, 7]
    assert source.fields["keypoints"] == {"keypoints": {"outside": "hide", "pairs": [["left_eye", "right_eye"]]}}
    assert len(source.load("deep/a.png")["keypoints"]["xy"]) == 0


def test_through_a_recipe_everything_moves_together(write: Any) -> None:
    folder = write()
    source = {"coco": {"annotations": str(folder / "instances.json"), "images": str(folder / "img")}}
    kinds = opened(folder).fields
    given = {
        "augkit": 1,
        "source": source,
        "sample": {name: kinds[name] for name in ("image", "boxes", "keypoints", "labels")},
        "steps": ["hflip"],
        "split": {"val": 0},
    }
    moved = open_recipe(given).dataset()[0].targets
    assert np.array_equal(moved["image"].pixels, noise(0, H, W)[:, ::-1])
    assert moved["boxes"].xyxy.tolist() == [[5, 2, 9, 7.5], [1, 2, 7, 7]]
    assert moved["boxes"].columns["id"].tolist() == [3_000_000_001, 7]
    assert (moved["keypoints"].xy - 0.5).tolist() == [[5, 3], [3, 5], [9, 0]]
    assert moved["keypoints"].columns["label"] == ["nose", "right_eye", "left_eye"]
    assert moved["labels"].value == ["dog", "person"]


def test_outlines_and_masks_move_with_their_boxes(write: Any) -> None:
    outlined = POSED | {"segmentation": [[3, 2, 9, 2, 9, 7, 3, 7]]}
    folder = write(annotations=[SQUARE, outlined])
    source = opened(folder)
    assert list(source.fields) == ["image", "boxes", "polygons", "masks", "keypoints", "labels"]
    flipped = Dataset(source, Plan([augkit.steps.hflip()], read_schema(source.fields)))
    made, still = flipped[0].targets, source.load("b.png")
    assert np.array_equal(made["masks"].masks, still["masks"]["masks"][:, :, ::-1])
    assert [
        name for name in ("boxes", "polygons", "masks") if made[name].columns["id"].tolist() != [SQUARE["id"], 7]
    ] == []
    assert made["polygons"].boxes().tolist() == [[1, 0, 9, 7.5], [1, 2, 7, 7]]
    nothing = flipped[2].targets
    assert [len(nothing[name]) for name in ("boxes", "polygons", "masks", "keypoints")] == [0, 0, 0, 0]


def test_metadata_may_be_asked_for_without_opening(write: Any) -> None:
    source = opened(write())
    assert source.meta("deep/a.png") == {"file_name": "deep/a.png", "id": 5, "labels": ["person"]}
    assert source.place("deep/a.png").endswith("instances.json, image 5")


@pytest.mark.parametrize(
    ("fields", "left"),
    [
        ({"crowd": "skip"}, {"b.png": 2, "deep/a.png": 0, "none.png": 0}),
        ({"empty": "skip"}, {"b.png": 2, "deep/a.png": 1}),
        ({"crowd": "skip", "empty": "skip"}, {"b.png": 2}),
        ({"categories": ["person"]}, {"b.png": 1, "deep/a.png": 1, "none.png": 0}),
        ({"categories": ["dog"], "empty": "skip"}, {"b.png": 1}),
    ],
)
def test_objects_and_pictures_may_be_left_out(write: Any, fields: dict[str, Any], left: dict[str, int]) -> None:
    source = opened(write(), **fields)
    assert {key: len(source.load(key)["boxes"]["xyxy"]) for key in source.keys} == left
    assert {key: bool(source.meta(key)["labels"]) for key in source.keys} == {key: n > 0 for key, n in left.items()}


def test_only_what_the_file_has_is_offered(write: Any) -> None:
    plain = {name: value for name, value in SQUARE.items() if name not in ("segmentation", "area", "iscrowd")}
    source = opened(write(annotations=[plain]))
    assert source.fields == {"image": "image", "boxes": "boxes", "labels": "labels"}
    assert set(source.load("b.png")["boxes"]) == {"xyxy", "label", "category_id", "id", "iscrowd"}
    unlabelled = opened(write(annotations=[], categories=[]))
    assert unlabelled.fields == {"image": "image"}


def test_what_nobody_asks_for_is_not_decoded(write: Any) -> None:
    broken = POSED | {"segmentation": {"counts": [5, 5], "size": [H, W]}}
    source = opened(write(annotations=[broken]))
    schema = read_schema({"image": "image", "boxes": "boxes"})
    assert len(Dataset(source, Plan([], schema))[0].targets["boxes"]) == 1
    with pytest.raises(augkit.DataError, match=r"annotation 7: the runs of the mask cover 10 pixels.* has 120"):
        source.load("b.png")["masks"]


def _with(one: dict[str, Any], **changed: Any) -> dict[str, Any]:
    return {"annotations": [one | changed]}


@pytest.mark.parametrize(
    ("parts", "complaint"),
    [
        (_with(SQUARE, category_id=99), r"annotation 3000000001: its category_id is 99, which the file does not have"),
        (_with(SQUARE, image_id=99), r"annotation 3000000001: its image_id is 99"),
        (_with(SQUARE, image_id=[1]), r"its image_id is \[1\]"),
        (_with(SQUARE, bbox=[1, 2, -4, 5]), r"annotation 3000000001: its bbox \[1, 2, -4, 5\] has a negative side"),
        (_with(SQUARE, bbox=[1, 2, 4]), r"annotation 3000000001: its bbox is \[1, 2, 4\]; expected four numbers"),
        (_with(SQUARE, bbox=[1, 2, float("nan"), 4]), "expected four numbers"),
        (_with(SQUARE, segmentation=[[1, 2, 3, 4, 5, 6, 7]]), r"annotation 3000000001: a polygon has 7 numbers"),
        (_with(SQUARE, segmentation=[[1, 2, 3, 4]]), r"a polygon has 4 numbers; expected x and y of three points"),
        (_with(SQUARE, segmentation=[1, 2, 3, 4, 5, 6]), r"holds 1; expected lists of x, y"),
        (_with(SQUARE, segmentation="x"), r"its segmentation is 'x'"),
        (_with(POSED, segmentation={"counts": [120], "size": [W, H]}), r"annotation 7: its mask is of size \[10, 12\]"),
        (_with(POSED, segmentation={"size": [H, W]}), r"expected {size: \[h, w\], counts"),
        (_with(POSED, keypoints=[1, 2, 2]), r"annotation 7: its keypoints are 3 numbers; 'person' has 3 points"),
        (_with(SQUARE, keypoints=[1, 2, 2]), r"'dog' has 0 points"),
        (_with(SQUARE, id=None), r"annotation number 0 has the id None"),
        ({"annotations": [SQUARE, SQUARE]}, r"two annotations have the id 3000000001"),
        ({"annotations": [SQUARE, 3]}, r"annotations: number 1 is 3"),
        ({"categories": None}, r"'categories' is missing or no list"),
        ({"categories": [*CATEGORIES, CATEGORIES[0]]}, r"two categories have the id 18"),
        ({"categories": [{"id": 18, "name": 3}]}, r"category 18 has the name 3"),
        ({"images": [{"id": 1, "file_name": "a"}, {"id": 1, "file_name": "b"}]}, r"two images have the id 1"),
        (
            {"images": [{"id": 1, "file_name": "a"}, {"id": 2, "file_name": "./a"}]},
            r"images 1 and 2 have the same file_name",
        ),
        ({"images": [{"id": 1, "file_name": "/etc/passwd"}]}, r"image 1 has the file_name '/etc/passwd'"),
        ({"images": [{"id": 1, "file_name": "a", "height": 0}]}, r"image 1: its height is 0"),
        ({"images": [{"id": 1}]}, r"image 1 has the file_name None"),
    ],
)
def test_what_is_wrong_is_told_with_file_and_id(write: Any, parts: dict[str, Any], complaint: str) -> None:
    with pytest.raises(augkit.DataError, match=complaint) as caught:
        opened(write(**parts))
    assert str(caught.value.file).endswith("instances.json")


@pytest.mark.parametrize(
    ("text", "complaint"),
    [("{", "is no JSON"), ("[]", "is no COCO file"), ('{"info": 1}', "is no COCO file.*got info"), ("", "is no JSON")],
)
def test_other_files_are_refused(write: Any, text: str, complaint: str) -> None:
    folder = write()
    (folder / "instances.json").write_text(text)
    with pytest.raises(augkit.DataError, match=rf"instances.json: {complaint}"):
        opened(folder)


@pytest.mark.parametrize(
    ("fields", "complaint"),
    [
        ({"annotations": "instance.json"}, "annotations: there is no file"),
        ({"images": "imgs"}, "images: there is no folder"),
        ({"categories": ["dgo"]}, r"categories: there is no 'dgo'. Did you mean 'dog'\? There are: dog, person"),
        ({"crowd": "drop"}, "Expected one of 'keep', 'skip'"),
        ({"image": "img"}, r"Did you mean 'images'\?"),
    ],
)
def test_wrong_fields_are_refused(write: Any, fields: dict[str, Any], complaint: str) -> None:
    with pytest.raises(augkit.FieldError, match=complaint):
        opened(write(), **fields)


def test_nothing_left_is_told(write: Any) -> None:
    with pytest.raises(augkit.DataError, match="no picture is left"):
        opened(write(annotations=[]), empty="skip")


def test_a_missing_picture_and_one_of_another_size_are_named(write: Any) -> None:
    folder = write()
    (folder / "img" / "b.png").unlink()
    write_image(folder / "img" / "deep" / "a.png", noise(1, W, H))
    made = Dataset(opened(folder), Plan([], read_schema({"image": "image", "boxes": "boxes"})))
    with pytest.raises(augkit.DataError, match=r"b.png: .*no such file.*instances.json, image 42"):
        made[0]
    with pytest.raises(augkit.DataError, match=r"a.png: is 10 × 12 px \(h × w\), but .*says 12 × 10.*sizes: ignore"):
        made[1]
    forgiving = opened(folder, sizes="ignore")
    assert len(forgiving.load("deep/a.png")["boxes"]["xyxy"]) == 1


def test_a_picture_that_its_exif_data_turn_is_not_taken_for_another(write: Any, tmp_path: Path) -> None:
    folder = write()
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.fromarray(noise(0, H, W)).save(tmp_path / "img" / "b.png", exif=exif)
    with pytest.raises(augkit.DataError, match=r"is 10 × 12 px.*its EXIF data say, it is turned"):
        opened(folder).load("b.png")["boxes"]
