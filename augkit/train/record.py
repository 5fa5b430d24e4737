"""Record: what a run leaves behind, epoch by epoch, and when it has learnt enough."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import lightning.pytorch as lightning
import torch

from augkit.data.whole import write_whole
from augkit.errors import AugkitError
from augkit.train.config import RunConfig
from augkit.train.curves import draw
from augkit.train.diagnosis import Diagnosis, diagnose
from augkit.train.folder import BEST, CURVES, LAST, METRICS, write_json
from augkit.train.learner import Learner
from augkit.train.losses_of import of_history
from augkit.train.progress import Progress
from augkit.train.ranks import first

Row = dict[str, Any]

DRAW_EVERY = 10.0
"""Seconds; a picture takes a third of one."""


@dataclass(eq=False)
class Record(lightning.Callback):
    """Writes metrics, curves and checkpoints into ``folder`` after every validated epoch, and stops early. After the
    last, metrics and curves are left to whoever started the run: ``write``.

    ``facts`` are what is known beforehand, written along with the metrics; ``resume_state`` goes into the checkpoint
    to check a resumed run by; ``beside`` is what others measured of the running epoch; ``after`` is called with the row
    of every validated epoch, and ends the run by raising. All that is decided (what is
    best, when to stop) is read off ``history``, so a resumed run decides alike.
    """

    folder: Path
    config: RunConfig
    progress: Progress
    facts: Mapping[str, Any]
    resume_state: Mapping[str, Any]
    history: list[Row] = field(default_factory=list)
    beside: Mapping[str, Any] = field(default_factory=dict)
    stopped: str = "running"
    after: Callable[[Row], None] | None = None
    started: float = field(default_factory=time.perf_counter)
    _epoch_started: float = 0.0
    _drawn: float = field(default_factory=time.perf_counter)

    def on_train_epoch_start(self, trainer: lightning.Trainer, module: lightning.LightningModule) -> None:
        """The last epoch is validated whatever ``validate_every`` says."""
        self._epoch_started = time.perf_counter()
        last = trainer.current_epoch + 1 == self.config.epochs
        trainer.check_val_every_n_epoch = 1 if last else self.config.validate_every

    def on_train_batch_end(
        self, trainer: lightning.Trainer, module: lightning.LightningModule, outputs: Any, batch: Any, batch_idx: int
    ) -> None:
        """Move the bar."""
        total = int(trainer.num_training_batches)
        self.progress.batch(
            trainer.current_epoch, self.config.epochs, batch_idx + 1, total, float(outputs["loss"].detach())
        )

    def on_train_epoch_end(self, trainer: lightning.Trainer, module: lightning.LightningModule) -> None:
        """A row of history; after a validation also the files, the line on the screen and the decision to stop."""
        assert isinstance(module, Learner)
        row = self._row(trainer, module)
        self.history.append(row)
        if not math.isfinite(row["train_loss"]):
            self.stopped = "diverged"
            self.write()
            raise AugkitError(self._diverged(row))
        if "val_loss" not in row:
            return
        best = self.best is row
        self.progress.epoch(row, self.config.epochs, best, self.scores)
        if self.enough:
            self.stopped, trainer.should_stop = "early_stop", True
        elif row["epoch"] + 1 == self.config.epochs:
            self.stopped = "finished"
        if first():
            self._save(trainer, module, best)
        if self.stopped == "running":
            self.write()
        if self.after is not None:
            self.after(row)

    def _save(self, trainer: lightning.Trainer, module: Learner, best: bool) -> None:
        if best:
            write_whole(self.folder / BEST, lambda path: torch.save(self._weights(module), path))
        write_whole(self.folder / LAST, partial(trainer.save_checkpoint, weights_only=False))

    def on_save_checkpoint(
        self, trainer: lightning.Trainer, module: lightning.LightningModule, checkpoint: dict[str, Any]
    ) -> None:
        """What a resumed run goes on from, beside Lightning's own."""
        checkpoint["augkit"] = {**self.resume_state, "history": self.history, "epochs_done": len(self.history)}

    def write(self) -> None:
        """``metrics.json`` as of now, and ``curves.png`` unless it was drawn in the last seconds of a running run."""
        if not first():
            return
        write_json(self.folder / METRICS, self.metrics())
        now, best = time.perf_counter(), self.best
        if self.stopped == "running" and now - self._drawn < DRAW_EVERY:
            return
        self._drawn = now
        title = str(self.facts.get("title", ""))
        found = self.diagnosis()
        draw(self.history, self.folder / CURVES, title, best["epoch"] if best else None, self.scores[0], found)
        if self.stopped != "running" and found.verdict != "inconclusive":
            self.progress.say(f"curves: {found.verdict}: {'; '.join(found.evidence)}")
            self.progress.say(f"  try: {found.advice}")

    def diagnosis(self) -> Diagnosis:
        """What the curves so far say."""
        losses = of_history(self.validated, self.facts.get("checks"))
        return diagnose(
            losses.train, losses.val, losses.clean, epochs=losses.epochs, guessing=losses.guessing, augmented=True
        )

    def metrics(self) -> dict[str, Any]:
        """The facts, and the history so far. Epochs count from 0."""
        seconds = round(time.perf_counter() - self.started, 2)
        validated = self.validated
        return {
            **self.facts,
            "stopped": self.stopped,
            "seconds": seconds,
            "best": self.best,
            "last": validated[-1] if validated else None,
            "diagnosis": self.diagnosis().to_json(),
            "epochs": [{name: item for name, item in row.items() if name != "per_class"} for row in self.history],
        }

    @property
    def scores(self) -> tuple[str, ...]:
        """The metrics beside the loss; the first is what the run is judged by."""
        return tuple(self.facts["scores"])

    @property
    def validated(self) -> list[Row]:
        """The epochs after which there was a validation."""
        return [row for row in self.history if "val_loss" in row]

    @property
    def best(self) -> Row | None:
        """The first of the validated epochs with the best ``monitor``; one that is no number is the worst."""
        sign = 1 if self.config.monitor.endswith("loss") else -1

        def cost(row: Row) -> float:
            value = sign * float(row[self.config.monitor])
            return math.inf if math.isnan(value) else value

        return min(self.validated, key=cost, default=None)

    @property
    def enough(self) -> bool:
        """Whether ``early_stop`` validations have passed since the best."""
        best, patience = self.best, self.config.early_stop
        if best is None or patience is None:
            return False
        since = [row for row in self.validated if row["epoch"] > best["epoch"]]
        return len(since) >= patience

    def _row(self, trainer: lightning.Trainer, module: Learner) -> Row:
        module.gather()
        seconds = time.perf_counter() - self._epoch_started
        row: Row = {"epoch": trainer.current_epoch, **module.metrics("train")}
        row |= _skipped("train", trainer.train_dataloader)
        if module.tallies["val"].count:
            row |= {**module.metrics("val"), **_skipped("val", trainer.val_dataloaders)}
            module.tallies["val"] = module.sums()
        return {**row, **self.beside} | {
            "lr": trainer.optimizers[0].param_groups[0]["lr"],
            "seconds": round(seconds, 3),
        }

    def _weights(self, module: Learner) -> dict[str, Any]:
        return {"state_dict": module.learnt(), "augkit": {**self.resume_state, "epochs_done": len(self.history)}}

    def _diverged(self, row: Row) -> str:
        return (
            f"training diverged: the loss of epoch {row['epoch'] + 1} is {row['train_loss']}. A lower train.lr (it is "
            f"{self.config.lr:g}) or schedule: onecycle, which starts gently, usually helps. "
            f"What was learnt before is in {self.folder}."
        )


def _skipped(split: str, loader: Any) -> Row:
    """How many samples ``on_error: skip`` left out of the epoch, where it did."""
    return {f"{split}_skipped": loader.skipped} if loader.skipped else {}
