"""A budget of time: how many epochs fit is measured once, before a run; then the run is one of so many epochs."""

from __future__ import annotations

import math
import tempfile
import time
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import lightning.pytorch as lightning

from augkit.errors import RecipeError
from augkit.recipe import Recipe
from augkit.recipe.grammar import place
from augkit.recipe.located import Map, Scalar
from augkit.train.engine import model_of, trainer_of
from augkit.train.folder import RECIPE
from augkit.train.kept import keep_features
from augkit.train.layers import Thaw
from augkit.train.shares import refuse_alone
from augkit.train.spans import seconds_in, told

if TYPE_CHECKING:
    from augkit.train.job import Job
    from augkit.train.learner import Learner

ENOUGH_PART, ENOUGH_BATCHES = 0.05, 3
"""What is measured: this part of the budget and so many batches, or one epoch, whichever is less."""

CLEAN = 128
"""Samples that the checks judge beside each validation."""


@dataclass(frozen=True)
class Timed:
    """What was asked for, what was measured, and how many ``epochs`` follow from it; all in seconds."""

    asked: str
    epochs: int
    seconds_per_epoch: float
    seconds_before: float
    batches_measured: int

    def line(self) -> str:
        """For a person."""
        each, before = told(self.seconds_per_epoch), told(self.seconds_before)
        much = f"; one takes longer than {self.asked}" if self.epochs == 1 and not self.fits else ""
        count = f"{self.epochs} epoch{'s' * (self.epochs != 1)}"
        return f"time: {count} fit into {self.asked}: {each} each, {before} before the first{much}"

    @property
    def fits(self) -> bool:
        """Whether there is time for all of it."""
        return self.seconds_before + self.epochs * self.seconds_per_epoch <= seconds_in(self.asked)

    def to_json(self) -> dict[str, Any]:
        """For ``metrics.json``."""
        return {name: round(value, 4) if isinstance(value, float) else value for name, value in asdict(self).items()}


def asked_time(recipe: Recipe) -> str | None:
    """What ``train.time`` says."""
    given = recipe.train.items.get("time") if recipe.train else None
    return given.value if isinstance(given, Scalar) and isinstance(given.value, str) else None


def check_held(recipe: Recipe) -> None:
    """Runs that are held against each other have one number of epochs, and one process; RecipeError for others."""
    refuse_alone("holding runs against each other")
    if asked_time(recipe) is not None:
        assert recipe.train is not None
        said = "time: runs that are compared would learn for different numbers of epochs; write epochs: 20."
        raise RecipeError(f"train: {said}", place(recipe.train, "time"))


def with_epochs(recipe: Recipe, epochs: int) -> Recipe:
    """The recipe with ``epochs`` where it had ``time``."""
    section = recipe.train
    assert section is not None
    where = section.items["time"].where
    new = {"epochs" if name == "time" else name: item for name, item in section.items.items()}
    keys = {"epochs" if name == "time" else name: place for name, place in section.keys.items()}
    train = Map({**new, "epochs": Scalar(epochs, where)}, keys, section.where)
    tree = recipe.tree
    return replace(recipe, tree=Map({**tree.items, "train": train}, tree.keys, tree.where))


def kept_epochs(folder: Path) -> int:
    """How many a run began with, as its recipe says."""
    from augkit.recipe import read_recipe

    return read_recipe(folder / RECIPE).epochs or 1


def fitting(asked: str, per_epoch: float, before: float, batches: int) -> Timed:
    """As many epochs as there is time for after ``before``, and one at least. A pure function."""
    left = seconds_in(asked) - before
    return Timed(asked, max(1, math.floor(left / per_epoch)), per_epoch, before, batches)


class _Enough(Exception):
    """What was to be measured has been."""


@dataclass(eq=False)
class Clock(lightning.Callback):
    """When batches ended, from when their epoch began; ends the epoch after ``budget`` seconds and some batches."""

    budget: float
    began: float = 0.0
    ends: list[float] = field(default_factory=list)
    saving: float = 0.0

    def on_train_epoch_start(self, *_: Any) -> None:
        self.began = time.perf_counter()

    def on_validation_epoch_start(self, *_: Any) -> None:
        self.began = time.perf_counter()

    def on_train_batch_end(self, trainer: lightning.Trainer, *_: Any) -> None:
        if self._enough():
            self.on_train_epoch_end(trainer)

    def on_train_epoch_end(self, trainer: lightning.Trainer, *_: Any) -> None:
        """How long a checkpoint takes is measured too."""
        with tempfile.TemporaryDirectory() as folder:
            before = time.perf_counter()
            trainer.save_checkpoint(Path(folder) / "measured.ckpt", weights_only=False)
            self.saving = time.perf_counter() - before
        raise _Enough

    def on_validation_batch_end(self, *_: Any) -> None:
        if self._enough():
            raise _Enough

    def _enough(self) -> bool:
        self.ends.append(time.perf_counter())
        return len(self.ends) >= ENOUGH_BATCHES and self.ends[-1] - self.began >= self.budget

    def whole(self, batches: int, each_time: bool) -> float:
        """Seconds of so many batches: the mean of those after the first, in which much happens for the first time; what
        the first takes longer is counted where it does so ``each_time``, as when workers start.
        """
        if not self.ends:
            return 0.0
        first = self.ends[0] - self.began
        usual = (self.ends[-1] - self.ends[0]) / (len(self.ends) - 1) if len(self.ends) > 1 else first
        return batches * usual + max(0.0, first - usual) * each_time


class _All(Thaw):
    """What thaws in some epoch is measured at its most: all of it learns."""

    def begin(self, epoch: int) -> None:
        self.ever()


def measured(job: Job, started: float, asked: str) -> Timed:
    """Train the network of ``job`` for a while, and throw it away. ``started`` is when the run began."""
    building = time.perf_counter()
    model = model_of(job)
    keep_features(job, model)
    again = time.perf_counter() - building
    if model.thaw is not None:
        thaw = model.thaw
        model.thaw = _All(thaw.body, thaw.groups, thaw.policy, thaw.epochs, thaw.unfreeze_every)
    train, val = _clocked(job, model, seconds_in(asked))
    config, loader = job.config, job.recipe.loader
    anew = loader.workers > 0 and not loader.persistent
    clean = math.ceil(CLEAN / loader.batch_size) if config.checks == "on" else 0
    beside = val.whole(len(job.val) + clean, anew) + 2 * train.saving
    per_epoch = train.whole(len(job.train), anew) + beside / config.validate_every
    before = time.perf_counter() - started + again
    return fitting(asked, per_epoch, before, len(train.ends) + len(val.ends))


def _clocked(job: Job, model: Learner, budget: float) -> tuple[Clock, Clock]:
    train, val = Clock(ENOUGH_PART * budget), Clock(ENOUGH_PART * budget / 2)
    with tempfile.TemporaryDirectory() as folder:
        learning = trainer_of(job.config, Path(folder), [train], max_epochs=1, limit_val_batches=0)
        with suppress(_Enough):
            learning.fit(model, job.train, job.val)
        judging = trainer_of(job.config, Path(folder), [val])
        with suppress(_Enough):
            judging.validate(model, job.val, verbose=False)
    return train, val
