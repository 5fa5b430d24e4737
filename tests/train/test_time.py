"""A budget of time becomes a number of epochs, once; then the run is the one of so many epochs, to the bit."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from augkit.errors import FieldError, RecipeError
from augkit.proof.ablation import ablate
from augkit.proof.comparison import compare
from augkit.proof.tuning import tune
from augkit.recipe import read_recipe
from augkit.train.folder import RECIPE
from augkit.train.spans import seconds_in, told
from augkit.train.timing import Clock, fitting
from tests.train.conftest import quietly, recipe
from tests.train.test_resume import killed_in, same


def timed(time: Any = "3s", **more: Any) -> dict[str, Any]:
    given = recipe(time=time, **more)
    if "epochs" not in more:
        del given["train"]["epochs"]
    return given


@pytest.mark.parametrize(
    ("text", "seconds"), [("90s", 90), ("3m", 180), ("1.5h", 5400), ("1h30m", 5400), ("2m 5s", 125), ("0.5s", 0.5)]
)
def test_spans(text: str, seconds: float) -> None:
    assert seconds_in(text) == seconds


@pytest.mark.parametrize("text", ["", "3", "m", "0s", "3 d", "-3m", "5s3m"])
def test_what_is_no_span_is_refused(text: str) -> None:
    with pytest.raises(FieldError, match="expected a span of time, such as 90s"):
        seconds_in(text)


def test_spans_are_told() -> None:
    assert [told(seconds) for seconds in (2.5, 60, 200, 3900)] == ["2.5 s", "1 min", "3 min 20 s", "1 h 5 min"]


def test_as_many_epochs_as_there_is_time_for_and_one_at_least() -> None:
    assert fitting("3m", per_epoch=10, before=5, batches=7).epochs == 17
    assert "time: 17 epochs fit into 3m: 10 s each, 5 s before" in fitting("3m", 10, 5, 7).line()
    short = fitting("3s", per_epoch=10, before=5, batches=7)
    assert short.epochs == 1 and short.line().endswith("one takes longer than 3s")


def test_the_first_batch_is_not_taken_for_the_others_but_counts_where_workers_start_each_time() -> None:
    clock = Clock(budget=1.0, began=100.0, ends=[103.0, 103.5, 104.0, 104.5])
    assert clock.whole(10, each_time=False) == pytest.approx(5.0)
    assert clock.whole(10, each_time=True) == pytest.approx(7.5)
    assert Clock(1.0, began=1.0, ends=[3.0]).whole(4, each_time=False) == pytest.approx(8.0)


def test_the_recipe_that_is_kept_has_the_epochs_and_gives_the_same_bits(tmp_path: Path) -> None:
    run = quietly(timed(), tmp_path / "run")
    found = run.metrics["time"]
    assert found["asked"] == "3s" and found["epochs"] == len(run.metrics["epochs"]) >= 1
    kept = read_recipe(tmp_path / "run" / RECIPE)
    assert kept.epochs == found["epochs"] and kept.train is not None and "time" not in kept.train.items
    assert same(run, quietly(tmp_path / "run" / RECIPE, tmp_path / "again"))
    resumed = quietly(timed(), tmp_path / "run", resume=True)
    assert resumed.metrics["time"] == found and same(run, resumed)


def test_a_run_that_goes_on_keeps_to_its_number_of_epochs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    killed_in(0, monkeypatch, timed(), tmp_path / "run")
    began = read_recipe(tmp_path / "run" / RECIPE).epochs
    resumed = quietly(timed("1h"), tmp_path / "run", resume=True)
    assert len(resumed.metrics["epochs"]) == began


def test_runs_that_are_held_against_each_other_have_one_number_of_epochs(tmp_path: Path) -> None:
    for hold in (compare, ablate, tune):
        with pytest.raises(RecipeError, match="train: time: runs that are compared would learn for different numbers"):
            hold(timed() if hold is not compare else [timed()], out=tmp_path / "runs")
    assert not (tmp_path / "runs").exists()


@pytest.mark.parametrize(
    ("given", "complaint"),
    [
        (timed("3m", epochs=3), "train: time: 3m beside epochs: 3: leave one of them out"),
        (timed(180), "train: time: got 180, which has no unit"),
        (timed("long"), "train: time: got 'long'; expected a span of time"),
    ],
)
def test_mistakes_are_told_before_there_is_a_folder(given: dict[str, Any], complaint: str, tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match=complaint):
        quietly(given, tmp_path / "run")
    assert not (tmp_path / "run").exists()
