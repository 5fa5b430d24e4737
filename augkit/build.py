"""Steps from names and plain values: what the recipe reader and ``augkit.steps`` share."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Annotated, Any, Literal

from augkit.combine import POLICIES, Combiner, Mixing, Node, Ramp, Step, as_nodes
from augkit.distributions import Range
from augkit.errors import FieldError, Where
from augkit.fields import Checked, Limits, check_names, coerce, fields_of
from augkit.plugins import catalogue
from augkit.transform import RESERVED

COMBINERS = ("seq", "one_of", "some_of", "random_order", "repeat", *POLICIES)
OWN: Mapping[str, Mapping[str, Any]] = {
    "some_of": {"n": None},
    "repeat": {"n": None},
    "rand_augment": {"n": 2, "magnitude": 0.3},
    "augmix": {"width": 3, "depth": [1, 3], "alpha": 1.0, "magnitude": [0, 0.3]},
}
"""The fields that a combiner has beside those of all, with their defaults; None is required."""


MOST = 1000
"""The most rounds, and the most steps in a chain, that a combiner may be asked for."""


class Around(Checked):
    """The reserved fields of a step, as written."""

    p: Annotated[float, Limits(0, 1, unit="probability")] = 1.0
    id: str | None = None
    on: tuple[str, ...] | str | None = None
    only: Mapping[str, Any] | None = None
    strength: float | Mapping[str, Any] = 1.0
    off_last: Annotated[int, Limits(0, unit="epochs")] = 0
    accept: str | None = None
    on_conflict: Literal["redraw", "skip_step", "drop"] | None = None
    weight: Annotated[float, Limits(0)] = 1.0

    def validate(self) -> None:
        given = self.id
        if given is not None and (not given.strip() or not given.isprintable()):
            raise FieldError(f"id: got {given!r}; expected a name.", "id")
        if mark := next((each for each in given or "" if each in "#~@"), None):
            raise FieldError(
                f"id: {given!r} holds {mark!r}, which marks rounds, redraws and groups in the names of streams.", "id"
            )


class RampFields(Checked):
    """``{ramp: [0, 1], epochs: 10}``."""

    ramp: tuple[float, float]
    epochs: Annotated[int, Limits(1, unit="epochs")]


def step_from(
    name: str, given: Mapping[str, Any], modalities: Iterable[str] | None = None, where: Where | None = None
) -> Step:
    """The step of a full or short name with its fields and the reserved ones; raises FieldError or PluginError."""
    entry = catalogue().step(name, modalities)
    around = {key: value for key, value in given.items() if key in RESERVED}
    transform = entry.load().from_fields({key: value for key, value in given.items() if key not in RESERVED})
    written = frozenset(given) - around.keys()
    step = Step(transform, entry.name, **_around(around), where=where, given=written)
    _check_reach(step)
    return step


def field_for(cls: type[Checked], value: Any) -> str | None:
    """The first field of ``cls`` that takes this value: what somebody may have meant who gave it without a name."""
    for info in fields_of(cls).values():
        try:
            coerce(info, value)
        except FieldError:
            continue
        return info.name
    return None


def combiner_from(
    kind: str, children: Sequence[Node], given: Mapping[str, Any] | None = None, where: Where | None = None
) -> Combiner:
    """A combiner over built children; ``given``: ``p``, ``id``, ``weight`` and ``OWN`` fields, as far as written."""
    given = dict(given or {})
    fields = OWN.get(kind, {})
    own = {**fields, **{name: given.pop(name) for name in fields if name in given}}
    if "n" in fields and own["n"] is None:
        raise FieldError(f"{kind}: needs `n`, as in {kind}: {{n: 2, steps: [...]}}.", "n")
    unknown = [name for name in given if name not in ("p", "id", "weight")]
    if unknown:
        listing = ", ".join(("steps", *fields, "p", "id", "weight"))
        raise FieldError(
            f"{kind}: unknown field {unknown[0]!r}. Fields: {listing}.{_hint(kind, unknown[0])}", unknown[0]
        )
    around, children = Around(**given), as_nodes(children)
    made = Combiner(kind, children, Range(1), around.p, around.id or "", around.weight, where)  # type: ignore[arg-type]
    return replace(made, **_own(kind, own)) if own else made


def _own(kind: str, own: Mapping[str, Any]) -> dict[str, Any]:
    read: dict[str, Any] = {"n": _count("n", own["n"])} if "n" in own else {}
    if "magnitude" in own:
        read["magnitude"] = _magnitude(own["magnitude"])
    if kind == "augmix":
        read["mixing"] = _mixing(own)
    return read


def _hint(kind: str, name: str) -> str:
    if name == "magnitude" and kind == "trivial_augment":
        return " It draws the magnitude anew for each sample; rand_augment has one."
    if kind not in POLICIES or name not in RESERVED:
        return ""
    if name == "strength" and "magnitude" in OWN.get(kind, {}):
        return " Write `magnitude`, which also takes {ramp: [0, 0.5], epochs: 10}."
    return f" {name!r} belongs to a step; write it on the steps of the list."


def _count(name: str, given: Any, least: int = 0) -> Range:
    """How many, of a combiner: whole numbers, of which a draw gives one."""
    try:
        count = Range.parse(given, least, MOST)
    except FieldError as error:
        raise FieldError(f"{name}: {error}", name) from None
    if count.law in ("uniform", "choice") and any(end != round(end) for end in (*count.items, *count.ends())):
        raise FieldError(f"{name}: got {given!r}; expected whole numbers, as in 2 or [1, 3].", name)
    if max(count.ends()) > MOST:
        raise FieldError(f"{name}: reaches {max(count.ends()):g}; expected {MOST} or fewer.", name)
    if min(count.ends()) < least:
        raise FieldError(f"{name}: reaches {min(count.ends()):g}; expected {least} or more.", name)
    return count


def _magnitude(given: Any) -> Range | Ramp:
    """How strong a policy's steps are: within 0 (nothing) to 1 (the strongest that each step states)."""
    if isinstance(given, Mapping) and "ramp" in given:
        magnitude: Range | Ramp = _ramp(given, "magnitude")
        ends: tuple[float, ...] = (magnitude.start, magnitude.end)  # type: ignore[union-attr]
    else:
        try:
            magnitude = Range.parse(given, 0, 1)
        except FieldError as error:
            raise FieldError(f"magnitude: {error}", "magnitude") from None
        ends = magnitude.ends()
    if min(ends) < 0 or max(ends) > 1:
        raise FieldError(
            f"magnitude: got {given!r}; expected 0 (nothing) to 1 (the strongest that each step states).", "magnitude"
        )
    return magnitude


class _MixingFields(Checked):
    width: Annotated[int, Limits(1, 100, unit="chains")]
    alpha: Annotated[float, Limits(0.001, 1000)]


def _mixing(own: Mapping[str, Any]) -> Mixing:
    fields = _MixingFields(width=own["width"], alpha=own["alpha"])
    return Mixing(fields.width, _count("depth", own["depth"], 1), fields.alpha)


def _around(given: Mapping[str, Any]) -> dict[str, Any]:
    check_names(Around, given)
    around = Around(**given)
    if around.accept is not None and not around.accept.strip():
        raise FieldError("accept: is empty; write the reason why the clash is all right.", "accept")
    return {
        "p": around.p,
        "id": around.id or "",
        "on": (around.on,) if isinstance(around.on, str) else around.on,
        "only": {name: _values(name, value) for name, value in (around.only or {}).items()},
        "strength": _strength(around.strength),
        "off_last": around.off_last,
        "accept": around.accept,
        "on_conflict": around.on_conflict,
        "weight": around.weight,
    }


def _values(name: str, value: Any) -> tuple[Any, ...]:
    values = tuple(value) if isinstance(value, Sequence | set | frozenset) and not isinstance(value, str) else (value,)
    if not values or any(item is None or not isinstance(item, Hashable) for item in values):
        raise FieldError(f"only: {name}: got {value!r}; expected values, as in {{{name}: [0, 8]}}.", "only")
    return values


def _check_reach(step: Step) -> None:
    """Beyond 1, that a strength takes no field beyond its bounds and no probability beyond 1."""
    ends = (step.strength.start, step.strength.end) if isinstance(step.strength, Ramp) else (step.strength,)
    strongest = max(ends)
    if strongest <= 1:
        return
    try:
        if step.transform.strength_scales() == "fields":
            step.transform.at_strength(strongest)
        elif step.p * strongest > 1:
            raise FieldError(f"p: {step.p * strongest:g} is above the highest allowed, 1 (probability).", "p")
    except FieldError as error:
        raise FieldError(f"strength: {strongest:g} reaches too far. {error}", "strength") from None


def _strength(given: float | Mapping[str, Any]) -> float | Ramp:
    if isinstance(given, Mapping):
        return _ramp(given, "strength")
    if given < 0:
        raise FieldError(f"strength: {given:g} is below 0; 0 does nothing, 1 is as written.", "strength")
    return given


def _ramp(given: Mapping[str, Any], name: str) -> Ramp:
    try:
        check_names(RampFields, given)
        fields = RampFields(**given)
    except FieldError as error:
        raise FieldError(f"{name}: {error} Write {{ramp: [0, 1], epochs: 10}}.", name) from None
    return Ramp(*fields.ramp, fields.epochs)
