"""What a declared field takes, as JSON Schema (draft-07): for editors, beside the reader that has the last word."""

from __future__ import annotations

import dataclasses
import types
from collections.abc import Mapping
from typing import Any, Literal, Union, get_args, get_origin

from augkit.distributions import Range
from augkit.fields import Checked, FieldInfo, Limits, Size, describe, fields_of
from augkit.recipe.resolved import as_written

Json = dict[str, Any]

VARIABLE: Json = {"$ref": "#/definitions/variable"}
"""``"${name}"`` may stand for any value."""


_DISTRIBUTION: Json = {"$ref": "#/definitions/distribution"}
_PAIR = {"minItems": 2, "maxItems": 2}
_NUMBERS: Json = {"type": "array", "items": {"anyOf": [{"type": "number"}, VARIABLE]}}


def mapping_of(cls: type[Checked], extra: Mapping[str, Json] = {}) -> Json:
    """A mapping of the declared fields of ``cls`` and of ``extra`` and nothing else; required ones must be there."""
    infos = fields_of(cls).values()
    properties = {info.name: of_field(info) for info in infos} | dict(extra)
    required = [info.name for info in infos if info.required]
    made: Json = {"type": "object", "properties": properties, "additionalProperties": False}
    return made | ({"required": required} if required else {})


def of_field(info: FieldInfo) -> Json:
    """One field: what it takes, in the words that an error would use, and its default."""
    words = describe(info)
    said: Json = {
        "description": f"{info.limits.doc[:1].upper()}{info.limits.doc[1:]}: {words}" if info.limits.doc else words
    }
    if not info.required and info.default is not None:
        said["default"] = as_written(info.default)
    return said | one_of([*_of_type(info.type, info.limits), VARIABLE])


def one_of(choices: list[Json]) -> Json:
    """Any of several; nothing is asked where one of them asks nothing."""
    if {} in choices:
        return {}
    return choices[0] if len(choices) == 1 else {"anyOf": choices}


def _of_type(hint: Any, limits: Limits) -> list[Json]:
    if hint is Range:
        return _of_range(limits)
    origin = get_origin(hint)
    if origin is Literal:
        return [{"enum": list(get_args(hint))}]
    if origin in (Union, types.UnionType):
        return [choice for part in get_args(hint) for choice in _of_type(part, limits)]
    if origin is tuple:
        return [_of_tuple(get_args(hint), limits)]
    if origin in (dict, Mapping):
        return [{"type": "object"}]
    return _of_scalar(hint, limits)


def _of_scalar(hint: Any, limits: Limits) -> list[Json]:
    if hint is type(None):
        return [{"type": "null"}]
    if hint is Size:
        side = _bounded("integer", limits if limits.low is not None else dataclasses.replace(limits, low=1))
        return [side, {"type": "array", "items": side, "minItems": 2, "maxItems": 2}]
    if hint in (int, float):
        return [_bounded("integer" if hint is int else "number", limits)]
    return [{"type": "boolean"}] if hint is bool else [{"type": "string"}] if hint is str else [{}]


def _of_tuple(inner: tuple[Any, ...], limits: Limits) -> Json:
    items = one_of([*_of_type(inner[0], limits), VARIABLE])
    if inner[-1] is Ellipsis:
        return {"type": "array", "items": items}
    return {"type": "array", "items": items, "minItems": len(inner), "maxItems": len(inner)}


def _of_range(limits: Limits) -> list[Json]:
    """A number, two ends, or a distribution by name."""
    number = _bounded("number", limits)
    return [number, {"type": "array", "items": one_of([number, VARIABLE]), **_PAIR}, _DISTRIBUTION]


def _laws() -> list[Json]:
    pair, several = {**_NUMBERS, **_PAIR}, {**_NUMBERS, "minItems": 1}
    laws = [({name: pair}, name) for name in ("uniform", "loguniform", "int")]
    laws += [({"normal": pair, "clip": pair}, "normal"), ({"choice": several}, "choice")]
    return [
        {"type": "object", "properties": given, "required": [name], "additionalProperties": False}
        for given, name in laws
    ]


def _bounded(kind: str, limits: Limits) -> Json:
    made: Json = {"type": kind}
    if limits.low is not None:
        made["minimum"] = limits.low
    if limits.high is not None:
        made["maximum"] = limits.high
    return made


SHARED: Json = {
    "variable": {"type": "string", "pattern": r"\$\{", "description": "a value of `vars`, as in ${size}"},
    "distribution": {"anyOf": _laws(), "description": "a distribution, as in {normal: [0, 5]} or {choice: [0, 90]}"},
}
"""What the schemas above refer to, as ``definitions``."""
