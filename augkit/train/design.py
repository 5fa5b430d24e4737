"""Design: all that a network is built from. A training measures it, a finished run remembers it; data are not in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from augkit.recipe import Recipe
from augkit.recipe.located import Map
from augkit.train.config import Fields, RunConfig
from augkit.train.transfer import Decision


@dataclass(frozen=True)
class Design:
    """What ``Task.learner`` is given.

    ``recipe`` has its steps fitted; ``section`` is its ``train``, which ``config`` says checked. ``steps``: how often
    the optimizer will have stepped. ``shape``: of a batch of one sample's ``fields.input``, where that is a tensor or
    has ``values``; an image's is (1, c, h, w). ``decided``: what an earlier part of the run has found out, and decided,
    of its ``transfer``.
    """

    recipe: Recipe
    section: Map
    config: RunConfig
    fields: Fields
    classes: list[Any]
    steps: int
    shape: tuple[int, ...] | None
    decided: Decision | None = field(default=None, kw_only=True)


def shape_of(batched: Any) -> tuple[int, ...] | None:
    """Of what a batch holds of a field; None for texts and whatever else is no tensor."""
    values = batched.get("values") if isinstance(batched, Mapping) else batched
    shape = getattr(values, "shape", None)
    return None if shape is None else tuple(map(int, shape))
