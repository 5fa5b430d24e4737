"""Gradients, and how far a step of the optimizer moves the weights."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from augkit.train.checks.finding import Finding, fine
from augkit.train.checks.lending import lent
from augkit.train.checks.losses import Cost

Weights = Mapping[str, Tensor]

TOO_SMALL, TOO_LARGE, ALONE = 2e-5, 0.35, 10.0
"""Updates as shares of the weights; a thousandth is usual. A layer that learns alone, as a head on what is frozen, may
change ``ALONE`` times as fast: there is nothing behind it to confuse.
"""

SOLVED = 0.01
"""A loss below leaves next to nothing to learn: small gradients and steps are then as they should be."""

VANISHED, EXPLODED = 1e-7, 1e3
"""Norms of the gradient as shares of the norm of the weights."""

_LEAST_NORM, _LAST_LAYER = 1e-3, 2


def matrices(model: nn.Module) -> dict[str, Tensor]:
    """Copies of the weights that learn, biases and scales left out."""
    named = model.named_parameters()
    return {name: p.detach().clone() for name, p in named if p.requires_grad and p.ndim > 1 and bool(p.any())}


def update_ratios(before: Weights, model: nn.Module) -> dict[str, float]:
    """Of each weight: the norm of what changed since ``before`` over the norm of the weight.

    Weights that began near 0 count as a fifth of He's.
    """
    now = dict(model.named_parameters())
    return {name: float((now[name].detach() - old).norm()) / _size(old) for name, old in before.items()}


def _size(weight: Tensor) -> float:
    return max(float(weight.norm()), 0.2 * math.sqrt(2 * len(weight)))


def updates(ratios: Sequence[Mapping[str, float]], lr: float | None = None, loss: float = math.inf) -> Finding:
    """Of several steps' ``update_ratios``: ``updates-small`` where all weights stay though there is a ``loss``,
    ``updates-large`` where one step overwrites much of one, or fine. ``lr`` is only told.
    """
    medians = [_median(step.values()) for step in ratios if step]
    if not medians:
        return fine("updates", "no weight matrix learns")
    greatest = max((value for step in ratios for value in step.values()), key=_ordered)
    limit = TOO_LARGE * (ALONE if max(map(len, ratios)) == 1 else 1)
    at = "" if lr is None else f" at a rate of {lr:g}"
    told = (
        f"a step{at} changes weights by {_median(medians):.2g} of themselves in the median, by {greatest:.2g} at most"
    )
    numbers = {"median": _median(medians), "greatest": greatest, "steps": len(medians)}
    if not math.isfinite(greatest) or greatest > limit:
        return Finding("updates-large", "problem", told, _LARGE, _advice(lr, greatest, "lower"), numbers)
    if greatest < TOO_SMALL and loss > SOLVED:
        return Finding("updates-small", "problem", told, _SMALL, _advice(lr, greatest, "higher"), numbers)
    return fine("updates", told, **numbers)


def gradients(model: nn.Module, loss: float = math.inf) -> Finding:
    """Of the gradients that are there now, after ``backward`` of a ``loss``: ``gradient-nan``, ``gradient-exploding``,
    ``gradient-vanishing``, or fine.
    """
    learning = [(name, p) for name, p in model.named_parameters() if p.requires_grad]
    there = [(name, p.grad) for name, p in learning if p.grad is not None]
    bad = [name for name, gradient in there if not bool(torch.isfinite(gradient).all())]
    if bad:
        told = f"the gradient of {len(bad)} of {len(learning)} tensors is not finite, first {bad[0]}"
        return Finding("gradient-nan", "problem", told, _NAN, _NAN_ADVICE, {"tensors": bad[:20]})
    norm = _norm(gradient for _, gradient in there)
    share = norm / max(_norm(p.detach() for _, p in learning), _LEAST_NORM)
    still = [name for name, p in learning if p.grad is None or not bool(p.grad.any())]
    told = f"the gradient's norm is {norm:.3g}, {share:.2g} of the weights'"
    numbers = {"norm": norm, "share": share, "without": len(still)}
    if share > EXPLODED:
        return Finding("gradient-exploding", "problem", told, _EXPLODING, _EXPLODING_ADVICE, numbers)
    if loss > SOLVED and (share < VANISHED or _stops(learning, len(still))):
        told += f"; {len(still)} of {len(learning)} tensors get none"
        return Finding("gradient-vanishing", "problem", told, _VANISHING, _VANISHING_ADVICE, numbers)
    return fine("gradients", told, **numbers)


def _stops(learning: Sequence[tuple[str, nn.Parameter]], still: int) -> bool:
    """Whether only the last layer gets a gradient, and not because it begins at zero and is about to wake up."""
    wakes = any(p.ndim > 1 and not bool(p.any()) and p.grad is not None and bool(p.grad.any()) for _, p in learning)
    return len(learning) - still <= _LAST_LAYER < len(learning) and not wakes


def first_gradients(model: nn.Module, batch: Any, cost: Cost) -> Finding:
    """``gradients`` of one batch; the model comes back as it was."""
    with lent(model, training=True), torch.enable_grad():
        loss = cost(model, batch)
        loss.backward()  # type: ignore[no-untyped-call]
        return gradients(model, float(loss.detach()))


def first_updates(
    model: nn.Module, batches: Iterable[Any], cost: Cost, optimizer: Callable[[], Optimizer], lr: float | None = None
) -> Finding:
    """``updates`` of a step of a new ``optimizer`` on each batch; the model comes back as it was.

    A loss that rises to thrice the first, or is no number any more, is ``updates-large`` too.
    """
    with lent(model, training=True), torch.enable_grad():
        steps = list(_steps(model, batches, cost, optimizer()))
    losses = [loss for loss, _ in steps]
    found = updates([ratios for _, ratios in steps], lr, max(losses, default=math.inf))
    worst = max(losses, key=_ordered, default=0.0)
    if found.name != "updates-large" and (not math.isfinite(worst) or worst > 3 * losses[0] + 1):
        told = f"the loss went from {losses[0]:.3f} to {worst:.3f} within {len(losses)} steps; {found.seen}"
        advice = _advice(lr, max(found.numbers.get("greatest", 0.01), 0.01), "lower")
        return Finding("updates-large", "problem", told, _LARGE, advice, found.numbers)
    return found


def _steps(
    model: nn.Module, batches: Iterable[Any], cost: Cost, optimizer: Optimizer
) -> Iterator[tuple[float, dict[str, float]]]:
    for batch in batches:
        before = matrices(model)

        def closure(batch: Any = batch) -> Tensor:
            optimizer.zero_grad()
            loss = cost(model, batch)
            loss.backward()  # type: ignore[no-untyped-call]
            return loss

        loss: Any = optimizer.step(closure)  # type: ignore[arg-type]
        yield float(loss.detach()), update_ratios(before, model)


def _advice(lr: float | None, ratio: float, way: str) -> str:
    if lr is None or not math.isfinite(ratio) or not ratio:
        return f"a {way} learning rate, ten times at a time"
    return f"train.lr around {lr * 3e-3 / ratio:.0e}, which makes steps of about 0.003 of the weights"


def _median(values: Iterable[float]) -> float:
    ordered = sorted(values, key=_ordered)
    return ordered[len(ordered) // 2]


def _ordered(value: float) -> float:
    return value if math.isfinite(value) else math.inf


def _norm(tensors: Iterable[Tensor]) -> float:
    return math.sqrt(sum(float(tensor.double().square().sum()) for tensor in tensors))


_LARGE = "a learning rate that is too high: what was learnt, or came pretrained, is overwritten"
_SMALL = "a learning rate that is too low, or gradients that vanish: nothing will be learnt in any reasonable time"
_NAN = "an overflow, a root or logarithm at zero, or inputs that are not finite"
_NAN_ADVICE = "a lower train.lr; torch.autograd.set_detect_anomaly(True) names the operation"
_EXPLODING = "weights or inputs that are too large"
_EXPLODING_ADVICE = "normalized inputs, He's initialisation, a lower train.lr"
_VANISHING = "saturated or dead units, weights of zero, or a part of the network that the loss does not depend on"
_VANISHING_ADVICE = "look at units and first weights; freeze what is not meant to learn"
