"""Job: all that a run is made of, checked before a network is built, and what is told of it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch

from augkit.data import Opened, open_recipe
from augkit.data.first import SPLITS, first_samples, refuse_giants
from augkit.data.loading import Loader
from augkit.errors import RecipeError
from augkit.plugins import catalogue
from augkit.recipe import Recipe
from augkit.recipe.grammar import place
from augkit.sample import Target
from augkit.train.classification import READS
from augkit.train.design import Design, shape_of
from augkit.train.folder import versions
from augkit.train.learner import Learner
from augkit.train.ranks import share
from augkit.train.task import USUAL, Task, kinds_after, task_of, tasks


@dataclass(frozen=True)
class Job(Design):
    """All that a run is made of, checked, before a network is built."""

    opened: Opened
    task: Task
    train: Loader
    val: Loader


def opened_for(read: Recipe) -> Opened:
    """A recipe with its data, none of which is too large to train on."""
    opened = open_recipe(read)
    learnt_from: dict[str, Sequence[str]] = {split: opened.splits[split] for split in SPLITS}  # the test's stay closed
    refuse_giants(opened.recipe, first_samples(opened.recipe, opened.source, learnt_from))
    return opened


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


def facts_of(job: Job, model: Learner) -> dict[str, Any]:
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


def headline(facts: Mapping[str, Any], job: Job) -> str:
    """The first line of a run, for people."""
    samples, learning = facts["samples"], f"{facts['parameters_learning']:,} of {facts['parameters']:,}"
    classes = f"{len(facts['classes'])} classes, " if facts["classes"] else ""
    return (
        f"{facts['title']}: {classes}{samples['train']} samples to learn from, "
        f"{samples['val']} to validate; {job.task.network(job.config)}, {learning} learn"
    )


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
