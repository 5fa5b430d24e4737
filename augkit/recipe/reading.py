"""Reading a recipe: extends, overrides and variables, then section by section; each complaint has its place."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias

from augkit.errors import AugkitError, Where
from augkit.pipeline import Pipeline
from augkit.recipe.completed import Listed, complete
from augkit.recipe.extends import extend
from augkit.recipe.grammar import Complaints, as_map, as_seq
from augkit.recipe.located import Map, located
from augkit.recipe.override import override_all, override_text
from augkit.recipe.parts import (
    check_decoder,
    check_labels,
    check_unmixed,
    read_head,
    read_plugins,
    read_sample,
    read_section,
    read_settings,
    read_source,
    read_train,
)
from augkit.recipe.policies import with_policies
from augkit.recipe.recipe import Recipe, Split
from augkit.recipe.search import read_tune
from augkit.recipe.sections import LoaderConfig, SplitConfig
from augkit.recipe.steps import read_steps
from augkit.recipe.substitute import substitute
from augkit.recipe.yaml12 import read_file
from augkit.schema import Schema

Given: TypeAlias = "Recipe | Map | Mapping[str, Any] | str | Path"
Overrides: TypeAlias = "Mapping[str, Any] | Sequence[str] | None"


def read_recipe(source: Given, overrides: Overrides = None) -> Recipe:
    """The recipe of a file, a dict, or another recipe with ``overrides``.

    ``overrides`` is a mapping ``{"train.lr": 1e-4}``, or texts as on a command line: ``["train.lr=1e-4"]``. No data are
    read. Raises RecipeError, or MissingDependency where a library is absent, for what is wrong first in the file.
    """
    if isinstance(source, Recipe) and not overrides:
        return source
    complaints = Complaints()
    recipe = _read(source, overrides, complaints)
    if recipe is None or complaints.found:
        raise complaints.sorted()[0]
    return recipe


def find_errors(source: Given, overrides: Overrides = None) -> tuple[Recipe | None, list[AugkitError]]:
    """All that is wrong with a recipe before data are read, in the order of the file; the recipe when nothing is."""
    complaints = Complaints()
    recipe = _read(source, overrides, complaints)
    if recipe is None or complaints.found:
        return None, complaints.sorted()
    for split in ("train", "val"):
        with complaints:
            recipe.pipeline(split)
    if not complaints.found:
        with complaints:
            recipe.mixing()
    return recipe, _each_once(complaints.sorted())


def load(recipe: Given, overrides: Overrides = None, split: Split = "train") -> Pipeline:
    """The compiled steps of a recipe: ``aug(image=img, key="a.jpg", epoch=3)``; its eval_steps for "val" and "test"."""
    return read_recipe(recipe, overrides).pipeline(split)


def _each_once(errors: Iterable[AugkitError]) -> list[AugkitError]:
    # A step of `steps` that eval_steps were made of has the same place in both.
    return list({str(error): error for error in errors}.values())


def _read(source: Given, overrides: Overrides, complaints: Complaints) -> Recipe | None:
    with complaints:
        written = _written(source)
        said = _overridden(written, overrides)
        tree = substitute(said)
        read_tune(tree, complaints, said.items.get("vars", Map({}, {}, said.where)))
        return _of_tree(tree, written, complaints)
    return None


def _of_tree(tree: Map, written: Map, complaints: Complaints) -> Recipe | None:
    read_head(tree, complaints)
    settings = read_settings(tree, complaints)
    plugins = read_plugins(tree, complaints)
    read_source(tree, complaints)
    split = read_section(tree, "split", SplitConfig, complaints)
    split = split if split.seed is not None else dataclasses.replace(split, seed=settings.seed)
    loader = read_section(tree, "loader", LoaderConfig, complaints)
    train = read_train(tree, complaints)
    schema = read_sample(tree, complaints)
    steps, evaluation, batch = (_steps(tree, key, schema, complaints) for key in ("steps", "eval_steps", "batch"))
    if not complaints.found:
        check_labels(tree, schema, complaints)
        check_decoder(tree, schema, complaints)
        check_unmixed(evaluation.nodes if evaluation else (), complaints)
    if complaints.found:
        return None
    full = complete(tree, steps, evaluation, schema, train, complaints)
    return Recipe(
        full.tree,
        written,
        settings,
        schema,
        full.steps.nodes,
        full.evaluation.nodes,
        split,
        loader,
        plugins,
        full.notes,
        batch.nodes if batch else (),
    )


def _steps(tree: Map, key: str, schema: Schema, complaints: Complaints) -> Listed | None:
    """A list of steps as written and as built; None where the recipe has none."""
    with complaints:
        if key in tree.items:
            items, notes = with_policies(as_seq(tree.items[key], key, "[hflip: {p: 0.5}]"), schema)
            return Listed(items, read_steps(items, schema, complaints), tuple(notes))
    return None


def _written(source: Given) -> Map:
    if isinstance(source, Recipe):
        return source.written
    if isinstance(source, str | Path):
        node = read_file(source)
    else:
        node = located(source, Where("<recipe>", 1, 1))
    return extend(as_map(node, "a recipe", "augkit: 1, sample: …, steps: …"))


def _overridden(node: Map, overrides: Overrides) -> Map:
    if isinstance(overrides, Mapping):
        return override_all(node, overrides)
    for assignment in overrides or ():
        node = override_text(node, assignment)
    return node
