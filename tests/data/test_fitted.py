"""What is fitted on the training split and kept beside the recipe: components in arrays, colours in JSON."""

from __future__ import annotations

import errno
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import augkit
from augkit.data import open_recipe
from augkit.data.fit import fit_recipe
from augkit.data.samples import Dataset
from augkit.plan import Plan
from augkit.recipe import read_recipe
from augkit_image import basis, whitening
from tests.data.conftest import noise, recipe

WHITEN = {"whiten": {"fit": True, "epsilon": 1e-9}}


def written(folder: Path, last: Any, **changed: Any) -> Path:
    """Crops of 3 × 3 px, so that there are more pictures than numbers in one."""
    lists = {"steps": [{"random_crop": {"size": 3}}, last], "eval_steps": [{"center_crop": {"size": 3}}, last]}
    file = folder.parent / "r.yaml"
    file.write_text(json.dumps(recipe("photos", **lists | {"split": {"val": 0.25}} | changed)))
    return file


def images(opened: Any, split: str) -> np.ndarray:
    return np.concatenate([batch["image"].numpy() for batch in opened.loader(split, augment=False)])


def refuse(*_: Any) -> None:
    raise AssertionError("measured again")


def test_the_training_split_is_white_and_the_rest_is_treated_alike(folder: Any) -> None:
    opened = open_recipe(written(folder(a=50, b=50), WHITEN))
    train = images(opened, "train").reshape(75, -1)
    assert np.abs(np.cov(train.T, bias=True) - np.eye(27)).max() < 1e-3 and np.abs(train.mean(axis=0)).max() < 1e-4
    val = images(opened, "val").reshape(25, -1)
    assert np.abs(val.mean(axis=0)).max() > 0.05
    step = opened.recipe.eval_steps[-1].transform  # type: ignore[union-attr]
    assert step == opened.recipe.steps[-1].transform  # type: ignore[union-attr]
    assert opened.dataset().traced(0)[1].steps[-1][2] == {"basis": step.basis.digest}


def test_components_are_kept_in_arrays_and_used_again(folder: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    file = written(folder(a=50, b=50), {"pca": {"components": 5, "fit": True, "output": "image"}})
    first = images(open_recipe(file), "val")
    [array_file] = file.parent.glob("r.fitted.*.npz")
    [entry] = json.loads((file.parent / "r.fitted.json").read_text()).values()
    assert entry["fields"]["basis"] == {"arrays": array_file.name.split(".")[2]} and entry["samples"] == 75
    assert len((file.parent / "r.fitted.json").read_text()) < 500
    monkeypatch.setattr(whitening, "measure", refuse)
    again = open_recipe(file)
    assert np.array_equal(images(again, "val"), first)
    kept = again.recipe.eval_steps[-1].transform.basis  # type: ignore[union-attr]
    with pytest.raises(ValueError, match="read-only"):
        kept.components[0, 0] = 1
    assert again.hash == read_recipe(file).hash


def test_arrays_that_changed_are_refused_and_those_that_are_gone_measured_again(
    folder: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = written(folder(a=50, b=50), WHITEN)
    first = images(open_recipe(file), "val")
    [array_file] = file.parent.glob("r.fitted.*.npz")
    whole = array_file.read_bytes()
    arrays = dict(np.load(array_file))
    arrays["mean"] = arrays["mean"] + 1
    np.savez(array_file, **arrays)
    with pytest.raises(augkit.DataError, match=r"r.fitted.\w+.npz: is not what was measured; delete it"):
        open_recipe(file)
    array_file.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(augkit.DataError, match=r"r.fitted.\w+.npz: is not what was measured \(.*delete it"):
        open_recipe(file)
    array_file.unlink()
    assert np.array_equal(images(open_recipe(file), "val"), first) and array_file.is_file()
    left = {path.name for path in file.parent.iterdir()}
    assert left == {"photos", "r.yaml", "r.fitted.json", array_file.name}


@pytest.mark.parametrize("number", [errno.EACCES, errno.EROFS])
def test_a_folder_that_cannot_be_written_is_measured_every_time(
    number: int, folder: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def denied(*_: Any) -> None:
        raise OSError(number, "read-only")

    file = written(folder(a=50, b=50), WHITEN)
    monkeypatch.setattr("augkit.data.kept.write_whole", denied)
    assert np.array_equal(images(open_recipe(file), "val"), images(open_recipe(file), "val"))
    assert not list(file.parent.glob("r.fitted*"))


def test_two_fitted_steps_see_what_comes_before_them(folder: Any) -> None:
    normalize = {"normalize": {"fit": True}}
    steps = {"steps": [{"random_crop": {"size": 3}}, normalize, WHITEN]}
    file = written(folder(a=50, b=50), WHITEN, **steps, eval_steps=[{"center_crop": {"size": 3}}, normalize, WHITEN])
    opened = open_recipe(file)
    train = images(opened, "train").reshape(75, -1)
    assert np.abs(np.cov(train.T, bias=True) - np.eye(27)).max() < 1e-3
    assert len(json.loads((file.parent / "r.fitted.json").read_text())) == 2


def test_colours_are_measured_before_pictures_become_tensors(folder: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    last = {"normalize": {"mean": 0.5, "std": 0.5}}
    steps = [{"random_crop": {"size": 3}}, {"pca_color": {"fit": True, "std": [0.1, 0.4]}}, last]
    file = written(folder(a=8, b=8), last, steps=steps)
    opened = open_recipe(file)
    step = opened.recipe.steps[1].transform  # type: ignore[union-attr]
    pixels = np.concatenate([_center(file.parent / "photos" / key) for key in opened.splits["train"]])
    vectors, spread = np.array(step.components), np.array(step.spread)
    assert np.allclose(vectors.T @ np.diag(spread**2) @ vectors, np.cov(pixels.T / 255, bias=True))
    monkeypatch.setattr("augkit_image.pca_color._covariance", refuse)
    assert open_recipe(file).recipe.steps[1].transform == step  # type: ignore[union-attr]


def _center(path: Path) -> np.ndarray:
    from augkit_image.files import read_image

    return read_image(path)[4:7, 3:6].reshape(-1, 3)


def test_what_cannot_be_fitted_is_named(folder: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    root = folder(a=4, b=4)
    with pytest.raises(augkit.DataError, match=r"image/pca: 6 pictures of 3 × 3 px, 3 channels vary in 5 directions"):
        open_recipe(written(root, {"pca": {"components": 6, "fit": True}}))
    monkeypatch.setattr(basis, "LARGEST", 26)
    with pytest.raises(augkit.DataError, match=r"image/whiten: a picture of .* has 27 numbers.*at most 26.*`resize`"):
        open_recipe(written(root, WHITEN))
    given = recipe("photos", sample={"label": "label"}, steps=[], eval_steps=[])
    assert open_recipe(given | {"source": {"image_folder": {"root": str(root)}}}).recipe.steps == ()


def test_batches_are_the_same_for_any_number_of_workers(folder: Any) -> None:
    file = written(folder(a=50, b=50), WHITEN)
    alone = images(open_recipe(file), "train")
    for start in ("fork", "spawn"):
        opened = open_recipe(file, {"loader.workers": 2, "loader.start": start})
        assert images(opened, "train").tobytes() == alone.tobytes()


class Films:
    """Six films of four frames, in memory."""

    keys = tuple("abcdef")
    root = None
    fields = {"film": None}

    def load(self, key: str) -> dict[str, Any]:
        return {"film": np.stack([noise(4 * ord(key) + frame, 2, 2) for frame in range(4)])}

    def meta(self, key: str) -> dict[str, Any]:
        return {}


def test_a_film_is_measured_frame_by_frame() -> None:
    steps = [{"pca_color": {"fit": True}}, {"normalize": {"fit": True}}, WHITEN]
    read = read_recipe({"augkit": 1, "sample": {"film": "image_sequence"}, "steps": steps, "eval_steps": steps[1:]})
    films = Films()
    fitted = fit_recipe(read, films, films.keys)  # type: ignore[arg-type]
    plan = Plan(fitted.eval_steps, fitted.schema)
    values = np.stack([Dataset(films, plan)[k].targets["film"].values for k in range(6)])  # type: ignore[arg-type, union-attr, attr-defined]
    assert values.shape == (6, 4, 3, 2, 2)
    assert np.abs(np.cov(values.reshape(24, -1).T, bias=True) - np.eye(12)).max() < 1e-3
    shift = Plan(fitted.steps, fitted.schema)(Dataset(films, plan).original(0))[1].steps[0][2]["shift"]  # type: ignore[arg-type]
    assert any(shift)
