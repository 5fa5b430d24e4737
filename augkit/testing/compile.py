"""The law of the compile check: what is unknown is refused before any data is read."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any, get_args, get_origin

from augkit.distributions import Range
from augkit.errors import AugkitError, CompileError, FieldError
from augkit.fields import FieldInfo, Size, fields_of
from augkit.plan import Plan
from augkit.schema import Schema, read_schema
from augkit.testing.laws import law
from augkit.testing.strangers import with_stranger
from augkit.testing.subject import LawBroken, Subject

_UNKNOWN = "no_such_field_anywhere"


@law("L14", "an unknown target, field or argument raises, at compile time", "always")
def refused(subject: Subject) -> int:
    """An unknown argument, a value of no type or beyond the bounds, an unknown field in ``on``, and on every moved axis
    a kind that has no rule: each must be refused when the step or the plan is made, and the message must name it."""
    return _arguments(subject) + _values(subject) + _targets(subject)


def _arguments(subject: Subject) -> int:
    transform = subject.transform
    given = {name: getattr(transform, name) for name in fields_of(type(transform)) if hasattr(transform, name)}
    _must_raise(
        FieldError,
        lambda: type(transform).from_fields({**given, _UNKNOWN: 1}),
        f"an unknown argument {_UNKNOWN!r} is accepted",
        _UNKNOWN,
    )
    return 1


def _values(subject: Subject) -> int:
    ran = 0
    for info in fields_of(type(subject.transform)).values():
        for wrong in _wrong_values(info):
            _must_raise(
                FieldError,
                lambda info=info, wrong=wrong: dataclasses.replace(subject.transform, **{info.name: wrong}),  # type: ignore[misc]
                f"field {info.name!r} accepts {wrong!r}",
                info.name,
            )
            ran += 1
    return ran


def _wrong_values(info: FieldInfo) -> list[Any]:
    if info.type is Any:
        return []
    wrong: list[Any] = [object()]
    numbers = [kind for kind in (Range, float, int) if _takes(info.type, kind)]
    if numbers and not _takes(info.type, Size):
        low, high = info.limits.low, info.limits.high
        wrong += [low - 1] if low is not None else []
        wrong += [high + 1] if high is not None else []
        wrong += [float("nan"), float("inf")]
    return wrong


def _takes(hint: Any, kind: type) -> bool:
    if get_origin(hint) is tuple:
        return False
    return hint is kind or any(_takes(part, kind) for part in get_args(hint))


def _targets(subject: Subject) -> int:
    ran = 0
    for case in subject.examples_of_worlds():
        schema = read_schema(case.spec)
        step = subject.variant(schema)
        _must_raise(
            CompileError,
            lambda schema=schema, step=step: Plan([dataclasses.replace(step, on=(_UNKNOWN,))], schema),  # type: ignore[misc]
            f"`on: [{_UNKNOWN}]` is accepted",
            _UNKNOWN,
        )
        ran += 1 + _left_behind(subject, schema)
    return ran


def _left_behind(subject: Subject, schema: Schema) -> int:
    ran = 0
    for axis in sorted(subject.transform.moved_axes()):
        if not any(axis in field.type.axes for field in schema.fields.values()):
            continue
        wider, target = with_stranger(schema, "stranger", axis)
        _must_raise(
            CompileError,
            lambda wider=wider: Plan([subject.variant(schema)], wider),  # type: ignore[misc]
            f"moves {axis}, and leaves a {target.kind!r} behind without a word",
            "stranger",
        )
        ran += 1
    return ran


def _must_raise(error: type[AugkitError], act: Callable[[], Any], complaint: str, named: str) -> None:
    try:
        act()
    except error as raised:
        if named not in str(raised):
            raise LawBroken(f"the error does not name {named!r}: {raised}") from raised
    except Exception as raised:
        raise LawBroken(f"raises {type(raised).__name__} instead of {error.__name__}: {raised}") from raised
    else:
        raise LawBroken(f"{complaint}; it should raise {error.__name__}")
