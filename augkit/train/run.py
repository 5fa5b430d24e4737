"""One training run, from a recipe to a folder with what was learnt; read it from top to bottom."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import lightning.pytorch as lightning
import torch
from lightning.pytorch.loggers import Logger

from augkit.data import Opened, open_recipe
from augkit.data.first import first_samples, refuse_giants
from augkit.data.fitted import keep_fitted
from augkit.data.loading import Loader
from augkit.data.remarks import remarks
from augkit.errors import RecipeError
from augkit.plugins import catalogue
from augkit.recipe import Recipe, read_recipe
from augkit.recipe.grammar import place
from augkit.recipe.reading import Given, Overrides
from augkit.sample import Target
from augkit.train.classification import READS
from augkit.train.config import RunConfig, located_in
from augkit.train.design import Design, shape_of
from augkit.train.folder import LAST, RECIPE, moved_to, new_folder, old_folder, versions, write_text
from augkit.train.kept import keep_features
from augkit.train.learner import Learner
from augkit.train.loggers import Telling, build_loggers, check_loggers
from augkit.train.optimizers import build_optimizer
from augkit.train.precision import device_type, lightning_name
from augkit.train.progress import Progress, quiet
from augkit.train.ranks import device_number, first, from_first, joined, share
from augkit.train.record import Record
from augkit.train.reported import Reporter
from augkit.train.resuming import checkpoint_of, identity, take_up
from augkit.train.schedules import build_schedule
from augkit.train.shares import check_shared, refuse_alone
from augkit.train.task import USUAL, Task, kinds_after, task_of, tasks
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
) -> Run:
    """Train as the recipe says, into ``out`` or a new folder in ``runs``.

    The recipe's seed decides split, first weights, order, augmentation and dropout: on one machine and number of
    threads, the same seed gives the same weights. With ``resume`` the run in ``out`` (or the newest of this recipe)
    goes on from its last checkpoint, or begins anew where it had none yet, and ends as if it had never stopped.
    ``after`` is called with the losses and scores of every validated epoch; what it raises ends the run. Raises
    RecipeError for what the recipe gets wrong, DataError for data that do not fit it, AugkitError when the loss is no
    number any more.
    """
    started = time.perf_counter()
    progress = Progress(silent=True) if not first() else progress or Progress()
    with joined():
        return _fit(read_recipe(recipe, overrides), out, resume, progress, after, started)


def _fit(
    read: Recipe,
    out: str | Path | None,
    resume: bool,
    progress: Progress,
    after: Callable[[Mapping[str, Any]], None] | None,
    started: float,
) -> Run:
    read, timed = _in_time(read, out, resume, progress, started)
    job = job_of(_opened(read))
    saved = checkpoint_of(read, old_folder(job.recipe, out)) if resume else None
    if saved is not None:
        job, timed = replace(job, decided=decided(saved["augkit"])), saved["augkit"].get("time")
    with torch.random.fork_rng(), threads(job.config.threads), quiet():
        model = model_of(job)
        check_shared(job, model)
        folder = from_first(_folder(job.recipe, out, resume) if first() else Path())
        watch = Watch(job, progress) if job.config.checks == "on" and first() else None
        of_time = {"time": timed} if timed else {}
        facts = {**_facts(job, model), **of_time, **({"checks": watch.told} if watch else {})}
        beside = watch.beside if watch else {}
        record = Record(folder, job.config, progress, facts, {**identity(job, model), **of_time}, beside=beside)
        record.started, record.after = started, after
        if saved is not None:
            take_up(saved, record, model, job.train, watch)
        if first():
            write_text(folder / RECIPE, moved_to(read, folder).resolved())
            keep_fitted(job.recipe, folder / RECIPE)
        _say(job, model, facts, progress)
        _train(job, model, record, watch, folder / LAST if saved else None)
    return Run(folder, record.metrics(), model, job.task)


def _folder(recipe: Recipe, out: str | Path | None, resume: bool) -> Path:
    return old_folder(recipe, out) if resume else new_folder(recipe, out)


def _in_time(
    read: Recipe, out: str | Path | None, resume: bool, progress: Progress, started: float
) -> tuple[Recipe, dict[str, Any] | None]:
    """A recipe with the number of epochs that fit into its ``train.time``, as measured now or when the run began."""
    asked = asked_time(read)
    if asked is None:
        return read, None
    job = job_of(_opened(read))
    refuse_alone("time: 3m, which measures how fast one process is,")
    if resume:
        epochs = kept_epochs(old_folder(read, out))
        progress.say(f"time: the run began with {epochs} epochs, and keeps to them")
        return with_epochs(read, epochs), None
    with torch.random.fork_rng(), threads(job.config.threads), quiet():
        timed = measured(job, started, asked)
    progress.say(timed.line())
    return with_epochs(read, timed.epochs), timed.to_json()


def _opened(read: Recipe) -> Opened:
    opened = open_recipe(read)
    refuse_giants(opened.recipe, first_samples(opened.recipe, opened.source, opened.splits))
    return opened


def _say(job: Job, model: Learner, facts: Mapping[str, Any], progress: Progress) -> None:
    """What is known of a run before it starts, in lines."""
    progress.say(_headline(facts, job))
    for line in model.decision.lines() if model.decision else ():
        progress.say(line)
    for remark in remarks(job.recipe, job.opened.source):
        progress.warn(remark)


def _train(job: Job, model: Learner, record: Record, watch: Watch | None, checkpoint: Path | None) -> None:
    """All epochs that are left, each written down, and at the end the report."""
    reporter = Reporter(job, record) if job.config.report == "on" and first() else None
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


@dataclass(frozen=True)
class Job(Design):
    """All that a run is made of, checked, before a network is built."""

    opened: Opened
    task: Task
    train: Loader
    val: Loader


def job_of(opened: Opened) -> Job:
    """All that is checked before a network is built; RecipeError and DataError for what does not fit."""
    recipe = opened.recipe
    if recipe.train is None:
        raise RecipeError(f"there is no `train`{_instead(recipe)}", recipe.tree.where)
    if recipe.settings.views > 1:
        said = f"views: {recipe.settings.views} draws at once are for contrastive learning; this training takes 1."
        raise RecipeError(f"{said} For more visits of each sample: loader: {{copies: …}}.", place(recipe.tree, "views"))
    task = task_of(recipe.train)
    config = task.config_type.from_recipe(recipe.train)
    fields = task.fields(config, kinds_after(recipe), recipe.train.where)
    classes = task.classes(opened, fields)
    train, val = (opened.loader(split, shard=share()) for split in ("train", "val"))
    shape = shape_of(train.collate_fn([train.dataset[0]])[fields.input])
    steps = math.ceil(len(train) / config.accumulate) * config.epochs
    return Job(recipe, recipe.train, config, fields, classes, steps, shape, opened, task, train, val)


def _instead(recipe: Recipe) -> str:
    kinds = {name: field.kind for name, field in recipe.schema.fields.items()}
    lacks = _lacks(recipe, list(kinds.values()))
    if not lacks:
        return "; write train: {backbone: pkg/efficientnet_lite0, epochs: 20}."
    listing = ", ".join(f"{name}: {kind}" for name, kind in kinds.items())
    others = ", ".join(name for name in tasks() if name != USUAL)
    return (
        f", and a sample of {listing} has no {lacks}: classification needs one. Other tasks: "
        f"{others or 'none'}; where one fits, `augkit init DATA` writes it. "
        f"For a training of your own: augkit.loader({recipe.path.name!r})."
    )


def _lacks(recipe: Recipe, kinds: list[str]) -> str | None:
    """What the usual task would miss, in words."""
    if "label" not in kinds:
        return "label to learn"
    types: list[type[Target]] = [catalogue().load("target", kind) for kind in kinds_after(recipe).values()]
    return None if any(kind.normalized_by or kind.fed_as == READS for kind in types) else "picture for a backbone"


def model_of(job: Job) -> Learner:
    """The network, its first weights drawn from the recipe's seed."""
    torch.manual_seed(job.recipe.seed)
    with located_in(job.section, job.task.config_type):
        model = job.task.learner(job)
        # refuse what torch cannot do while there is no folder yet
        build_schedule(job.config, build_optimizer(job.config, model.groups()), job.steps)
        lightning_name(job.config)
        check_loggers(job.config)
    return model.to(memory_format=model.layout)


def trainer_of(
    config: RunConfig,
    folder: Path,
    callbacks: Sequence[lightning.Callback],
    loggers: Sequence[Logger] = (),
    **more: Any,
) -> lightning.Trainer:
    """``callbacks`` in order: what is beside an epoch is measured before it is written. ``more`` is for Lightning."""
    return lightning.Trainer(
        max_epochs=more.pop("max_epochs", config.epochs),
        precision=lightning_name(config),
        accelerator="auto",
        devices=[device_number()] if device_type() == "cuda" else 1,
        gradient_clip_val=config.clip_norm,
        accumulate_grad_batches=config.accumulate,
        callbacks=list(callbacks),
        logger=list(loggers) or False,
        enable_checkpointing=False,
        enable_progress_bar=False,
        enable_model_summary=False,
        num_sanity_val_steps=0,
        use_distributed_sampler=False,
        deterministic="warn",
        default_root_dir=folder,
        **more,
    )


def _facts(job: Job, model: Learner) -> dict[str, Any]:
    """What is known of a run before it starts."""
    recipe, opened = job.recipe, job.opened
    accepted = [step for step in recipe.leaves if step.accept]
    return {
        "title": f"{recipe.path.stem}, seed {recipe.seed}",
        "recipe": str(recipe.path),
        "recipe_hash": opened.hash,
        "seed": recipe.seed,
        "task": job.config.task,
        "scores": job.task.scores,
        "target": job.fields.target,
        "classes": model.classes,
        "samples": {split: len(opened.keys(split)) for split in ("train", "val")},
        "steps_per_epoch": len(job.train),
        **job.task.facts(job),
        **({"transfer": model.decision.to_json()} if model.decision else {}),
        "parameters": sum(p.numel() for p in model.parameters()),
        "parameters_learning": sum(p.numel() for p in model.parameters() if p.requires_grad),
        "accepts": {step.id: step.accept for step in accepted},
        "threads": torch.get_num_threads(),
        "processes": share()[1],
        "versions": versions(),
    }


def _headline(facts: Mapping[str, Any], job: Job) -> str:
    samples, learning = facts["samples"], f"{facts['parameters_learning']:,} of {facts['parameters']:,}"
    classes = f"{len(facts['classes'])} classes, " if facts["classes"] else ""
    return (
        f"{facts['title']}: {classes}{samples['train']} samples to learn from, "
        f"{samples['val']} to validate; {job.task.network(job.config)}, {learning} learn"
    )
