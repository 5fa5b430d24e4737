"""A run whose process is killed, at whatever moment, ends as the uninterrupted one once it is resumed."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import torch

from augkit.errors import RecipeError
from augkit.train.folder import LAST, METRICS
from tests.train.conftest import quietly, recipe

ROOT = Path(__file__).parents[2]


def everything(workers: int) -> dict[str, Any]:
    """All that a resumed run must take up: augmentation, dropout, an average, half a step, layers that thaw."""
    given = recipe(
        epochs=3, dropout=0.3, ema=0.9, accumulate=2, unfreeze_every=1, transfer={"last": 2}, label_smoothing=0.1
    )
    return given | {"loader": {"batch_size": 7, "workers": workers}}


def killed_and_resumed(folder: Path, kills: Sequence[tuple[int, float]]) -> list[Path]:
    """An uninterrupted run, and one for each (number of workers, part of the run after which it is killed), resumed."""
    runs: list[dict[str, Any]] = [{"recipe": everything(0), "out": str(folder / "whole"), "resume": False, "at": None}]
    for workers, at in kills:
        where = {"recipe": everything(workers), "out": str(folder / f"killed-{workers}-{at:.3f}")}
        runs += [{**where, "resume": False, "at": at}, {**where, "resume": True, "at": None}]
    (folder / "job.json").write_text(json.dumps(runs))
    command = [sys.executable, "-m", "tests.train.killable", str(folder / "job.json")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert not done.returncode, done.stderr
    return [Path(run["out"]) for run in runs]


def left(run: Path) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The last checkpoint, and the history without the clock."""
    checkpoint = torch.load(run / LAST, weights_only=True)
    rows = json.loads((run / METRICS).read_text())["epochs"]
    return checkpoint, [{**row, "seconds": 0} for row in rows]


def alike(one: Any, other: Any) -> bool:
    """Bit for bit."""
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(alike(one[name], other[name]) for name in one)
    if isinstance(one, list | tuple):
        return len(one) == len(other) and all(map(alike, one, other))
    return torch.equal(one, other) if isinstance(one, torch.Tensor) else bool(one == other)


def assert_same(one: Path, other: Path) -> None:
    (first, rows), (second, others) = left(one), left(other)
    assert rows == others
    for name in ("state_dict", "average", "optimizer_states", "lr_schedulers"):
        assert alike(second[name], first[name]), f"{other.name}: {name} differs"


def test_a_run_that_is_killed_and_resumed_is_the_uninterrupted_one(tmp_path: Path) -> None:
    whole, *others = killed_and_resumed(tmp_path, [(0, 0.52), (2, 0.87)])
    for other in others:
        assert_same(whole, other)


@pytest.mark.long
@pytest.mark.parametrize("workers", [0, 2])
def test_so_it_is_at_many_moments(tmp_path: Path, workers: int) -> None:
    whole, *others = killed_and_resumed(tmp_path, [(workers, part / 37) for part in range(1, 38)])
    for other in others:
        assert_same(whole, other)


def test_a_run_that_was_killed_in_its_first_epoch_begins_anew(tmp_path: Path) -> None:
    given = recipe(epochs=1)
    whole = quietly(given, tmp_path / "whole")
    quietly(given, tmp_path / "killed")
    for path in (tmp_path / "killed").iterdir():
        if path.name != "recipe.yaml":
            path.unlink()
    assert [{**row, "seconds": 0} for row in quietly(given, tmp_path / "killed", resume=True).metrics["epochs"]] == [
        {**row, "seconds": 0} for row in whole.metrics["epochs"]
    ]


def test_another_recipe_does_not_begin_in_the_folder_of_a_killed_run(tmp_path: Path) -> None:
    quietly(recipe(epochs=1), tmp_path / "killed")
    (tmp_path / "killed" / LAST).unlink()
    with pytest.raises(RecipeError, match=r"killed/recipe\.yaml is not the recipe"):
        quietly(recipe(epochs=2), tmp_path / "killed", resume=True)
