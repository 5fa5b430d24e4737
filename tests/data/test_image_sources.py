"""The sources of the image plugin: ``image_folder`` and ``demo``."""

from __future__ import annotations

import pickle
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import augkit
from augkit.data import Dataset, Source, open_recipe, open_source
from augkit.plan import Plan
from augkit.schema import read_schema
from tests.data.conftest import noise, recipe, write_image


def test_a_folder_is_a_class(folder: Any) -> None:
    root = folder(dogs=2, cats=1)
    (root / ".hidden").mkdir()
    (root / "cats" / ".DS_Store").write_bytes(b"x")
    (root / "cats" / "notes.txt").write_text("not a picture")
    write_image(root / "cats" / "deep" / "UPPER.PNG", noise(9))
    source = open_source({"image_folder": {"root": "photos"}}, root.parent)
    assert isinstance(source, Source)
    assert source.keys == ["cats/000.png", "cats/deep/UPPER.PNG", "dogs/000.png", "dogs/001.png"]
    assert [source.meta(key)["label"] for key in source.keys] == ["cats", "cats", "dogs", "dogs"]
    assert source.fields == {"image": "image", "label": "label"}
    assert pickle.loads(pickle.dumps(source)).load("dogs/001.png") == source.load("dogs/001.png")


def test_masks_lie_in_a_parallel_tree(tmp_path: Path) -> None:
    for name in ("a", "deep/b"):
        write_image(tmp_path / "img" / f"{name}.jpg", noise(1))
        write_image(tmp_path / "seg" / f"{name}.png", np.full((12, 10), 3, dtype=np.uint8))
    source = open_source({"image_folder": {"root": "img", "masks": "seg"}}, tmp_path)
    assert source.fields == {"image": "image", "mask": "mask"} and source.keys == ["a.jpg", "deep/b.jpg"]
    made = Dataset(source, Plan([], read_schema(dict(source.fields))))
    assert made[1].targets["mask"].classes.tolist() == [[3] * 10] * 12


def test_several_folders_of_masks(tmp_path: Path) -> None:
    for folder, value in (("organs", 3), ("parts", 7)):
        write_image(tmp_path / folder / "a.png", np.full((12, 10), value, dtype=np.uint8))
    write_image(tmp_path / "img" / "a.jpg", noise(1))
    write_image(tmp_path / "img" / "b.jpg", noise(2))
    source = open_source({"image_folder": {"root": "img", "masks": {"organ": "organs", "part": "parts"}}}, tmp_path)
    assert source.fields == {"image": "image", "organ": "mask", "part": "mask"}
    made = Dataset(source, Plan([], read_schema(dict(source.fields))))
    assert [int(made[0].targets[name].classes.max()) for name in ("organ", "part")] == [3, 7]
    with pytest.raises(augkit.DataError, match=r"b.jpg: has no organ: there is no b.png or the like in .*organs"):
        made[1]


@pytest.mark.parametrize(
    ("fields", "complaint"),
    [
        ({"root": "photo"}, r"image_folder: root: there is no folder .*photo. Did you mean 'photos'\?"),
        ({"root": "photos", "mask": "m"}, r"unknown field 'mask'. Did you mean 'masks'\?"),
        ({"root": "photos", "masks": "m"}, "masks: there is no folder"),
        ({"root": "photos", "masks": {"mask": "m"}}, "masks: there is no folder"),
        ({"root": "photos", "masks": {"image": "photos"}}, "masks: 'image': 'photos' is none"),
        ({"root": "photos", "masks": {"mask": 3}}, "masks: 'mask': 3 is none"),
        ({"root": "photos", "extensions": ["png"]}, "write '.png'"),
        ({}, "'root' is required"),
    ],
)
def test_wrong_fields_of_a_folder_are_refused(folder: Any, fields: dict[str, Any], complaint: str) -> None:
    root = folder(cats=1)
    with pytest.raises(augkit.FieldError, match=complaint):
        open_source({"image_folder": fields}, root.parent)


def test_wrong_folders_are_refused(folder: Any, tmp_path: Path) -> None:
    root = folder(cats=1)
    (tmp_path / "empty").mkdir()
    with pytest.raises(augkit.DataError, match="there is no image here"):
        open_source({"image_folder": "empty"}, tmp_path)
    (root / "dogs").mkdir()
    with pytest.raises(augkit.DataError, match="the class 'dogs' has no image"):
        open_source({"image_folder": "photos"}, tmp_path)
    write_image(root / "dogs" / "x.png", noise(1))
    write_image(root / "loose.png", noise(1))
    with pytest.raises(augkit.DataError, match=r"'loose.png' is in no class"):
        open_source({"image_folder": "photos"}, tmp_path)


def test_a_missing_mask_and_two_masks_are_named(tmp_path: Path) -> None:
    for name in ("a", "b"):
        write_image(tmp_path / "img" / f"{name}.png", noise(1))
    write_image(tmp_path / "seg" / "a.png", noise(1)[:, :, 0])
    source = open_source({"image_folder": {"root": "img", "masks": "seg"}}, tmp_path)
    with pytest.raises(augkit.DataError, match=r"b.png: has no mask"):
        source.load("b.png")
    write_image(tmp_path / "seg" / "a.tif", noise(1)[:, :, 0])
    source = open_source({"image_folder": {"root": "img", "masks": "seg"}}, tmp_path)
    with pytest.raises(augkit.DataError, match=r"a.png and a.tif are masks of the same image|a.tif and a.png"):
        source.load("a.png")


def test_unknown_sources_say_what_was_meant() -> None:
    with pytest.raises(augkit.PluginError, match=r"unknown source 'image_foldr'. Did you mean 'image_folder'\?"):
        open_source({"image_foldr": {}})
    with pytest.raises(augkit.FieldError, match="expected one source"):
        open_source({"demo": "digits", "image_folder": "x"})


def test_the_decoder_reaches_the_reader(tmp_path: Path) -> None:
    picture = np.kron(noise(3, 8, 8), np.ones((4, 4, 1), dtype=np.uint8))
    write_image(tmp_path / "photos" / "a" / "x.jpg", picture)
    read = {
        decoder: open_recipe(recipe(tmp_path / "photos", decoder=decoder, steps=["hflip"])).dataset().original(0)
        for decoder in ("pillow", "opencv")
    }
    from augkit_image.files import read_image

    for decoder, sample in read.items():
        want = read_image(tmp_path / "photos" / "a" / "x.jpg", decoder=decoder)
        assert np.array_equal(sample.targets["image"].pixels, want)


def test_digits_are_the_real_ones() -> None:
    source = open_source({"demo": "digits"})
    assert len(source.keys) == 1797 and source.keys[1] == "digits/0001"
    assert Counter(source.meta(key)["digit"] for key in source.keys)[0] == 178
    sample = source.load("digits/0001")
    assert sample["digit"] == 1 and sample["image"].shape == (8, 8, 3) and sample["image"].dtype == np.uint8
    assert sample["image"][0, :, 0].tolist() == [0, 0, 0, 191, 207, 80, 0, 0]
    large = open_source({"demo": {"name": "digits", "size": 16, "count": 5}})
    assert len(large.keys) == 5
    assert np.array_equal(large.load("digits/0001")["image"][::2, 1::2], sample["image"])


def test_a_scene_is_a_function_of_its_number_and_its_annotations_agree() -> None:
    source = open_source({"demo": {"name": "shapes", "size": 64, "count": 20}})
    assert source.meta("shapes/0003") == {"synthetic": True}
    names = ("circle", "square", "triangle")
    for key in source.keys:
        scene, again = source.load(key), open_source({"demo": {"name": "shapes", "size": 64}}).load(key)
        assert np.array_equal(scene["image"], again["image"]) and scene["image"].shape == (64, 64, 3)
        mask = scene["mask"]
        drawn = np.zeros_like(mask)
        boxes, points = scene["boxes"], scene["keypoints"]
        assert boxes["label"] == points["label"] and boxes["xyxy"]
        for (x0, y0, x1, y1), (x, y), label in zip(boxes["xyxy"], points["xy"], boxes["label"], strict=True):
            inside = mask[y0:y1, x0:x1] == 1 + names.index(label)
            for edge in (inside[0], inside[-1], inside[:, 0], inside[:, -1]):
                assert edge.any()
            assert mask[round(y), round(x)] == 1 + names.index(label)
            drawn[y0:y1, x0:x1] = mask[y0:y1, x0:x1]
        assert np.array_equal(drawn, mask)
    images = {source.load(key)["image"].tobytes() for key in source.keys}
    assert len(images) == 20


@pytest.mark.parametrize(
    ("fields", "complaint"),
    [
        ({"name": "digit"}, r"Did you mean 'digits'\?"),
        ({"name": "digits", "count": 1798}, "there are 1797"),
        ({"name": "shapes", "size": 16}, "at least 32"),
        ("shapess", r"Did you mean 'shapes'\?"),
    ],
)
def test_wrong_fields_of_a_demo_are_refused(fields: Any, complaint: str) -> None:
    with pytest.raises(augkit.FieldError, match=complaint):
        open_source({"demo": fields})


def test_a_link_to_a_folder_that_holds_it_is_refused(folder: Any) -> None:
    root = folder(dogs=2, cats=1)
    (root / "dogs" / "again").symlink_to(root)
    with pytest.raises(augkit.DataError, match=r"again: links to a folder that holds it"):
        open_source({"image_folder": {"root": "photos"}}, root.parent)
