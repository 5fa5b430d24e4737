"""``tune:``: which values of a recipe are searched, and between what."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Any, Literal, get_args

from augkit.errors import RecipeError, Where
from augkit.fields import Checked, Limits
from augkit.recipe.grammar import Complaints, as_map, as_seq, read_fields, unknown
from augkit.recipe.located import Located, Map, Scalar, called, plain
from augkit.recipe.override import override_all

Law = Literal["log", "uniform", "int", "choice"]
LAWS: tuple[Law, ...] = get_args(Law)
SEARCHED = ("steps", "batch", "train", "loader", "vars")
"""What may be searched. The rest decides on which samples, and by what, trials are judged."""

_JUDGES = ("train.task", "train.target", "train.input", "train.monitor", "train.checks")
_EXAMPLE = "{log: [1e-4, 1e-2]}, {uniform: [0, 1]}, {int: [1, 8]} or {choice: [SGD, AdamW]}"


class TuneConfig(Checked):
    """What `augkit tune` searches.

    search   paths as `--set` takes them, each with {log|uniform|int: [low, high]} or {choice: [...]}
    trials   how many trainings
    prune    true: stop a trial whose validation is worse than the median of the others at the same epoch
    """

    search: Mapping[str, Any] | None = None
    trials: Annotated[int, Limits(1, 100_000)] = 20
    prune: bool = True


@dataclass(frozen=True)
class Searched:
    """The values of one path: between ``items[0]`` and ``items[1]``, or one of ``items``."""

    path: str
    law: Law
    items: tuple[Any, ...]
    where: Where | None = None

    def assignment(self, value: Any) -> str:
        """``path=value`` as ``--set`` takes it."""
        return f"{self.path}={json.dumps(value, ensure_ascii=False)}"


def read_tune(
    tree: Map, complaints: Complaints, variables: Located | None = None
) -> tuple[TuneConfig, tuple[Searched, ...]]:
    """The section, checked: every path leads somewhere in the recipe and may be searched. ``variables`` are the
    recipe's ``vars``, which are gone from a tree whose values have been put in.
    """
    given = Map({}, {}, tree.where)
    with complaints:
        if "tune" in tree.items:
            given = as_map(tree.items["tune"], "tune", "{search: {train.lr: {log: [1e-4, 1e-2]}}, trials: 20}")
    config = read_fields(TuneConfig, given, "tune", complaints) or TuneConfig()
    searched: list[Searched] = []
    search = Map({}, {}, tree.where)
    with complaints:
        if "search" in given.items:
            search = as_map(given.items["search"], "tune: search", "{train.lr: {log: [1e-4, 1e-2]}}")
    for path, node in search.items.items():
        with complaints:
            _check_path(path, search.keys[path], tree, variables)
            searched.append(replace(_values(path, node), where=search.keys[path]))
    return config, tuple(searched)


def _check_path(path: str, where: Where, tree: Map, variables: Located | None) -> None:
    """That a path may be searched, and leads somewhere."""
    root, _, rest = path.partition(".")
    if root not in SEARCHED or path in _JUDGES or not rest:
        said = f"tune: search: {path!r} cannot be searched"
        listing = ", ".join(f"{name}.…" for name in SEARCHED)
        raise RecipeError(f"{said}; what can: {listing}, but not what trials are judged by.", where)
    if root == "vars" and isinstance(variables, Map) and rest not in variables.items:
        raise unknown("variable in tune: search:", rest, variables.items, where)
    try:
        override_all(tree, {path: None})
    except RecipeError as error:
        raise RecipeError(f"tune: search: {path}: {error.message}", where) from None


def _values(path: str, node: Located) -> Searched:
    before = f"tune: search: {path}"
    if not isinstance(node, Map) or len(node.items) != 1:
        raise RecipeError(f"{before}: got {called(node)}; expected {_EXAMPLE}.", node.where)
    [(law, items)] = node.items.items()
    if law not in LAWS:
        raise unknown(f"law of {before}:", law, LAWS, node.keys[law])
    values = as_seq(items, f"{before}: {law}", "[1e-4, 1e-2]").items
    if law == "choice":
        if len(values) < 2:
            raise RecipeError(f"{before}: choice: got {called(items)}; expected two or more values.", items.where)
        return Searched(path, "choice", tuple(plain(value) for value in values))
    ends = tuple(_number(value, f"{before}: {law}") for value in values)
    _check_ends(law, ends, before, items)
    return Searched(path, law, tuple(int(end) for end in ends) if law == "int" else ends)


def _check_ends(law: str, ends: tuple[float, ...], before: str, items: Located) -> None:
    if len(ends) != 2 or not ends[0] < ends[1]:
        raise RecipeError(f"{before}: {law}: got {plain(items)}; expected [low, high], low below high.", items.where)
    if law == "log" and ends[0] <= 0:
        raise RecipeError(f"{before}: log: starts at {ends[0]:g}; expected more than 0.", items.where)
    if law == "int" and any(end != int(end) for end in ends):
        raise RecipeError(f"{before}: int: got {plain(items)}; expected whole numbers.", items.where)


def _number(node: Located, before: str) -> float:
    value = node.value if isinstance(node, Scalar) else None
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise RecipeError(f"{before}: got {called(node)}; expected a number.", node.where)
    return float(value)
