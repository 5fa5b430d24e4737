"""Lending a model to a check, and getting it back as it was, bit for bit."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn

from augkit.rng import lent_globals


@contextmanager
def lent(model: nn.Module, training: bool | None = None, weights: bool = True) -> Iterator[None]:
    """Whatever is done to ``model`` inside is undone: weights, buffers (BatchNorm's among them), gradients, modes.

    So are torch's, numpy's and Python's global generators, which are seeded while lent, so that a check finds the same
    every time. ``training`` sets the mode meanwhile. An optimizer of the caller is not touched: a check that steps
    makes its own. Without ``weights`` those are not kept, which saves a copy where nothing is going to learn.
    """
    tensors = [*(model.parameters() if weights else ()), *model.buffers()]
    kept = [tensor.detach().clone() for tensor in tensors]
    gradients = [(parameter, parameter.grad) for parameter in model.parameters()]
    homes = [(module, dict(module._buffers)) for module in model.modules()]
    modes = [(module, module.training) for module in model.modules()]
    for parameter, _ in gradients:
        parameter.grad = None
    try:
        with torch.random.fork_rng(), lent_globals(0):
            torch.manual_seed(0)
            if training is not None:
                model.train(training)
            yield
    finally:
        for module, buffers in homes:
            module._buffers.update(buffers)
        _put_back(tensors, kept)
        for parameter, gradient in gradients:
            parameter.grad = gradient
        for module, mode in modes:
            module.training = mode


@torch.no_grad()
def _put_back(tensors: list[Tensor], kept: list[Tensor]) -> None:
    for tensor, before in zip(tensors, kept, strict=True):
        tensor.copy_(before)
