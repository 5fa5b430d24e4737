"""Learner: what every task trains, as a LightningModule: a loss, sums over an epoch, an optimizer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any, ClassVar, Protocol, Self

import lightning.pytorch as lightning
import torch
from torch import Tensor, nn

from augkit.errors import DataError
from augkit.rng import stream
from augkit.sample import Label, Target
from augkit.train.checks.losses import Frequencies
from augkit.train.config import Fields, RunConfig
from augkit.train.ema import Average
from augkit.train.kept import Kept
from augkit.train.layers import Group, Thaw
from augkit.train.optimizers import build_optimizer, layout_for
from augkit.train.ranks import average, of_all, share
from augkit.train.schedules import Schedule, build_schedule
from augkit.train.transfer import Decision
from augkit.words import suggestion


class Sums(Protocol):
    """What is gathered over the batches of an epoch; ``count`` samples so far. Several processes may share a training
    where there is ``merge(other)``, which adds what another has seen.
    """

    count: int

    def metrics(self, split: str) -> dict[str, Any]:
        """``{"val_loss": …, "val_accuracy": …}``; names begin with the split, but for ``per_class`` of ``val``."""
        ...


class Learner(lightning.LightningModule):
    """A subclass says what a batch costs (``judge``, which also adds to the sums), how sums begin (``sums``) and what
    learns (``groups``). ``steps`` is the number of optimizer steps that the schedule spans. Where there is a backbone,
    ``thaw`` says which of its layers learn in which epoch, and ``decision`` is the policy behind that.
    """

    fields: Fields
    thaw: Thaw | None = None
    keeps_features: ClassVar[bool] = False
    """Whether ``judge`` takes features of a frozen backbone from ``kept`` where they are there."""
    decision: Decision | None = None
    counted: ClassVar[str | None] = "samples"
    """What ``confused`` counts; None where nothing is taken for one other thing."""

    def __init__(self, config: RunConfig, classes: list[Any], steps: int, seed: int = 0) -> None:
        super().__init__()
        self.config, self.classes = config, classes
        self._numbers = {label: number for number, label in enumerate(classes)}
        self.steps, self.seed, self.layout = steps, seed, layout_for(config)
        self.average: Average | None = None
        self.schedule: Schedule | None = None
        self._resumed: dict[str, Any] = {}
        self.kept = Kept()
        self._gathered: set[str] = set()
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

    def shown(self, output: Any, truth: Target) -> Target:
        """An output as a report draws it beside the ``truth`` of its sample: what has a place on the sample, else the
        first that is ``told``.
        """
        target = self.as_target(output)
        return Label(next(iter(self.told([output]).values()), None)) if target is None else target

    def confused(self, batch: dict[str, Any], outputs: Sequence[Any]) -> Counter[tuple[str, str]]:
        """How often which class (a name) is told to be which in a batch: of tasks that tell one ``label`` a sample."""
        truths = batch[self.fields.target]
        listed = truths.tolist() if isinstance(truths, Tensor) else truths
        told = [self.told([output]) for output in outputs]
        return Counter((str(a), str(b["label"])) for a, b in zip(listed, told, strict=True) if "label" in b)

    def frequencies(self, batch: dict[str, Any]) -> Frequencies | None:
        """How often which answer is right in a batch, which says what guessing costs; None: the task cannot tell."""
        return None

    def groups(self) -> list[Group]:
        """All that learns, at one rate."""
        return [{"params": list(self.parameters()), "lr": self.config.lr, "name": "all"}]

    def metrics(self, split: str) -> dict[str, Any]:
        """Those of the epoch so far; of a validation also ``per_class``, by the names of the classes."""
        return self.tallies[split].metrics(split)  # type: ignore[no-any-return]

    def gather(self) -> None:
        """Sums of the epoch become those of all processes together; all must call it."""
        for split in ("train", "val"):
            if share()[1] > 1 and split not in self._gathered:
                mine, *others = of_all(self.tallies[split])
                for other in others:
                    mine.merge(other)
                self.tallies[split] = mine
                self._gathered.add(split)

    def on_before_optimizer_step(self, optimizer: Any) -> None:
        """Gradients become those of the whole batch, of which each process had its share."""
        average(self)

    def train(self, mode: bool = True) -> Self:
        """As any module's, but what does not learn stays in eval mode."""
        super().train(mode)
        if self.thaw is not None:
            self.thaw.rest()
        return self

    def training_step(self, batch: dict[str, Any], _: int) -> Tensor:
        return self.judge(batch, "train")

    def validation_step(self, batch: dict[str, Any], _: int) -> None:
        self.judge(batch, "val")

    def on_train_epoch_start(self) -> None:
        """Dropout draws from a generator that depends on seed and epoch alone, and so does what learns: a resumed run
        does the same.
        """
        if self.thaw is not None:
            self.thaw.begin(self.current_epoch)
            self.train()
        self.tallies["train"] = self.sums()
        self._gathered.clear()
        rank = share()[0]
        path = f"train/epoch/{rank}" if rank else "train/epoch"  # no two processes drop the same
        torch.manual_seed(stream(self.seed, self.current_epoch, "", path=path).subseed())

    def on_validation_epoch_start(self) -> None:
        """The average of the weights is what is validated, where there is one."""
        self.tallies["val"] = self.sums()
        self._gathered.discard("val")
        if self.average is not None:
            self.average.swap(self)

    def configure_optimizers(self) -> Any:
        optimizer = build_optimizer(self.config, self.groups())
        self.schedule = build_schedule(self.config, optimizer, self.steps)
        if self.schedule is None or self.schedule.watches:
            return optimizer
        how = {"scheduler": self.schedule.scheduler, "interval": self.schedule.interval}
        return {"optimizer": optimizer, "lr_scheduler": how}

    def on_train_start(self) -> None:
        """Take up the average of the weights, and a scheduler that watches validations, from the checkpoint if any."""
        if self.config.ema is not None:
            self.average = Average(self, self.config.ema)
            if "average" in self._resumed:
                self.average.load(self._resumed["average"])
        if self.schedule is not None and "plateau" in self._resumed:
            self.schedule.scheduler.load_state_dict(self._resumed["plateau"])

    def optimizer_step(self, *given: Any, **named: Any) -> None:
        """As any module's; then the average follows."""
        super().optimizer_step(*given, **named)
        if self.average is not None:
            self.average.update(self)

    def on_validation_epoch_end(self) -> None:
        """The weights go on where they were; a scheduler that watches is told."""
        self.gather()
        if self.average is not None:
            self.average.swap(self)
        if self.schedule is not None and self.schedule.watches:
            self.schedule.scheduler.step({**self.metrics("train"), **self.metrics("val")}[self.config.monitor])

    def on_save_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        if self.average is not None:
            checkpoint["average"] = self.average.state()
        if self.schedule is not None and self.schedule.watches:
            checkpoint["plateau"] = self.schedule.scheduler.state_dict()

    def on_load_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        self._resumed = {name: checkpoint[name] for name in ("average", "plateau") if name in checkpoint}

    def on_train_end(self) -> None:
        """What was validated is what is left."""
        if self.average is not None:
            self.average.swap(self)
            self.average = None

    def learnt(self) -> dict[str, Tensor]:
        """The weights that are worth keeping: their average, where there is one."""
        return self.state_dict() if self.average is None else self.average.values
