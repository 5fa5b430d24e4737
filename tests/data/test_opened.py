"""A recipe with its data: splits, labels, fitted steps, and complaints at their place."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import augkit
from augkit.data import open_recipe
from augkit.errors import DataError
from augkit.recipe import read_recipe
from tests.data.conftest import noise, recipe, write_image


def written(folder: Path, **changed: Any) -> Path:
    """A recipe file (JSON is YAML) beside the folder."""
    file = folder.parent / "r.yaml"
    file.write_text(json.dumps(recipe("photos", **changed)))
    return file


def test_a_file_gives_loaders_for_its_splits(folder: Any) -> None:
    file = written(folder(a=10, b=20), split={"val": 0.2, "test": 0.1})
    sizes = {split: sum(len(b["key"]) for b in augkit.loader(file, split=split)) for split in ("train", "val", "test")}
    assert sizes == {"train": 21, "val": 6, "test": 3}
    assert sum(len(batch["key"]) for batch in augkit.loader(file, split="all")) == 30
    opened = open_recipe(file)
    assert Counter(key[0] for key in opened.splits["val"]) == {"a": 2, "b": 4}
    assert augkit.loader(file, overrides={"loader.batch_size": 7}).batch_size == 7


def test_epochs_before_the_first_are_refused(folder: Any) -> None:
    path = written(folder(a=4, b=4))
    with pytest.raises(DataError, match=r"^epoch: got -1; they are counted from 0 on"):
        augkit.loader(path, epoch=-1)
    data = open_recipe(path).dataset()
    for visit in ((-1, 0), (0, 0, -1)):
        with pytest.raises(DataError, match="got -1; they are counted from 0 on"):
            data[visit]


def test_evaluation_runs_eval_steps_and_training_may_be_seen_through_them(folder: Any) -> None:
    opened = open_recipe(written(folder(a=4, b=4), split={"val": 0.25}))
    assert opened.dataset("val").traced(0)[1].steps[0][1] == "image/center_crop"
    clean = opened.loader("train", augment=False)
    keys = [key for batch in clean for key in batch["key"]]
    assert keys == opened.splits["train"]
    assert opened.dataset("train", augment=False).traced(0)[1].steps[0][1] == "image/center_crop"


def test_a_split_that_has_nothing_says_what_to_write(folder: Any) -> None:
    with pytest.raises(augkit.RecipeError, match=r"r.yaml:1:\d+: there is no 'test' split; write split: \{test: 0.2\}"):
        augkit.loader(written(folder(a=4)), split="test")
    with pytest.raises(ValueError, match="'valid'"):
        augkit.loader(written(folder(a=4)), split="valid")  # type: ignore[arg-type]


def test_balance_makes_classes_equally_frequent(folder: Any) -> None:
    made = augkit.loader(recipe(folder(a=2, b=7), loader={"balance": "class", "batch_size": 4}))
    for _ in range(2):
        assert Counter(label for batch in made for label in batch["label"]) == {"a": 7, "b": 7}
    made = augkit.loader(recipe(folder(a=2, b=7), loader={"balance": "label", "copies": 2}))
    assert Counter(label for batch in made for label in batch["label"]) == {"a": 14, "b": 14}


@pytest.mark.parametrize(
    ("changed", "complaint"),
    [
        ({"source": {"image_folder": {"root": "photo"}}}, r"root: there is no folder .*Did you mean 'photos'\?"),
        ({"sample": {"image": "image", "lable": "label"}}, r"no field 'lable'. Did you mean 'label'\?"),
        ({"split": {"group": "patient"}}, r"group: the source has no column 'patient'. It has: label"),
        ({"split": {"stratify": "lable"}}, r"stratify: 'lable' is no label.*Did you mean 'label'\?"),
        ({"sample": {"image": "image"}, "split": {"train_per_class": 2}}, "train_per_class: needs a label"),
    ],
)
def test_complaints_have_their_place(folder: Any, changed: dict[str, Any], complaint: str) -> None:
    with pytest.raises(augkit.RecipeError, match=rf"r.yaml:1:\d+: .*{complaint}"):
        open_recipe(written(folder(a=4, b=4), **changed))


def test_a_loader_that_would_drop_everything_is_refused(folder: Any) -> None:
    file = written(folder(a=5), loader={"batch_size": 4, "drop_last": True})
    made = augkit.loader(file)
    assert [len(batch["key"]) for batch in made] == [4]
    assert made.state()["epoch"] == 1 and made.state()["samples_consumed"] == 0
    with pytest.raises(augkit.RecipeError, match=r"r.yaml:1:\d+: drop_last: .*5 samples fill no batch of 6"):
        augkit.loader(file, overrides={"loader.batch_size": 6})


def test_balance_without_a_label_is_refused(folder: Any) -> None:
    file = written(folder(a=4), sample={"image": "image"}, loader={"balance": "class"})
    with pytest.raises(augkit.RecipeError, match="balance: "):
        augkit.loader(file)


def test_a_recipe_without_a_source_has_no_loader() -> None:
    with pytest.raises(augkit.RecipeError, match="no `source`"):
        augkit.loader({"augkit": 1, "sample": {"image": "image"}, "steps": ["hflip"]})


FIT = {"normalize": {"fit": True}}


def fit_recipe_file(folder: Path, **changed: Any) -> Path:
    given = {"steps": [{"random_crop": {"size": 8}}, FIT], "eval_steps": [{"center_crop": {"size": 8}}, FIT]}
    return written(folder, **given | {"split": {"val": 0.25}} | changed)


def test_a_fitted_step_measures_the_training_split_before_anything_is_drawn(folder: Any) -> None:
    file = fit_recipe_file(folder(a=8, b=8))
    opened = open_recipe(file)
    pixels = np.concatenate([np.asarray(_read(file.parent / "photos" / key)) for key in opened.splits["train"]])
    for split in ("train", "val"):
        [*_, (_, name, params)] = opened.dataset(split).traced(0)[1].steps
        assert name == "image/normalize"
        assert np.allclose(params["mean"], pixels.reshape(-1, 3).mean(axis=0) / 255)
        assert np.allclose(params["std"], pixels.reshape(-1, 3).std(axis=0) / 255)
    values = np.concatenate([b["image"].numpy() for b in opened.loader("train", augment=False)])
    assert np.allclose(values.mean(axis=(0, 2, 3)), 0, atol=1e-5) and np.allclose(values.std(axis=(0, 2, 3)), 1)
    assert opened.hash == read_recipe(file).hash


def _read(path: Path) -> np.ndarray:
    from augkit_image.files import read_image

    return read_image(path)[2:10, 1:9]


def test_what_was_measured_is_kept_beside_the_recipe(folder: Any) -> None:
    file = fit_recipe_file(folder(a=8, b=8))
    open_recipe(file)
    kept = file.parent / "r.fitted.json"
    [(name, entry)] = json.loads(kept.read_text()).items()
    assert entry["step"] == "image/normalize" and entry["samples"] == 12
    entry["fields"]["mean"] = [0.25, 0.5, 0.75]
    kept.write_text(json.dumps({name: entry}))
    assert open_recipe(file).dataset().traced(0)[1].steps[-1][2]["mean"] == [0.25, 0.5, 0.75]
    other = open_recipe(file, {"split.seed": 11})
    assert other.dataset().traced(0)[1].steps[-1][2]["mean"] != [0.25, 0.5, 0.75]
    assert len(json.loads(kept.read_text())) == 2
    kept.write_text("{")
    with pytest.raises(augkit.DataError, match=r"r.fitted.json: is no JSON.*delete it"):
        open_recipe(file)


def test_a_recipe_that_is_no_file_keeps_nothing(folder: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    open_recipe(recipe(folder(a=4), steps=[{"random_crop": {"size": 8}}, FIT]))
    assert [path.name for path in tmp_path.iterdir()] == ["photos"]


def test_fitting_skips_or_names_what_cannot_be_read(folder: Any) -> None:
    root = folder(a=4)
    (root / "a" / "001.png").write_bytes(b"")
    with pytest.raises(augkit.DataError, match=r"a/001.png"):
        open_recipe(fit_recipe_file(root, split={"val": 0}))
    open_recipe(fit_recipe_file(root, split={"val": 0}, loader={"on_error": "skip"}))


def test_classes_without_order_are_divided_by_chance(tmp_path: Path) -> None:
    rows = ["image,height"]
    for number in range(10):
        write_image(tmp_path / f"{number}.png", noise(number))
        rows.append(f"{number}.png,1.{number}")
    (tmp_path / "t.csv").write_text("\n".join(rows))
    given = recipe("", source={"manifest": str(tmp_path / "t.csv")}, sample={"image": "image", "height": "label"})
    assert len(open_recipe(given | {"split": {"val": 0.3}}).splits["val"]) == 3
