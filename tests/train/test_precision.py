"""Mixed precision by recipe: computed as asked for, or refused where the machine cannot."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest
import torch

from augkit.cli.check import beyond_the_grammar
from augkit.errors import FieldError, RecipeError
from augkit.recipe import read_recipe
from augkit.train import TrainConfig, precision
from augkit.train.learning_rate import range_of
from augkit.train.precision import lightning_name
from tests.train.conftest import quietly, recipe
from tests.train.test_resume import killed_in, same

on_cpu = pytest.mark.skipif(precision.device_type() != "cpu", reason="says what a CPU does")


@on_cpu
def test_operators_compute_in_bfloat16_and_weights_stay_float32(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = recipe(epochs=3, precision="bf16-mixed", dropout=0.2, ema=0.9)
    full = quietly(recipe(epochs=3, dropout=0.2, ema=0.9), tmp_path / "full")
    half = quietly(given, tmp_path / "half")
    assert not same(full, half)
    assert {value.dtype for value in half.model.state_dict().values()} <= {torch.float32, torch.int64}
    losses = [run.metrics["epochs"][0]["train_loss"] for run in (full, half)]
    assert losses[0] == pytest.approx(losses[1], rel=0.02) and math.isfinite(half.metrics["last"]["val_loss"])
    killed_in(1, monkeypatch, given, tmp_path / "resumed")
    assert same(half, quietly(given, tmp_path / "resumed", resume=True))


@on_cpu
def test_the_range_test_computes_as_the_training_does() -> None:
    full, half = range_of(recipe(), steps=2), range_of(recipe(precision="bf16-mixed"), steps=2)
    assert full.losses != half.losses and full.losses[0] == pytest.approx(half.losses[0], rel=0.02)


@on_cpu
def test_what_the_machine_cannot_is_refused_at_its_place(tmp_path: Path) -> None:
    given = recipe(precision="16-mixed")
    with pytest.raises(RecipeError, match="train: precision: 16-mixed is not for this machine: a CPU has no 16-mixed"):
        quietly(given, tmp_path / "run")
    assert not (tmp_path / "run").exists()
    [error], _ = beyond_the_grammar(read_recipe(given), with_data=False)
    assert "precision: 16-mixed is not for this machine" in str(error)


def config(**given: Any) -> TrainConfig:
    return TrainConfig(backbone="timm/resnet18", **given)


def test_each_machine_has_what_it_can(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(precision, "device_type", lambda: "cuda")
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda: False)
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda: "an old GPU")
    assert lightning_name(config(precision="16-mixed")) == "16-mixed"
    assert lightning_name(config()) == "32-true"
    with pytest.raises(FieldError, match="an old GPU knows no bfloat16; write 16-mixed or 32"):
        lightning_name(config(precision="bf16-mixed"))
    with pytest.raises(FieldError, match="16-mixed scales the loss, which LBFGS"):
        lightning_name(config(precision="16-mixed", optimizer="LBFGS"))
    with pytest.raises(FieldError, match="Expected one of 32, 'bf16-mixed', '16-mixed'"):
        config(precision=16)
