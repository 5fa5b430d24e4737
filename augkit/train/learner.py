"""Learner: what every task trains, as a LightningModule: a loss, sums over an epoch, an optimizer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import lightning.pytorch as lightning
import torch
from torch import Tensor, nn

from augkit.errors import DataError
from augkit.rng import stream
from augkit.sample import Target
from augkit.train.checks.losses import Frequencies
from augkit.train.config import Fields, RunConfig
from augkit.train.optimizers import Group, build_optimizer, build_schedule, layout_for
from augkit.words import suggestion


class Sums(Protocol):
    """What is gathered over the batches of an epoch; ``count`` samples so far."""

    count: int

    def metrics(self, split: str) -> dict[str, Any]:
        """``{"val_loss": …, "val_accuracy": …}``."""
        ...


class Learner(lightning.LightningModule):
    """A subclass says what a batch costs (``judge``, which also adds to the sums), how sums begin (``sums``) and what
    learns (``groups``). ``steps`` is the number of optimizer steps that the schedule spans.
    """

    fields: Fields

    def __init__(self, config: RunConfig, classes: list[Any], steps: int, seed: int = 0) -> None:
        super().__init__()
        self.config, self.classes = config, classes
        self._numbers = {label: number for number, label in enumerate(classes)}
        self.steps, self.seed, self.layout = steps, seed, layout_for(config)
        self.tallies: dict[str, Any] = {"train": self.sums(), "val": self.sums()}

    def number(self, label: Any) -> int:
        """Of a class; DataError for one that the training split has not."""
        if label not in self._numbers:
            hint = suggestion(str(label), map(str, self.classes))
            raise DataError(f"{self.fields.target}: {label!r} is no class of the training split.{hint}")
        return self._numbers[label]

    def numbers(self, labels: Any) -> Tensor:
        """Class numbers (n,) of labels as they come in a batch, or as they are: weights (n, classes) of mixed ones."""
        if isinstance(labels, Tensor) and labels.ndim == 2:
            return labels.to(self.device)
        values = labels.tolist() if isinstance(labels, Tensor) else labels
        return torch.tensor([self.number(value) for value in values], device=self.device)

    def sums(self) -> Sums:
        """An empty one."""
        raise NotImplementedError

    def judge(self, batch: dict[str, Any], split: str) -> Tensor:
        """The loss of a batch, added to ``tallies[split]`` with what the metrics need."""
        raise NotImplementedError

    def outputs(self, batch: dict[str, Any]) -> list[Any]:
        """What the network makes of each sample of a batch without annotations: of the same kind for each."""
        raise NotImplementedError

    def told(self, outputs: Sequence[Any]) -> dict[str, Any]:
        """The answer for one sample, as plain data, from its ``outputs`` in one or several views."""
        raise NotImplementedError

    def as_target(self, output: Any) -> Target | None:
        """An output that has a place on the sample, such as a mask, as what moves with it; None for the others."""
        return None

    def from_target(self, target: Target) -> Any:
        """The reverse of ``as_target``."""
        raise NotImplementedError

    def exported(self) -> nn.Module | None:
        """From what a batch holds of the input to probabilities, without augkit; None where that is no tensor."""
        return None

    def frequencies(self, batch: dict[str, Any]) -> Frequencies | None:
        """How often which answer is right in a batch, which says what guessing costs; None: the task cannot tell."""
        return None

    def groups(self) -> list[Group]:
        """All that learns, at one rate."""
        return [{"params": list(self.parameters()), "lr": self.config.lr, "name": "all"}]

    def metrics(self, split: str) -> dict[str, Any]:
        """Those of the epoch so far; of a validation also ``per_class``, by the names of the classes."""
        return self.tallies[split].metrics(split)  # type: ignore[no-any-return]

    def training_step(self, batch: dict[str, Any], _: int) -> Tensor:
        return self.judge(batch, "train")

    def validation_step(self, batch: dict[str, Any], _: int) -> None:
        self.judge(batch, "val")

    def on_train_epoch_start(self) -> None:
        """Dropout draws from a generator that depends on seed and epoch alone: a resumed run draws the same."""
        self.tallies["train"] = self.sums()
        torch.manual_seed(stream(self.seed, self.current_epoch, "", path="train/epoch").subseed())

    def on_validation_epoch_start(self) -> None:
        self.tallies["val"] = self.sums()

    def configure_optimizers(self) -> Any:
        optimizer = build_optimizer(self.config, self.groups())
        schedule = build_schedule(self.config, optimizer, self.steps)
        if schedule is None:
            return optimizer
        return {"optimizer": optimizer, "lr_scheduler": {"scheduler": schedule, "interval": "step"}}
