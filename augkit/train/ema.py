"""EMA: an exponential moving average of all weights, which is validated and kept in their stead."""

from __future__ import annotations

import torch
from torch import Tensor, nn


class Average:
    """The average of a module's weights and statistics over its optimizer steps (Polyak and Juditsky 1992).

    A step moves it by ``1 - decay`` of the way to the weights; the first steps further, 9 / (10 + n) of it, so that
    short runs do not average over where they began. Whole numbers, such as counters, are copied.
    """

    def __init__(self, module: nn.Module, decay: float) -> None:
        self.decay, self.count = decay, 0
        self.values: dict[str, Tensor] = {name: value.detach().clone() for name, value in module.state_dict().items()}

    @torch.no_grad()
    def update(self, module: nn.Module) -> None:
        """After an optimizer step."""
        decay = min(self.decay, (1 + self.count) / (10 + self.count))
        self.count += 1
        for name, value in module.state_dict().items():
            if value.is_floating_point():
                self.values[name].lerp_(value, 1 - decay)
            else:
                self.values[name].copy_(value)

    @torch.no_grad()
    def swap(self, module: nn.Module) -> None:
        """Exchange the average for the module's own weights; twice is as before."""
        for name, value in module.state_dict().items():
            own = value.clone()
            value.copy_(self.values[name])
            self.values[name].copy_(own)

    def state(self) -> dict[str, object]:
        """For a checkpoint."""
        return {"count": self.count, "values": self.values}

    def load(self, state: dict[str, object]) -> None:
        """What ``state`` gave."""
        self.count, self.values = state["count"], state["values"]  # type: ignore[assignment]
