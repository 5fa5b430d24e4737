"""The checks of a run: they change nothing, say what they find, and are kept with the run."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
import torch

from augkit.errors import AugkitError, RecipeError
from augkit.train import Run, fit
from augkit.train.progress import Progress
from tests.train.conftest import quietly, recipe
from tests.train.test_clips import clips as clips  # a fixture
from tests.train.test_clips import recipe as clip_recipe

HARSH = [{"brightness": {"factor": 0.0, "p": 0.5}}]


def found(run: Run) -> dict[str, Any]:
    return {finding["name"]: finding for finding in run.metrics["checks"]["findings"]}


@pytest.mark.parametrize("more", [{"dropout": 0.3}, {"freeze": True, "optimizer": "SGD"}, {"schedule": "onecycle"}])
def test_checks_do_not_change_the_weights_by_one_bit(tmp_path: Path, more: dict[str, Any]) -> None:
    runs = [quietly(recipe(epochs=2, checks=checks, **more), tmp_path / checks) for checks in ("on", "off")]
    first, second = (run.model.state_dict() for run in runs)
    assert all(torch.equal(first[name], second[name]) for name in first)
    rows = [
        {name: value for name, value in row.items() if name != "seconds" and not name.startswith("clean_")}
        for run in runs
        for row in run.metrics["epochs"]
    ]
    assert rows[:2] == rows[2:] and "val_loss" in rows[0]
    assert "checks" not in runs[1].metrics and "clean_loss" not in runs[1].metrics["epochs"][0]


def test_a_healthy_run_says_so_in_one_line_and_keeps_what_was_looked_at(learnt: Run) -> None:
    checks = learnt.metrics["checks"]
    assert checks["findings"] == [] and checks["seconds"] > 0
    looked = {finding["name"] for finding in checks["fine"]}
    assert {"inputs", "augmented", "leakage", "first-weights", "units", "first-loss", "overfit", "labels"} <= looked


def test_every_validated_epoch_has_a_clean_loss_which_dropout_and_rotations_do_not_raise(learnt: Run) -> None:
    rows = learnt.metrics["epochs"]
    assert [("clean_loss" in row) == ("val_loss" in row) for row in rows] == [True] * len(rows)
    assert rows[-1]["clean_loss"] < rows[-1]["train_loss"]
    assert set(rows[-1]) >= {"clean_loss", "clean_accuracy"} and "clean" not in learnt.model.tallies


def test_what_is_found_is_printed_with_its_reason_and_kept(tmp_path: Path) -> None:
    stream = io.StringIO()
    given = recipe(steps=HARSH, checks="on", epochs=1, lr=1e-7)
    run = fit(given, tmp_path / "run", progress=Progress(stream))
    said = stream.getvalue()
    assert "problem: samples-destroyed: of 20 augmented samples" in said and "  try: augkit preview RECIPE" in said
    assert "problem: updates-small: a step at a rate of 1e-07 changes weights by" in said
    kept = json.loads((tmp_path / "run" / "metrics.json").read_text())["checks"]["findings"]
    assert [finding["name"] for finding in kept] == list(found(run)) == ["samples-destroyed", "updates-small"]
    assert kept[0]["when"] == "before step 1" and kept[0]["numbers"]["lost"]["image"]["one colour"] > 3
    assert "checks: 2 of 9 found something" in said


def test_pictures_that_were_normalized_for_another_backbone(tmp_path: Path) -> None:
    wrong = [{"normalize": {"mean": [0.5, 0.5, 0.5], "std": [0.1, 0.1, 0.1]}}]
    given = recipe(steps=wrong, checks="on", epochs=1)
    given["eval_steps"] = [*given["eval_steps"], *wrong]
    assert "inputs-normalisation" in found(quietly(given, tmp_path / "run"))


def test_the_step_at_which_a_loss_is_lost_is_kept_though_the_run_fails(tmp_path: Path) -> None:
    given = recipe(checks="on", epochs=3, lr=1e30, optimizer="SGD", schedule="none")
    with pytest.raises(AugkitError, match="diverged"):
        quietly(given, tmp_path / "run")
    kept = json.loads((tmp_path / "run" / "metrics.json").read_text())
    assert kept["stopped"] == "diverged"
    assert [finding["when"] for finding in kept["checks"]["findings"] if finding["name"] == "loss-nan"] == ["step 2"]


def test_a_resumed_run_keeps_what_was_found(tmp_path: Path) -> None:
    given = recipe(steps=HARSH, checks="on", epochs=1)
    first = quietly(given, tmp_path / "run")
    again = quietly(given, tmp_path / "run", resume=True)
    assert list(found(first)) == list(found(again)) == ["samples-destroyed"]


def test_sounds_are_checked_alike(clips: Path, tmp_path: Path) -> None:
    run = quietly(clip_recipe(clips, epochs=1, checks="on"), tmp_path / "run")
    assert found(run) == {}
    silent = [{"gain": {"db": -120, "id": "off"}}]
    assert "samples-destroyed" in found(quietly(clip_recipe(clips, silent, epochs=1, checks="on"), tmp_path / "silent"))


def test_events_know_what_guessing_costs(tmp_path: Path) -> None:
    given = {
        "augkit": 1,
        "source": {"demo": {"name": "sound_scenes", "count": 24, "seconds": 1}},
        "sample": {"audio": "audio", "events": "events"},
        "split": {"val": 0.3},
        "steps": [{"log_mel": {"n_mels": 16}}, {"standardize": {"fit": True}}],
        "train": {"task": "sound_events", "epochs": 1, "threads": 1, "width": 4},
    }
    run = quietly(given, tmp_path / "run")
    first = next(one for one in run.metrics["checks"]["fine"] if one["name"] == "first-loss")
    assert first["numbers"]["uniform"] == pytest.approx(0.693, abs=1e-3)
    assert 0 < first["numbers"]["prior"] < 0.5


def test_checks_are_on_or_off(tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match=r"checks: got 'of'\. Expected one of 'on', 'off'"):
        quietly(recipe(checks="of"), tmp_path / "run")


def test_a_number_has_no_classes_to_guess_and_is_watched_all_the_same(tmp_path: Path) -> None:
    given = recipe(checks="on", epochs=1, task="regression", split={"val": 0.95})
    given["sample"] = {"image": "image", "digit": "value"}
    run = quietly(given, tmp_path / "run")
    looked = {one["name"] for one in run.metrics["checks"]["fine"]}
    assert "labels" not in looked and {"first-loss", "overfit"} <= looked
    assert found(run) == {}
