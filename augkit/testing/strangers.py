"""Kinds of target that nobody has heard of, one on each axis: to see whether a step lets them be, or is refused."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import ClassVar

from augkit.sample import Axis, Options, Target
from augkit.schema import Field, Group, Schema


@dataclass(frozen=True, eq=False)
class Stranger(Target):
    """A target of which only the axis is known."""

    kind = "stranger"


@dataclass(frozen=True, eq=False)
class StrangerInSpace(Stranger):
    """One in space."""

    kind = "stranger_in_space"
    axes: ClassVar[frozenset[Axis]] = frozenset({Axis.SPACE})


@dataclass(frozen=True, eq=False)
class StrangerInTime(Stranger):
    """One in time."""

    kind = "stranger_in_time"
    axes: ClassVar[frozenset[Axis]] = frozenset({Axis.TIME})


@dataclass(frozen=True, eq=False)
class StrangerInFrequency(Stranger):
    """One in frequency."""

    kind = "stranger_in_frequency"
    axes: ClassVar[frozenset[Axis]] = frozenset({Axis.FREQUENCY})


@dataclass(frozen=True, eq=False)
class StrangerInText(Stranger):
    """One in text."""

    kind = "stranger_in_text"
    axes: ClassVar[frozenset[Axis]] = frozenset({Axis.TEXT})


_BY_AXIS: dict[Axis, type[Stranger]] = {
    Axis.SPACE: StrangerInSpace,
    Axis.TIME: StrangerInTime,
    Axis.FREQUENCY: StrangerInFrequency,
    Axis.TEXT: StrangerInText,
}


def with_stranger(schema: Schema, name: str, axis: Axis) -> tuple[Schema, Stranger]:
    """The schema with one more field, on ``axis``, in the group that moves together there; and a target for it."""
    made = _BY_AXIS[axis]()
    field = Field(name, made.kind, type(made), Options())
    fields = {**schema.fields, name: field}
    shared = next((group for group in schema.groups if _reaches(schema, group, axis)), None)
    if shared is None:
        return Schema(fields, (*schema.groups, Group(name, (name,)))), made
    grown = dataclasses.replace(shared, fields=(*shared.fields, name))
    groups = tuple(grown if group is shared else group for group in schema.groups)
    return Schema(fields, groups), made


def _reaches(schema: Schema, group: Group, axis: Axis) -> bool:
    return any(axis in schema.fields[name].type.axes for name in group.fields)
