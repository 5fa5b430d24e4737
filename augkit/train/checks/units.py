"""Units that never fire, and units that are always at an end of their range."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn

from augkit.train.checks.finding import Finding, fine
from augkit.train.checks.lending import lent
from augkit.train.checks.losses import Cost, mean_loss

MANY_DEAD, MANY_SATURATED = 0.5, 0.5
"""Shares of a layer's units from which on there is a finding."""

ENOUGH = 1000
"""Samples after which a unit that never fired is called dead rather than rare."""

_ALWAYS = 0.95
_RECTIFIERS: tuple[type[nn.Module], ...] = (nn.ReLU, nn.ReLU6)
_ENDS: Mapping[type[nn.Module], tuple[float, float]] = {nn.Sigmoid: (0.01, 0.99), nn.Tanh: (-0.98, 0.98)}


@dataclass
class _Seen:
    """Of one layer: the greatest output of each unit, and how many of its outputs lay at an end of the range."""

    greatest: Tensor | None = None
    at_ends: Tensor | None = None
    outputs: int = 0
    rectifies: bool = True


@dataclass(eq=False)
class UnitActivity:
    """Hooks on the activations of ``model``; close it, or use it in a ``with``. Frozen and learning layers alike.

    A unit is a channel of (b, channels, ...), or the last axis of (b, tokens, units) that no convolution made. An
    activation that is a function (``torch.relu``) has no hook and is not seen; one module that is called several times
    counts as one layer.
    """

    model: nn.Module
    layers: dict[str, _Seen] = field(default_factory=dict)
    samples: int = 0

    def __post_init__(self) -> None:
        kinds = (*_RECTIFIERS, *_ENDS)
        self._convolves = any(isinstance(layer, nn.Conv1d) for layer in self.model.modules())
        self._hooks = [
            layer.register_forward_hook(self._hook(name or type(layer).__name__))
            for name, layer in self.model.named_modules()
            if isinstance(layer, kinds)
        ]

    def __enter__(self) -> UnitActivity:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Take the hooks away."""
        for hook in self._hooks:
            hook.remove()

    def _hook(self, name: str) -> Any:
        def look(layer: nn.Module, _: Any, output: Any) -> None:
            if isinstance(output, Tensor) and output.ndim > 1 and output.numel():
                self._add(self.layers.setdefault(name, _Seen(rectifies=isinstance(layer, _RECTIFIERS))), layer, output)

        return look

    @torch.no_grad()
    def _add(self, seen: _Seen, layer: nn.Module, output: Tensor) -> None:
        axis = output.ndim - 1 if output.ndim == 3 and not self._convolves else 1
        by_unit = output.detach().transpose(0, axis).flatten(1)
        if seen.rectifies:
            greatest = by_unit.amax(1)
            seen.greatest = greatest if seen.greatest is None else torch.maximum(seen.greatest, greatest)
            return
        low, high = next(ends for kind, ends in _ENDS.items() if isinstance(layer, kind))
        at_ends = ((by_unit < low) | (by_unit > high)).sum(1)
        seen.at_ends = at_ends if seen.at_ends is None else seen.at_ends + at_ends
        seen.outputs += by_unit.shape[1]

    def finding(self) -> Finding:
        """``dead-units`` or ``saturated-units`` of the worst layer, or fine."""
        dead = {name: float((seen.greatest <= 0).float().mean()) for name, seen in self._of("greatest")}
        stuck = {
            name: float((seen.at_ends / seen.outputs > _ALWAYS).float().mean()) for name, seen in self._of("at_ends")
        }
        for name, shares, limit in (("dead-units", dead, MANY_DEAD), ("saturated-units", stuck, MANY_SATURATED)):
            worst = max(shares, key=lambda layer: shares[layer], default=None)
            if worst is not None and shares[worst] >= limit:
                return self._told(name, shares, limit, worst)
        if not self.layers:
            return fine("units", "no ReLU, sigmoid or tanh among the modules", samples=self.samples)
        most = max([*dead.values(), *stuck.values()])
        told = f"{len(self.layers)} layers over {self.samples} samples; at most {most:.0%} of a layer dead or saturated"
        return fine("units", told, samples=self.samples, dead=dead, saturated=stuck)

    def _of(self, what: str) -> list[tuple[str, Any]]:
        return [(name, seen) for name, seen in self.layers.items() if getattr(seen, what) is not None]

    def _told(self, name: str, shares: Mapping[str, float], limit: float, worst: str) -> Finding:
        many = [layer for layer, share in shares.items() if share >= limit]
        did = "never fired" if name == "dead-units" else "were at an end of their range nearly always"
        told = f"in {len(many)} of {len(shares)} layers most units {did} over {self.samples} samples; worst {worst}: "
        told += f"{shares[worst]:.0%}"
        few = "" if self.samples >= ENOUGH else f" ({ENOUGH} samples would tell dead units from rare ones)"
        means, advice = _REASONS[name]
        return Finding(name, "problem", told + few, means, advice, {"samples": self.samples, "shares": dict(shares)})


def unit_activity(model: nn.Module, batches: Iterable[Any], cost: Cost, samples: int = 0) -> Finding:
    """Of a pass over ``batches``, which hold ``samples`` samples, in training mode and without learning: see
    ``UnitActivity.finding``.
    """
    with lent(model, training=True), UnitActivity(model, samples=samples) as seen:
        mean_loss(model, batches, cost)
    return seen.finding()


_REASONS = {
    "dead-units": (
        "a bias far below zero, a rate that was too high, or inputs that are not centred: no gradient gets through",
        "a lower train.lr, normalized inputs, He's initialisation, or LeakyReLU",
    ),
    "saturated-units": (
        "weights or inputs that are too large: where sigmoid and tanh are flat there is no gradient",
        "normalized inputs, Xavier's initialisation, or ReLU",
    ),
}
