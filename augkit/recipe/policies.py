"""Policies without ``steps``: the list is filled in, so that ``augkit show`` prints it and the recipe says it all."""

from __future__ import annotations

from augkit.combine import POLICIES
from augkit.errors import RecipeError
from augkit.policies import fitting
from augkit.recipe.grammar import is_empty
from augkit.recipe.located import Located, Map, Scalar, Seq, located
from augkit.recipe.steps import Written, written
from augkit.schema import Schema


def with_policies(items: Seq, schema: Schema) -> tuple[Seq, list[str]]:
    """The list with the steps of every policy that names none, wherever it stands, and notes on what was left out."""
    notes: list[str] = []
    return _filled(items, schema, notes), notes


def _filled(items: Seq, schema: Schema, notes: list[str]) -> Seq:
    return Seq(tuple(_item(item, schema, notes) for item in items.items), items.where)


def _item(item: Located, schema: Schema, notes: list[str]) -> Located:
    try:
        step = written(item)
    except RecipeError:  # told when the list is read
        return item
    given = step.given
    if isinstance(given, Seq):
        return _named(step, _filled(given, schema, notes))
    fields = given if isinstance(given, Map) else Map({}, {}, step.where)
    if isinstance(steps := fields.items.get("steps"), Seq):
        return _named(step, _with_steps(fields, _filled(steps, schema, notes)))
    if step.name in POLICIES and (isinstance(given, Map) or is_empty(given)) and "steps" not in fields.items:
        return _named(step, _with_steps(fields, _usual(step, fields, schema, notes)))
    return item


def _named(step: Written, given: Located) -> Map:
    return Map({step.name: given}, {step.name: step.where}, step.where)


def _with_steps(fields: Map, steps: Seq) -> Map:
    keys = {**fields.keys, "steps": fields.keys.get("steps", steps.where)}
    return Map({**fields.items, "steps": steps}, keys, fields.where)


def _usual(step: Written, fields: Map, schema: Schema, notes: list[str]) -> Seq:
    id = fields.items.get("id")
    prefix = id.value if isinstance(id, Scalar) and isinstance(id.value, str) else ""
    kept, left = fitting(step.name, schema, prefix)
    if not kept:
        kinds = ", ".join(f"{field.name}: {field.kind}" for field in schema.fields.values())
        why = "; ".join(left) or "no plugin lists steps of policies for such"
        raise RecipeError(
            f"{step.name}: none of the usual steps fits a sample of {kinds}: {why}. Write `steps: [...]`.", step.where
        )
    notes.append(
        "\n".join([f"{step.name} named no steps; these are the usual ones", *(f"  without {why}" for why in left)])
    )
    return Seq(tuple(located({name: dict(given)}, step.where) for name, given in kept), step.where)
