"""The learning-rate range test (Smith 2017): steps at growing rates, and what their losses say of a good one."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise

from torch import nn
from torch.optim import Optimizer

from augkit.errors import FieldError
from augkit.train.checks.lending import lent

SMOOTHING = 0.8
"""Weight of what was before in the running mean of losses."""

LEAST_FALL = 0.02
"""Part of the first loss that must be gained before a rate is suggested."""


@dataclass(frozen=True)
class LrRange:
    """Losses, as they were and as a running mean, at growing rates."""

    rates: tuple[float, ...]
    losses: tuple[float, ...]
    smoothed: tuple[float, ...]
    diverged: bool

    @property
    def lowest(self) -> int:
        """Where the running mean is lowest."""
        return min(range(len(self.smoothed)), key=self.smoothed.__getitem__)

    @property
    def steepest(self) -> int | None:
        """Where, up to the lowest, the running mean falls fastest by the logarithm of the rate; None: it never does."""
        falls = [before - after for before, after in pairwise(self.smoothed[: self.lowest + 1])]
        return max(range(len(falls)), key=falls.__getitem__, default=None)

    @property
    def fall(self) -> float:
        """The part of the first loss that the running mean has lost where it is lowest."""
        return (self.smoothed[0] - self.smoothed[self.lowest]) / max(abs(self.smoothed[0]), 1e-12)

    @property
    def suggestion(self) -> float | None:
        """A tenth of the rate where the running mean is lowest, to two digits; None where nothing was learnt."""
        if self.fall < LEAST_FALL:
            return None
        return float(f"{self.rates[self.lowest] / 10:.1e}")

    def lines(self) -> list[str]:
        """The suggestion with its evidence."""
        first, last, tried = f"{self.rates[0]:.1e}", f"{self.rates[-1]:.1e}", f"{len(self.rates)} steps"
        if self.suggestion is None:
            told = f"no suggestion: in {tried} from lr {first} to {last} the loss fell by {max(self.fall, 0):.1%}"
            return [f"{told} of {self.smoothed[0]:.3g}, which may be chance; try more --steps, or a higher --high"]
        fast, lowest = f"{self.rates[self.steepest or 0]:.1e}", f"{self.rates[self.lowest]:.1e}"
        end = f"at {last} it is {self.smoothed[-1]:.3g}" + (" and diverges" if self.diverged else ", the last tried")
        return [
            f"suggestion: lr: {self.suggestion:g}, a tenth of where the loss is lowest",
            f"{tried} at rates from {first} on: the loss falls from {self.smoothed[0]:.3g}, fastest at {fast}, "
            f"to {self.smoothed[self.lowest]:.3g} at {lowest}; {end}",
        ]


def lr_range(
    step: Callable[[], float],
    optimizer: Optimizer,
    model: nn.Module,
    *,
    low: float = 1e-6,
    high: float = 1.0,
    steps: int = 80,
    worst: float = 4.0,
) -> LrRange:
    """Call ``step``, which trains one step and returns its loss, at rates from ``low`` to ``high``, evenly spread by
    their logarithm, until the running mean of losses is ``worst`` times its lowest, or no number.

    A rate stands for the ``lr`` that ``optimizer`` was made with; groups that had a part of it have it now. Weights,
    statistics, gradients and modes of ``model``, the optimizer, and torch's, numpy's and Python's generators are
    afterwards as they were, to the bit, also when ``step`` raises. Raises FieldError for a range that is none.
    """
    if not 0 < low < high or steps < 2:
        told = f"low {low:g}, high {high:g}, steps {steps}"
        raise FieldError(f"got {told}; expected 0 < low < high, such as 1e-6 and 1, and 2 steps or more.", "steps")
    own = float(optimizer.defaults["lr"]) or 1.0
    parts = [group["lr"] / own for group in optimizer.param_groups]
    tried = [low * (high / low) ** (number / (steps - 1)) for number in range(steps)]
    losses: list[float] = []
    smoothed: list[float] = []
    with lent(model), _lent_optimizer(optimizer):
        for rate in tried:
            for group, part in zip(optimizer.param_groups, parts, strict=True):
                group["lr"] = rate * part
            losses.append(float(step()))
            smoothed.append(_running_mean(losses))
            if not smoothed[-1] <= worst * min(smoothed):
                break
    diverged = not smoothed[-1] <= worst * min(smoothed)
    finite = sum(map(math.isfinite, smoothed))
    if not finite:
        raise FieldError(
            f"the loss of the first step, at lr {low:g}, is {losses[0]}; there is nothing to go by.", "low"
        )
    return LrRange(tuple(tried[:finite]), tuple(losses[:finite]), tuple(smoothed[:finite]), diverged)


def _running_mean(losses: list[float]) -> float:
    """Of all so far, the newest weighted most, without a bias to where it began."""
    weights = [SMOOTHING**age for age in range(len(losses))]
    return sum(weight * loss for weight, loss in zip(weights, reversed(losses), strict=True)) / sum(weights)


@contextmanager
def _lent_optimizer(optimizer: Optimizer) -> Iterator[None]:
    """Afterwards rates and state are as before."""
    state = copy.deepcopy(optimizer.state_dict())
    try:
        yield
    finally:
        optimizer.load_state_dict(state)
