"""``steps:`` and ``eval_steps:``: a list of names, each with its fields, and combiners with lists of their own."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from augkit.build import COMBINERS, combiner_from, field_for, step_from
from augkit.combine import Combiner, Node, Step
from augkit.errors import AugkitError, FieldError, MissingDependency, PluginError, RecipeError, Where
from augkit.fields import fields_of
from augkit.plugins import catalogue
from augkit.recipe.grammar import Complaints, as_map, as_seq, is_empty, place
from augkit.recipe.located import Located, Map, Scalar, Seq, called, plain
from augkit.recipe.spelling import flow
from augkit.schema import Schema
from augkit.transform import RESERVED
from augkit.words import did_you_mean, suggestion

N = TypeVar("N", Step, Combiner)
EXAMPLE = "- hflip: {p: 0.5}"
_P = ("pp", "prob", "proba", "probability", "chance")  # one letter is too short for suggestion()


@dataclass(frozen=True)
class Written:
    """One item of a list of steps: the name, where it stands, and what is said beside it."""

    name: str
    where: Where
    given: Located


def read_steps(items: Seq, schema: Schema, complaints: Complaints) -> tuple[Node, ...]:
    """The nodes of a list; what cannot be built is a complaint and left out.

    The modalities of ``schema`` decide what a short name means.
    """
    nodes = []
    for item in items.items:
        with complaints:
            node = _node(written(item), schema, complaints)
            if node is not None:
                nodes.append(node)
    return tuple(nodes)


def written(item: Located) -> Written:
    """A step as a name and its fields: ``hflip``, ``hflip: {p: 0.5}`` or ``one_of: [...]``."""
    if isinstance(item, Scalar) and isinstance(item.value, str) and item.value:
        return Written(item.value, item.where, Scalar(None, item.where))
    if not isinstance(item, Map) or not item.items:
        raise RecipeError(f"a step: got {called(item)}; expected a name and its fields, as in {EXAMPLE}.", item.where)
    name, *beside = item.items
    if beside:
        raise RecipeError(
            f"{beside[0]!r} stands beside {name!r}, but a step is one name. If it is a field of {name!r}, indent it "
            f"further or write {name}: {{{beside[0]}: …}}; if it is a step, begin it with '- '.",
            item.keys[beside[0]],
        )
    return Written(name, item.keys[name], item.items[name])


def inner(item: Written) -> tuple[Seq, Map]:
    """The children of a combiner, and its own fields: ``one_of: [...]`` or ``one_of: {p: 0.5, steps: [...]}``."""
    if isinstance(item.given, Map):
        fields = {name: node for name, node in item.given.items.items() if name != "steps"}
        own = Map(fields, item.given.keys, item.given.where)
        if "steps" not in item.given.items:
            near = next((name for name in fields if did_you_mean(name, ["steps"])), None)
            where = own.keys[near] if near else item.where
            hint = f" Did you mean 'steps' by {near!r}?" if near else ""
            raise RecipeError(f"{item.name}: has no `steps`; write {item.name}: {{steps: [...]}}.{hint}", where)
        return as_seq(item.given.items["steps"], f"{item.name}: steps", f"[{EXAMPLE[2:]}]"), own
    if is_empty(item.given):
        raise RecipeError(f"{item.name}: has no steps; write them below it, indented, each after a '- '.", item.where)
    return as_seq(item.given, item.name, f"[{EXAMPLE[2:]}]"), Map({}, {}, item.where)


def _node(item: Written, schema: Schema, complaints: Complaints) -> Node | None:
    if item.name in COMBINERS:
        return _combiner(item, schema, complaints)
    _check_name(item, schema)
    given = as_map(item.given, item.name, flow({item.name: _meant(item, schema)}))
    _check_on(item, given, schema)

    def build() -> Step:
        fields = {**plain(given), **_paths(item, given, schema)}
        return step_from(item.name, fields, schema.modalities(), item.where)

    return _built(item, given, schema, build)


def _paths(item: Written, given: Map, schema: Schema) -> dict[str, str]:
    """The fields that name files, seen from the file that they are written in."""
    named = getattr(catalogue().step(item.name, schema.modalities()).load(), "paths", ())
    found = {name: given.items[name] for name in named if name in given.items}
    return {name: _seen_from(node) for name, node in found.items() if isinstance(plain(node), str)}


def _seen_from(node: Located) -> str:
    """The path that is written there, absolute where the recipe is a file."""
    file, written = Path(node.where.file), str(plain(node))
    return os.path.abspath(file.parent / written) if file.is_file() else written


def _meant(item: Written, schema: Schema) -> dict[str, object]:
    """Fields that a value without a name may be meant for: the first that takes it; else an example."""
    if isinstance(item.given, Map) or is_empty(item.given):
        return {}
    value = plain(item.given)
    with suppress(AugkitError):
        field = field_for(catalogue().step(item.name, schema.modalities()).load(), value)
        return {field: value} if field else {"p": 0.5}
    return {"p": 0.5}


def _combiner(item: Written, schema: Schema, complaints: Complaints) -> Combiner | None:
    items, own = inner(item)
    children = read_steps(items, schema, complaints)
    if len(children) < len(items.items):
        return None
    return _built(item, own, schema, lambda: combiner_from(item.name, children, plain(own), item.where))


def _check_name(item: Written, schema: Schema) -> None:
    try:
        catalogue().step(item.name, schema.modalities())
    except PluginError as error:
        message, head = str(error), f"unknown step {item.name!r}."
        if message.startswith(head) and "Did you mean" not in message:
            message = head + suggestion(item.name, COMBINERS) + message.removeprefix(head)
        if re.search(r"[.:]", item.name):
            message += " A recipe names registered steps; it cannot import (see `augkit steps`)."
        raise RecipeError(message, item.where) from None


def _check_on(item: Written, given: Map, schema: Schema) -> None:
    """That ``on`` names fields of the sample."""
    on = given.items.get("on")
    for each in on.items if isinstance(on, Seq) else () if on is None else (on,):
        name = plain(each)
        if isinstance(name, str) and name not in schema.fields:
            listing = ", ".join(schema.fields)
            hint = suggestion(name, schema.fields) or f" It has: {listing}."
            raise RecipeError(f"{item.name}: on: the sample has no field {name!r}.{hint}", each.where)


def _built(item: Written, given: Map, schema: Schema, build: Callable[[], N]) -> N:
    """What ``build`` makes; its complaints get the step's name and the place of the field."""
    try:
        return build()
    except FieldError as error:
        message = str(error).removeprefix(f"{item.name}: ")
        if message.startswith("unknown field"):
            raise RecipeError(_unknown_field(item, schema, error), place(given, error.field, of_key=True)) from None
        raise RecipeError(f"{item.name}: {message}", _value_place(item, given, error.field)) from None
    except MissingDependency as error:
        raise MissingDependency(f"{item.where}: {error}") from error
    except PluginError as error:
        raise RecipeError(f"{item.name}: {error}", item.where) from error


def _value_place(item: Written, given: Map, field: str | None) -> Where:
    return given.items[field].where if field is not None and field in given.items else item.where


def _unknown_field(item: Written, schema: Schema, error: FieldError) -> str:
    """As the error says, but thinking of what every step may have too."""
    cls = None if item.name in COMBINERS else catalogue().step(item.name, schema.modalities()).load()
    if cls is None or "from_fields" in cls.__dict__:  # a bridge knows its library's names better
        return f"{item.name}: {str(error).removeprefix(f'{item.name}: ')}"
    own = list(fields_of(cls))
    hint = " Did you mean 'p'?" if str(error.field).lower() in _P else suggestion(str(error.field), [*own, *RESERVED])
    listing = f"{', '.join(own)}; of every step: {', '.join(RESERVED)}" if own else ", ".join(RESERVED)
    return f"{item.name}: unknown field {error.field!r}.{hint} Fields: {listing}."
