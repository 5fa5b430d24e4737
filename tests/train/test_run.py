"""What a run learns, and what it leaves behind."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from PIL import Image

import augkit
from augkit.errors import AugkitError, RecipeError
from augkit.train import Run
from augkit.train.folder import new_folder
from tests.train.conftest import quietly, recipe


def test_learns_better_than_guessing_the_commonest_class(learnt: Run) -> None:
    assert learnt.metrics["last"]["val_accuracy"] > 2 * learnt.metrics["majority_accuracy"]
    assert learnt.metrics["epochs"][-1]["train_loss"] < learnt.metrics["epochs"][0]["train_loss"]


def test_the_folder_holds_the_recipe_metrics_curves_and_checkpoints(learnt: Run) -> None:
    names = {path.name for path in learnt.folder.iterdir()}
    assert names == {"recipe.yaml", "metrics.json", "curves.png", "best.ckpt", "last.ckpt"}
    metrics = json.loads((learnt.folder / "metrics.json").read_text())
    assert metrics["classes"] == list(range(10))
    assert metrics["samples"] == {"train": 200, "val": 108}
    assert metrics["seed"] == 3 and metrics["stopped"] == "finished"
    assert {"torch", "timm", "lightning", "numpy"} <= metrics["versions"].keys()
    assert [row["epoch"] for row in metrics["epochs"]] == list(range(6))
    assert set(metrics["best"]["per_class"]) == {str(digit) for digit in range(10)}
    with Image.open(learnt.folder / "curves.png") as picture:
        assert picture.size[0] > 500


def test_validates_every_second_epoch_and_the_last(tmp_path: Path) -> None:
    run = quietly(recipe(epochs=3, validate_every=2), tmp_path / "run")
    assert [("val_loss" in row) for row in run.metrics["epochs"]] == [False, True, True]


def test_the_resolved_recipe_of_the_folder_reads_back_to_the_same_samples(learnt: Run) -> None:
    again = augkit.read_recipe(learnt.folder / "recipe.yaml")
    assert again.hash == learnt.metrics["recipe_hash"]
    assert again.train is not None


def test_the_best_checkpoint_is_the_validation_it_was_kept_for(learnt: Run) -> None:
    saved = torch.load(learnt.folder / "best.ckpt", weights_only=True)
    assert saved["augkit"]["classes"] == list(range(10))
    learnt.model.load_state_dict(saved["state_dict"])
    learnt.model.eval()
    hits = total = 0
    for batch in augkit.loader(learnt.folder / "recipe.yaml", split="val"):
        guesses = learnt.model(batch["image"]).argmax(1)
        hits, total = hits + int((guesses == batch["digit"]).sum()), total + len(guesses)
    assert hits / total == pytest.approx(learnt.metrics["best"]["val_accuracy"])


def test_the_same_seed_gives_the_same_weights_and_another_seed_others(tmp_path: Path) -> None:
    given = recipe(epochs=1, dropout=0.3)
    torch.manual_seed(1)
    first = quietly(given, tmp_path / "1").model.state_dict()
    torch.manual_seed(2)
    second = quietly(given, tmp_path / "2").model.state_dict()
    other = quietly(given, tmp_path / "3", overrides={"seed": 4}).model.state_dict()
    assert all(torch.equal(first[name], second[name]) for name in first)
    assert not torch.equal(first["head.weight"], other["head.weight"])


def test_the_callers_generator_and_threads_are_left_alone(tmp_path: Path) -> None:
    torch.manual_seed(5)
    before, threads = torch.get_rng_state(), torch.get_num_threads()
    quietly(recipe(epochs=1), tmp_path / "run")
    assert torch.equal(before, torch.get_rng_state()) and torch.get_num_threads() == threads


def test_stops_early_when_nothing_gets_better(tmp_path: Path) -> None:
    run = quietly(recipe(epochs=9, lr=0.0, schedule="none", early_stop=1, monitor="val_accuracy"), tmp_path / "run")
    assert run.metrics["stopped"] == "early_stop"
    assert len(run.metrics["epochs"]) < 9


def test_a_loss_that_is_no_number_is_an_error_that_names_the_rate(tmp_path: Path) -> None:
    given = recipe(epochs=3, lr=1e30, optimizer="SGD", schedule="none")
    with pytest.raises(AugkitError, match=r"diverged.*lower train\.lr \(it is 1e\+30\)"):
        quietly(given, tmp_path / "run")


def test_what_was_accepted_is_kept_with_the_run(tmp_path: Path) -> None:
    flip = {"hflip": {"p": 0.5, "accept": "only zeros and eights"}}
    run = quietly(recipe(steps=[flip], epochs=1), tmp_path / "run")
    assert run.metrics["accepts"] == {"image/hflip": "only zeros and eights"}


def test_runs_are_numbered_and_a_folder_in_use_is_refused(tmp_path: Path) -> None:
    read = augkit.read_recipe(recipe())
    folders = [new_folder(read, root=tmp_path) for _ in range(3)]
    assert [folder.name[-2:] for folder in folders] == ["-1", "-2", "-3"]
    (folders[0] / "something").touch()
    with pytest.raises(RecipeError, match="not empty"):
        quietly(recipe(), folders[0])
