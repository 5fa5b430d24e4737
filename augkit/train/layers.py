"""Layer groups: which parameters of a network learn in an epoch and how fast, and what rests while they do not."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from torch import nn

from augkit.train.transfer import Policy, rates, thawed

Group = dict[str, Any]
"""Parameters that learn at one rate: ``{"params": [...], "lr": 0.1, "name": "head"}``, as torch's optimizers take."""


@dataclass(frozen=True)
class LayerGroup:
    """Layers that learn or rest together. Groups of a backbone are in order, from the input to the head."""

    name: str
    parameters: tuple[nn.Parameter, ...]


def grouped(named: Iterable[tuple[str, Iterable[nn.Parameter]]]) -> list[LayerGroup]:
    """The groups that have parameters."""
    made = [LayerGroup(name, tuple(parameters)) for name, parameters in named]
    return [group for group in made if group.parameters]


def by_depth(model: nn.Module) -> list[LayerGroup]:
    """What comes before the model's longest list of layers, then each of the list, the last with what comes after.

    A model without such a list is grouped by its children.
    """
    lists = [(name, module) for name, module in model.named_modules() if isinstance(module, nn.ModuleList)]
    name, longest = max(lists, key=lambda item: len(item[1]), default=("", nn.ModuleList()))
    if len(longest) < 2:
        return grouped((child, module.parameters()) for child, module in model.named_children())
    pattern, number = re.compile(re.escape(f"{name}.") + r"(\d+)\."), 0
    found: dict[int, list[nn.Parameter]] = {}
    for own, parameter in model.named_parameters():
        match = pattern.match(own)
        number = int(match[1]) + 1 if match else number
        found.setdefault(number, []).append(parameter)
    return grouped((f"layer {number}" if number else "embeddings", found[number]) for number in sorted(found))


def still(module: nn.Module) -> None:
    """Put into eval mode what learns nothing: BatchNorm keeps its statistics there, and dropout drops nothing."""
    parameters = list(module.parameters())
    if parameters and not any(parameter.requires_grad for parameter in parameters):
        module.eval()
        return
    for child in module.children():
        still(child)


@dataclass(frozen=True)
class Thaw:
    """A policy at work on the layer groups of ``body``, over ``epochs``."""

    body: nn.Module
    groups: Sequence[LayerGroup]
    policy: Policy
    epochs: int
    unfreeze_every: int | None = None

    def begin(self, epoch: int) -> None:
        """Let those groups learn whose turn it is. What they are depends on the epoch alone."""
        self._learn(thawed(self.policy, len(self.groups), epoch, self.epochs, self.unfreeze_every))

    def ever(self) -> None:
        """Let all groups learn that have a turn in some epoch: what an optimizer is built for."""
        self._learn(thawed(self.policy, len(self.groups), self.epochs - 1, self.epochs, self.unfreeze_every))

    def rest(self) -> None:
        """As ``still``, for what does not learn in this epoch."""
        still(self.body)

    def parameters(self, name: str, head: nn.Module, lr: float, head_lr_factor: float) -> list[Group]:
        """Groups for an optimizer: what learns in some epoch, and the head; neighbours of one rate are one group."""
        found: list[Group] = []
        for factor, group in zip(rates(self.policy, len(self.groups)), self.groups, strict=True):
            learning = [parameter for parameter in group.parameters if parameter.requires_grad]
            told = name if factor == 1 else f"{name}, {group.name}"
            if learning:
                _add(found, {"params": learning, "lr": lr * factor, "name": told})
        _add(found, {"params": list(head.parameters()), "lr": lr * head_lr_factor, "name": "head"})
        return found

    def _learn(self, count: int) -> None:
        for number, group in enumerate(self.groups):
            for parameter in group.parameters:
                parameter.requires_grad_(number >= len(self.groups) - count)


def _add(found: list[Group], group: Group) -> None:
    """Join it to the last one where that learns as fast."""
    if found and found[-1]["lr"] == group["lr"]:
        found[-1]["params"] += group["params"]
        found[-1]["name"] = "all" if group["name"] == "head" and len(found) == 1 else found[-1]["name"]
    else:
        found.append(group)
