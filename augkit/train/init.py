"""First weights of new layers, by the activation that follows them. Chance comes from a torch generator.

A signal keeps its size through many layers when the variance of a layer's weights undoes what its sum and its
activation do: He for the ReLU family, Xavier for tanh and sigmoid. Too small, and it dies out; too large, it saturates.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal

import numpy as np
import torch
from torch import Tensor, nn

from augkit.errors import FieldError
from augkit.words import suggestion

Scheme = Literal["auto", "he", "xavier", "xavier_normalized", "orthogonal", "lsuv", "none"]
SCHEMES: tuple[str, ...] = ("auto", "he", "xavier", "xavier_normalized", "orthogonal", "lsuv", "none")

SMOOTH = (nn.GELU, nn.SiLU, nn.Mish, nn.Hardswish)
RECTIFIERS = (nn.ReLU, nn.ReLU6, nn.LeakyReLU, nn.PReLU, nn.ELU, nn.SELU, *SMOOTH)
SIGMOIDS = (nn.Sigmoid, nn.Hardsigmoid)
SATURATING = (nn.Tanh, nn.Hardtanh, nn.Softsign, *SIGMOIDS)
WEIGHTED = (nn.Linear, nn.Conv1d, nn.Conv2d, nn.Conv3d)

_RELATED: dict[str, type[nn.Module]] = {
    "relu": nn.ReLU,
    "leaky_relu": nn.LeakyReLU,
    "gelu": nn.GELU,
    "silu": nn.SiLU,
    "elu": nn.ELU,
    "tanh": nn.Tanh,
    "sigmoid": nn.Sigmoid,
    "linear": nn.Identity,
}


def initialize(
    module: nn.Module,
    activation: str = "auto",
    scheme: str = "auto",
    generator: torch.Generator | None = None,
    batch: Any = None,
) -> None:
    """Draw the weights of every linear and convolutional layer anew; biases become 0.

    ``auto``: as He before the ReLU family, as normalised Xavier before tanh, sigmoid and the end of a network, each
    times the ``gain`` of that activation, which is the next module in the order of registration, or ``activation``
    (relu, tanh, …).
    ``lsuv`` needs a ``batch`` of inputs. ``none`` leaves all as torch has it. Raises FieldError for unknown names.
    """
    if scheme not in SCHEMES:
        raise FieldError(f"init: unknown {scheme!r}.{suggestion(scheme, SCHEMES)} One of {', '.join(SCHEMES)}.", "init")
    if activation != "auto" and activation not in _RELATED:
        near = suggestion(activation, _RELATED)
        raise FieldError(f"activation: unknown {activation!r}.{near} One of auto, {', '.join(_RELATED)}.", "activation")
    if scheme == "none":
        return
    for layer, following in layers_and_activations(module):
        draw(layer, scheme, following if activation == "auto" else _RELATED[activation](), generator)
    if scheme == "lsuv":
        lsuv(module, batch)


def layers_and_activations(module: nn.Module) -> list[tuple[nn.Module, nn.Module | None]]:
    """Each layer with weights, and the activation between it and the next; None where there is none."""
    found: list[tuple[nn.Module, nn.Module | None]] = []
    for inner in module.modules():
        if isinstance(inner, WEIGHTED):
            found.append((inner, None))
        elif isinstance(inner, RECTIFIERS + SATURATING) and found and found[-1][1] is None:
            found[-1] = (found[-1][0], inner)
    return found


@torch.no_grad()
def draw(
    layer: Any, scheme: str = "auto", activation: nn.Module | None = None, generator: torch.Generator | None = None
) -> None:
    """New weights for one layer; its bias becomes 0.

    auto               before the ReLU family N(0, g² / n_in), else U(±g √6 / √(n_in + n_out)), g the ``gain``
    he                 N(0, 2 / n_in), for a leaky ReLU of slope a 2 / ((1 + a²) n_in) (He et al. 2015)
    xavier             U(±1 / √n_in), the variance of which is 1 / (3 n_in) (LeCun et al. 1998; torch's own)
    xavier_normalized  U(±√6 / √(n_in + n_out)) (Glorot and Bengio 2010)
    orthogonal, lsuv   rows or columns at right angles, times the gain (Saxe et al. 2014)
    """
    n_in, n_out = fans(layer.weight)
    factor = gain(activation) if scheme in ("auto", "orthogonal", "lsuv") else 1.0
    if scheme == "he" or (scheme == "auto" and isinstance(activation, RECTIFIERS)):
        slope = activation.negative_slope if isinstance(activation, nn.LeakyReLU) else 0.0
        spread = math.sqrt(2 / (1 + slope**2)) if scheme == "he" else factor
        layer.weight.normal_(0.0, spread / math.sqrt(n_in), generator=generator)
    elif scheme in ("orthogonal", "lsuv"):
        nn.init.orthogonal_(layer.weight, factor, generator=generator)
    else:
        limit = 1 / math.sqrt(n_in) if scheme == "xavier" else factor * math.sqrt(6 / (n_in + n_out))
        layer.weight.uniform_(-limit, limit, generator=generator)
    if layer.bias is not None:
        layer.bias.zero_()


def gain(activation: nn.Module | None) -> float:
    """By what weights must be larger for the mean square of a normal signal to outlive the activation: 1 / √E[f(z)²].

    √2 for ReLU, which is He's; 1.59 for tanh, near the field's 5/3. The smooth relatives of ReLU get √2 as well: theirs
    would hold at one size of the signal only, and drive all others away from it. 1 for sigmoids, and for no activation.
    """
    if activation is None or isinstance(activation, SIGMOIDS):
        return 1.0
    if isinstance(activation, SMOOTH):
        return math.sqrt(2)
    points, weights = np.polynomial.hermite_e.hermegauss(100)
    with torch.no_grad():
        out = activation(torch.from_numpy(points).float()).double().numpy()
    return float(1 / np.sqrt((weights * out**2).sum() / weights.sum()))


def fans(weight: Tensor) -> tuple[int, int]:
    """How many numbers each output of a layer is a sum of, and how many outputs each input goes into."""
    field = math.prod(weight.shape[2:])
    return weight.shape[1] * field, weight.shape[0] * field


@torch.no_grad()
def lsuv(module: nn.Module, batch: Any, rounds: int = 5) -> None:
    """Scale the weights of each layer in turn until its outputs for ``batch`` have variance 1 (Mishkin, Matas 2016)."""
    if batch is None:
        raise FieldError("init: lsuv measures on a batch of inputs, and got none; say batch=…, or init: auto.", "init")
    for layer, _ in layers_and_activations(module):
        for _ in range(rounds):
            variance = _variance(module, layer, batch)
            if variance is None or abs(variance - 1) < 0.02:
                break
            layer.weight.div_(math.sqrt(variance))  # type: ignore[operator]


def _variance(module: nn.Module, layer: nn.Module, batch: Any) -> float | None:
    """Of the layer's outputs, its bias left out; None where it is not reached, or says nothing."""
    with _watched(layer) as seen:
        module(batch)
    variance = float(torch.cat([out.flatten() for out in seen]).var()) if seen else 0.0
    return variance if variance > 1e-12 and math.isfinite(variance) else None


@contextmanager
def _watched(layer: nn.Module) -> Iterator[list[Tensor]]:
    seen: list[Tensor] = []
    handle = layer.register_forward_hook(lambda _module, _inputs, output: seen.append(output))
    try:
        yield seen
    finally:
        handle.remove()
