"""Shifts: trained networks judged on validation samples that were corrupted, every arm on the same bits."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import torch

from augkit.build import step_from
from augkit.combine import Node
from augkit.data.divided import divide, open_data
from augkit.data.opened import Opened
from augkit.errors import CompileError, MissingDependency
from augkit.plan import Plan, describe
from augkit.plugins import catalogue
from augkit.proof.arms import Arms
from augkit.proof.trials import Trial
from augkit.recipe import Recipe
from augkit.train.folder import write_json
from augkit.train.progress import quiet
from augkit.train.task import kinds_after, task_of
from augkit.train.threads import threads
from augkit.train.trained import Trained, open_run

SEVERITIES = 5
FILE = "shifts.json"

Scores = dict[str, list[float]]
"""Corruption → the score at each severity, the mildest first."""


@dataclass(frozen=True)
class Shifts:
    """Corruptions that all arms can be judged on, by name one step for each severity; ``at`` is their place in
    ``eval_steps``: behind the steps that all arms have in common, as long as those leave the kinds as they are. So all
    arms see the same bits, at the size that networks read where that is common. ``left_out`` says which do not fit.
    """

    steps: Mapping[str, Sequence[Node]]
    at: int
    left_out: tuple[str, ...] = ()

    @property
    def digest(self) -> str:
        """Of all that decides what is seen."""
        described = [self.at, {name: [describe(node) for node in nodes] for name, nodes in self.steps.items()}]
        return hashlib.blake2b(json.dumps(described, sort_keys=True, default=repr).encode(), digest_size=8).hexdigest()

    def corrupted(self, eval_steps: Sequence[Node], node: Node) -> tuple[Node, ...]:
        """The evaluation steps with one corruption among them."""
        return (*eval_steps[: self.at], node, *eval_steps[self.at :])


def shifts_for(arms: Arms) -> Shifts:
    """The corruptions of the carrier that the networks read. RecipeError where no plugin has any for it."""
    recipes = list(arms.values())
    kind = _kind_read(recipes[0])
    if kind not in catalogue().names("corruptions"):
        known = ", ".join(catalogue().names("corruptions")) or "none"
        raise CompileError(f"--shifted: no plugin has corruptions for {kind!r}; there are some for: {known}.")
    at, steps, left = _place(recipes), dict[str, list[Node]](), []
    for name, items in catalogue().load("corruptions", kind).items():
        try:
            nodes = _nodes(name, items, recipes[0])
            for recipe in recipes:
                for node in nodes:
                    _compiled(recipe, Shifts({}, at).corrupted(recipe.eval_steps, node))
            steps[name] = nodes
        except (CompileError, MissingDependency) as error:
            why = str(getattr(error, "message", error)).removeprefix(f"corruption/{name}: ")
            left.append(f"{name}: {why.partition('. ')[0]}")
    if not steps:
        raise CompileError(f"--shifted: no corruption fits these recipes. {' '.join(left)}")
    return Shifts(steps, at, tuple(left))


def _kind_read(recipe: Recipe) -> str:
    assert recipe.train is not None
    task = task_of(recipe.train)
    config = task.config_type.from_recipe(recipe.train)
    read = task.fields(config, kinds_after(recipe), recipe.train.where).input
    return recipe.schema.fields[read].kind


def _nodes(name: str, items: Sequence[Mapping[str, Mapping[str, Any]]], recipe: Recipe) -> list[Node]:
    """Its steps: of one name, so that the severities of a corruption draw alike."""
    id = f"corruption/{name}"
    return [
        step_from(step, {**fields, "id": id}, recipe.schema.modalities())
        for item in items
        for step, fields in item.items()
    ]


def _place(recipes: Sequence[Recipe]) -> int:
    at = 0
    for nodes in zip(*(recipe.eval_steps for recipe in recipes), strict=False):
        makes_another = any(leaf.transform.converts for leaf in nodes[0].leaves())
        if makes_another or any(node != nodes[0] for node in nodes):
            break
        at += 1
    return at


def _compiled(recipe: Recipe, nodes: Sequence[Node]) -> Plan:
    return Plan(nodes, recipe.schema, recipe.seed, recipe.epochs, recipe.settings.how)


def judge_shifted(trial: Trial, recipe: Recipe, shifts: Shifts) -> Scores:
    """The scores of a trial's network, kept beside it in ``shifts.json`` and read from there next time."""
    file = trial.folder / FILE
    known = json.loads(file.read_text("utf-8")) if file.is_file() else {}
    if known.get("digest") == shifts.digest:
        return dict(known["scores"])
    trained = open_run(trial.folder, trial.judged)
    source = open_data(recipe)
    opened = Opened(trained.recipe, source, divide(recipe, source), recipe.hash)
    scores = {
        name: [score_on(trained, opened, shifts.corrupted(trained.recipe.eval_steps, node)) for node in nodes]
        for name, nodes in shifts.steps.items()
    }
    write_json(file, {"digest": shifts.digest, "scores": scores})
    return scores


def score_on(trained: Trained, opened: Opened, eval_steps: Sequence[Node]) -> float:
    """What the network reaches on the validation split through these steps."""
    import lightning.pytorch as lightning

    model, config = trained.model, trained.design.config
    loader = replace(opened, recipe=replace(opened.recipe, eval_steps=tuple(eval_steps))).loader("val")
    with torch.random.fork_rng(), threads(config.threads), quiet():
        trainer = lightning.Trainer(
            accelerator="auto",
            devices=1,
            logger=False,
            enable_checkpointing=False,
            enable_progress_bar=False,
            enable_model_summary=False,
            use_distributed_sampler=False,
            deterministic="warn",
        )
        trainer.validate(model, loader, verbose=False)
    return float(model.metrics("val")[f"val_{trained.task.scores[0]}"])
