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

from augkit.data import Opened, open_recipe
from augkit.data.first import SPLITS, first_samples, refuse_giants
from augkit.data.fitted import keep_fitted
from augkit.data.loading import Loader
from augkit.data.remarks import remarks
from augkit.errors import RecipeError
from augkit.plugins import catalogue
from augkit.recipe import Recipe, read_recipe
from augkit.recipe.grammar import place
from augkit.recipe.located import plain
from augkit.recipe.reading import Given, Overrides
from augkit.sample import Target
from augkit.train.checkpoint import read_checkpoint
from augkit.train.classification import READS
from augkit.train.config import RunConfig, located_in
from augkit.train.design import Design, shape_of
from augkit.train.folder import LAST, RECIPE, moved_to, new_folder, old_folder, versions, write_text
from augkit.train.kept import keep_features
from augkit.train.learner import Learner
from augkit.train.optimizers import build_optimizer
from augkit.train.progress import Progress, quiet
from augkit.train.record import Record
from augkit.train.reported import Reporter
from augkit.train.schedules import build_schedule
from augkit.train.task import USUAL, Task, kinds_after, task_of, tasks
from augkit.train.threads import threads
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
    goes on from its last checkpoint and ends as if it had never stopped. ``after`` is called with the losses and scores
    of every validated epoch; what it raises ends the run. Raises RecipeError for what the recipe gets
    wrong, DataError for data that do not fit it, AugkitError when the loss is no number any more.
    """
    started, progress = time.perf_counter(), progress or Progress()
    read = read_recipe(recipe, overrides)
    opened = open_recipe(read)
    learnt_from: dict[str, Sequence[str]] = {split: opened.splits[split] for split in SPLITS}  # the test's stay closed
    refuse_giants(opened.recipe, first_samples(opened.recipe, opened.source, learnt_from))
    job = _job(opened)
    if resume:
        job = replace(job, decided=decided(read_checkpoint(old_folder(job.recipe, out) / LAST)["augkit"]))
    with torch.random.fork_rng(), threads(job.config.threads), quiet():
        model = _model(job)
        folder = old_folder(job.recipe, out) if resume else new_folder(job.recipe, out)
        watch = Watch(job, progress) if job.config.checks == "on" else None
        facts = _facts(job, model) | ({"checks": watch.told} if watch else {})
        beside = watch.beside if watch else {}
        record = Record(folder, job.config, progress, facts, _identity(job, model), beside=beside)
        record.started, record.after = started, after
        checkpoint = _resume(folder, record, model, job.train, watch) if resume else None
        write_text(folder / RECIPE, moved_to(read, folder).resolved())
        keep_fitted(job.recipe, folder / RECIPE)
        for line in (_headline(facts, job), *(model.decision.lines() if model.decision else ())):
            progress.say(line)
        for remark in remarks(job.recipe, job.opened.source):
            progress.warn(remark)
        _learn(job, model, record, watch, checkpoint)
    return Run(folder, record.metrics(), model, job.task)


def _learn(job: Job, model: Learner, record: Record, watch: Watch | None, checkpoint: Path | None) -> None:
    """Train, unless the run had ended already, and leave all files as they are to stay."""
    reporter = Reporter(job, record) if job.config.report == "on" else None
    with reporter.ended() if reporter else nullcontext():
        if record.stopped == "running":
            keep_features(job, model)
            callbacks = [each for each in (watch, record, reporter) if each is not None]
            _trainer(job.config, record.folder, callbacks).fit(model, job.train, job.val, ckpt_path=checkpoint)
        record.write()


@dataclass(frozen=True)
class Job(Design):
    """All that a run is made of, checked, before a network is built."""

    opened: Opened
    task: Task
    train: Loader
    val: Loader


def _job(opened: Opened) -> Job:
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
    train, val = opened.loader("train"), opened.loader("val")
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


def _model(job: Job) -> Learner:
    """The network, its first weights drawn from the recipe's seed."""
    torch.manual_seed(job.recipe.seed)
    with located_in(job.section, job.task.config_type):
        model = job.task.learner(job)
        # refuse what torch cannot do while there is no folder yet
        build_schedule(job.config, build_optimizer(job.config, model.groups()), job.steps)
    return model.to(memory_format=model.layout)


def _trainer(config: RunConfig, folder: Path, callbacks: Sequence[lightning.Callback]) -> lightning.Trainer:
    """``callbacks`` in order: what is beside an epoch is measured before it is written."""
    return lightning.Trainer(
        max_epochs=config.epochs,
        accelerator="auto",
        devices=1,
        gradient_clip_val=config.clip_norm,
        accumulate_grad_batches=config.accumulate,
        callbacks=list(callbacks),
        logger=False,
        enable_checkpointing=False,
        enable_progress_bar=False,
        enable_model_summary=False,
        num_sanity_val_steps=0,
        use_distributed_sampler=False,
        deterministic="warn",
        default_root_dir=folder,
    )


def _identity(job: Job, model: Learner) -> dict[str, Any]:
    """What must be the same for a run to be resumed."""
    section = plain(job.section)
    shape = None if job.shape is None else list(job.shape)
    of_data = {"recipe_hash": job.opened.hash, "seed": job.recipe.seed, "classes": job.classes}
    chosen = {"transfer": model.decision.to_json()} if model.decision else {}
    return {**of_data, "train": section, "shape": shape, **chosen}


def _resume(folder: Path, record: Record, model: Learner, train: Loader, watch: Watch | None) -> Path | None:
    """Give the record its history, the model its weights and the loader its epoch; refuse what would be another run."""
    path = folder / LAST
    checkpoint = read_checkpoint(path)
    saved = checkpoint["augkit"]
    for name, now in record.resume_state.items():
        if saved.get(name) != now:
            what = f"its {name.replace('_', ' ')} is {saved.get(name)!r}, the recipe's {now!r}"
            way = "Repeat the --set options it was started with, or start a new run."
            raise RecipeError(f"{folder} cannot be resumed: {what}. {way}")
    record.history[:] = saved["history"]
    if watch is not None and (told := checkpoint["callbacks"].get(watch.state_key)):
        watch.load_state_dict(told)
    model.load_state_dict(checkpoint["state_dict"])
    train.resume({**train.state(), "epoch": saved["epochs_done"], "samples_consumed": 0})
    if record.enough:
        record.stopped = "early_stop"
    elif saved["epochs_done"] >= record.config.epochs:
        record.stopped = "finished"
    if record.stopped != "running" and "average" in checkpoint:
        model.load_state_dict(checkpoint["average"]["values"])
    return path


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
        "versions": versions(),
    }


def _headline(facts: Mapping[str, Any], job: Job) -> str:
    samples, learning = facts["samples"], f"{facts['parameters_learning']:,} of {facts['parameters']:,}"
    classes = f"{len(facts['classes'])} classes, " if facts["classes"] else ""
    return (
        f"{facts['title']}: {classes}{samples['train']} samples to learn from, "
        f"{samples['val']} to validate; {job.task.network(job.config)}, {learning} learn"
    )
