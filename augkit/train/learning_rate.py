"""The range test of a recipe: real batches, augmented as in training, at growing rates."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from augkit.data import open_recipe
from augkit.data.whole import write_whole
from augkit.recipe import read_recipe
from augkit.recipe.reading import Given, Overrides
from augkit.train.curves import GRID, INK, TRAIN, VAL
from augkit.train.engine import model_of
from augkit.train.job import job_of
from augkit.train.lr_finder import LrRange, lr_range
from augkit.train.optimizers import build_optimizer
from augkit.train.precision import autocast, device_type
from augkit.train.progress import quiet
from augkit.train.shares import refuse_alone
from augkit.train.threads import threads

if TYPE_CHECKING:
    from augkit.train.job import Job
    from augkit.train.learner import Learner


def range_of(
    recipe: Given, overrides: Overrides = None, *, low: float = 1e-6, high: float = 1.0, steps: int = 80
) -> LrRange:
    """Train the recipe's network as its first epoch does, with its optimizer, at rates from ``low`` to ``high``, and
    throw it away. Nothing is written, and nothing of a training that follows is changed. Raises RecipeError and
    DataError as ``fit`` does, FieldError for a range that is none.
    """
    refuse_alone("augkit lr")
    job = job_of(open_recipe(read_recipe(recipe, overrides)))
    with torch.random.fork_rng(), threads(job.config.threads), quiet():
        model = model_of(job)
        model.to(device_type())
        optimizer = build_optimizer(job.config, model.groups())
        if model.thaw is not None:
            model.thaw.begin(0)
        model.train()
        step = _Step(model, optimizer, job.config, _endless(job))
        return lr_range(step, optimizer, model, low=low, high=high, steps=steps)


class _Step:
    """One optimizer step of ``accumulate`` batches: their mean loss."""

    def __init__(self, model: Learner, optimizer: torch.optim.Optimizer, config: Any, batches: Iterator[Any]) -> None:
        self.model, self.optimizer, self.config, self.batches = model, optimizer, config, batches

    def __call__(self) -> float:
        batches = [next(self.batches) for _ in range(self.config.accumulate)]
        losses: list[float] = []

        def closure() -> float:
            self.optimizer.zero_grad()
            losses.append(sum(map(self._learn, batches)) / len(batches))
            if self.config.clip_norm is not None:
                torch.nn.utils.clip_grad_norm_(self.model.parameters(), self.config.clip_norm)
            return losses[-1]

        self.optimizer.step(closure)
        return losses[0]

    def _learn(self, batch: Any) -> float:
        with autocast(self.config, self.model.device.type):
            loss: Tensor = self.model.judge(_there(batch, self.model.device), "train")
        (loss / self.config.accumulate).backward()
        return float(loss.detach())


def _there(batch: Any, device: torch.device) -> Any:
    """A batch on a device, tensors inside mappings and lists too."""
    if isinstance(batch, dict):
        return {name: _there(value, device) for name, value in batch.items()}
    if isinstance(batch, list):
        return [_there(value, device) for value in batch]
    return batch.to(device) if isinstance(batch, Tensor) else batch


def _endless(job: Job) -> Iterator[Any]:
    while True:
        yield from job.train


def draw_range(found: LrRange, path: Path, title: str = "") -> None:
    """Losses by rate as a PNG, the suggestion marked. The file is replaced at once, never half written."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(5.4, 3.6), dpi=120, layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.subplots()
    axes.plot(found.rates, found.losses, color=TRAIN, alpha=0.35, linewidth=1, label="loss of a step")
    axes.plot(found.rates, found.smoothed, color=TRAIN, linewidth=1.8, label="running mean")
    if found.suggestion is not None:
        axes.axvline(found.suggestion, color=VAL, linestyle="--", label=f"suggestion: {found.suggestion:g}")
        axes.axvline(found.rates[found.lowest], color=INK, linestyle=":", label="lowest")
    low, high = min(found.losses), 1.5 * max(found.smoothed[: found.lowest + 1])
    axes.set(xscale="log", xlabel="learning rate", ylabel="loss", title=title)
    axes.set_ylim(low - 0.05 * (high - low), high)
    axes.grid(color=GRID, linewidth=0.6)
    axes.legend(frameon=False, fontsize=8)
    write_whole(path, lambda unfinished: figure.savefig(unfinished, format="png"))
