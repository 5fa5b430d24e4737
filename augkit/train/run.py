"""One training run, from a recipe to a folder with what was learnt; read it from top to bottom."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch

from augkit.data.fitted import keep_fitted
from augkit.data.remarks import remarks
from augkit.recipe import Recipe, read_recipe
from augkit.recipe.reading import Given, Overrides
from augkit.train.engine import model_of, trainer_of
from augkit.train.folder import LAST, RECIPE, moved_to, new_folder, old_folder, write_text
from augkit.train.job import Job, facts_of, headline, job_of, opened_for
from augkit.train.kept import keep_features
from augkit.train.learner import Learner
from augkit.train.loggers import Telling, build_loggers
from augkit.train.progress import Progress, quiet
from augkit.train.ranks import first, from_first, joined
from augkit.train.record import Record
from augkit.train.reported import Reporter
from augkit.train.resuming import checkpoint_of, identity, take_up
from augkit.train.shares import check_shared, refuse_alone
from augkit.train.task import Task
from augkit.train.threads import threads
from augkit.train.timing import asked_time, kept_epochs, measured, with_epochs
from augkit.train.transfer import decided
from augkit.train.watch import Watch


@dataclass(frozen=True)
class Run:
    """A finished run: its folder, what ``metrics.json`` holds, and the model as the last epoch left it."""

    folder: Path
    metrics: Mapping[str, Any]
    model: Learner
    task: Task


def fit(
    recipe: Given,
    out: str | Path | None = None,
    *,
    resume: bool = False,
    progress: Progress | None = None,
    overrides: Overrides = None,
    after: Callable[[Mapping[str, Any]], None] | None = None,
    watched: bool = True,
) -> Run:
    """Train as the recipe says, into ``out`` or a new folder in ``runs``.

    The recipe's seed decides split, first weights, order, augmentation and dropout: on one machine and number of
    threads, the same seed gives the same weights. With ``resume`` the run in ``out`` (or the newest of this recipe)
    goes on from its last checkpoint, or begins anew where it had none yet, and ends as if it had never stopped.
    ``after`` is called with the losses and scores of every validated epoch; what it raises ends the run. Unless
    ``watched`` there are neither checks nor a report, whatever the recipe says; the weights are the same. Raises
    RecipeError for what the recipe gets wrong, DataError for data that do not fit it, AugkitError when the loss is no
    number any more.
    """
    started = time.perf_counter()
    progress = Progress(silent=True) if not first() else progress or Progress()
    with joined():
        return _fit(read_recipe(recipe, overrides), _Asked(out, resume, progress, after, watched, started))


@dataclass(frozen=True)
class _Asked:
    """What ``fit`` was called with."""

    out: str | Path | None
    resume: bool
    progress: Progress
    after: Callable[[Mapping[str, Any]], None] | None
    watched: bool
    started: float

    @property
    def looks(self) -> bool:
        """Whether this process looks at the run, beside training it."""
        return self.watched and first()


def _fit(read: Recipe, asked: _Asked) -> Run:
    read, timed = _in_time(read, asked)
    job = job_of(opened_for(read))
    saved = checkpoint_of(read, old_folder(job.recipe, asked.out)) if asked.resume else None
    if saved is not None:
        job, timed = replace(job, decided=decided(saved["augkit"])), saved["augkit"].get("time")
    with torch.random.fork_rng(), threads(job.config.threads), quiet():
        model = model_of(job)
        check_shared(job, model)
        folder = from_first(_folder(job.recipe, asked) if first() else Path())
        watch = Watch(job, asked.progress) if job.config.checks == "on" and asked.looks else None
        of_time = {"time": timed} if timed else {}
        facts = {**facts_of(job, model), **of_time, **({"checks": watch.told} if watch else {})}
        beside = watch.beside if watch else {}
        record = Record(folder, job.config, asked.progress, facts, {**identity(job, model), **of_time}, beside=beside)
        record.started, record.after = asked.started, asked.after
        if saved is not None:
            take_up(saved, record, model, job.train, watch)
        if first():
            write_text(folder / RECIPE, moved_to(read, folder).resolved())
            keep_fitted(job.recipe, folder / RECIPE)
        _say(job, model, facts, asked.progress)
        reporter = Reporter(job, record) if job.config.report == "on" and asked.looks else None
        _train(job, model, record, (watch, reporter), folder / LAST if saved else None)
    return Run(folder, record.metrics(), model, job.task)


def _folder(recipe: Recipe, asked: _Asked) -> Path:
    return old_folder(recipe, asked.out) if asked.resume else new_folder(recipe, asked.out)


def _in_time(read: Recipe, asked: _Asked) -> tuple[Recipe, dict[str, Any] | None]:
    """A recipe with the number of epochs that fit into its ``train.time``, as measured now or when the run began."""
    budget = asked_time(read)
    if budget is None:
        return read, None
    job = job_of(opened_for(read))
    refuse_alone("time: 3m, which measures how fast one process is,")
    if asked.resume:
        epochs = kept_epochs(old_folder(read, asked.out))
        asked.progress.say(f"time: the run began with {epochs} epochs, and keeps to them")
        return with_epochs(read, epochs), None
    with torch.random.fork_rng(), threads(job.config.threads), quiet():
        timed = measured(job, asked.started, budget)
    asked.progress.say(timed.line())
    return with_epochs(read, timed.epochs), timed.to_json()


def _say(job: Job, model: Learner, facts: Mapping[str, Any], progress: Progress) -> None:
    """What is known of a run before it starts, in lines."""
    progress.say(headline(facts, job))
    for line in model.decision.lines() if model.decision else ():
        progress.say(line)
    for remark in remarks(job.recipe, job.opened.source):
        progress.warn(remark)


def _train(
    job: Job, model: Learner, record: Record, looking: tuple[Watch | None, Reporter | None], checkpoint: Path | None
) -> None:
    """All epochs that are left, each written down, and at the end the report."""
    watch, reporter = looking
    with reporter.ended() if reporter else nullcontext():
        if record.stopped == "running":
            keep_features(job, model)
            telling = Telling(record.history, record.facts) if job.config.loggers and first() else None
            callbacks = [each for each in (watch, record, telling, reporter) if each is not None]
            loggers = build_loggers(job.config, record.folder, len(record.history)) if first() else ()
            trainer_of(job.config, record.folder, callbacks, loggers).fit(
                model, job.train, job.val, ckpt_path=checkpoint
            )
        record.write()
