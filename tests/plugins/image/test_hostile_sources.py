"""Annotations that no tool should have written: each is one error with the file and the object, never a traceback."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

import augkit
from augkit.data import Source, open_recipe, open_source
from tests.data.conftest import noise, write_image

H, W = 20, 30
HUGE = "1" + "0" * 400  # a whole number that no float holds
DEEP = "[" * 100_000
BOX = '{"image": "a.png", "xmin": 1, "ymin": 1, "xmax": 5, "ymax": 5, "label": "cup"}\n'
XML = "<annotation><object><name>cup</name><bndbox>{}</bndbox></object></annotation>"
SIDES = "<xmin>2</xmin><ymin>3</ymin><xmax>9</xmax><ymax>8</ymax>"


@pytest.fixture
def place(tmp_path: Path) -> Path:
    write_image(tmp_path / "a.png", noise(0, H, W))
    write_image(tmp_path / "images" / "a.png", noise(0, H, W))
    return tmp_path


def load(source: Source, *fields: str) -> list[Any]:
    return [source.load(key)[field] for key in source.keys for field in fields]


def coco(place: Path, **changed: Any) -> Source:
    one: dict[str, Any] = {"id": 7, "image_id": 1, "category_id": 1, "bbox": [1, 2, 5, 6], "keypoints": [3, 4, 2]}
    one |= {"segmentation": {"size": [H, W], "counts": [100, 5, 495]}, "area": 5, "iscrowd": 0}
    whole = {
        "images": [{"id": 1, "file_name": "a.png", "height": H, "width": W}],
        "categories": [{"id": 1, "name": "cup", "keypoints": ["rim"]}],
        "annotations": [one | changed],
    }
    (place / "coco.json").write_text(json.dumps(whole))
    return open_source({"coco": "coco.json"}, place)


@pytest.mark.parametrize(
    ("changed", "complaint"),
    [
        ({"bbox": [int(HUGE), 2, 5, 6]}, "its bbox is"),
        ({"segmentation": [[1, 2, 3, 4, 5, int(HUGE)]]}, "its segmentation holds"),
        ({"segmentation": {"size": [H, W], "counts": [100, [], 495]}}, "expected the runs of a mask"),
        ({"iscrowd": "0"}, "its iscrowd is '0'; expected 0 or 1"),
        ({"iscrowd": 2}, "its iscrowd is 2; expected 0 or 1"),
        ({"keypoints": [3, 4, 0.5]}, "has the visibility 0.5"),
        ({"keypoints": [3, 4, -1]}, "has the visibility -1"),
    ],
)
def test_coco(place: Path, changed: dict[str, Any], complaint: str) -> None:
    with pytest.raises(augkit.DataError, match=rf"annotation 7: .*{complaint}"):
        load(coco(place, **changed), "boxes", "masks", "keypoints")


@pytest.mark.parametrize("area", [int(HUGE), float("nan"), "5", None])
def test_an_area_that_is_no_number_is_no_column(place: Path, area: Any) -> None:
    assert "area" in coco(place).load("a.png")["boxes"]
    assert "area" not in coco(place, area=area).load("a.png")["boxes"]


def voc(place: Path, content: bytes, split: bytes = b"a\n") -> Source:
    write_image(place / "VOC" / "JPEGImages" / "a.png", noise(0, H, W))
    for name, text in (("Annotations/a.xml", content), ("ImageSets/Main/train.txt", split)):
        (place / "VOC" / name).parent.mkdir(parents=True, exist_ok=True)
        (place / "VOC" / name).write_bytes(text)
    return open_source({"voc": {"root": "VOC", "split": "train"}}, place)


@pytest.mark.parametrize("encoding", ["gbk", "shift_jis", "utf-7", "none-such", "idna", "hex"])
def test_voc_in_an_encoding_that_expat_has_not(place: Path, encoding: str) -> None:
    source = voc(place, f'<?xml version="1.0" encoding="{encoding}"?>{XML.format(SIDES)}'.encode())
    with pytest.raises(augkit.DataError, match=r"a\.xml: is no XML"):
        load(source, "boxes")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "latin-1", "cp1252"])
def test_voc_in_an_encoding_that_expat_has(place: Path, encoding: str) -> None:
    text = f'<?xml version="1.0" encoding="{encoding}"?>{XML.format(SIDES)}'
    [boxes] = load(voc(place, text.encode(encoding)), "boxes")
    assert boxes["xyxy"].tolist() == [[1, 2, 9, 8]]


def test_a_voc_list_that_is_no_utf_8(place: Path) -> None:
    with pytest.raises(augkit.DataError, match=r"train\.txt: cannot be read"):
        voc(place, XML.format(SIDES).encode(), b"\xe9\n")


def yolo(place: Path, line: str = "0 0.5 0.5 0.2 0.2", yaml: str = "train: images\nnames: [cup]\n") -> Source:
    (place / "labels").mkdir(exist_ok=True)
    (place / "labels" / "a.txt").write_text(line)
    (place / "data.yaml").write_text(yaml)
    return open_source({"yolo": "data.yaml"}, place)


@pytest.mark.parametrize("seen", ["0.5", "-1", "3", "1e300"])
def test_a_yolo_point_that_is_seen_by_half(place: Path, seen: str) -> None:
    yaml = "train: images\nnames: [cup]\nkpt_shape: [2, 3]\n"
    assert len(load(yolo(place, "0 .5 .5 .2 .2 .5 .5 2 .4 .4 0", yaml), "keypoints")) == 1
    with pytest.raises(augkit.DataError, match=r"a\.txt: line 1: has the visibility"):
        load(yolo(place, f"0 .5 .5 .2 .2 .5 .5 2 .4 .4 {seen}", yaml), "keypoints")


def test_yaml_that_grows_without_bound_is_not_written_out(place: Path) -> None:
    names = "abcdefghij"
    grown = "".join(f"{name}: &{name} [{', '.join(['*' + last] * 9)}]\n" for last, name in pairwise(names))
    with pytest.raises(augkit.DataError, match=r"data\.yaml: train: expected a folder"):
        yolo(place, yaml=f"a: &a [x, x, x, x, x, x, x, x, x]\n{grown}train: [*j]\nnames: [cup]\n")


def test_more_points_than_an_object_has(place: Path) -> None:
    with pytest.raises(augkit.DataError, match=r"data\.yaml: kpt_shape: 999999999999 points"):
        yolo(place, yaml="train: images\nnames: [cup]\nkpt_shape: [999999999999, 3]\n")


@pytest.mark.parametrize("listed", ["list.txt", "classes.txt"])
def test_yolo_lists_that_are_no_utf_8(place: Path, listed: str) -> None:
    (place / listed).write_bytes(b"c\xe9\n")
    with pytest.raises(augkit.DataError, match=rf"{listed}: cannot be read"):
        if listed == "list.txt":
            yolo(place, yaml="train: list.txt\nnames: [cup]\n")
        else:
            (place / "labels").mkdir()
            open_source({"yolo": "."}, place)


@pytest.mark.parametrize(
    ("row", "complaint"),
    [
        (BOX.replace("5", HUGE, 1), "expected four numbers"),
        (BOX.replace('"cup"', '["cup"]'), r"'label' is \['cup'\]; expected one class"),
        (BOX.replace('"cup"', "{}"), r"'label' is {}; expected one class"),
        (f'{{"image": {DEEP}\n', "is no JSON"),
    ],
)
def test_a_table_of_boxes(place: Path, row: str, complaint: str) -> None:
    (place / "boxes.jsonl").write_text(BOX + row)
    with pytest.raises(augkit.DataError, match=rf"boxes\.jsonl: row 2: .*{complaint}"):
        load(open_source({"box_table": "boxes.jsonl"}, place), "boxes", "labels")


def test_a_cell_that_is_too_long_for_csv_is_told_where_it_fits(place: Path) -> None:
    (place / "boxes.csv").write_text("image,boxes\na.png," + "1" * 200_000 + "\n")
    with pytest.raises(augkit.DataError, match=r"row 2: field larger than field limit.*fit in a \.jsonl"):
        open_source({"manifest": "boxes.csv"}, place)


def sample_of(place: Path, kind: str, cell: str) -> Any:
    (place / "samples.csv").write_text(f'image,it\na.png,"{cell}"\n')
    (place / "r.yaml").write_text(
        "augkit: 1\nsource: {manifest: samples.csv}\nsteps: []\nsplit: {val: 0}\n"
        f"sample: {{image: image, it: {kind}}}\n"
    )
    return open_recipe(place / "r.yaml").dataset("train")[0]


def test_a_cell_of_json_that_is_too_deep(place: Path) -> None:
    with pytest.raises(augkit.DataError, match=r"is no JSON.*samples\.csv, row 2"):
        sample_of(place, "boxes", DEEP)


@pytest.mark.parametrize("text", ['{"size": [20, 30], "counts": [[600]], "columns": 5}', DEEP])
def test_a_file_of_masks_that_is_none(place: Path, text: str) -> None:
    (place / "masks.json").write_text(text)
    with pytest.raises(augkit.DataError, match=r"masks\.json: is no file of masks"):
        sample_of(place, "masks", "masks.json")
