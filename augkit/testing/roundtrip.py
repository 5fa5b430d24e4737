"""A registered step through a recipe and back."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from augkit.combine import Step
from augkit.errors import AugkitError
from augkit.fields import fields_of
from augkit.pipeline import Pipeline
from augkit.plugins import catalogue
from augkit.recipe import Recipe, read_recipe
from augkit.recipe.resolved import as_written
from augkit.schema import read_schema
from augkit.testing.cases import Case
from augkit.testing.compare import digest
from augkit.testing.subject import LawBroken, Refused, Subject, sample_of

_SEED = 11


def through_recipe(subject: Subject) -> int:
    """Each fixed case by the step itself, by a recipe that names it, and by that recipe resolved and read again."""
    if not _registered(subject.step):
        return 0
    return sum(_same(subject, case) for case in subject.examples_of_worlds())


def _registered(step: Step) -> bool:
    known = step.name in catalogue().names("transform")
    return known and catalogue().find("transform", step.name).load() is type(step.transform)


def _same(subject: Subject, case: Case) -> int:
    step = subject.variant(read_schema(case.spec))
    given = {"augkit": 1, "seed": _SEED, "sample": dict(case.spec), "steps": [{step.name: _fields(step)}]}
    try:
        written = read_recipe(given)
        again = _read_again(written)
    except AugkitError as error:
        raise LawBroken(f"cannot be written in a recipe and read back: {error}\n       recipe: {given}") from error
    if written.hash != again.hash:
        raise LawBroken(f"resolved and read again, its recipe has another hash\n       recipe: {written.resolved()}")
    pipelines = [Pipeline.of(subject.plan(case.spec, seed=_SEED)), written.pipeline(), again.pipeline()]
    try:
        outputs = {digest(subject.run(case, p.plan, sample_of(p.plan, case)).after) for p in pipelines}
    except Refused:
        return 0
    if len(outputs) > 1:
        raise LawBroken(f"gives another output when it comes from a recipe\n       recipe: {given}")
    return 1


def _fields(step: Step) -> dict[str, Any]:
    """What a recipe would say: the fields that are not at their defaults, and what the step needs around them."""
    transform = step.transform
    values = {name: (getattr(transform, name), info.default) for name, info in fields_of(type(transform)).items()}
    fields = {name: as_written(value) for name, (value, default) in values.items() if value not in (None, default)}
    around = {"id": step.id} if step.id != transform.default_id(step.name) else {}
    return {**fields, **around, **({"on_conflict": step.on_conflict} if step.on_conflict else {})}


def _read_again(recipe: Recipe) -> Recipe:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "resolved.yaml")
        path.write_text(recipe.resolved(), encoding="utf-8")
        return read_recipe(path)
