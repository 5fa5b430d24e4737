"""Tasks: what a training learns. Those of any modality are here; a plugin brings others by ``registry.task``."""

from __future__ import annotations

import importlib
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any, ClassVar

from augkit.errors import AugkitError, RecipeError, Where
from augkit.plugins import catalogue
from augkit.recipe import Recipe
from augkit.recipe.grammar import unknown
from augkit.recipe.located import Map, Scalar, called
from augkit.sample import Target
from augkit.train.config import Fields, RunConfig
from augkit.words import suggestion

if TYPE_CHECKING:
    from augkit.data import Opened
    from augkit.train.design import Design
    from augkit.train.job import Job
    from augkit.train.learner import Learner

USUAL = "classification"
OWN = {
    USUAL: "classification:Classification",
    "multilabel_classification": "multilabel:MultilabelClassification",
    "regression": "regression:Regression",
}
"""Tasks of any modality: what a backbone for pictures is fed may be an image, or a sound's spectrogram."""


class Task:
    """One kind of training. Importing it must be cheap: what needs torch is imported by ``learner``.

    ``config_type`` is what ``train:`` may say. ``scores`` are the metrics beside the loss, named as in
    ``train_accuracy`` and ``val_accuracy``; runs are judged by the first, which is higher for the better.
    """

    config_type: ClassVar[type[RunConfig]]
    scores: ClassVar[tuple[str, ...]]

    def fields(self, config: Any, kinds: Mapping[str, str], where: Where | None) -> Fields:
        """What is learnt from what, of a sample's fields with the kinds that steps leave; RecipeError if unclear."""
        raise NotImplementedError

    def classes(self, opened: Opened, fields: Fields) -> list[Any]:
        """The classes of the training split, in order; DataError where they cannot be learnt."""
        raise NotImplementedError

    def learner(self, design: Design) -> Learner:
        """The network with its loss and metrics. First weights come from torch's global generator."""
        raise NotImplementedError

    def network(self, config: Any) -> str:
        """What learns, in a few words."""
        raise NotImplementedError

    def facts(self, job: Job) -> dict[str, Any]:
        """What ``metrics.json`` is to say beside what it says of every run."""
        raise NotImplementedError

    def guessing(self, metrics: Mapping[str, Any]) -> str:
        """How well it goes without learning anything, as a sentence, from what ``metrics.json`` holds."""
        raise NotImplementedError


def task_of(section: Map) -> Task:
    """The task that ``train:`` names, or classification; RecipeError for a name that nobody registered."""
    node = section.items.get("task")
    if node is None:
        return _loaded(USUAL)
    known = tasks()
    if not isinstance(node, Scalar) or not isinstance(node.value, str):
        raise RecipeError(f"train: task: got {called(node)}; expected one of {', '.join(known)}.", node.where)
    if node.value not in known:
        raise unknown("task", node.value, known, node.where)
    return _loaded(node.value)


def tasks() -> list[str]:
    """The names of all tasks."""
    return sorted({*OWN, *catalogue().names("task")})


def config_types() -> dict[str, type[RunConfig]]:
    """What ``train:`` may say, by task, the usual one first; without those that cannot be imported here."""
    known = {}
    for name in sorted(tasks(), key=lambda name: (name != USUAL, name)):
        with suppress(AugkitError):
            known[name] = _loaded(name).config_type
    return known


def _loaded(name: str) -> Task:
    if name in OWN:
        module, _, cls = OWN[name].partition(":")
        own: Task = getattr(importlib.import_module(f"augkit.train.{module}"), cls)()
        return own
    task: Task = catalogue().load("task", name)()
    return task


def kinds_after(recipe: Recipe) -> dict[str, str]:
    """Each field's kind as the evaluation steps leave it: what a network is fed."""
    return {name: field.kind for name, field in recipe.pipeline("val").plan.out_schema.fields.items()}


def choose(
    option: str,
    name: str | None,
    kinds: Mapping[str, str],
    fitting: Sequence[str],
    what: str,
    task: str,
    where: Where | None,
) -> str:
    """The field that ``option`` names, or the only one that is ``fitting``; ``what`` says what ``task`` needs."""
    listing = ", ".join(f"{field} ({its})" for field, its in kinds.items())
    if name is None and len(fitting) == 1:
        return fitting[0]
    if name is None:
        count = "several fields" if fitting else "no fields"
        say = f"say which: {option}: {fitting[0]}" if fitting else f"{task} needs one{_ways(kinds, option)}"
        raise RecipeError(f"train: the sample has {count} {what}; {say}. It has: {listing}.", where)
    if name not in kinds:
        raise RecipeError(
            f"train: {option}: unknown field {name!r}.{suggestion(name, kinds)} It has: {listing}.", where
        )
    if name not in fitting:
        told = f"field {name!r} is of kind {kinds[name]!r}; {task} needs one {what}"
        raise RecipeError(f"train: {option}: {told}. The sample has: {listing}.", where)
    return name


def _ways(kinds: Mapping[str, str], option: str) -> str:
    """Which steps would make another kind of what there is."""
    if option != "input":
        return ""
    types: list[type[Target]] = [catalogue().load("target", kind) for kind in kinds.values()]
    makers = [
        name
        for name in catalogue().names("transform")
        if any(kind.kind in catalogue().load("transform", name).converts for kind in types if kind.carrier)
    ]
    return f"; {' or '.join(makers)} in `steps` makes one" if makers else ""
