"""A run that was stopped and resumed ends as if it had not been."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import lightning.pytorch as lightning
import pytest
import torch

from augkit.errors import RecipeError
from augkit.train import Run
from augkit.train.record import Record
from tests.train.conftest import quietly, recipe


class Killed(Exception):
    """What happens to a process in the middle of an epoch."""


def killed_in(epoch: int, monkeypatch: pytest.MonkeyPatch, given: dict[str, Any], out: Path) -> None:
    """Run, and die after the first batch of ``epoch``."""
    real = Record.on_train_batch_end

    def die(self: Record, trainer: lightning.Trainer, *rest: Any) -> None:
        real(self, trainer, *rest)
        if trainer.current_epoch == epoch:
            raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(Record, "on_train_batch_end", die)
        with pytest.raises(Killed):
            quietly(given, out)


def same(a: Run, b: Run) -> bool:
    """Every weight and statistic, bit for bit, and the history without the clock."""
    first, second = a.model.state_dict(), b.model.state_dict()
    rows = [[{**row, "seconds": 0} for row in run.metrics["epochs"]] for run in (a, b)]
    return all(torch.equal(first[name], second[name]) for name in first) and rows[0] == rows[1]


@pytest.mark.parametrize(("optimizer", "schedule"), [("AdamW", "onecycle"), ("SGD", "cosine")])
def test_resumed_is_uninterrupted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, optimizer: str, schedule: str
) -> None:
    given = recipe(epochs=4, dropout=0.3, optimizer=optimizer, schedule=schedule, label_smoothing=0.1)
    whole = quietly(given, tmp_path / "whole")
    killed_in(2, monkeypatch, given, tmp_path / "resumed")
    resumed = quietly(given, tmp_path / "resumed", resume=True)
    assert same(whole, resumed)


def test_resuming_goes_back_to_the_last_validated_epoch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given = recipe(epochs=4, validate_every=2, freeze=True)
    whole = quietly(given, tmp_path / "whole")
    killed_in(3, monkeypatch, given, tmp_path / "resumed")
    assert same(whole, quietly(given, tmp_path / "resumed", resume=True))


def test_a_finished_run_is_not_trained_further(tmp_path: Path) -> None:
    given = recipe(epochs=1)
    first = quietly(given, tmp_path / "run")
    again = quietly(given, tmp_path / "run", resume=True)
    assert again.metrics["epochs"] == first.metrics["epochs"] and again.metrics["stopped"] == "finished"
    assert same(first, again)


@pytest.mark.parametrize(
    ("changed", "complaint"), [({"seed": 9}, "its seed|recipe hash"), ({"train.lr": 0.5}, "its train is")]
)
def test_another_run_is_not_resumed(tmp_path: Path, changed: dict[str, Any], complaint: str) -> None:
    given = recipe(epochs=1)
    quietly(given, tmp_path / "run")
    with pytest.raises(RecipeError, match=complaint):
        quietly(given, tmp_path / "run", resume=True, overrides=changed)


def test_nothing_to_resume_is_said(tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match=r"no last\.ckpt"):
        quietly(recipe(), tmp_path, resume=True)
