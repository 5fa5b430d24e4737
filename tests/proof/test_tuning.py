"""Tuning: the same trials however often it stops, chosen by validation, and the best to be had again."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

import augkit
from augkit.cli import main
from augkit.data import open_recipe
from augkit.errors import MissingDependency, RecipeError
from augkit.proof import tune
from augkit.proof.tuning import BEST_RECIPE, Tuned
from augkit.train.progress import Progress
from tests.train.conftest import quietly, recipe

pytest.importorskip("optuna")

SEARCH = {"train.lr": {"log": [1e-5, 3e-2]}, "steps.1.rotate.degrees": {"choice": [0, [-10, 10]]}}


def searching(trials: int = 3, search: dict[str, Any] | None = None, **train: Any) -> dict[str, Any]:
    tuned = {"search": search or SEARCH, "trials": trials, "prune": False}
    return recipe(**{"epochs": 1, **train}) | {"tune": tuned}


def quiet(given: Any, out: Path, **more: Any) -> Tuned:
    return tune(given, out, progress=Progress(silent=True), **{"say": lambda line: None, **more})


@pytest.fixture(scope="module")
def tuned(tmp_path_factory: pytest.TempPathFactory) -> Tuned:
    return quiet(searching(), tmp_path_factory.mktemp("tuned") / "out")


def told(found: Tuned) -> Any:
    """All but the folder, as JSON has it."""
    return json.loads(json.dumps(found.to_json()))


def test_trials_are_within_what_is_searched_and_the_best_is_the_best(tuned: Tuned) -> None:
    assert [each.number for each in tuned.tried] == [0, 1, 2]
    assert all(1e-5 <= each.values["train.lr"] <= 3e-2 for each in tuned.tried)
    assert all(each.values["steps.1.rotate.degrees"] in (0, [-10, 10]) for each in tuned.tried)
    assert len({each.values["train.lr"] for each in tuned.tried}) == 3
    assert tuned.best is not None
    assert tuned.best.value == min(each.value for each in tuned.tried if each.value is not None)
    assert json.loads((tuned.folder / "tuning.json").read_text()) == told(tuned)


def test_the_best_is_had_again_by_its_settings_and_by_its_recipe(tuned: Tuned, tmp_path: Path) -> None:
    by_settings = quietly(searching(), tmp_path / "a", overrides=tuned.settings)
    by_recipe = quietly(tuned.folder / BEST_RECIPE, tmp_path / "b")
    assert tuned.best is not None
    assert by_settings.metrics["last"]["val_loss"] == by_recipe.metrics["last"]["val_loss"] == tuned.best.value


def test_the_recipe_of_the_best_splits_by_its_own_seed(tuned: Tuned) -> None:
    best = augkit.read_recipe(tuned.folder / BEST_RECIPE, {"seed": 99})
    assert best.split.seed == 99 and "tune" not in best.tree.items


def test_a_search_that_stopped_goes_on_to_the_same_trials(tuned: Tuned, tmp_path: Path) -> None:
    """Stopped after the first trial, and in the middle of the second."""
    out = tmp_path / "out"
    quiet(searching(), out, overrides=["tune.trials=1"])

    class Interrupted(Exception):
        pass

    class Stopping(Progress):
        def epoch(self, *given: Any, **named: Any) -> None:
            raise Interrupted

    with pytest.raises(Interrupted):
        tune(searching(), out, progress=Stopping(silent=True), say=lambda line: None, resume=True)
    said: list[str] = []
    assert told(quiet(searching(), out, resume=True, say=said.append)) == told(tuned)
    assert len(said) == 2


def test_another_search_is_not_gone_on_with(tuned: Tuned) -> None:
    for other in (["train.weight_decay=0.1"], ["tune.search={train.lr: {log: [1e-5, 1e-1]}}"], ["seed=4"]):
        with pytest.raises(RecipeError, match="holds trials of another recipe or search"):
            quiet(searching(), tuned.folder, overrides=other, resume=True)


@pytest.mark.long
def test_a_trial_that_is_worse_than_the_others_is_stopped(tmp_path: Path) -> None:
    """A learning rate of nothing is behind those that learn, from a quarter of the epochs on."""
    search = {"train.lr": {"choice": [1e-2, 1e-12]}}
    given = searching(7, search, epochs=3, schedule="none") | {"split": {"train_per_class": 5, "val": 0.05}}
    given["tune"]["prune"] = True
    found = quiet(given, tmp_path / "out")
    stopped = [each for each in found.tried if each.state == "pruned"]
    assert stopped and {each.values["train.lr"] for each in stopped} == {1e-12}
    assert "worse than the others' median" in stopped[0].why and stopped[0].value is not None
    assert found.best is not None and found.best.values["train.lr"] == 1e-2


def test_a_trial_that_diverges_is_one_trial(tmp_path: Path) -> None:
    found = quiet(searching(2, {"train.lr": {"choice": [1e30, 1e35]}}, optimizer="SGD", epochs=2), tmp_path / "out")
    assert [each.state for each in found.tried] == ["diverged", "diverged"]
    assert found.best is None and found.settings == [] and not (found.folder / BEST_RECIPE).exists()
    assert "diverged" in found.tried[0].why


def test_the_test_split_is_never_opened(tmp_path: Path) -> None:
    """The files of its samples may be gone."""
    image = pytest.importorskip("PIL.Image")
    for label in ("dark", "light"):
        (tmp_path / "photos" / label).mkdir(parents=True)
        for number in range(12):
            picture = image.new("L", (24, 24), 10 * number + (120 if label == "light" else 0))
            picture.save(tmp_path / "photos" / label / f"{number}.png")
    given = searching(1) | {
        "source": {"image_folder": {"root": str(tmp_path / "photos")}},
        "sample": {"image": "image", "label": "label"},
        "split": {"val": 0.25, "test": 0.25},
    }
    for key in open_recipe(given).keys("test"):
        (tmp_path / "photos" / key).write_bytes(b"nothing to see")
    assert quiet(given, tmp_path / "out").best is not None


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (recipe(), "there is nothing to search; write tune:"),
        (searching(monitor="train_loss"), "train_loss is not of the validation split"),
        (searching(search={"train.lrr": {"log": [1, 2]}}), "tune: search: train.lrr: with 1.0: .*unknown field 'lrr'"),
        (searching(search={"train.dropout": {"uniform": [0, 2]}}), "tune: search: train.dropout: with 2.0: "),
        (
            searching(search={"steps.1.rotate.angle": {"uniform": [0, 2]}}),
            "tune: search: steps.1.rotate.angle: with 0.0",
        ),
    ],
)
def test_what_cannot_be_searched_is_refused_before_the_first_trial(given: Any, said: str, tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match=said):
        quiet(given, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_without_optuna_the_extra_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "optuna", None)
    with pytest.raises(MissingDependency, match=r"pip install 'augkit\[tune\]'"):
        quiet(searching(), tmp_path / "out")


def test_tune_as_it_is_typed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("tiny.yaml").write_text(json.dumps(searching()))
    result = CliRunner().invoke(main, ["tune", "tiny.yaml", "--trials", "1"], catch_exceptions=False)
    lines = result.stdout.splitlines()
    assert result.exit_code == 0, result.output
    assert lines[0].startswith("trial 1/1: train.lr ")
    assert lines[2].startswith("best: trial 1 of 1 (0 pruned): val_loss ")
    assert lines[3].startswith("augkit train tiny.yaml --set train.lr=")
    assert "looks better than it is" in lines[5] and lines[7] == "wrote runs/tiny-1/tuning.html"
    assert lines[6].startswith("augkit compare runs/tiny-1/best.yaml tiny.yaml --seeds 5 --set seed=1003")
    again = CliRunner().invoke(main, [*lines[6].split()[1:], "--seeds", "1"], catch_exceptions=False)
    assert again.exit_code == 0, again.output
