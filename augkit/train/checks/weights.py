"""First weights: layers that begin all alike, and layers that begin far too large."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor, nn

from augkit.train.checks.finding import Finding, fine

LARGEST = 8.0
"""Times He's deviation, √(2 / inputs)."""

LAYERS = (nn.Linear, nn.modules.conv._ConvNd)


def weighted_layers(model: nn.Module) -> Iterator[tuple[str, Tensor]]:
    """Name and weight of each linear and convolutional layer, in the order of the module."""
    for name, layer in model.named_modules():
        if isinstance(layer, LAYERS) and isinstance(layer.weight, Tensor) and layer.weight.ndim > 1:
            yield name or type(layer).__name__, layer.weight.detach()


def initial_weights(model: nn.Module) -> Finding:
    """``zero-init``, a hidden layer whose weights are all one number, so that its units stay alike;
    ``huge-init``, most layers far above He's deviation; or fine. The last layer may begin at zero.
    """
    layers = list(weighted_layers(model))
    alike = [name for name, weight in layers[:-1] if weight.numel() > 1 and bool((weight == weight.flatten()[0]).all())]
    ratios = {name: _times_he(weight) for name, weight in layers}
    if alike:
        told = f"{len(alike)} of {len(layers)} layers begin with all weights equal: {', '.join(alike[:3])}"
        return Finding("zero-init", "problem", told, _ZERO_MEANS, _ADVICE, {"layers": alike})
    large = [name for name, ratio in ratios.items() if ratio > LARGEST]
    if len(large) * 2 > len(layers):
        most = max(ratios.values())
        told = f"{len(large)} of {len(layers)} layers begin with up to {most:.3g} times He's deviation √(2 / inputs)"
        return Finding("huge-init", "problem", told, _HUGE_MEANS, _ADVICE, {"layers": large, "times_he": most})
    most = max(ratios.values(), default=0.0)
    return fine("first-weights", f"{len(layers)} layers, at most {most:.2g} times He's deviation", times_he=most)


def _times_he(weight: Tensor) -> float:
    inputs = weight[0].numel()
    return float(weight.float().square().mean().sqrt()) / float(torch.tensor(2 / inputs).sqrt())


_ZERO_MEANS = "units of such a layer are the same and stay the same, and nothing before it learns"
_HUGE_MEANS = "activations grow from layer to layer, units saturate, and the first loss is far too high"
_ADVICE = "He (kaiming) for ReLU, Xavier for tanh and sigmoid: torch.nn.init.kaiming_normal_(layer.weight)"
