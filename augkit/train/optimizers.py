"""Optimizers by their torch names."""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import nn
from torch.optim import Optimizer

from augkit.errors import FieldError
from augkit.train.config import RunConfig
from augkit.train.layers import Group
from augkit.words import suggestion


def names() -> list[str]:
    """Every optimizer of the installed torch."""
    found = vars(torch.optim).items()
    return sorted(name for name, item in found if inspect.isclass(item) and issubclass(item, Optimizer))


def layout_for(config: RunConfig) -> torch.memory_format:
    """How pictures and weights lie in memory: channels last is faster on a CPU, but LBFGS lays gradients end to end."""
    return torch.contiguous_format if config.optimizer_name == "LBFGS" else torch.channels_last


def body_and_head(name: str, body: nn.Module, head: nn.Module, lr: float, head_lr_factor: float) -> list[Group]:
    """What learns: the head, and the body unless it is frozen; one group where both learn at one rate."""
    last: Group = {"params": list(head.parameters()), "lr": lr * head_lr_factor, "name": "head"}
    learning = [parameter for parameter in body.parameters() if parameter.requires_grad]
    if learning and head_lr_factor == 1:
        return [{"params": learning + last["params"], "lr": lr, "name": "all"}]
    return [{"params": learning, "lr": lr, "name": name}, last] if learning else [last]


def build_optimizer(config: RunConfig, groups: Sequence[Group]) -> Optimizer:
    """The optimizer that ``config`` names over ``groups``. Raises FieldError for a name or an argument torch lacks."""
    given: dict[str, Any] = {"name": config.optimizer} if isinstance(config.optimizer, str) else dict(config.optimizer)
    name = given.pop("name")
    if config.weight_decay is not None:
        given["weight_decay"] = config.weight_decay
    known = [other for other in names() if other != "Optimizer"]
    if name not in known:
        raise FieldError(
            f"optimizer: torch has no {name!r}.{suggestion(name, known)} It has: {', '.join(known)}.", "optimizer"
        )
    if name == "SparseAdam":
        raise FieldError("optimizer: SparseAdam needs sparse gradients and there are none; use Adam.", "optimizer")
    cls = getattr(torch.optim, name)
    checked_arguments("optimizer", cls, given, ("params", "lr"))
    try:
        return cls(list(groups), lr=config.lr, **given)  # type: ignore[no-any-return]
    except (TypeError, ValueError, IndexError) as error:
        raise FieldError(f"optimizer: {name}: {error}", "optimizer") from error


def checked_arguments(what: str, cls: type, given: Mapping[str, Any], ours: Sequence[str]) -> None:
    """Refuse arguments that the constructor of ``cls`` lacks, or that are ``ours`` to give. Raises FieldError."""
    takes = [argument for argument in inspect.signature(cls).parameters if argument not in ours]
    for argument in given:
        if argument not in takes:
            field = "weight_decay" if argument == "weight_decay" else what
            hint = suggestion(argument, takes)
            raise FieldError(
                f"{field}: {cls.__name__} takes no {argument!r}.{hint} It takes: {', '.join(takes)}.", field
            )
