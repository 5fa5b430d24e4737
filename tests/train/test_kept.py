"""Kept features: a frozen backbone looks once at what never changes, and what is learnt is the same."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

from augkit.data import open_recipe
from augkit.train import Run, run
from augkit.train.backbones import Backbone
from augkit.train.kept import splits_that_stay
from tests.train.conftest import quietly, recipe
from tests.train.test_resume import killed_in, same

PLAIN: list[Any] = []


def looks(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The sizes of batches that a backbone is shown from now on."""
    seen: list[int] = []
    real = Backbone.forward

    def forward(self: Backbone, x: torch.Tensor) -> torch.Tensor:
        seen.append(len(x))
        return real(self, x)

    monkeypatch.setattr(Backbone, "forward", forward)
    return seen


def test_each_sample_is_looked_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = looks(monkeypatch)
    quietly(recipe(PLAIN, transfer="linear", epochs=4), tmp_path / "run")
    assert sum(seen) == 20 + 36


def test_what_is_augmented_is_looked_at_each_time_and_validation_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = looks(monkeypatch)
    quietly(recipe(transfer="linear", epochs=4), tmp_path / "run")
    assert sum(seen) == 4 * 20 + 36


@pytest.mark.parametrize("policy", ["linear", {"stages": [2, 4]}])
def test_what_is_learnt_is_the_same(policy: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given = recipe(PLAIN, transfer=policy, epochs=4, lr=0.02, dropout=0.2)
    kept = quietly(given, tmp_path / "kept")
    monkeypatch.setattr(run, "keep_features", lambda *_: None)
    each_time = quietly(given, tmp_path / "each")
    assert close(kept, each_time)
    again = quietly(given, tmp_path / "again", overrides={"seed": 4})
    assert not close(kept, again)


def close(a: Run, b: Run) -> bool:
    return torch.allclose(a.model.head.weight, b.model.head.weight, atol=1e-5) and a.metrics["last"][
        "val_loss"
    ] == pytest.approx(b.metrics["last"]["val_loss"], abs=1e-5)


def test_a_resumed_run_has_the_same_bits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given = recipe(PLAIN, transfer={"stages": [2]}, epochs=4, dropout=0.3)
    whole = quietly(given, tmp_path / "whole")
    killed_in(2, monkeypatch, given, tmp_path / "resumed")
    assert same(whole, quietly(given, tmp_path / "resumed", resume=True))


@pytest.mark.parametrize(
    ("steps", "stays"),
    [
        ([], True),
        ([{"center_crop": {"size": 20}}], True),
        ([{"hflip": {"accept": "as a test"}}], False),
        ([{"random_crop": {"size": 20}}], False),
        ([{"gaussian_blur": {"sigma": 1.0}}], False),
        ([{"one_of": [{"center_crop": {"size": 20}}, {"center_crop": {"size": 20, "id": "b"}}]}], False),
    ],
)
def test_only_steps_that_draw_nothing_leave_samples_as_they_are(steps: list[Any], stays: bool) -> None:
    from augkit.train.job import job_of

    given = recipe(steps, transfer="linear")
    both = dict(given, eval_steps=given["steps"])
    assert splits_that_stay(job_of(open_recipe(both))) == (["train", "val"] if stays else ["val"])
    assert splits_that_stay(job_of(open_recipe(given))) == (["train", "val"] if not steps else ["val"])
