"""Schema: which fields a sample has, of which kinds, and which of them move together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from augkit.errors import CompileError, FieldError
from augkit.fields import check_names
from augkit.plugins import catalogue
from augkit.sample import Axis, Options, Target
from augkit.words import suggestion


@dataclass(frozen=True)
class Field:
    """One field of the sample: its kind, the class behind it, and the recipe's options."""

    name: str
    kind: str
    type: type[Target]
    options: Options
    modality: str | None = None


@dataclass(frozen=True)
class Group:
    """Fields on common carriers: one draw moves them all. ``name`` extends the path of every group but the first of
    its axis.
    """

    name: str
    fields: tuple[str, ...]
    suffix: str = ""


@dataclass(frozen=True)
class Schema:
    """Fields by name, and their groups. Fields without an axis belong to no group: every step may see them."""

    fields: Mapping[str, Field]
    groups: tuple[Group, ...]

    def modalities(self) -> set[str]:
        """The step prefixes that are in play: those of carriers, and of annotations on axes where there is no carrier.

        Events on a series of sensors are the series': they bring no steps for sounds into play.
        """
        carried = frozenset[Axis]().union(*(f.type.axes for f in self.fields.values() if f.type.carrier))
        playing = [f for f in self.fields.values() if f.type.carrier or not f.type.axes & carried]
        return {field.modality for field in playing if field.modality}

    def at_risk(self, names: Iterable[str]) -> frozenset[str]:
        """What these fields are to a step that asks what it might break; see ``Transform.conflict``."""
        fields = [self.fields[name] for name in names]
        return frozenset[str]().union(*(field.options.at_risk(field.kind) for field in fields))

    def converted(self, name: str, kind: str) -> Schema:
        """The same fields with one of another kind."""
        field = self.fields[name]
        changed = replace(field, kind=kind, type=catalogue().load("target", kind))
        return replace(self, fields={**self.fields, name: changed})


def read_schema(sample: Mapping[str, Any], groups: Sequence[Sequence[str]] = ()) -> Schema:
    """The schema of ``{"image": "image", "digit": {"label": {"sensitive_to": ["handedness"]}}, "tags": {"tags":
    "text"}}``.
    """
    if not sample:
        raise CompileError(
            "`sample` is empty; write what the data hold, as in sample: {image: image, mask: mask, digit: label}."
        )
    fields = {name: read_field(name, spec) for name, spec in sample.items()}
    return Schema(fields, _groups(fields, groups))


def read_field(name: str, spec: Any) -> Field:
    """One field from what a recipe says of it: a kind, or ``{kind: options}``."""
    kind, given = (spec, {}) if isinstance(spec, str) else _kind_and_options(name, spec)
    names = catalogue().names("target")
    if kind not in names:
        hint = catalogue()._broken_hint()
        raise FieldError(
            f"unknown kind {kind!r} of field {name!r}.{suggestion(kind, names)} Kinds: {', '.join(names)}.{hint}", name
        )
    entry = catalogue().find("target", kind)
    target: type[Target] = entry.load()
    try:
        check_names(target.options_type, given)
        options = target.options_type(**given)
        return Field(name, kind, target.variant(options), options, entry.modality)
    except FieldError as error:
        raise FieldError(f"field {name!r} ({kind}): {error}", error.field) from None


def _kind_and_options(name: str, spec: Any) -> tuple[str, dict[str, Any]]:
    if not isinstance(spec, Mapping) or len(spec) != 1:
        raise FieldError(
            f"field {name!r}: got {spec!r}; expected a kind such as `image`, or {{label: {{sensitive_to: [...]}}}}.",
            name,
        )
    [(kind, given)] = spec.items()
    if isinstance(given, str):
        return kind, {"of": given}
    if not isinstance(given, Mapping):
        raise FieldError(f"field {name!r}: options of {kind!r} must be a mapping, got {given!r}.", name)
    return kind, dict(given)


def _groups(fields: Mapping[str, Field], declared: Sequence[Sequence[str]]) -> tuple[Group, ...]:
    made = [Group(names[0], tuple(names)) for names in declared if _known(fields, names)]
    taken = {name for group in made for name in group.fields}
    if sum(len(group.fields) for group in made) != len(taken):
        raise FieldError("groups: a field stands in two groups.", "groups")
    rest = [field for field in fields.values() if field.name not in taken and field.type.axes]
    for names in _default_groups(rest):
        made.append(Group(names[0], tuple(names)))
    return tuple(_suffixed(made, fields))


def _known(fields: Mapping[str, Field], names: Sequence[str]) -> bool:
    for name in names:
        if name not in fields:
            raise FieldError(f"groups: unknown field {name!r}.{suggestion(name, fields)}", "groups")
    return bool(names)


def _default_groups(fields: Iterable[Field]) -> list[list[str]]:
    """All spatial fields are one group, all fields of a clip one; each text has its own with what is annotated on
    it.
    """
    together: dict[str, list[str]] = {}
    fields = list(fields)
    texts = [field.name for field in fields if Axis.TEXT in field.type.axes and field.type.carrier]
    for field in fields:
        if Axis.TEXT in field.type.axes:
            together.setdefault(f"text:{_carrier_of(field, texts)}", []).append(field.name)
        else:
            together.setdefault("space" if Axis.SPACE in field.type.axes else "time", []).append(field.name)
    return list(together.values())


def _carrier_of(field: Field, texts: Sequence[str]) -> str:
    if field.type.carrier:
        return field.name
    if field.options.of is None:
        if len(texts) > 1:
            raise FieldError(
                f"field {field.name!r}: there are several texts; write {{{field.kind}: {texts[0]}}}.", field.name
            )
        return texts[0] if texts else field.name
    if field.options.of not in texts:
        raise FieldError(
            f"field {field.name!r}: no text field {field.options.of!r}.{suggestion(field.options.of, texts)}",
            field.name,
        )
    return field.options.of


def _suffixed(groups: Iterable[Group], fields: Mapping[str, Field]) -> Iterable[Group]:
    # The first group of an axis draws from the bare step id, so adding a second pair leaves its draws as they were.
    seen: set[Axis] = set()
    for group in groups:
        axes = frozenset[Axis]().union(*(fields[name].type.axes for name in group.fields))
        yield replace(group, suffix=f"@{group.name}" if axes & seen else "")
        seen |= axes
