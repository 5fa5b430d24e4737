"""What a run leaves behind can be trained again, and what is broken is named."""

import os
from pathlib import Path

import pytest
from PIL import Image

from augkit.errors import RecipeError
from augkit.recipe import read_recipe
from augkit.recipe.located import plain
from augkit.train.folder import moved_to
from tests.train.conftest import quietly, recipe


def test_the_recipe_of_a_run_trains_again_from_where_it_lies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number, kind in enumerate(("cat", "dog")):
        (tmp_path / "data" / kind).mkdir(parents=True)
        for index in range(6):
            Image.new("RGB", (24, 24), (number * 200, index * 40, 90)).save(tmp_path / "data" / kind / f"{index}.png")
    given = recipe(split={"val": 0.3}, epochs=1) | {
        "source": {"image_folder": "data"},
        "sample": {"image": "image", "label": "label"},
    }
    monkeypatch.chdir(tmp_path)
    first = quietly(given, Path("runs/first"))
    os.chdir("/")
    again = quietly(tmp_path / "runs" / "first" / "recipe.yaml", tmp_path / "again")
    assert [row["train_loss"] for row in again.metrics["epochs"]] == [
        row["train_loss"] for row in first.metrics["epochs"]
    ]


def test_all_paths_of_a_source_lead_where_they_led(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    source = {"root": "img", "masks": {"organ": "organs", "part": "/else/where"}}
    given = {"augkit": 1, "source": {"image_folder": source}, "sample": {"image": "image"}, "steps": []}
    moved = moved_to(read_recipe(given), tmp_path / "runs" / "one").source
    assert moved is not None and plain(moved) == {
        "image_folder": {"root": "../../img", "masks": {"organ": "../../organs", "part": "/else/where"}}
    }


@pytest.mark.parametrize("content", [b"", b"hello\n", b"PK\x03\x04half"])
def test_a_broken_checkpoint_is_named(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "last.ckpt").write_bytes(content)
    with pytest.raises(RecipeError, match=r"last\.ckpt is broken or no checkpoint of a run"):
        quietly(recipe(), tmp_path, resume=True)
