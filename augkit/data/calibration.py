"""The costs of a recipe's plan, measured on this machine and written into the recipe."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from augkit.carriers import Calibrate, Calibration, How, Move, Runner, Work
from augkit.data.divided import where_of
from augkit.data.opened import Opened
from augkit.data.timing import Visit, dataset, taking_turns, visits
from augkit.data.whole import write_whole
from augkit.errors import RecipeError
from augkit.plugins import catalogue
from augkit.recipe import Recipe, read_recipe
from augkit.recipe.edited import edited
from augkit.recipe.located import Map
from augkit.sample import Target


def calibrated(opened: Opened, samples: int) -> Calibration:
    """What the plugins measure for the samples of the training split that ``timings`` takes.

    RecipeError where there is nothing to choose: the plan is exact, joins nothing, or nothing of the sample has costs.
    """
    recipe = opened.recipe
    modalities = check_calibrated(recipe)
    works = recorded(opened, visits(opened, samples))
    found = []
    for modality in modalities:
        calibrate: Calibrate = catalogue().load("calibration", modality)
        fields = [name for name, field in recipe.schema.fields.items() if field.modality == modality]
        found.append(calibrate([work for name in fields for work in works.get(name, ())], recipe.settings.how))
    return Calibration(
        {name: cost for each in found for name, cost in each.before.items()},
        {name: cost for each in found for name, cost in each.measured.items()},
        sum(each.choices for each in found),
        sum(each.otherwise for each in found),
    )


def check_calibrated(recipe: Recipe) -> list[str]:
    """The modalities of the sample that have costs; RecipeError as in ``calibrated``."""
    how, where = recipe.settings.how, where_of(recipe.tree, "plan", "fuse")
    if how.mode == "exact":
        raise RecipeError(
            "plan: exact joins nothing, so costs decide nothing. Write plan: fast, and calibrate that.", where
        )
    if how.fuse == "off":
        raise RecipeError(
            "plan: fuse: off joins nothing, so costs decide nothing. Write fuse: strict or fuse: full.", where
        )
    known = catalogue().names("calibration")
    found = sorted(recipe.schema.modalities() & set(known))
    if not found:
        kinds = ", ".join(f"{field.name}: {field.kind}" for field in recipe.schema.fields.values())
        raise RecipeError(
            f"sample: {kinds}: has no {' or '.join(known) or 'kind'} whose changes have costs to measure.",
            where_of(recipe.tree, "sample"),
        )
    return found


def recorded(opened: Opened, visits: Sequence[Visit]) -> dict[str, list[Work]]:
    """What the runner of each field is given on these visits, under the recipe's plan."""
    data = dataset(opened, opened.recipe.settings.how)
    works: dict[str, list[Work]] = {name: [] for name in data.plan.runners}
    data.plan.runners = {name: _recording(run, works[name]) for name, run in data.plan.runners.items()}
    for visit in visits:
        data[visit]
    return works


def _recording(run: Runner, works: list[Work]) -> Runner:
    def recording(target: Any, moves: Sequence[Move], how: How) -> Target:
        works.append(Work(target, tuple(moves)))
        return run(target, moves, how)

    return recording


def before_and_after(opened: Opened, costs: Mapping[str, float], samples: int) -> tuple[float, float]:
    """Milliseconds a sample with the recipe's costs and with ``costs``; the two take turns."""
    how = opened.recipe.settings.how
    lists = [dataset(opened, how), dataset(opened, _with(how, costs))]
    (before, after), _ = taking_turns(lists, visits(opened, samples))
    return before, after


def _with(how: How, costs: Mapping[str, float]) -> How:
    return replace(how, costs={**(how.costs or {}), **costs})


@dataclass(frozen=True)
class Change:
    """A recipe's file as it is and as it would be, and the recipe's hash."""

    path: Path
    text: str
    changed: str
    hash: str
    hash_after: str

    def write(self) -> None:
        """The changed text in the place of the old one, whole or not at all; its rights stay."""
        real = self.path.resolve()

        def put(beside: Path) -> None:
            beside.write_bytes(self.changed.encode("utf-8"))
            shutil.copymode(real, beside)

        write_whole(real, put)


def change(recipe: Recipe, costs: Mapping[str, float], dry_run: bool = False) -> Change:
    """The recipe's file with these costs in its ``plan``, whatever else it says kept to the character.

    A plan that stands in a recipe below (``extends``) stays there, and is said anew in this one. RecipeError where the
    file must not be written, or its plan cannot be changed in place.
    """
    path = recipe.path
    if not dry_run and (not path.stat().st_mode & 0o222 or not os.access(path, os.W_OK)):
        raise RecipeError(f"{path}: is read-only; nothing is written. Copy it, or see the change with --dry-run.")
    text = path.read_bytes().decode("utf-8")
    changed = text
    for place, value in _entries(recipe, costs):
        changed = edited(changed, place, value, str(path))
    return Change(path, text, changed, recipe.hash, _read_back(recipe, costs).hash)


def _read_back(recipe: Recipe, costs: Mapping[str, float]) -> Recipe:
    return read_recipe(recipe, {"plan": _plan(_with(recipe.settings.how, costs))})


def _entries(recipe: Recipe, costs: Mapping[str, float]) -> list[tuple[list[str], Any]]:
    """What to write where, changing as little as can be."""
    written, how = recipe.written.items.get("plan"), _with(recipe.settings.how, costs)
    if not isinstance(written, Map) or written.where.file != str(recipe.path):
        return [(["plan"], _plan(how))]
    if not isinstance(written.items.get("costs"), Map):
        return [(["plan", "costs"], dict(how.costs or {}))]
    return [(["plan", "costs", name], cost) for name, cost in costs.items()]


def _plan(how: How) -> dict[str, Any]:
    fuse = {} if how.fuse == "strict" else {"fuse": how.fuse}
    return {"mode": how.mode, **fuse, "costs": dict(how.costs or {})}
