"""Arms: the recipes that are compared, by name, for one seed; and that they may be compared at all."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from augkit.errors import RecipeError, Where
from augkit.fields import fields_of
from augkit.recipe import Recipe, read_recipe
from augkit.recipe.grammar import place
from augkit.recipe.located import plain
from augkit.recipe.reading import Given, Overrides
from augkit.recipe.sections import SplitConfig
from augkit.train.folder import moved_to, run_name
from augkit.train.task import kinds_after, task_of
from augkit.train.timing import check_held

WITH, WITHOUT = "with augmentation", "without"

Arms = Mapping[str, Recipe]
"""The recipes of one seed, by name; the first is what the others are held against."""


def arms_of(recipes: Sequence[Given], overrides: Overrides, seed: int) -> dict[str, Recipe]:
    """The recipes with ``seed``; one alone is an arm with and an arm without augmentation."""
    read = [read_recipe(recipe, with_seed(overrides, seed)) for recipe in recipes]
    for recipe in read:
        check_held(recipe)
    if len(read) == 1:
        return {WITH: read[0], WITHOUT: without_augmentation(read[0])}
    names = [run_name(recipe) for recipe in read]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise RecipeError(
            f"two of the recipes are called {twice!r}; rename one, so that the table can tell them apart."
        )
    return dict(zip(names, read, strict=True))


def with_seed(overrides: Overrides, seed: int) -> Overrides:
    """The overrides, and the seed."""
    if isinstance(overrides, Mapping):
        return {**overrides, "seed": seed}
    return [*(overrides or ()), f"seed={seed}"]


def without_augmentation(recipe: Recipe) -> Recipe:
    """The recipe with ``steps`` replaced by ``eval_steps``, without ``batch``; RecipeError where that is no other."""
    if recipe.steps == recipe.eval_steps and not recipe.batch:
        where = recipe.tree.keys.get("steps", recipe.tree.where)
        raise RecipeError("steps and eval_steps are the same: there is no augmentation to leave out.", where)
    tree = recipe.tree
    items = {key: item for key, item in tree.items.items() if key != "batch"}
    tree = replace(tree, items=items | {"steps": tree.items["eval_steps"]})
    return replace(recipe, tree=tree, steps=recipe.eval_steps, batch=())


def folder_name(arm: str) -> str:
    """What the folders of an arm are called."""
    return re.sub(r"[^\w.-]+", "-", arm).strip("-.") or "arm"


def check_comparable(arms: Arms) -> str:
    """The score that all arms are judged by.

    RecipeError, at the place in the later recipe, where two are of other data, learn something else, are judged by
    another score or visit another number of samples.
    """
    (first, recipe), *others = arms.items()
    expected = _facts(recipe)
    for name, other in others:
        for what, (now, where) in _facts(other).items():
            was = expected[what][0]
            if now != was:
                said = f"{what} is {_short(now)} in {name} and {_short(was)} in {first}"
                raise RecipeError(
                    f"{said}; a comparison needs it alike in all. Change one, or --set it for all.", where
                )
    return str(expected["the score"][0])


def _facts(recipe: Recipe) -> dict[str, tuple[Any, Where]]:
    """What must be the same in all arms, by name, with its place."""
    tree, train = recipe.tree, recipe.train
    if train is None:
        raise RecipeError("there is no `train`; every recipe of a comparison needs one.", tree.where)
    task = task_of(train)
    config = task.config_type.from_recipe(train)
    kinds = {name: field.kind for name, field in recipe.schema.fields.items()}
    learnt = task.fields(config, kinds_after(recipe), train.where).target
    source = moved_to(recipe, Path("/")).source  # paths as seen from the root, whichever way they were written
    split = {name: getattr(recipe.split, name) for name in fields_of(SplitConfig)}
    return {
        "source": (_from_root(plain(source)) if source else None, place(tree, "source")),
        "sample": (kinds, place(tree, "sample")),
        "split": (split, place(tree, "split")),
        "train: task": (config.task, place(train, "task")),
        "the score": (task.scores[0], place(train, "task")),
        "train: target": (learnt, place(train, "target")),
        "train: epochs": (config.epochs, place(train, "epochs")),
        "loader: copies": (recipe.loader.copies, place(tree, "loader")),
    }


def _from_root(value: Any) -> Any:
    """Absolute paths without their slash, as others are told from the root."""
    if isinstance(value, Mapping):
        return {name: _from_root(inner) for name, inner in value.items()}
    return value.lstrip("/") if isinstance(value, str) else value


def _short(value: Any) -> str:
    text = ", ".join(f"{key}: {each}" for key, each in value.items()) if isinstance(value, Mapping) else str(value)
    return text if len(text) <= 160 else f"{text[:157]}..."
