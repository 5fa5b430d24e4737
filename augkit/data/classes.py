"""The classes of labels: which there are, in which order, and labels as weights of all of them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from augkit.batch import soft_fields
from augkit.data.source import Source, metadata
from augkit.errors import RecipeError
from augkit.recipe import Recipe
from augkit.sample import Labels, Target
from augkit.soft import Soft


def in_order(labels: Iterable[Any]) -> list[Any]:
    """Every label once, numbers by size and texts by letter."""
    return sorted(set(labels), key=lambda label: (type(label).__name__, label))


def soft_classes(recipe: Recipe, source: Source, keys: Sequence[str]) -> dict[str, list[Any]]:
    """The classes of every label that a training batch holds as weights, because steps mix samples.

    They are those of ``keys``, the training split. RecipeError where the source does not tell them beforehand.
    """
    fields = soft_fields(recipe.pipeline("train").plan, recipe.mixing().plan)
    known = source.meta(source.keys[0]) if fields else {}
    found = {}
    for name in fields:
        if name not in known:
            mixing = next(leaf for leaf in recipe.leaves if leaf.transform.partners)
            raise RecipeError(
                f"{mixing.id}: mixes the labels of {name!r}, so all its classes must be known, but this source tells "
                "them only when a sample is opened. Use a manifest with a column of labels, or drop the step.",
                mixing.where,
            )
        several = issubclass(recipe.schema.fields[name].type, Labels)
        values = metadata(source, keys, name)
        found[name] = in_order(label for value in values for label in (_listed(value) if several else (value,)))
    return found


def _listed(value: Any) -> Iterable[Any]:
    """Several labels of a sample; a table holds them as JSON."""
    return json.loads(value) if isinstance(value, str) else value  # type: ignore[no-any-return]


def as_weights(targets: Sequence[Target], classes: Sequence[Any], field: str) -> np.ndarray:
    """(b, classes) float32: how much of each class every label is; a label that was not mixed has 1 of its own."""
    several = isinstance(targets[0], Labels)
    return np.stack([Soft.of(target.value, several).vector(classes, field) for target in targets])  # type: ignore[attr-defined]


Classes = Mapping[str, Sequence[Any]]
"""Field → its classes in order."""
