"""``augkit init`` on pictures beside masks."""

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from augkit.recipe import read_recipe
from augkit.recipe.located import plain
from tests.cli.conftest import Run


def beside_masks(folder: Path, *numbers: int) -> None:
    """Ten pictures beside masks that hold these numbers."""
    for name in ("images", "masks"):
        (folder / name).mkdir(parents=True)
    for number in range(10):
        mask = np.resize(np.array(numbers, dtype=np.uint8), (20, 30))
        Image.fromarray(mask).save(folder / "images" / f"{number}.png")
        Image.fromarray(mask).save(folder / "masks" / f"{number}.png")


@pytest.mark.parametrize(
    ("numbers", "kind", "told"),
    [
        ((0, 1, 2), "mask", "the masks hold the classes 0, 1, 2."),
        ((0, 1, 2, 255), "mask", "the masks hold the classes 0, 1, 2; 255 is ignored."),
        (
            (0, 255),
            "{ignore_index: 254, classes: {background: 0, foreground: 255}}",
            "the masks hold the classes 0, 255.",
        ),
    ],
)
def test_classes_of_masks_are_learnt(run: Run, tmp_path: Path, numbers: Any, kind: str, told: str) -> None:
    beside_masks(tmp_path / "scenes", *numbers)
    result = run("init", "scenes", "--yes")
    assert "10 pictures beside masks." in result.stderr and told in result.stderr
    text = Path("scenes.yaml").read_text(encoding="utf-8")
    assert text.startswith("# augkit train scenes.yaml\n") and len(text.splitlines()) <= 25 and kind in text
    recipe = read_recipe("scenes.yaml")
    assert recipe.train is not None and plain(recipe.train)["task"] == "segmentation"
    assert run("check", "scenes.yaml").exit_code == 0


@pytest.mark.parametrize(("numbers", "reason"), [((1,), "1 alone"), ((1, 255), "1, 255 alone"), (range(80), "80 diff")])
def test_masks_without_classes_to_tell_apart_are_previewed_not_trained(
    run: Run, tmp_path: Path, numbers: Any, reason: str
) -> None:
    beside_masks(tmp_path / "scenes", *numbers)
    result = run("init", "scenes", "--yes")
    assert f"no training is written, since the masks hold {reason}" in result.stderr
    assert Path("scenes.yaml").read_text(encoding="utf-8").startswith("# augkit preview scenes.yaml\n")
    assert list(read_recipe("scenes.yaml").schema.fields) == ["image", "mask"]
    assert run("check", "scenes.yaml").exit_code == 0


def test_masks_that_cannot_be_read_are_told(run: Run, tmp_path: Path) -> None:
    beside_masks(tmp_path / "scenes", 0, 1)
    (tmp_path / "scenes" / "masks" / "3.png").unlink()
    assert "no training is written, since a mask cannot be used" in run("init", "scenes", "--yes").stderr


@pytest.mark.parametrize("answer", ["y", "n"])
def test_masks_are_asked_about_left_and_right(
    run: Run, photos: Path, monkeypatch: pytest.MonkeyPatch, answer: str
) -> None:
    shutil.move(photos / "cat", "data/images")
    shutil.copytree("data/images", "data/masks")
    monkeypatch.setattr("augkit.cli.init._interactive", lambda: True)
    result = run("init", "data", input=f"{answer}\n")
    assert "6 pictures beside masks." in result.stderr
    assert ("hflip" in Path("data.yaml").read_text()) == (answer == "n")
    assert run("check", "data.yaml").exit_code == 0
    said = run("init", "data", "--yes", "--force").stderr
    assert "assumed: left and right do not matter for the classes of the masks" in said
