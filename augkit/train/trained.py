"""Trained: what a run has learnt, put to use on data that it has not seen; the training's own are not needed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import torch

from augkit.combine import Node
from augkit.data.collate import collate_field
from augkit.data.fitted import put_back
from augkit.data.samples import Dataset
from augkit.errors import CompileError, DataError, RecipeError
from augkit.fields import fields_of
from augkit.plan import Plan
from augkit.recipe import Recipe, read_recipe
from augkit.sample import Sample
from augkit.schema import Schema, read_schema
from augkit.train.checkpoint import read_checkpoint
from augkit.train.design import Design, shape_of
from augkit.train.folder import BEST, LAST, RECIPE
from augkit.train.given import Given, given_in
from augkit.train.learner import Learner
from augkit.train.task import Task, kinds_after, task_of
from augkit.train.transfer import decided
from augkit.train.undo import undone


@dataclass(frozen=True)
class Answer:
    """What is told of one sample: ``told`` is plain data, or ``error`` says why there is nothing to tell."""

    key: str
    told: Mapping[str, Any]
    error: DataError | None = None


@dataclass(frozen=True)
class Trained:
    """A finished run, ready to answer; ``model`` is in eval mode."""

    folder: Path
    design: Design
    task: Task
    model: Learner
    epochs: int
    """After how many epochs the network was as it is."""

    @property
    def recipe(self) -> Recipe:
        """The recipe, its steps fitted."""
        return self.design.recipe

    @cached_property
    def schema(self) -> Schema:
        """What a sample must have: the fields that are learnt from, and what carries beside them in their groups."""
        full, fields = self.recipe.schema, self.model.fields
        read = (fields.input, *fields.beside)
        moving = {name for group in full.groups if set(group.fields) & set(read) for name in group.fields}
        names = [
            name
            for name, field in full.fields.items()
            if name in read or (name in moving and field.type.carrier and name != fields.target)
        ]
        groups = [given for given in self.recipe.groups if set(given) <= set(names)]
        return read_schema({field: self.recipe.sample[field] for field in names}, groups)

    def given_in(self, names: Iterable[str | Path], column: str | None = None) -> Given:
        """The samples in files, folders and tables, as ``given.given_in`` reads them for what the network reads."""
        fields = self.model.fields
        first, *beside = (self.schema.fields[name] for name in (fields.input, *fields.beside))
        return given_in(names, first, column, beside)

    def answers(self, given: Given, tta: int = 0, batch_size: int | None = None) -> Iterator[Answer]:
        """One for each sample, in order; those that cannot be read have an error instead.

        With ``tta``, what is told is agreed on by the sample as it is and that many draws of the training's steps. What
        has a place on the sample (masks, events) is moved back through what was drawn; RecipeError where it cannot be.
        """
        views = [(self._data(given, self.recipe.eval_steps), 0)]
        if tta:
            drawn = self._data(given, self.recipe.steps)
            views += [(drawn, epoch) for epoch in range(tta)]
        size = batch_size or self.recipe.loader.batch_size
        keys = given.keys
        for start in range(0, len(keys), size):
            indices = range(start, min(start + size, len(keys)))
            found = [self._outputs(data, indices, epoch) for data, epoch in views]
            for index, outputs in zip(indices, zip(*found, strict=True), strict=True):
                yield self._answer(keys[index], outputs)

    def _answer(self, key: str, outputs: Sequence[Any]) -> Answer:
        error = next((output for output in outputs if isinstance(output, DataError)), None)
        return Answer(key, {} if error else self.model.told(outputs), error)

    def _outputs(self, data: Dataset, indices: range, epoch: int) -> list[Any]:
        """Of every sample what the network makes of it, on the sample as it was given, or why it cannot."""
        found: dict[int, Any] = {}
        made = []
        for index in indices:
            try:
                made.append((index, *data.traced((epoch, index))))
            except DataError as error:
                found[index] = error
        for (index, _, trace), output in zip(made, self._said([sample for _, sample, _ in made]), strict=True):
            target = None if isinstance(output, DataError) else self.model.as_target(output)
            found[index] = output if target is None else self.model.from_target(undone(trace, target))
        return [found[index] for index in indices]

    def _said(self, samples: Sequence[Sample]) -> list[Any]:
        """Of every sample; those that do not fit into one batch, being of other sizes, are asked about one by one."""
        if not samples:
            return []
        batch: dict[str, Any] = {}
        try:
            batch |= {name: collate_field(name, samples) for name in self.schema.fields}
            with torch.inference_mode():
                return self.model.outputs(batch)
        except (DataError, RuntimeError) as error:
            if len(samples) == 1:
                return [self._why_not(batch.get(self.model.fields.input), error, samples[0].key)]
            return [said for sample in samples for said in self._said([sample])]

    def _why_not(self, fed: Any, error: Exception, key: str) -> DataError:
        """Why the network takes no sample like this; what is no matter of its channels is raised as it was."""
        if isinstance(error, DataError):
            return error
        learnt, met = self.design.shape, shape_of(fed)
        if learnt is None or met is None or met[1:2] == learnt[1:2]:
            raise error
        return DataError(f"has {met[1]} channels, and the network learnt from {learnt[1]}; make them alike.", key)

    def _data(self, given: Given, nodes: Sequence[Node]) -> Dataset:
        try:
            plan = Plan(nodes, self.schema, self.recipe.seed, self.recipe.epochs, self.recipe.settings.how)
        except CompileError as error:
            names = ", ".join(self.schema.fields)
            raise RecipeError(
                f"{self.folder}: its steps ask for more than {names}, which is all there is: {error}"
            ) from error
        return Dataset(given, plan, decoder=self.recipe.settings.decoder)


def open_run(folder: str | Path, which: Literal["best", "last"] = "best") -> Trained:
    """The network of a run, as its ``best.ckpt`` or ``last.ckpt`` has it. Raises RecipeError for what is no run, or one
    whose recipe was changed in what the network is built from.
    """
    folder = Path(folder)
    path = folder / {"best": BEST, "last": LAST}[which]
    if not path.is_file() or not (folder / RECIPE).is_file():
        inside = ", ".join(sorted(str(found.parent) for found in folder.glob(f"*/{path.name}")))
        there = f" There is: {inside}." if inside else ""
        raise RecipeError(f"{folder} is no run: it has no {RECIPE if path.is_file() else path.name}.{there}")
    recipe, checkpoint = put_back(read_recipe(folder / RECIPE)), read_checkpoint(path)
    if recipe.train is None:
        raise RecipeError(f"{folder / RECIPE} has no `train`; it is not the recipe that the run was of.")
    task = task_of(recipe.train)
    design = _design(recipe, task, checkpoint["augkit"])
    with torch.random.fork_rng(devices=[]):
        model = task.learner(design)
    try:
        model.load_state_dict(checkpoint["average"]["values"] if "average" in checkpoint else checkpoint["state_dict"])
    except RuntimeError as error:
        said = str(error).splitlines()[1:3]
        raise RecipeError(f"{path} does not fit {folder / RECIPE}: {' '.join(said).strip()}") from error
    done = int(checkpoint["augkit"]["epochs_done"])
    return Trained(folder, design, task, model.to(memory_format=model.layout).eval(), done)


def _design(recipe: Recipe, task: Task, saved: Mapping[str, Any]) -> Design:
    assert recipe.train is not None
    config = task.config_type.from_recipe(recipe.train)
    fields = task.fields(config, kinds_after(recipe), recipe.train.where)
    if hasattr(config, "pretrained"):
        given = {name: getattr(config, name) for name in fields_of(type(config))}
        config = type(config)(**given | {"pretrained": False})  # the weights are those of the checkpoint
    shape = None if saved["shape"] is None else tuple(saved["shape"])
    known = decided(saved)
    return Design(recipe, recipe.train, config, fields, list(saved["classes"]), 1, shape, decided=known)
