"""Loggers are told what metrics.json holds, each epoch once, also by a run that was killed and resumed."""

from __future__ import annotations

import csv
import json
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from augkit.cli.check import beyond_the_grammar
from augkit.errors import FieldError, RecipeError
from augkit.recipe import read_recipe
from augkit.train import Run, TrainConfig
from augkit.train.loggers import check_loggers
from tests.train.conftest import quietly, recipe
from tests.train.test_resume import killed_in, same


def told(run: Run) -> dict[str, dict[int, float]]:
    """By name and epoch, from 1, what metrics.json holds."""
    names = {name for row in run.metrics["epochs"] for name in row if name != "epoch"}
    rows = run.metrics["epochs"]
    return {name: {row["epoch"] + 1: row[name] for row in rows if name in row} for name in names}


def in_table(run: Run) -> dict[str, dict[int, float]]:
    with (run.folder / "csv" / "metrics.csv").open() as file:
        rows = list(csv.DictReader(file))
    names = [name for name in rows[0] if name not in ("step", "epoch")]
    return {name: {int(row["step"]): float(row[name]) for row in rows if row[name]} for name in names}


def in_tensorboard(run: Run) -> dict[str, dict[int, float]]:
    pytest.importorskip("tensorboard", reason="is not installed")
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    events = EventAccumulator(str(run.folder / "tensorboard"))
    events.Reload()
    scalars = {name: events.Scalars(name) for name in events.Tags()["scalars"]}
    assert all(len({event.step for event in each}) == len(each) for each in scalars.values()), "an epoch twice"
    return {name: {event.step: event.value for event in each} for name, each in scalars.items()}


def assert_alike(found: dict[str, dict[int, float]], run: Run) -> None:
    expected = told(run)
    assert found.keys() == expected.keys()
    for name, values in expected.items():
        if name != "seconds":  # epochs before a kill took another time
            assert found[name] == pytest.approx(values, rel=1e-6), name


def test_a_table_has_every_epoch_and_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given = recipe(epochs=4, validate_every=2, loggers=["csv"])
    run = quietly(given, tmp_path / "run")
    assert_alike(in_table(run), run)
    killed_in(3, monkeypatch, given, tmp_path / "resumed")
    resumed = quietly(given, tmp_path / "resumed", resume=True)
    assert_alike(in_table(resumed), resumed)
    assert same(run, resumed) and same(run, quietly(recipe(epochs=4, validate_every=2), tmp_path / "without"))


def test_tensorboard_has_every_epoch_once_also_after_a_resume(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("tensorboard", reason="is not installed")
    given = recipe(epochs=4, validate_every=2, loggers=[{"tensorboard": {"max_queue": 2}}])
    killed_in(3, monkeypatch, given, tmp_path / "run")
    run = quietly(given, tmp_path / "run", resume=True)
    assert_alike(in_tensorboard(run), run)


def config(*loggers: Any) -> TrainConfig:
    return TrainConfig(backbone="timm/resnet18", loggers=loggers)


@pytest.mark.parametrize(
    ("given", "complaint"),
    [
        (
            ["tensorbord"],
            r"unknown 'tensorbord'. Did you mean 'tensorboard'\? There are: csv, tensorboard, wandb, mlflow",
        ),
        (["csv", {"csv": {"prefix": "a"}}], "csv stands there twice"),
        ([{"csv": {"prefx": "a"}}], r"csv takes no 'prefx'. Did you mean 'prefix'\? It takes: prefix, flush_logs"),
        ([{"csv": {"save_dir": "a"}}], "save_dir is the folder of the run; leave it out"),
    ],
)
def test_what_there_is_not_is_refused(given: list[Any], complaint: str) -> None:
    with pytest.raises(FieldError, match=complaint):
        check_loggers(config(*given))


@pytest.mark.parametrize("given", [{"csv": 3}, {"csv": None, "wandb": None}, {}])
def test_what_is_neither_a_name_nor_one_with_arguments_is_refused(given: Any) -> None:
    with pytest.raises(FieldError, match=r"expected a name, or \{wandb: "):
        config(given)


@pytest.mark.parametrize("name", ["wandb", "mlflow"])
def test_a_package_that_is_missing_is_told_with_its_place(name: str, tmp_path: Path) -> None:
    if find_spec(name):
        pytest.skip(f"{name} is installed")
    (tmp_path / "tiny.yaml").write_text(json.dumps(recipe(loggers=["csv", name]), indent=1))
    place = next(n for n, line in enumerate((tmp_path / "tiny.yaml").read_text().splitlines(), 1) if "loggers" in line)
    with pytest.raises(
        RecipeError, match=rf"tiny\.yaml:{place}:\d+: train: loggers: {name} needs {name}\. Install it: pip"
    ):
        quietly(tmp_path / "tiny.yaml", tmp_path / "run")
    [error], _ = beyond_the_grammar(read_recipe(tmp_path / "tiny.yaml"), with_data=False)
    assert f"pip install {name}" in str(error) and not (tmp_path / "run").exists()
