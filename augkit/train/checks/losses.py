"""The loss after the first forward pass, against what knowing nothing costs."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from augkit.train.checks.finding import Finding, fine
from augkit.train.checks.lending import lent

Cost = Callable[[nn.Module, Any], Tensor]
"""The mean loss of a model on a batch, with its graph."""

TOO_HIGH, TOO_LOW = 2.5, 0.4
"""Times the loss of knowing nothing, and times that of knowing the frequencies alone."""


@dataclass(frozen=True)
class Guessing:
    """What a loss is without learning anything from the inputs: ``prior``, knowing how frequent each answer is
    (-Σ p·log p); ``uniform``, not even that (log of the number of classes).
    """

    prior: float
    uniform: float

    @classmethod
    def of(cls, frequencies: Sequence[float]) -> Guessing:
        """Of cross entropy over classes as frequent as given; they need not sum to 1."""
        return cls(_entropy(frequencies), math.log(max(2, len(frequencies))))

    @classmethod
    def of_each(cls, frequencies: Sequence[float]) -> Guessing:
        """Of binary cross entropy, the mean over classes that are there with the given probabilities."""
        costs = [_entropy([part, 1 - part]) for part in frequencies]
        return cls(sum(costs) / max(1, len(costs)), math.log(2))


@dataclass(frozen=True)
class Frequencies:
    """How often which class was the answer (``counts``, one a class), of ``total`` answers. Where ``exclusive``, an
    answer is one class and the loss cross entropy; else several may be right at once, and it is binary cross entropy.
    """

    counts: Sequence[float]
    total: float
    exclusive: bool = True

    def __add__(self, other: Frequencies) -> Frequencies:
        counts = [a + b for a, b in zip(self.counts, other.counts, strict=True)]
        return Frequencies(counts, self.total + other.total, self.exclusive)

    def guessing(self) -> Guessing | None:
        """What knowing only these costs; None of no answers."""
        if not self.total:
            return None
        return Guessing.of(self.counts) if self.exclusive else Guessing.of_each([n / self.total for n in self.counts])


def of_classes(numbers: Tensor, classes: int) -> Frequencies:
    """Of class numbers (n,), or of weights (n, classes)."""
    counts = numbers.sum(0) if numbers.ndim == 2 else torch.bincount(numbers, minlength=classes)
    return Frequencies(counts.tolist(), len(numbers))


def _entropy(frequencies: Sequence[float]) -> float:
    total = float(sum(frequencies))
    return -sum(count / total * math.log(count / total) for count in frequencies if count > 0)


def mean_loss(model: nn.Module, batches: Iterable[Any], cost: Cost) -> float:
    """Over the batches, each counting alike, without a gradient; NaN if any is. Nothing is lent."""
    with torch.no_grad():
        losses = [float(cost(model, batch)) for batch in batches]
    return math.nan if not losses or not all(map(math.isfinite, losses)) else sum(losses) / len(losses)


def first_loss(model: nn.Module, batches: Iterable[Any], cost: Cost, guessing: Guessing | None = None) -> Finding:
    """The loss of ``model`` as it is, in training mode, over ``batches``: ``loss-nan``, ``first-loss-high`` or
    ``first-loss-low`` where it is no number, or far from what guessing costs.
    """
    with lent(model, training=True):
        return judged_loss(mean_loss(model, batches, cost), guessing)


def judged_loss(loss: float, guessing: Guessing | None = None, learnt: bool = False) -> Finding:
    """As ``first_loss``, of a loss that was measured already; nothing is too low where weights are ``learnt``."""
    if not math.isfinite(loss):
        means = "a logarithm or root of what it has no value for, a division by zero, or weights that are not finite"
        return Finding("loss-nan", "problem", f"the first loss is {loss}", means, _NAN_ADVICE, {"loss": loss})
    if guessing is None:
        return fine("first-loss", f"the first loss is {loss:.3f}", loss=loss)
    told = f"the first loss is {loss:.3f}; knowing the frequencies alone costs {guessing.prior:.3f}"
    told += f", knowing nothing {guessing.uniform:.3f}"
    numbers = {"loss": loss, "prior": guessing.prior, "uniform": guessing.uniform}
    if loss > TOO_HIGH * guessing.uniform:
        means = "the last layer begins with weights, or is fed with features, that are far too large"
        return Finding("first-loss-high", "problem", told, means, _HIGH_ADVICE, numbers)
    if loss < TOO_LOW * guessing.prior and not learnt:
        means = "the answer is among the inputs, the network learnt these samples before, or the loss leaves parts out"
        return Finding("first-loss-low", "warning", told, means, _LOW_ADVICE, numbers)
    return fine("first-loss", told, **numbers)


_NAN_ADVICE = "torch.autograd.set_detect_anomaly(True) around one step names the operation; look at its inputs first"
_HIGH_ADVICE = "normalize the inputs (steps: [..., normalize: {like: <backbone>}]) and initialise the head smaller"
_LOW_ADVICE = "look at a batch (augkit preview), and at what the weights were trained on"
