"""``augkit steps``: which steps there are, and all about one."""

from __future__ import annotations

import inspect
import json
from collections.abc import Iterator
from typing import Any

import click

from augkit.build import COMBINERS
from augkit.distributions import Range
from augkit.errors import AugkitError
from augkit.fields import FieldInfo, describe, fields_of
from augkit.plugins import catalogue
from augkit.recipe.resolved import as_written
from augkit.recipe.spelling import flow
from augkit.registry import Entry
from augkit.transform import RESERVED


@click.command()
@click.argument("name", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(name: str | None, as_json: bool) -> None:
    """List all steps by modality, or show one: its fields, their units, bounds and defaults, and what it changes.

    NAME is a full name (image/crop) or a short one (crop).
    """
    if name is not None:
        found = described(catalogue().step(name))
        click.echo(json.dumps(found, ensure_ascii=False, indent=1) if as_json else "\n".join(_page(found)))
        return
    steps = [_line(entry) for entry in catalogue().entries("transform")]
    if as_json:
        click.echo(json.dumps(steps, ensure_ascii=False, indent=1))
    else:
        click.echo("\n".join(_listing(steps)))


def _line(entry: Entry) -> dict[str, str]:
    """One step in the listing; what cannot be imported says why."""
    try:
        summary, missing = _doc(entry.load()).partition("\n")[0], ""
    except AugkitError as error:
        summary, missing = "", str(error)
    return {"name": entry.name, "plugin": entry.plugin, "summary": summary, "missing": missing}


def _listing(steps: list[dict[str, str]]) -> Iterator[str]:
    width = max((len(step["name"].partition("/")[2]) for step in steps), default=0)
    modality = ""
    for step in steps:
        prefix, _, name = step["name"].partition("/")
        if prefix != modality:
            yield ("\n" if modality else "") + prefix
            modality = prefix
        yield f"  {name:<{width}}  {step['summary'] or 'not available: ' + step['missing']}"
    yield f"\nCombiners: {', '.join(COMBINERS)}. Every step may also say: {', '.join(RESERVED)}."
    yield "All about one: augkit steps NAME"


def described(entry: Entry) -> dict[str, Any]:
    """All that a step says of itself, as plain values."""
    cls = entry.load()
    changes = None if cls.changes is None else sorted(cls.changes)
    return {
        "name": entry.name,
        "plugin": entry.plugin,
        "doc": _doc(cls),
        "fields": [_field(info) for info in fields_of(cls).values()],
        "changes": changes,
        "needs": list(cls.needs),
        "converts": dict(cls.converts),
        "structural": cls.structural,
    }


def _field(info: FieldInfo) -> dict[str, Any]:
    limits = info.limits
    return {
        "name": info.name,
        "takes": describe(info),
        "required": info.required,
        "default": None if info.required else as_written(info.default),
        "distribution": info.type is Range,
        "low": limits.low,
        "high": limits.high,
        "neutral": limits.neutral,
        "strongest": limits.strongest,
        "unit": limits.unit,
        "doc": limits.doc,
    }


def _page(step: dict[str, Any]) -> Iterator[str]:
    yield f"{step['name']} (plugin {step['plugin']})\n"
    yield step["doc"]
    yield "\nfields:" if step["fields"] else "\nno fields of its own"
    for field in step["fields"]:
        default = "required" if field["required"] else f"default {flow(field['default'])}"
        yield f"  {field['name']}: {field['takes']}; {default}"
        if field["doc"]:
            yield f"      {field['doc']}"
        if field["strongest"] is not None:
            yield f"      in a policy: {policy_range(field)}"
    yield f"\nevery step: {', '.join(RESERVED)}"
    yield f"changes: {', '.join(step['changes']) or 'no quality that a label could depend on'}"
    if step["needs"]:
        yield f"needs: a field of kind {', '.join(step['needs'])}"
    for before, after in step["converts"].items():
        yield f"converts: {before} → {after}"


def policy_range(field: dict[str, Any]) -> str:
    """What a policy makes of a field, in words."""
    ends = field["strongest"] if isinstance(field["strongest"], tuple) else (field["strongest"],)
    return f"{field['neutral']:g} at magnitude 0, {' or '.join(f'{end:g}' for end in ends)} at magnitude 1"


def _doc(cls: type) -> str:
    return inspect.cleandoc(cls.__doc__ or "").replace("``", "`")
