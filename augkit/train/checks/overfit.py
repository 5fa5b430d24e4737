"""Overfit one batch: what cannot even learn a handful of samples by heart will not learn."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from augkit.train.checks.finding import Finding, fine
from augkit.train.checks.lending import lent
from augkit.train.checks.losses import Cost, Guessing
from augkit.train.checks.weights import LAYERS

LEARNT, NOT_LEARNT = 0.25, 0.6
"""Shares of the loss of guessing: below the first the batch is learnt, above the second it is not."""

RATES, STEPS = (3e-3, 3e-2, 3e-4), 80

SECONDS = 30.0
"""So long is tried; a network that is slow here is then left without a verdict."""


@dataclass(frozen=True)
class Attempt:
    """Losses of Adam on one batch at one rate."""

    rate: float
    losses: Sequence[float]

    @property
    def reached(self) -> float:
        """The lowest loss; infinite where there was none."""
        return min(filter(math.isfinite, self.losses), default=math.inf)


def overfit_one_batch(
    model: nn.Module,
    batch: Any,
    cost: Cost,
    guessing: Guessing | None = None,
    classes: int | None = None,
    seconds: float = SECONDS,
) -> Finding:
    """Adam on ``batch`` alone, without dropout, at three rates until one gets there, or ``seconds`` are over; the model
    comes back as it was.

    ``overfit-fails`` where the loss stays near that of guessing (without ``guessing``, near the first loss);
    ``double-softmax`` where, besides, outputs however large keep it between the bounds that cross entropy of a softmax
    of a softmax over ``classes`` has, from log(1 + (classes - 1) / e) to 1 more; or fine. Hand over a batch that is
    *not* augmented.
    """
    learning = [parameter for parameter in model.parameters() if parameter.requires_grad]
    if not learning:
        return Finding("nothing-learns", "problem", "no parameter has requires_grad", _FROZEN, "freeze: false")
    ends = time.perf_counter() + seconds
    attempts = list(_until_learnt(model, batch, cost, learning, guessing, ends))
    best = min(attempts, key=lambda attempt: attempt.reached)
    guess = _guess(attempts, guessing)
    steps = sum(len(attempt.losses) for attempt in attempts)
    numbers = {"reached": best.reached, "guessing": guess, "steps": steps, "rate": best.rate}
    told = f"one batch, not augmented: loss {best.losses[0]:.3f} fell to {best.reached:.3f} in {len(best.losses)} steps"
    floor = double_softmax_floor(classes) if classes else None
    if floor is not None and best.reached > LEARNT * guess and _is_bounded(model, batch, cost, floor):
        told += f", and no output gets it below {floor:.3f} or above {floor + 1:.3f}: a softmax of a softmax"
        return Finding("double-softmax", "problem", told, _TWICE, _TWICE_ADVICE, numbers | {"floor": floor})
    if best.reached > LEARNT * guess and time.perf_counter() > ends:
        return fine("overfit", f"{told}; {seconds:g} s were over, so no verdict", **numbers)
    if best.reached > NOT_LEARNT * guess:
        told += f"; guessing costs {guess:.3f}"
        return Finding("overfit-fails", "problem", told, _FAILS, _FAILS_ADVICE, numbers)
    return fine("overfit", told, **numbers)


def double_softmax_floor(classes: int) -> float:
    """The least cross entropy of probabilities that are taken for logits."""
    return math.log(1 + (classes - 1) / math.e)


def _is_bounded(model: nn.Module, batch: Any, cost: Cost, floor: float) -> bool:
    """Whether the loss stays between the bounds when the last layer gives numbers ten thousand times as large."""
    layers = [layer for layer in model.modules() if isinstance(layer, LAYERS)]
    if not layers:
        return False
    with lent(model, training=True), torch.no_grad():
        for parameter in layers[-1].parameters():
            parameter.mul_(1e4)
        loss = float(cost(model, batch))
    return floor - 0.01 <= loss <= floor + 1.01


def _guess(attempts: Sequence[Attempt], guessing: Guessing | None) -> float:
    return guessing.prior if guessing is not None else attempts[0].losses[0]


def _until_learnt(
    model: nn.Module, batch: Any, cost: Cost, learning: list[nn.Parameter], guessing: Guessing | None, ends: float
) -> Iterator[Attempt]:
    for rate in RATES:
        with lent(model, training=True), torch.enable_grad():
            _without_dropout(model)
            attempt = Attempt(rate, list(_losses(model, batch, cost, learning, rate, guessing, ends)))
        yield attempt
        if attempt.reached <= LEARNT * _guess([attempt], guessing) or time.perf_counter() > ends:
            return


def _losses(
    model: nn.Module,
    batch: Any,
    cost: Cost,
    learning: list[nn.Parameter],
    rate: float,
    guessing: Guessing | None,
    ends: float,
) -> Iterator[float]:
    optimizer, first = torch.optim.Adam(learning, lr=rate), None
    for _ in range(STEPS):
        optimizer.zero_grad()
        loss: Tensor = cost(model, batch)
        value = float(loss.detach())
        yield value
        first = value if first is None else first
        reached = value <= LEARNT * (guessing.prior if guessing else first)
        if reached or not math.isfinite(value) or time.perf_counter() > ends:
            return
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()


def _without_dropout(model: nn.Module) -> None:
    """Dropout, and the dropping of paths, blocks and points, whatever a library calls it."""
    for layer in model.modules():
        if "drop" in type(layer).__name__.lower():
            layer.eval()


_FROZEN = "everything is frozen"
_FAILS = "the loss does not fit the labels, no gradient reaches the weights, or what is learnt is not in the inputs"
_FAILS_ADVICE = "look at a batch and its labels (augkit preview); then at the loss, the last layer, and what is frozen"
_TWICE = "the network ends in a softmax, and the loss takes another"
_TWICE_ADVICE = "end the network in logits: cross_entropy has its own softmax"
