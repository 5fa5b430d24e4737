"""``augkit pack``: the files that it writes are what was read, pictures, masks, arrays and names."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import augkit
from augkit.data.arrays import as_json, from_json
from augkit.data.pack_sample import file_names, look_at
from augkit.data.packing import pack
from augkit.recipe import read_recipe
from augkit_image.files import read_mask
from augkit_image.mask_files import read_masks
from tests.cli.conftest import Run
from tests.cli.packed import originals, smooth
from tests.data.conftest import noise


def test_masks_are_exactly_nearest(tmp_path: Path, run: Run) -> None:
    classes = np.random.default_rng(0).integers(0, 20, (90, 120)).astype(np.uint8)
    deep = classes.astype(np.uint16) * 1000
    for name, pixels in (("img", smooth(90, 120)), ("organs", classes), ("parts", deep)):
        (tmp_path / name).mkdir()
        for number in range(2):
            Image.fromarray(pixels).save(tmp_path / name / f"{number}.png")
    (tmp_path / "m.yaml").write_text(
        "augkit: 1\nsource: {image_folder: {root: img, masks: {organ: organs, part: parts}}}\n"
        "sample: {image: image, organ: mask, part: mask}\nsteps: [hflip]\n"
    )
    assert run("pack", "m.yaml", "--long-side", "37").exit_code == 0
    small = augkit.Pipeline([augkit.steps.resize(long_side=37)], {"image": "image", "organ": "mask", "part": "mask"})
    out = small(image=smooth(90, 120), organ=classes, part=deep, key="x")
    for name in ("organ", "part"):
        packed = read_mask(f"m-37/{name}/1.png")
        assert np.array_equal(packed, out[name]) and packed.dtype == out[name].dtype
    assert run("check", "m-37/m.yaml").exit_code == 0
    assert next(iter(augkit.loader("m-37/m.yaml")))["part"].shape[1:] == (28, 37)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("{", "is no file of masks"),
        ("[]", "is no file of masks"),
        ('{"size": [2], "counts": []}', "is no file of masks"),
        ('{"size": [2, 2], "counts": ["04"]}', None),
        ('{"size": [2, 2], "counts": ["04", "05"]}', "object 1: the runs of the mask cover 5 pixels"),
    ],
)
def test_files_of_masks(tmp_path: Path, text: str, complaint: str | None) -> None:
    file = tmp_path / "m.json"
    file.write_text(text)
    if complaint is None:
        assert read_masks(file)["masks"].all()
        return
    with pytest.raises(augkit.DataError, match=complaint):
        read_masks(file)


def test_what_waits_to_be_decoded_is_decoded_when_it_is_timed_and_copied(tmp_path: Path) -> None:
    from augkit_image.encoded import open_image

    file = tmp_path / "a.jpg"
    Image.fromarray(smooth(30, 40)).save(file)
    waiting = open_image(file, "simplejpeg")
    assert "pixels" not in vars(waiting)
    look_at(waiting)
    assert vars(waiting)["pixels"].shape == (30, 40, 3)


def test_pictures_that_are_no_files_are_written(tmp_path: Path, run: Run) -> None:
    Path("d.yaml").write_text(
        "augkit: 1\nsource: {demo: {name: shapes, count: 4}}\n"
        "sample: {image: image, mask: mask, boxes: boxes, keypoints: keypoints}\nsteps: [hflip]\n"
    )
    report = pack(read_recipe("d.yaml"), Path("d"), long_side=48)
    assert (report.samples, report.scaled, report.bytes_before, report.decode_ms_before) == (4, 4, None, None)
    assert {sample["image"].pixels.shape for sample in originals("d/d.yaml").values()} == {(48, 48, 3)}


def test_a_label_that_depends_on_scale_does_not_hinder(tmp_path: Path, run: Run, photos: Path) -> None:
    Path("s.yaml").write_text(
        "augkit: 1\nsource: {image_folder: photos}\n"
        "sample: {image: image, label: {label: {sensitive_to: [scale]}}}\nsteps: [hflip]\n"
    )
    assert run("pack", "s.yaml", "--long-side", "30").exit_code == 0
    assert {sample["label"].value for sample in originals("s-30/s.yaml").values()} == {"cat", "dog"}


def test_names_of_files_are_safe_and_unlike() -> None:
    keys = ["a.jpg", "a.png", "A.JPG", "../../etc/passwd", "/root/x.png", ".hidden", "b/c d.jpeg", "é/ü.png", "x:y", ""]
    names = file_names(keys)
    assert names["b/c d.jpeg"] == "b/c d" and names["é/ü.png"] == "é/ü"
    lowered = [name.casefold() for name in names.values()]
    assert len(set(lowered)) == len(keys)
    for name in [*names.values(), *file_names(["x" * 400, "../" * 9 + "a"]).values()]:
        assert Path("/pack", name).resolve().is_relative_to("/pack") and Path("/pack", name).resolve() != Path("/pack")
        assert not name.startswith("/") and all(len(part.encode()) < 255 for part in name.split("/"))


@pytest.mark.parametrize(
    "value",
    [
        np.array([2**62, -1]),
        np.array([1.5, 2.5], dtype=np.float32),
        np.zeros((0, 4)),
        np.array(["a", "ü"]),
        np.array([True]),
        np.uint8([[1, 2], [3, 4]]),
    ],
)
def test_arrays_come_back_from_json_as_they_were(value: np.ndarray) -> None:
    back = from_json(json.loads(json.dumps(as_json({"rows": [[value]], "n": None}))))["rows"][0][0]
    assert np.array_equal(back, value) and back.dtype == value.dtype and back.shape == value.shape


@pytest.mark.parametrize(
    ("told", "complaint"),
    [
        ({"dtype": "int99", "values": [1]}, "is no array"),
        ({"dtype": "int8", "values": [1000]}, "is no array"),
        ({"dtype": "object", "values": [1]}, "no array of numbers"),
        ({"dtype": "int64", "values": [1], "shape": [5]}, "is no array"),
    ],
)
def test_broken_arrays_in_json_are_refused(told: dict[str, Any], complaint: str) -> None:
    with pytest.raises(augkit.DataError, match=complaint):
        from_json(told)


def test_what_json_has_no_word_for_is_refused() -> None:
    for value in (object(), {1: 2}, np.array([1j])):
        with pytest.raises(augkit.DataError, match="cannot be written as JSON"):
            as_json(value)


@pytest.mark.parametrize(
    ("pixels", "complaint"),
    [
        (noise(0, 8, 8, 4), "4 channels of uint8"),
        ((noise(0, 8, 8, 3) / 255).astype(np.float32), "3 channels of float32"),
    ],
)
def test_pictures_that_would_not_come_back_are_refused(pixels: np.ndarray, complaint: str) -> None:
    from augkit.vocab.space import Image as Picture
    from augkit_image.writers import write_image

    with pytest.raises(augkit.DataError, match=complaint):
        write_image(Picture(pixels))


@pytest.mark.parametrize("classes", [np.ones((2, 2), bool), np.ones((2, 2), np.int8), np.full((2, 2), 70000)])
def test_masks_that_would_not_come_back_are_refused(classes: np.ndarray) -> None:
    from augkit.vocab.space import Mask
    from augkit_image.writers import write_mask

    with pytest.raises(augkit.DataError, match=r"would come back as uint8|a PNG holds classes of 0 to 65535"):
        write_mask(Mask(classes))


def test_resizing_may_leave_small_pictures_as_they_are() -> None:
    step = augkit.steps.resize(long_side=50, enlarge=False)
    aug = augkit.Pipeline([step], {"image": "image"})
    small = noise(0, 50, 20)
    assert np.array_equal(aug(image=small, key="a")["image"], small)
    assert aug(image=noise(0, 100, 20), key="a")["image"].shape == (50, 10, 3)
    with pytest.raises(augkit.FieldError, match="enlarge: false goes with long_side"):
        augkit.steps.resize(size=50, enlarge=False)
