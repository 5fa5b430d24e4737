"""The range test finds rates that learn on problems whose answer is known, and leaves no trace."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from click.testing import CliRunner
from torch import nn

from augkit.cli import main
from augkit.errors import FieldError
from augkit.train.learning_rate import range_of
from augkit.train.lr_finder import LrRange, lr_range
from tests.train.conftest import quietly, recipe
from tests.train.test_resume import same


class Bowl(nn.Module):
    """L / 2 · x²: gradient descent diverges beyond a rate of 2 / L and gets to the bottom in one step at 1 / L."""

    def __init__(self, steepness: float) -> None:
        super().__init__()
        self.x = nn.Parameter(torch.ones(3))
        self.steepness = steepness

    def forward(self) -> torch.Tensor:
        return self.steepness / 2 * (self.x**2).sum()


def step_of(model: nn.Module, optimizer: torch.optim.Optimizer) -> Callable[[], float]:
    def step() -> float:
        optimizer.zero_grad()
        loss = model()
        loss.backward()
        optimizer.step()
        return float(loss.detach())

    return step


@pytest.mark.parametrize("steepness", [0.1, 1.0, 100.0])
def test_where_it_diverges_and_what_is_suggested_follow_the_curvature(steepness: float) -> None:
    model = Bowl(steepness)
    optimizer = torch.optim.SGD(model.parameters(), lr=1.0)
    found = lr_range(step_of(model, optimizer), optimizer, model, low=1e-3 / steepness, high=1e3 / steepness)
    limit = 2 / steepness
    assert found.diverged and limit < found.rates[-1] < 1e2 * limit
    assert found.suggestion is not None and limit / 100 < found.suggestion < limit
    assert f"suggestion: lr: {found.suggestion:g}" in found.lines()[0] and "diverges" in found.lines()[1]


def test_groups_keep_their_rates_relative_to_each_other() -> None:
    model = nn.Sequential(Bowl(1.0), Bowl(1.0))
    groups = [{"params": model[0].parameters(), "lr": 1e-4}, {"params": model[1].parameters(), "lr": 1e-3}]
    optimizer, seen = torch.optim.SGD(groups), []

    def step() -> float:
        seen.append([group["lr"] for group in optimizer.param_groups])
        return 1.0

    found = lr_range(step, optimizer, model, low=1e-3, high=1.0, steps=4)
    np.testing.assert_allclose(seen, [[0.1 * rate, rate] for rate in (1e-3, 1e-2, 1e-1, 1.0)])
    assert [group["lr"] for group in optimizer.param_groups] == [1e-4, 1e-3]
    assert found.suggestion is None and found.lines()[0].startswith("no suggestion: in 4 steps")


class Noisy(nn.Module):
    """All that a step may change: weights, BatchNorm's statistics, dropout's, numpy's and Python's draws."""

    def __init__(self) -> None:
        super().__init__()
        self.net = nn.Sequential(nn.Linear(4, 8), nn.BatchNorm1d(8), nn.Dropout(0.5), nn.Linear(8, 1))

    def forward(self) -> torch.Tensor:
        shift = float(np.random.normal()) + random.random()
        return ((self.net(torch.randn(16, 4)) - shift) ** 2).mean()


def trained(look: Callable[[nn.Module, torch.optim.Optimizer], Any] | None) -> tuple[dict[str, Any], dict[str, Any]]:
    """Three steps, a look, three more."""
    torch.manual_seed(5)
    np.random.seed(5)
    random.seed(5)
    model = Noisy()
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-2)
    step = step_of(model, optimizer)
    for _ in range(3):
        step()
    if look:
        look(model, optimizer)
    gradients = [parameter.grad.clone() for parameter in model.parameters() if parameter.grad is not None]
    for _ in range(3):
        step()
    return model.state_dict() | {f"gradient {n}": each for n, each in enumerate(gradients)}, optimizer.state_dict()


def fails_midway(model: nn.Module, optimizer: torch.optim.Optimizer) -> None:
    inner, count = step_of(model, optimizer), iter(range(5))

    def step() -> float:
        inner()
        return 1.0 if next(count, None) is not None else 1 / 0

    with pytest.raises(ZeroDivisionError):
        lr_range(step, optimizer, model)


def looks(model: nn.Module, optimizer: torch.optim.Optimizer) -> None:
    lr_range(step_of(model, optimizer), optimizer, model, steps=20)


@pytest.mark.parametrize("look", [looks, fails_midway])
def test_what_follows_is_bit_equal_to_a_training_without_it(look: Any) -> None:
    (first, first_state), (second, second_state) = trained(None), trained(look)
    assert all(torch.equal(first[name], second[name]) for name in first)
    torch.testing.assert_close(first_state, second_state, rtol=0, atol=0)


def test_a_range_that_is_none_and_a_loss_that_is_no_number_are_refused() -> None:
    model = Bowl(1.0)
    optimizer = torch.optim.SGD(model.parameters(), lr=1.0)
    with pytest.raises(FieldError, match=r"low 1, high 0\.1, steps 80; expected 0 < low < high"):
        lr_range(lambda: 1.0, optimizer, model, low=1.0, high=0.1)
    with pytest.raises(FieldError, match="the loss of the first step, at lr 1e-06, is nan"):
        lr_range(lambda: float("nan"), optimizer, model)
    assert lr_range(iter([2.0, float("inf")]).__next__, optimizer, model) == LrRange((1e-6,), (2.0,), (2.0,), True)


def test_a_recipe_is_looked_at_twice_alike_and_trains_as_before(tmp_path: Path) -> None:
    given = recipe(epochs=1, dropout=0.2, accumulate=2, clip_norm=1.0, head_lr_factor=10, transfer={"last": 1})
    before = quietly(given, tmp_path / "before")
    found = range_of(given, steps=12)
    assert found == range_of(given, steps=12) and (len(found.rates) == 12 or found.diverged)
    assert same(before, quietly(given, tmp_path / "after"))


def test_the_command_prints_a_rate_with_its_evidence_and_draws(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("tiny.yaml").write_text(json.dumps(recipe()))
    result = CliRunner().invoke(main, ["lr", "tiny.yaml", "--steps", "30", "--low", "1e-4"], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    assert "suggestion" in result.stdout and result.stdout.endswith("wrote tiny-lr.png\n")
    assert Path("tiny-lr.png").read_bytes().startswith(b"\x89PNG") and not Path("runs").exists()
