"""The study behind a search, without trainings: where it goes, and that it goes there however often it stops."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest

import augkit
from augkit.proof.study import Study, Tried
from augkit.recipe.search import Searched
from tests.train.conftest import recipe

pytest.importorskip("optuna")

SEARCHED = (
    Searched("train.lr", "log", (1e-5, 1.0)),
    Searched("steps.1.rotate.p", "uniform", (0.0, 1.0)),
    Searched("train.optimizer", "choice", ("SGD", {"name": "AdamW", "eps": 1e-7})),
    Searched("loader.batch_size", "int", (1, 64)),
)


def study(folder: Path, seed: int = 3, monitor: str = "val_loss", prune: bool = False) -> Study:
    given = augkit.read_recipe(recipe(epochs=4), {"seed": seed})
    return Study(folder / "trials.log", given, SEARCHED, monitor, prune)


def loss(values: dict[str, Any]) -> float:
    """Least at lr 1e-2, p 0.3."""
    return (math.log10(values["train.lr"]) + 2) ** 2 + (values["steps.1.rotate.p"] - 0.3) ** 2


def go_on(running: Study, count: int) -> list[Tried]:
    for _ in range(count):
        trial, values = running.ask()
        running.tell(trial, "finished", row={"val_loss": loss(values), "val_accuracy": 0.5}, score="val_accuracy")
    return running.tried()


def test_a_study_that_is_opened_again_and_again_tries_the_same_values(tmp_path: Path) -> None:
    """Also where the estimator chooses, and after a trial that was never told."""
    (tmp_path / "whole").mkdir()
    (tmp_path / "parts").mkdir()
    whole = go_on(study(tmp_path / "whole"), 14)
    for count in (3, 7, 4):
        parts = go_on(study(tmp_path / "parts"), count)
        study(tmp_path / "parts").ask()
    assert parts == whole
    assert len({each.values["train.lr"] for each in whole}) == 14


def test_another_seed_tries_other_values(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
    assert go_on(study(tmp_path / "a"), 2) != go_on(study(tmp_path / "b", seed=4), 2)


def test_it_learns_where_it_is_good(tmp_path: Path) -> None:
    """The median of the last ten of forty is better than that of the eight that are drawn."""
    tried = [each.value or 0 for each in go_on(study(tmp_path), 40)]
    assert sorted(tried[-10:])[5] < sorted(tried[:8])[4] / 2


def test_values_are_of_the_kind_that_is_searched(tmp_path: Path) -> None:
    for each in go_on(study(tmp_path), 12):
        assert 1e-5 <= each.values["train.lr"] <= 1 and 0 <= each.values["steps.1.rotate.p"] <= 1
        assert each.values["train.optimizer"] in ("SGD", {"name": "AdamW", "eps": 1e-7})
        assert isinstance(each.values["loader.batch_size"], int) and 1 <= each.values["loader.batch_size"] <= 64
        assert list(each.values) == [one.path for one in SEARCHED]
        assert each.told == {"val_accuracy": 0.5}


@pytest.mark.parametrize(("monitor", "worse"), [("val_loss", 9.0), ("val_accuracy", 0.1)])
def test_what_is_worse_than_the_median_is_pruned_whichever_way_is_better(
    monitor: str, worse: float, tmp_path: Path
) -> None:
    running = study(tmp_path, monitor=monitor, prune=True)

    def run(value: float) -> None:
        trial, _ = running.ask()
        for epoch in range(4):
            running.report(trial, {"epoch": epoch, monitor: value})
        running.tell(trial, "finished", row={monitor: value})

    for value in (0.4, 0.5, 0.6, 0.5):
        run(value)
    with pytest.raises(running.pruned, match=r"epoch 2: .* is worse than the others' median"):
        run(worse)


def test_a_loss_that_is_no_number_is_no_result(tmp_path: Path) -> None:
    running = study(tmp_path)
    trial, _ = running.ask()
    told = running.tell(trial, "finished", row={"val_loss": math.nan})
    assert (told.state, told.value, told.why) == ("diverged", None, "val_loss is nan")
