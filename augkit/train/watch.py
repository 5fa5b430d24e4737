"""Watch: the checks of a run, before its first step and during it; nothing of the run changes by them."""

from __future__ import annotations

import math
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import lightning.pytorch as lightning
import torch
from torch import Tensor

from augkit.data.samples import Dataset
from augkit.rng import stream
from augkit.train.checks import (
    Expected,
    Finding,
    UnitActivity,
    destroyed,
    gradients,
    leakage,
    lent,
    matrices,
    print_of,
    update_ratios,
    updates,
)
from augkit.train.checks.before import SAMPLES, of_inputs, of_model
from augkit.train.learner import Learner
from augkit.train.optimizers import build_optimizer
from augkit.train.progress import Progress
from augkit.train.watched import (
    augmented_pairs,
    batches_of,
    bytes_in,
    expected_of,
    read_or_none,
    subject_of,
    tallied,
)

if TYPE_CHECKING:
    from augkit.train.job import Job

AUGMENTED, CLEAN = 256, 128
"""Samples whose augmented and clean form is compared before the first step; samples of the clean loss of an epoch."""

KEPT = 64 * 2**20
"""Bytes of clean samples that stay in memory; more are read anew after every validation."""

_ENOUGH_RATIOS = 4


@dataclass(eq=False)
class Watch(lightning.Callback):
    """``told`` is what ``metrics.json`` is to hold as ``checks``; ``beside`` what goes into the epoch's row: the loss
    and scores of training samples that are not augmented, in evaluation mode.
    """

    job: Job
    progress: Progress
    told: dict[str, Any] = field(default_factory=lambda: {"findings": [], "fine": [], "seconds": 0.0})
    beside: dict[str, float] = field(default_factory=dict)
    _ratios: list[dict[str, float]] = field(default_factory=list)
    _before: Mapping[str, Tensor] | None = None
    _units: UnitActivity | None = None
    _clean: list[dict[str, Any]] | None = None

    def on_train_start(self, trainer: lightning.Trainer, module: lightning.LightningModule) -> None:
        """All that needs no training, unless a run goes on."""
        assert isinstance(module, Learner)
        if trainer.global_step:
            return
        with self._timed():
            findings = list(self._at_start(trainer, module))
        for finding in findings:
            self._tell(finding)
        found, seconds = len(self.told["findings"]), self.told["seconds"]
        count = f"{found} of {len(findings)} found something" if found else f"{len(findings)} made, nothing found"
        self.progress.say(f"checks: {count}, {seconds:.1f} s; train: {{checks: off}} leaves them out")

    def on_train_epoch_start(self, trainer: lightning.Trainer, module: lightning.LightningModule) -> None:
        """Look at units from now and then on: epochs 1, 2, 4, 8, ..."""
        if self._units is None and _is_power_of_two(trainer.current_epoch + 1):
            self._units = UnitActivity(module)

    def on_before_optimizer_step(
        self, trainer: lightning.Trainer, module: lightning.LightningModule, optimizer: Any
    ) -> None:
        """Gradients and weights before steps 1, 2, 4, 8, ..."""
        if _is_power_of_two(trainer.global_step + 1):
            with self._timed():
                found = gradients(module)
                self._before = matrices(module)
            self._tell_later(found, f"step {trainer.global_step + 1}")

    def on_train_batch_end(
        self, trainer: lightning.Trainer, module: lightning.LightningModule, outputs: Any, batch: Any, batch_idx: int
    ) -> None:
        """How far the step went; whether the loss is a number; whether units have been looked at long enough."""
        loss = float(outputs["loss"].detach())
        if not math.isfinite(loss):
            self._tell_later(_nan(loss), f"step {trainer.global_step}")
        if self._before is not None:
            with self._timed():
                self._ratios.append(update_ratios(self._before, module))
            self._before = None
            if len(self._ratios) >= _ENOUGH_RATIOS:
                self._tell_later(updates(self._ratios), f"step {trainer.global_step}")
        if self._units is not None:
            self._units.samples += len(batch["key"])
            if self._units.samples >= SAMPLES:
                self._close_units(f"epoch {trainer.current_epoch + 1}")

    def on_train_epoch_end(self, trainer: lightning.Trainer, module: lightning.LightningModule) -> None:
        """After a validation: the clean loss, beside."""
        assert isinstance(module, Learner)
        self.beside.clear()
        if module.tallies["val"].count:
            with self._timed(), torch.no_grad(), lent(module, training=False, weights=False), tallied(module):
                for batch in self._clean or self._keeping(self._clean_batches(trainer, module, CLEAN)):
                    module.judge(batch, "clean")
                self.beside |= _clean_of(module.metrics("clean")) if module.tallies["clean"].count else {}

    def on_train_end(self, trainer: lightning.Trainer, module: lightning.LightningModule) -> None:
        """What was looked at to the end."""
        if self._units is not None:
            self._close_units(f"epoch {trainer.current_epoch}")

    def on_exception(self, trainer: lightning.Trainer, module: lightning.LightningModule, exception: Any) -> None:
        """Take the hooks away."""
        if self._units is not None:
            self._units.close()

    def state_dict(self) -> dict[str, Any]:
        """What a resumed run goes on from."""
        return {"told": self.told, "ratios": self._ratios}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """The reverse."""
        self.told |= state_dict["told"]
        self._ratios[:] = state_dict["ratios"]

    def _at_start(self, trainer: lightning.Trainer, module: Learner) -> Iterator[Finding]:
        job, train = self.job, self.job.opened.dataset("train")
        drawn, size = self._drawn("train"), job.recipe.loader.batch_size
        pairs, batch = augmented_pairs(train, drawn[:AUGMENTED], size)
        with tallied(module):
            subject = subject_of(module)
            fed = list(of_inputs(subject, [_on(trainer, module, part) for part in batch], self._expected(train)))
            yield from fed
            yield destroyed(pairs, job.fields.input)
            yield leakage(self._prints("train"), self._prints("val"))
            batches, config = self._clean_batches(trainer, module, SAMPLES), job.config
            yield from of_model(subject, batches, lambda: build_optimizer(config, module.groups()), fed, config.lr)

    def _expected(self, train: Dataset) -> Expected | None:
        kind = train.plan.out_schema.fields[self.job.fields.input].type
        return expected_of(kind, getattr(self.job.config, "backbone", None))

    def _prints(self, split: Any) -> Iterator[Any]:
        data = self.job.opened.dataset(split, augment=False)
        for index in self._drawn(split):
            sample = read_or_none(data, index)
            if sample is not None:
                yield print_of(sample.key, sample.targets)

    def _clean_batches(self, trainer: lightning.Trainer, module: Learner, most: int) -> Iterator[dict[str, Any]]:
        data = self.job.opened.dataset("train", augment=False)
        size = self.job.recipe.loader.batch_size
        for batch in batches_of(data, self._drawn("train")[:most], size):
            yield _on(trainer, module, batch)

    def _keeping(self, batches: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
        """The batches, which are the same every time, kept for next time unless they are large."""
        kept = []
        for batch in batches:
            kept.append(batch)
            yield batch
        self._clean = kept if sum(map(bytes_in, kept)) <= KEPT else None

    def _drawn(self, split: Any) -> list[int]:
        """Which samples are looked at: the same every time."""
        count = len(self.job.opened.keys(split))
        return stream(self.job.recipe.seed, 0, "", path=f"train/checks/{split}").permutation(count)[:SAMPLES]

    def _close_units(self, when: str) -> None:
        assert self._units is not None
        self._units.close()
        self._tell_later(self._units.finding(), when)
        self._units = None

    def _tell_later(self, finding: Finding, when: str) -> None:
        """During training only what is not fine, and once."""
        if not finding.fine and finding.name not in {told["name"] for told in self.told["findings"]}:
            self._tell(finding, when)

    def _tell(self, finding: Finding, when: str = "before step 1") -> None:
        if finding.fine:
            self.told["fine"].append(finding.to_json())
            return
        self.told["findings"].append({**finding.to_json(), "when": when})
        for line in finding.lines():
            self.progress.say(line)

    @contextmanager
    def _timed(self) -> Iterator[None]:
        started = time.perf_counter()
        try:
            yield
        finally:
            self.told["seconds"] = round(self.told["seconds"] + time.perf_counter() - started, 3)


def _on(trainer: lightning.Trainer, module: Learner, batch: Any) -> Any:
    return trainer.strategy.batch_to_device(batch, module.device)


def _clean_of(metrics: Mapping[str, Any]) -> dict[str, float]:
    """The numbers; none of an epoch's own is overwritten."""
    numbers = {name: value for name, value in metrics.items() if isinstance(value, int | float)}
    return {name: value for name, value in numbers.items() if name.startswith("clean_")}


def _is_power_of_two(number: int) -> bool:
    return number & (number - 1) == 0


def _nan(loss: float) -> Finding:
    means = "a learning rate that is too high, inputs that are no numbers, or an overflow"
    return Finding("loss-nan", "problem", f"the training loss is {loss}", means, "a lower train.lr; schedule: onecycle")
