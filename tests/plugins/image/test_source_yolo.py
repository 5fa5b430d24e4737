"""The source ``yolo``: small folders written as Ultralytics reads them."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import augkit
from augkit.data import Dataset, Source, open_recipe, open_source
from augkit.plan import Plan
from augkit.schema import read_schema
from augkit_image.yolo_data import label_file
from tests.data.conftest import noise, write_image

H, W = 20, 10
YAML = "path: .\ntrain: images/train\nval: images/val\nnames:\n  0: no\n  1: dog\n"
BOX, OTHER = "1 0.5 0.25 0.4 0.3", "0 0.1 0.9 0.2 0.2"
OUTLINE = "1 0.1 0.1 0.5 0.1 0.5 0.6"
TURNED = "0 0.5 0.1 0.9 0.3 0.5 0.5 0.1 0.3"
POSED = "1 0.5 0.25 0.4 0.3 0.4 0.2 2 0.6 0.2 1"


@pytest.fixture
def yolo(tmp_path: Path) -> Callable[..., Path]:
    """``yolo(BOX)``: a and b in images/train, a labelled with these lines, b with nothing; a data.yaml."""

    def make(*lines: str, yaml: str | None = YAML) -> Path:
        for number, name in enumerate(("train/a", "train/b", "val/c")):
            write_image(tmp_path / "set" / "images" / f"{name}.png", noise(number, H, W))
        labels = tmp_path / "set" / "labels" / "train"
        labels.mkdir(parents=True, exist_ok=True)
        (labels / "a.txt").write_text("\n".join(lines) + "\n\n")
        if yaml is not None:
            (tmp_path / "set" / "data.yaml").write_text(yaml)
        return tmp_path / "set"

    return make


def opened(root: Path, data: str = "set/data.yaml", **fields: Any) -> Any:
    return open_source({"yolo": {"data": data, **fields}}, root.parent)


def in_pixels(boxes: dict[str, Any]) -> list[list[float]]:
    moved = augkit.Pipeline([], {"image": "image", "boxes": "boxes"})
    target = moved.read({"image": noise(0, H, W), "boxes": boxes})[0]["boxes"]
    return np.round(target.xyxy, 9).tolist()


def test_boxes(yolo: Any) -> None:
    source = opened(yolo(BOX, OTHER))
    assert isinstance(source, Source) and source.keys == ["images/train/a.png", "images/train/b.png"]
    assert source.fields == {"image": "image", "boxes": "boxes", "labels": "labels"}
    boxes = source.load("images/train/a.png")["boxes"]
    assert in_pixels(boxes) == [[3, 2, 7, 8], [0, 16, 2, 20]]
    assert boxes["label"] == ["dog", "no"] and boxes["object"].tolist() == [0, 1]
    assert source.meta("images/train/a.png") == {"file_name": "images/train/a.png", "labels": ["dog", "no"]}
    assert source.load("images/train/b.png")["boxes"]["cxcywh_norm"].shape == (0, 4)
    assert pickle.loads(pickle.dumps(source)).load("images/train/a.png")["labels"] == ["dog", "no"]


def test_outlines_with_the_boxes_round_them(yolo: Any) -> None:
    source = opened(yolo(OUTLINE, "0 0 0 1 0 1 0.5 0 0.5"))
    sample = source.load("images/train/a.png")
    assert [[ring.tolist() for ring in rings] for rings in sample["polygons"]["polygons"]] == [
        [[[1, 2], [5, 2], [5, 12]]],
        [[[0, 0], [10, 0], [10, 10], [0, 10]]],
    ]
    assert in_pixels(sample["boxes"]) == [[1, 2, 5, 12], [0, 0, 10, 10]]
    masks = sample["masks"]
    assert masks["label"] == sample["boxes"]["label"] == ["dog", "no"]
    assert masks["masks"][1, :10].all() and not masks["masks"][1, 10:].any()
    rows, columns = np.nonzero(masks["masks"][0])
    # a pixel is in the triangle when its centre is right of the line from (1, 2) to (5, 12)
    assert ((columns + 0.5 - 1) >= (rows + 0.5 - 2) * 0.4).all() and columns.max() == 4 and len(rows) == 20


def test_oriented_boxes_must_be_named_where_they_may_be_outlines(yolo: Any) -> None:
    root = yolo(TURNED)
    with pytest.raises(augkit.FieldError, match=r"form: a class and 8 numbers are .*write form: oriented"):
        opened(root)
    sample = opened(root, form="oriented").load("images/train/a.png")
    assert sample["oriented_boxes"]["corners"].tolist() == [[[5, 2], [9, 6], [5, 10], [1, 6]]]
    assert in_pixels(sample["boxes"]) == [[1, 2, 9, 10]]
    assert opened(root, form="polygons").load("images/train/a.png")["polygons"]["label"] == ["no"]


def test_poses(yolo: Any) -> None:
    named = YAML + "kpt_shape: [2, 3]\nflip_idx: [1, 0]\nkpt_names:\n  0: [links, rechts]\n"
    source = opened(yolo(POSED, yaml=named))
    points = source.load("images/train/a.png")["keypoints"]
    assert points["xy"].tolist() == [[4, 4], [6, 4]] and points["visibility"].tolist() == [2, 1]
    assert points["label"] == ["links", "rechts"] and points["object"].tolist() == [0, 0]
    assert source.fields["keypoints"] == {"keypoints": {"outside": "hide", "pairs": [["links", "rechts"]]}}
    assert in_pixels(source.load("images/train/a.png")["boxes"]) == [[3, 2, 7, 8]]
    flat = opened(yolo("1 0.5 0.25 0.4 0.3 0.4 0.2 0.6 0.2", yaml=YAML + "kpt_shape: [2, 2]\n"))
    assert flat.load("images/train/a.png")["keypoints"]["visibility"].tolist() == [2, 2]
    assert flat.load("images/train/a.png")["keypoints"]["label"] == ["0", "1"]


def test_through_a_recipe_everything_moves_together(yolo: Any) -> None:
    named = YAML + "kpt_shape: [2, 3]\nkpt_names: [left_ear, right_ear]\n"
    root = yolo(POSED, yaml=named)
    source = opened(root)
    given = {
        "augkit": 1,
        "source": {"yolo": {"data": str(root)}},
        "sample": source.fields,
        "steps": ["hflip"],
        "split": {"val": 0},
    }
    moved = open_recipe(given).dataset()[0].targets
    assert np.array_equal(moved["image"].pixels, noise(0, H, W)[:, ::-1])
    assert np.round(moved["boxes"].xyxy, 9).tolist() == [[3, 2, 7, 8]]
    assert (moved["keypoints"].xy - 0.5).tolist() == [[5, 4], [3, 4]]
    assert moved["keypoints"].columns["label"] == ["right_ear", "left_ear"]


@pytest.mark.parametrize(("line", "form"), [(OUTLINE, "polygons"), (TURNED, "oriented")])
def test_outlines_and_oriented_boxes_move_with_their_boxes(yolo: Any, line: str, form: str) -> None:
    source = opened(yolo(line), form=form)
    made = Dataset(source, Plan([augkit.steps.hflip()], read_schema(source.fields)))
    moved = made[0].targets
    names = {"polygons": ("polygons", "masks"), "oriented": ("oriented_boxes",)}[form]
    assert set(source.fields) == {"image", "boxes", "labels", *names}
    x0, y0, x1, y1 = np.round(moved["boxes"].xyxy[0], 9).tolist()
    assert (x0, y0, x1, y1) == ((5, 2, 9, 12) if form == "polygons" else (1, 2, 9, 10))
    if form == "polygons":
        assert np.array_equal(moved["masks"].masks, source.load("images/train/a.png")["masks"]["masks"][:, :, ::-1])
        assert np.round(moved["polygons"].boxes()[0], 9).tolist() == [x0, y0, x1, y1]
    else:
        corners = moved["oriented_boxes"].corners()[0]
        assert np.round([*corners.min(axis=0), *corners.max(axis=0)], 6).tolist() == [1, 2, 9, 10]
    assert {len(made[1].targets[name]) for name in ("boxes", *names)} == {0}


@pytest.mark.parametrize(
    ("path", "train"),
    [
        ("path: .\n", "images/train"),
        ("path: /nowhere/at/all\n", "images/train"),
        ("", "../images/train"),
        ("", "list.txt"),
        ("", "[images/train]"),
    ],
)
def test_the_ways_to_name_the_pictures(yolo: Any, path: str, train: str) -> None:
    root = yolo(BOX, yaml=f"{path}train: {train}\nnames: [no, dog]\n")
    (root / "list.txt").write_text("./images/train/a.png\n\nimages/train/b.png\n")
    assert opened(root).keys == ["images/train/a.png", "images/train/b.png"]


def test_splits(yolo: Any) -> None:
    root = yolo(BOX)
    (root / "labels" / "val").mkdir()
    (root / "labels" / "val" / "c.txt").write_text(OTHER)
    assert opened(root, split="val").keys == ["images/val/c.png"]
    with pytest.raises(augkit.FieldError, match=r"split: .*data.yaml has no 'test'. It has: train, val"):
        opened(root, split="test")


def test_a_folder_without_data_yaml(yolo: Any) -> None:
    root = yolo(BOX, yaml=None)
    with pytest.raises(augkit.FieldError, match=r"names: .*write names: \[cat, dog\]"):
        opened(root, "set")
    assert opened(root, "set", names=["no", "dog"]).keys[-1] == "images/val/c.png"
    (root / "classes.txt").write_text("no\ndog\n")
    source = opened(root, "set", split="train")
    assert source.load("images/train/a.png")["labels"] == ["dog"]
    assert opened(yolo(BOX), "set").data.names == ("no", "dog")  # the yaml in it


def test_pictures_without_a_label_file(yolo: Any) -> None:
    root = yolo(BOX)
    assert len(opened(root, unlabelled="keep").keys) == 2
    assert opened(root, unlabelled="skip").keys == ["images/train/a.png"]
    with pytest.raises(augkit.DataError, match=r"1 pictures have no label file, the first is .*b.png"):
        opened(root, unlabelled="refuse")
    (root / "labels" / "train" / "a.txt").rename(root / "labels" / "a.txt")
    with pytest.raises(augkit.DataError, match=r"none of 2 pictures has labels; expected .*labels/train/a.txt"):
        opened(root)


def test_labels_lie_where_the_last_images_was() -> None:
    for picture, labels in (
        ("/x/images/images/a.b.jpg", "/x/images/labels/a.b.txt"),
        ("/x/pictures/a.jpg", "/x/pictures/a.txt"),
    ):
        assert label_file(Path(picture)) == Path(labels)


@pytest.mark.parametrize(
    ("line", "form", "complaint"),
    [
        ("1 0.5 0.25 0.4", "auto", r"a.txt: line 2: has 3 numbers behind the class; expected a class and 4"),
        ("1 0.5 0.25 0.4", "boxes", r"line 2: has 3 numbers behind the class; expected a class and 4 numbers: cx cy"),
        ("1 0.5 0.25 0.4 0.3 0.9", "boxes", r"line 2: has 5 numbers"),
        (OUTLINE, "auto", r"line 1: has 4 numbers behind the class; expected a class and x y of three points"),
        (BOX, "oriented", r"line 1: has 4 numbers behind the class; expected a class and 8 numbers"),
        ("2 0.5 0.25 0.4 0.3", "auto", r"line 2: is of class 2; there are 0 to 1"),
        ("-1 0.5 0.25 0.4 0.3", "auto", r"line 2: is of class -1"),
        ("1.5 0.5 0.25 0.4 0.3", "auto", r"line 2: is of class 1.5"),
        ("nan 0.5 0.25 0.4 0.3", "auto", r"line 2: is of class nan"),
        ("1 0.5 0.25 40 0.3", "auto", r"line 2: holds 40; expected fractions of the picture's sides"),
        ("1 0.5 0.25 inf 0.3", "auto", r"line 2: holds inf"),
        ("1 0.5 0.25 0.4 -0.005", "auto", r"line 2: has the sides 0.4 and -0.005"),
        ("1 0.5 x 0.4 0.3", "auto", r"line 2: .* are not all numbers"),
    ],
)
def test_wrong_lines_are_told_with_file_and_line(yolo: Any, line: str, form: str, complaint: str) -> None:
    with pytest.raises(augkit.DataError, match=complaint):
        opened(yolo(BOX, line), form=form).load("images/train/a.png")["boxes"]


@pytest.mark.parametrize(
    ("yaml", "complaint"),
    [
        ("- a", "is no data.yaml"),
        ("a: [", "data.yaml: is no YAML"),
        ("train: images/train\n", "has no `names`"),
        ("train: images/train\nnames: {0: a, 2: b}\n", "names: got the numbers 0, 2"),
        ("train: images/trian\nnames: [a]\n", r"names 'images/trian', but there is no"),
        (YAML + "kpt_shape: [2]\n", r"kpt_shape: got \['2'\]"),
        (YAML + "kpt_shape: [2, 4]\n", r"kpt_shape: got"),
        (YAML + "kpt_shape: [2, 3]\nflip_idx: [0]\n", r"flip_idx: got \['0'\]"),
        (YAML + "kpt_shape: [3, 3]\nflip_idx: [1, 2, 0]\n", r"flip_idx: .*partner in a mirror"),
        (YAML + "kpt_shape: [2, 3]\nkpt_names: [a]\n", r"kpt_names: .*expected 2 names"),
    ],
)
def test_wrong_data_yaml_is_told(yolo: Any, yaml: str, complaint: str) -> None:
    with pytest.raises(augkit.DataError, match=complaint) as caught:
        opened(yolo(BOX, yaml=yaml))
    assert str(caught.value.file).endswith("data.yaml")


def test_other_places_are_refused(yolo: Any, tmp_path: Path) -> None:
    root = yolo(BOX)
    with pytest.raises(augkit.FieldError, match="data: there is no file or folder"):
        opened(root, "sett")
    (tmp_path / "bare").mkdir()
    with pytest.raises(augkit.FieldError, match=r"has no data.yaml, nor the folders images and labels"):
        opened(root, "bare")
    with pytest.raises(augkit.DataError, match="form: pose needs `kpt_shape`"):
        opened(root, form="pose")


def test_tags_in_data_yaml_make_nothing(yolo: Any, tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    root = yolo(
        BOX, yaml=f"{YAML}x: !!python/object/apply:pathlib.Path.touch [!!python/object/apply:pathlib.Path [{mark}]]\n"
    )
    assert opened(root).keys and not mark.exists()
