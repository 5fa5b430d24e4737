"""What steps were fitted to, kept with a run: so that it can be used where the training's data are not."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path

from augkit.combine import Node, Step
from augkit.data.fit import beside, field_values, needs_fit
from augkit.data.kept import keep, kept
from augkit.errors import DataError
from augkit.recipe import Recipe, read_recipe

_LISTS = ("steps", "eval_steps")


def keep_fitted(recipe: Recipe, file: Path) -> None:
    """Keep what the steps of ``recipe`` were fitted to beside ``file``, the same recipe as the run has it, as far as
    it does not say so itself.
    """
    for (name, written), (_, step) in zip(_leaves(read_recipe(file)), _leaves(recipe), strict=True):
        if needs_fit(written):
            keep(beside(file), name, {"step": step.id}, field_values(step.transform))


def put_back(recipe: Recipe) -> Recipe:
    """The recipe of a run with its steps fitted as ``keep_fitted`` kept them; DataError where that is not there."""
    steps, eval_steps = ([_fitted(which, node, recipe.path) for node in getattr(recipe, which)] for which in _LISTS)
    return dataclasses.replace(recipe, steps=tuple(steps), eval_steps=tuple(eval_steps))


def _leaves(recipe: Recipe) -> Iterator[tuple[str, Step]]:
    for which in _LISTS:
        for node in getattr(recipe, which):
            yield from ((f"{which}/{leaf.id}", leaf) for leaf in node.leaves())


def _fitted(which: str, node: Node, path: Path) -> Node:
    """Steps that are fitted stand at the top of their list."""
    if not isinstance(node, Step) or not needs_fit(node):
        return node
    fields = kept(beside(path), f"{which}/{node.id}")
    if fields is None:
        raise DataError(f"has nothing of {node.id}, which was fitted; train again.", file=str(beside(path)))
    return dataclasses.replace(node, transform=type(node.transform)(**fields))
