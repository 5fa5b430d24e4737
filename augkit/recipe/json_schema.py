"""The recipe's format as JSON Schema (draft-07), with every step, source and kind that is installed."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any

from augkit.build import COMBINERS, OWN, Around, RampFields
from augkit.combine import POLICIES
from augkit.errors import AugkitError
from augkit.fields import Checked, fields_of
from augkit.plugins import catalogue
from augkit.recipe.grammar import KEYS
from augkit.recipe.json_types import SHARED, VARIABLE, Json, mapping_of, of_field, one_of
from augkit.recipe.search import LAWS, TuneConfig
from augkit.recipe.sections import VERSION, LoaderConfig, Settings, SplitConfig
from augkit.transform import RESERVED

_DRAFT = "http://json-schema.org/draft-07/schema#"
_TEXTS: Json = {"type": "array", "items": {"type": "string"}}
_LIST: Json = {"$ref": "#/definitions/steps"}
_ONE: Json = {"type": "object", "minProperties": 1, "maxProperties": 1, "additionalProperties": False}


def recipe_schema(tasks: Mapping[str, type[Checked]]) -> Json:
    """The schema of a recipe; ``tasks`` declare what its train section may say, the usual one first. What depends on
    the whole recipe (can a kind follow a step? is a short name unambiguous?) only ``augkit check`` knows.
    """
    properties: Json = {
        "augkit": {"const": VERSION, "description": "the version of the format"},
        "extends": {**one_of([{"type": "string"}, _TEXTS]), "description": "another recipe that this one is laid over"},
        "vars": {"type": ["object", "null"], "description": 'values to use as "${name}"'},
        "plugins": _TEXTS | {"description": "plugins that must be there"},
        "source": _sources(),
        "sample": _sample(),
        "groups": {"type": "array", "items": _TEXTS, "description": "fields that move together"},
        **dict.fromkeys(("steps", "eval_steps", "batch"), _LIST),
        **{name: of_field(info) for name, info in fields_of(Settings).items()},
        "split": _section(SplitConfig),
        "loader": _section(LoaderConfig),
        "train": _train(tasks),
        "tune": _tune(),
    }
    return {
        "$schema": _DRAFT,
        "title": "augkit recipe",
        "type": "object",
        "properties": {key: properties[key] for key in KEYS},
        "additionalProperties": False,
        "required": ["augkit"],
        "anyOf": [{"required": ["sample"]}, {"required": ["extends"]}],
        "definitions": {**SHARED, **_around(), "steps": _steps()},
    }


def _section(cls: type[Checked]) -> Json:
    made = mapping_of(cls)
    made.pop("required", None)  # what is left out may come from a recipe that this one extends
    return {**made, "type": ["object", "null"], "description": _doc(cls)}


def _train(tasks: Mapping[str, type[Checked]]) -> Json:
    """The section of each task; the first need not name its task."""
    sections: list[Json] = []
    for name, cls in tasks.items():
        section = _section(cls)
        section["properties"]["task"] = {"const": name, "description": "what is learnt"}
        sections.append({**section, "required": ["task"]} if sections else section)
    return one_of(sections)


def _tune() -> Json:
    """The section with the laws that a path may be searched by."""
    section = _section(TuneConfig)
    ends: Json = {"type": "array", "items": {"type": ["number", "string"]}, "minItems": 2, "maxItems": 2}
    laws: Json = {**dict.fromkeys(LAWS, ends), "choice": {"type": "array", "minItems": 2}}
    values: Json = {**_ONE, "properties": laws}
    described = {"type": ["object", "null"], "additionalProperties": values, "description": "paths as --set takes them"}
    return {**section, "properties": {**section["properties"], "search": described}}


def _steps() -> Json:
    """A list of steps: a name, or a name with its fields."""
    combiners = {name: _combiner(name) for name in COMBINERS}
    known = combiners | _registered()
    names = {"enum": [name for name in known if name not in COMBINERS or name in POLICIES]}
    return {"type": ["array", "null"], "items": {"anyOf": [names, {**_ONE, "properties": known}]}}


def _registered() -> Json:
    """The fields of every step by its full name, and by its short name what any step of that name takes."""
    full: Json = {}
    short: dict[str, list[Json]] = {}
    for entry in catalogue().entries("transform"):
        full[entry.name] = _step(entry)
        short.setdefault(entry.name.partition("/")[2], []).append({"$ref": _pointer(entry.name)})
    return full | {name: one_of(choices) for name, choices in short.items() if name not in COMBINERS}


def _pointer(name: str) -> str:
    return "#/definitions/steps/items/anyOf/1/properties/" + name.replace("~", "~0").replace("/", "~1")


def _step(entry: Any) -> Json:
    try:
        cls = entry.load()
    except AugkitError as error:
        return {"description": f"not available: {error}"}
    made = mapping_of(cls, _refer(*RESERVED))
    if "from_fields" in vars(cls):  # a bridge, whose library has fields of its own
        made["additionalProperties"] = True
    empty = [] if made.get("required") else ["null"]
    return {**made, "type": ["object", *empty], "description": _doc(cls)}


def _around() -> Json:
    """What every step may say."""
    return {name: of_field(info) for name, info in fields_of(Around).items()} | {"strength": _strength("strength")}


def _refer(*names: str) -> Json:
    return {name: {"$ref": f"#/definitions/{name}"} for name in names}


def _combiner(name: str) -> Json:
    own = {field: _strength(field) if field == "magnitude" else {} for field in OWN.get(name, {})}
    required = [] if name in POLICIES else ["steps", *(field for field in own if OWN[name][field] is None)]
    whole: Json = {
        "type": "object",
        "properties": {"steps": _LIST, **own, **_refer("p", "id", "weight")},
        "required": required,
        "additionalProperties": False,
    }
    choices = [whole] if OWN.get(name, {}).get("n", 0) is None else [{"type": "array", **_LIST}, whole]
    return one_of([*choices, {"type": "null"}] if name in POLICIES else choices)


def _strength(what: str) -> Json:
    return {
        "description": f"{what}: a number, or one that grows over the first epochs",
        "anyOf": [{"type": "number", "minimum": 0}, {"type": ["array", "object"]}, mapping_of(RampFields), VARIABLE],
    }


def _sources() -> Json:
    known = {}
    for entry in catalogue().entries("source"):
        try:
            known[entry.name] = _source(entry.load())
        except AugkitError as error:
            known[entry.name] = {"description": f"not available: {error}"}
    return {**_ONE, "properties": known, "description": "where the samples come from"}


def _source(cls: Any) -> Json:
    declared = getattr(cls, "fields_type", None)
    if declared is None:
        return {"description": _doc(cls)}
    if hasattr(cls, "variants"):  # which fields there are depends on a name
        known = cls.variants()
        named = [mapping_of(fields, {cls.shorthand: {"const": name}}) for name, fields in known.items()]
        whole = [{**each, "required": [cls.shorthand, *each.get("required", ())]} for each in named]
        return {"description": _doc(cls), "anyOf": [{"enum": list(known)}, *whole]}
    short = fields_of(declared)[cls.shorthand]
    return {"description": _doc(cls), "anyOf": [mapping_of(declared), of_field(short)]}


def _sample() -> Json:
    """A kind for each field: its name alone, or with options."""
    kinds: dict[str, Json] = {}
    for entry in catalogue().entries("target"):
        try:
            kinds[entry.name] = one_of([{"type": "string"}, mapping_of(entry.load().options_type)])
        except AugkitError as error:
            kinds[entry.name] = {"description": f"not available: {error}"}
    field = {"anyOf": [{"enum": list(kinds)}, {**_ONE, "properties": kinds}]}
    return {
        "type": "object",
        "minProperties": 1,
        "additionalProperties": field,
        "description": "fields and their kinds",
    }


def _doc(cls: type) -> str:
    return inspect.cleandoc(cls.__doc__ or "").replace("``", "`")
