"""Schedules by torch's names, clipping, accumulation, the average of the weights: what they do, and that it resumes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn
from torch.optim import SGD

import augkit
from augkit.cli.check import beyond_the_grammar
from augkit.errors import FieldError, RecipeError
from augkit.train import TrainConfig
from augkit.train.ema import Average
from augkit.train.schedules import OF_SCHEDULERS, build_schedule, names
from tests.train.conftest import quietly, recipe
from tests.train.test_resume import killed_in, same


def schedule(given: Any, lr: float = 0.1) -> Any:
    config = TrainConfig(backbone="timm/resnet18", schedule=given)
    optimizer = SGD([torch.zeros(1, requires_grad=True)], lr=lr)
    return build_schedule(config, optimizer, steps=10), optimizer


def test_every_scheduler_of_torch_is_known_by_name_or_refused_with_the_reason() -> None:
    from torch.optim import lr_scheduler

    public = {name for name in lr_scheduler.__all__ if name != "LRScheduler"}
    assert public <= {*names(), *OF_SCHEDULERS}
    for name in OF_SCHEDULERS:
        with pytest.raises(FieldError, match=f"{name} is made of .*, which a recipe cannot write down"):
            schedule(name)


def test_rates_are_those_of_torchs_scheduler_and_count_epochs() -> None:
    made, optimizer = schedule({"name": "StepLR", "step_size": 2, "gamma": 0.5})
    assert made.interval == "epoch" and not made.watches
    seen = []
    for _ in range(5):
        seen.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        made.scheduler.step()
    assert seen == [0.1, 0.1, 0.05, 0.05, 0.025]
    cyclic, _ = schedule({"name": "CyclicLR", "base_lr": 0.01, "max_lr": 0.1, "cycle_momentum": False})
    assert cyclic.interval == "step"


@pytest.mark.parametrize(
    ("given", "complaint"),
    [
        ("StepLr", r"torch has no 'StepLr'. Did you mean 'StepLR'\?"),
        ({"name": "StepLR", "step_sise": 2}, r"StepLR takes no 'step_sise'. Did you mean 'step_size'\?"),
        ({"name": "StepLR"}, "schedule: StepLR: .*step_size"),
        ({"name": "StepLR", "step_size": 2, "last_epoch": 3}, "StepLR takes no 'last_epoch'"),
        ({"name": "ReduceLROnPlateau", "mode": "up"}, "mode up is unknown"),
    ],
)
def test_schedules_that_cannot_be(given: Any, complaint: str) -> None:
    with pytest.raises(FieldError, match=complaint) as caught:
        schedule(given)
    assert caught.value.field == "schedule"


@pytest.mark.parametrize(
    ("given", "complaint"),
    [
        ("onecyle", r"unknown 'onecyle'. Did you mean 'onecycle'\?"),
        ({"name": "cosine", "T_max": 3}, "cosine takes no arguments"),
        ({"step_size": 3}, r"expected a name, or \{name: StepLR, step_size: 5\}"),
    ],
)
def test_our_own_schedules_are_checked_without_torch(given: Any, complaint: str) -> None:
    with pytest.raises(FieldError, match=complaint):
        TrainConfig(backbone="timm/resnet18", schedule=given)


def test_augkit_check_knows_schedules() -> None:
    read = augkit.read_recipe(recipe(schedule={"name": "StepLR", "step": 2}))
    assert any("StepLR takes no 'step'" in str(error) for error in beyond_the_grammar(read))


def test_the_rate_falls_when_nothing_gets_better(tmp_path: Path) -> None:
    plateau = {"name": "ReduceLROnPlateau", "patience": 0, "factor": 0.5, "threshold": 1e9, "threshold_mode": "abs"}
    run = quietly(recipe(epochs=4, schedule=plateau, lr=0.01), tmp_path / "run")
    assert [row["lr"] for row in run.metrics["epochs"]] == [0.01, 0.005, 0.0025, 0.00125]


@pytest.mark.parametrize(
    "train",
    [
        {"schedule": {"name": "ReduceLROnPlateau", "patience": 0, "threshold": 1e9, "threshold_mode": "abs"}},
        {"schedule": {"name": "MultiStepLR", "milestones": [1, 2]}},
        {"ema": 0.9, "transfer": "lp_ft", "optimizer": {"name": "SGD", "momentum": 0.9}},
        {"accumulate": 2, "clip_norm": 0.5, "schedule": "onecycle"},
    ],
)
def test_a_resumed_run_is_the_uninterrupted_one(
    train: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = recipe(epochs=3, dropout=0.2, **train)
    whole = quietly(given, tmp_path / "whole")
    killed_in(1, monkeypatch, given, tmp_path / "resumed")
    assert same(whole, quietly(given, tmp_path / "resumed", resume=True))


def test_a_finished_run_with_an_average_is_opened_as_it_ended(tmp_path: Path) -> None:
    given = recipe(epochs=1, ema=0.9)
    assert same(quietly(given, tmp_path / "run"), quietly(given, tmp_path / "run", resume=True))


def test_clipped_gradients_move_no_further_than_their_norm(tmp_path: Path) -> None:
    """One step of SGD at rate 1: the weights move by the gradient, whose norm is the limit."""
    moved = []
    for limit in (1e-2, 1e-3):
        given = recipe(epochs=1, optimizer="SGD", lr=1.0, schedule="none", clip_norm=limit)
        given["loader"] = {"batch_size": 20}
        before = quietly(given, tmp_path / f"before{limit}", overrides={"train.lr": 0.0}).model
        after = quietly(given, tmp_path / f"after{limit}").model
        pairs = zip(before.parameters(), after.parameters(), strict=True)
        moved.append(float(sum(((a - b).detach() ** 2).sum() for a, b in pairs)) ** 0.5)
    assert moved == pytest.approx([1e-2, 1e-3], rel=2e-3)


def test_accumulated_batches_are_one_step_of_their_mean_gradient(tmp_path: Path) -> None:
    """Two batches of ten that make one step, against one batch of twenty, on a network without BatchNorm."""
    ends = []
    for name, batch, accumulate in (("whole", 20, 1), ("halves", 10, 2)):
        given = recipe(epochs=2, backbone="timm/test_convnext", optimizer="SGD", lr=0.1, accumulate=accumulate)
        given["loader"] = {"batch_size": batch}
        given["steps"] = given["eval_steps"] = [{"resize": {"size": 32}}]
        run = quietly(given, tmp_path / name)
        ends.append([parameter.detach() for parameter in run.model.parameters()])
    for whole, halves in zip(*ends, strict=True):
        torch.testing.assert_close(whole, halves, rtol=1e-4, atol=1e-6)


def test_the_average_is_that_of_its_definition() -> None:
    layer = nn.Linear(1, 1, bias=False)
    layer.weight.data.fill_(0.0)
    average, expected = Average(layer, 0.5), 0.0
    for step in range(6):
        layer.weight.data.fill_(float(step + 1))
        average.update(layer)
        decay = min(0.5, (1 + step) / (10 + step))
        expected = decay * expected + (1 - decay) * (step + 1)
    assert float(average.values["weight"]) == pytest.approx(expected)
    average.swap(layer)
    assert float(layer.weight.detach()) == pytest.approx(expected)
    average.swap(layer)
    assert float(layer.weight.detach()) == 6.0


def test_the_average_is_what_is_validated_kept_and_left(tmp_path: Path) -> None:
    given = recipe(epochs=3, ema=0.9, lr=0.02)
    run = quietly(given, tmp_path / "run")
    plain = quietly(recipe(epochs=3, lr=0.02), tmp_path / "plain")
    best = torch.load(run.folder / "best.ckpt", weights_only=True)
    last = torch.load(run.folder / "last.ckpt", weights_only=True)
    state = run.model.state_dict()
    assert all(torch.equal(state[name], value) for name, value in last["average"]["values"].items())
    trained = plain.model.state_dict()
    assert all(torch.equal(last["state_dict"][name], value) for name, value in trained.items()), (
        "training is as without"
    )
    assert not torch.equal(state["head.weight"], trained["head.weight"])
    if run.metrics["best"]["epoch"] == 2:
        assert torch.equal(best["state_dict"]["head.weight"], state["head.weight"])
    assert run.metrics["last"]["val_loss"] != plain.metrics["last"]["val_loss"]


def test_lbfgs_goes_with_policies_of_one_rate_and_is_refused_with_several(tmp_path: Path) -> None:
    closure = {"optimizer": "LBFGS", "schedule": "none", "lr": 0.1, "epochs": 1}
    run = quietly(recipe(transfer="linear", clip_norm=1.0, **closure), tmp_path / "run")
    assert run.metrics["epochs"][0]["train_loss"] < 5
    with pytest.raises(RecipeError, match=r"optimizer: LBFGS: .*per-parameter options"):
        quietly(recipe(transfer="discriminative", **closure), tmp_path / "no")
