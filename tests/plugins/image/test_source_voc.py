"""The source ``voc``: a small VOC folder written on the spot."""

from __future__ import annotations

import pickle
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

H, W = 12, 10
DOG = """<object><name>dog</name><pose>Left</pose><truncated>1</truncated><occluded>0</occluded>
<bndbox><xmax>5</xmax><xmin>1</xmin><ymin>2</ymin><ymax>7</ymax></bndbox><difficult>0</difficult>
<part><name>head</name><bndbox><xmin>1</xmin><ymin>2</ymin><xmax>3</xmax><ymax>4</ymax></bndbox></part></object>"""
CAT = """<object><name>cat</name><difficult>1</difficult>
<bndbox><xmin>3.5</xmin><ymin>4</ymin><xmax>10</xmax><ymax>12</ymax></bndbox></object>"""


def xml(*objects: str, size: tuple[int, int] | None = (H, W)) -> str:
    stated = "" if size is None else f"<size><width>{size[1]}</width><height>{size[0]}</height><depth>3</depth></size>"
    return f"<annotation><folder>VOC2012</folder>{stated}{''.join(objects)}</annotation>"


def palette(path: Path, classes: np.ndarray) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    picture = Image.fromarray(classes.astype(np.uint8), mode=None).convert("L")
    picture = Image.frombytes("P", picture.size, picture.tobytes())
    picture.putpalette(bytes(value * 7 % 256 for value in range(768)))
    picture.save(path)


CLASSES = np.zeros((H, W), dtype=np.uint8)
CLASSES[2:8, 3:9] = 255
CLASSES[3:7, 4:8] = 15


@pytest.fixture
def voc(tmp_path: Path) -> Path:
    """Three pictures, a and b annotated with boxes, a with masks."""
    root = tmp_path / "VOC"
    for number, name in enumerate("abc"):
        write_image(root / "JPEGImages" / f"{name}.png", noise(number, H, W))
    (root / "Annotations").mkdir()
    (root / "Annotations" / "a.xml").write_text(xml(DOG, CAT))
    (root / "Annotations" / "b.xml").write_text(xml())
    palette(root / "SegmentationClass" / "a.png", CLASSES)
    palette(root / "SegmentationObject" / "a.png", np.where(CLASSES == 15, 1, CLASSES))
    for name, text in (("Main/train", "b\na\n\n"), ("Main/dog_train", "a  1\nb -1\n"), ("Segmentation/train", "a\n")):
        (root / "ImageSets" / name).parent.mkdir(parents=True, exist_ok=True)
        (root / "ImageSets" / f"{name}.txt").write_text(text)
    return root


def opened(root: Path, **fields: Any) -> Any:
    return open_source({"voc": {"root": root.name, **fields}}, root.parent)


def test_boxes_count_from_one_and_include_the_last_pixel(voc: Path) -> None:
    source = opened(voc)
    assert isinstance(source, Source) and source.keys == ["a", "b"]
    boxes = source.load("a")["boxes"]
    assert boxes["xyxy"].tolist() == [[0, 1, 5, 7], [2.5, 3, 10, 12]]
    assert boxes["label"] == ["dog", "cat"] and boxes["pose"] == ["Left", "Unspecified"]
    flags = {name: boxes[name].tolist() for name in ("difficult", "truncated", "occluded")}
    assert flags == {"difficult": [0, 1], "truncated": [1, 0], "occluded": [0, 0]}
    assert boxes["difficult"].dtype == np.int64
    assert source.load("b")["boxes"]["xyxy"].shape == (0, 4)
    assert source.meta("a") == {"labels": ["cat", "dog"]}
    assert pickle.loads(pickle.dumps(source)).load("a")["labels"] == ["cat", "dog"]


def test_a_box_in_the_last_pixel_is_that_pixel(voc: Path) -> None:
    last = DOG.replace("<xmax>5", f"<xmax>{W}").replace("<xmin>1", f"<xmin>{W}", 1)
    (voc / "Annotations" / "b.xml").write_text(
        xml(last.replace("<ymin>2", f"<ymin>{H}").replace("<ymax>7", f"<ymax>{H}"))
    )
    assert opened(voc).load("b")["boxes"]["xyxy"].tolist() == [[W - 1, H - 1, W, H]]


def test_masks_are_palette_indices_with_the_border_to_be_ignored(voc: Path) -> None:
    source = opened(voc, split="Segmentation/train")
    assert source.keys == ["a"]
    assert source.fields == {
        "image": "image",
        "boxes": "boxes",
        "mask": "mask",
        "instances": "mask",
        "labels": "labels",
    }
    sample = Dataset(source, Plan([], read_schema(source.fields)))[0].targets
    assert np.array_equal(sample["mask"].classes, CLASSES)
    assert np.unique(sample["instances"].classes).tolist() == [0, 1, 255]
    with pytest.raises(augkit.DataError, match=r"b.png: has no mask .*b.png.*`split: Segmentation/train`"):
        opened(voc, split="train").load("b")["mask"]


def test_lists(voc: Path) -> None:
    assert opened(voc, split="train").keys == ["b", "a"]
    assert opened(voc, split="dog_train").keys == ["a"]
    with pytest.raises(augkit.FieldError, match=r"split: there is no list .*Did you mean 'train'\?.* train"):
        opened(voc, split="trian")


def test_difficult_objects_may_be_left_out(voc: Path) -> None:
    source = opened(voc, difficult="skip")
    assert source.load("a")["boxes"]["label"] == ["dog"] and source.meta("a") == {"labels": ["dog"]}


def test_through_a_recipe_everything_moves_together(voc: Path) -> None:
    given = {
        "augkit": 1,
        "source": {"voc": {"root": str(voc), "split": "Segmentation/train"}},
        "sample": {"image": "image", "boxes": "boxes", "mask": "mask"},
        "steps": ["hflip"],
        "split": {"val": 0},
    }
    moved = open_recipe(given).dataset()[0].targets
    assert np.array_equal(moved["image"].pixels, noise(0, H, W)[:, ::-1])
    assert np.array_equal(moved["mask"].classes, CLASSES[:, ::-1])
    assert moved["boxes"].xyxy.tolist() == [[5, 1, 10, 7], [0, 3, 7.5, 12]]
    assert moved["boxes"].columns["label"] == ["dog", "cat"]


BOMB = '<!DOCTYPE a [<!ENTITY l "lol"><!ENTITY m "&l;&l;&l;&l;">]><annotation>&m;</annotation>'
OUTSIDE = '<!DOCTYPE a SYSTEM "file:///etc/passwd"><annotation/>'


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (xml(DOG.replace("<xmax>5", "<xmax>0")), r"a.xml: object 1: 'dog': its box ends before it starts: 1, 2, 0, 7"),
        (xml(CAT, DOG.replace("<ymin>2</ymin>", "", 1)), r"object 2: its <ymin> is ''; expected a number"),
        (xml(DOG.replace("<xmin>1", "<xmin>nan", 1)), r"object 1: its <xmin> is 'nan'"),
        (xml(DOG.replace("<name>dog</name>", "")), r"object 1: has no <name>"),
        (xml("<object><name>dog</name></object>"), r"object 1: 'dog' has no <bndbox>"),
        (xml(DOG.replace("<difficult>0", "<difficult>yes")), r"its <difficult> is 'yes'; expected 0 or 1"),
        (xml(DOG)[:-20], r"a.xml: is no XML"),
        ("", r"a.xml: is no XML"),
        ("<html></html>", r"begins with <html>"),
        (BOMB, r"a.xml: declares a document type"),
        (OUTSIDE, r"a.xml: declares a document type"),
        (xml(DOG, size=(W, H)), r"a.png: is 12 × 10 px \(h × w\), but .*a.xml says 10 × 12"),
    ],
)
def test_what_is_wrong_is_told_with_file_and_object(voc: Path, text: str, complaint: str) -> None:
    (voc / "Annotations" / "a.xml").write_text(text)
    with pytest.raises(augkit.DataError, match=complaint):
        opened(voc).load("a")["boxes"]


def test_sizes_that_are_not_stated_or_not_to_be_checked(voc: Path) -> None:
    for text, fields in (
        (xml(DOG, size=None), {}),
        (xml(DOG, size=(0, 0)), {}),
        (xml(DOG, size=(W, H)), {"sizes": "ignore"}),
    ):
        (voc / "Annotations" / "a.xml").write_text(text)
        assert len(opened(voc, **fields).load("a")["boxes"]["xyxy"]) == 1


def test_missing_files_are_named(voc: Path) -> None:
    (voc / "ImageSets" / "Main" / "train.txt").write_text("a\nzzz\n")
    (voc / "JPEGImages" / "a.png").unlink()
    source = opened(voc, split="train")
    with pytest.raises(augkit.DataError, match=r"zzz.xml: there is no such file"):
        source.load("zzz")["boxes"]
    with pytest.raises(augkit.DataError, match=r"a.xml: there is no a.jpg or the like in .*JPEGImages"):
        source.load("a")["image"]


@pytest.mark.parametrize("part", ["Annotations", "JPEGImages"])
def test_other_folders_are_refused(voc: Path, part: str) -> None:
    (voc / part).rename(voc / "elsewhere")
    with pytest.raises(augkit.FieldError, match=f"has no folder {part}"):
        opened(voc)
