"""Checked fields: what a step or a target's options may be given, and how a wrong value is refused.

A subclass of ``Checked`` is a keyword-only frozen dataclass whose values are read by their declared types::

    class Rotate(Transform[Affine2D]):
        degrees: Annotated[Range, Limits(-360, 360, neutral=0, unit="degrees")] = Range(-15, 15)

The declared type decides what ``[a, b]`` means: a ``Range`` to draw from, a ``Size`` (h, w), or a tuple.
"""

from __future__ import annotations

import dataclasses
import math
import types
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Annotated, Any, Literal, NamedTuple, Union, dataclass_transform, get_args, get_origin, get_type_hints

from augkit.distributions import Range
from augkit.errors import FieldError
from augkit.words import suggestion


class Size(NamedTuple):
    """Height and width in pixels; a recipe writes ``n`` for a square or ``[h, w]``."""

    h: int
    w: int


@dataclass(frozen=True)
class Limits:
    """What a field means: bounds (inclusive), the ``neutral`` value where the step does nothing, unit, a line of help.

    ``whole``: the ends of a range are whole numbers, as its draws are.
    ``strongest`` is what a policy's magnitude 1 stands for: a value, or two of which each draw takes either, as in
    ``(-30, 30)`` degrees. At magnitude m the field is exactly neutral + m · (strongest - neutral).
    """

    low: float | None = None
    high: float | None = None
    neutral: float | None = None
    unit: str = ""
    doc: str = ""
    strongest: float | tuple[float, float] | None = None
    whole: bool = False

    def __post_init__(self) -> None:
        if self.strongest is not None and self.neutral is None:
            raise TypeError(f"strongest={self.strongest} without a neutral value: a magnitude lies between the two.")
        low, high = -math.inf if self.low is None else self.low, math.inf if self.high is None else self.high
        if not all(low <= end <= high for end in self.at(1.0)):
            raise TypeError(f"strongest={self.strongest} is beyond the bounds {low:g} to {high:g}.")

    def at(self, magnitude: float) -> tuple[float, ...]:
        """The value, or the two values, that the field may have at a magnitude within 0 to 1."""
        if self.strongest is None or self.neutral is None:
            return ()
        ends = self.strongest if isinstance(self.strongest, tuple) else (self.strongest,)
        return tuple(self.neutral + magnitude * (end - self.neutral) for end in ends)


@dataclass(frozen=True)
class FieldInfo:
    """One declared field, for error messages, ``augkit steps`` and schemas."""

    name: str
    type: Any
    limits: Limits
    default: Any = dataclasses.MISSING

    @property
    def required(self) -> bool:
        return self.default is dataclasses.MISSING


@dataclass_transform(kw_only_default=True, frozen_default=True)
class Checked:
    """Fields declared in the class body, checked when an instance is made; class attributes without annotation are no
    fields.
    """

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        dataclass(frozen=True, kw_only=True)(cls)

    def __post_init__(self) -> None:
        for info in fields_of(type(self)).values():
            object.__setattr__(self, info.name, coerce(info, getattr(self, info.name)))
        self.validate()

    def validate(self) -> None:
        """Override to check fields against each other; raise ``FieldError``."""

    @classmethod
    def from_fields(cls, given: Mapping[str, Any]) -> Checked:
        """An instance from a recipe's mapping; unknown and missing names are refused."""
        check_names(cls, given)
        return cls(**given)


def check_names(cls: type[Checked], given: Mapping[str, Any]) -> None:
    """Refuse names that are no field of ``cls``, and required fields that are absent."""
    known = fields_of(cls)
    for name in given:
        if name not in known:
            listing = ", ".join(known) or "none"
            raise FieldError(f"unknown field {name!r}.{suggestion(name, known)} Fields: {listing}.", name)
    for info in known.values():
        if info.required and info.name not in given:
            raise FieldError(f"field {info.name!r} is required: {describe(info)}.", info.name)


_fields: dict[type, dict[str, FieldInfo]] = {}


def fields_of(cls: type[Checked]) -> dict[str, FieldInfo]:
    """The declared fields of ``cls`` by name, in order."""
    if cls not in _fields:
        _fields[cls] = _read_fields(cls)
    return _fields[cls]


def _read_fields(cls: type[Checked]) -> dict[str, FieldInfo]:
    if not dataclasses.is_dataclass(cls):
        return {}
    hints = get_type_hints(cls, include_extras=True)
    return {f.name: _info(f, hints[f.name]) for f in dataclasses.fields(cls) if f.init}


def _info(field: dataclasses.Field[Any], hint: Any) -> FieldInfo:
    limits = Limits()
    if get_origin(hint) is Annotated:
        hint, *notes = get_args(hint)
        limits = next((note for note in notes if isinstance(note, Limits)), limits)
    default = field.default
    if field.default_factory is not dataclasses.MISSING:
        default = field.default_factory()
    if isinstance(limits.strongest, tuple) and not _draws(hint):
        raise TypeError(
            f"{field.name}: two strongest values, of which a draw takes either, need a field of type Range."
        )
    return FieldInfo(field.name, hint, limits, default)


def _draws(hint: Any) -> bool:
    return hint is Range or any(_draws(part) for part in get_args(hint))


def coerce(info: FieldInfo, raw: Any) -> Any:
    """``raw`` as the declared type of the field, or FieldError."""
    try:
        return _as_type(info.type, raw, info.limits)
    except FieldError as error:
        raise FieldError(f"{info.name}: {error}", info.name) from None
    except (TypeError, ValueError, OverflowError):
        raise FieldError(f"{info.name}: got {raw!r}; expected {describe(info)}.", info.name) from None


def describe(info: FieldInfo) -> str:
    """What a field takes, in words."""
    words = _type_words(info.type)
    low, high = info.limits.low, info.limits.high
    if low is not None and high is not None:
        words += f" within {low:g} to {high:g}"
    elif low is not None:
        words += f" of at least {low:g}"
    elif high is not None:
        words += f" of at most {high:g}"
    return words + (f" ({info.limits.unit})" if info.limits.unit else "")


_WORDS = {bool: "true or false", int: "a whole number", float: "a number", str: "a text", Size: "a size: n or [h, w]"}


def _type_words(hint: Any) -> str:
    if hint is Range:
        return "a number, [low, high] or a distribution"
    origin = get_origin(hint)
    if origin is Literal:
        return "one of " + ", ".join(repr(item) for item in get_args(hint))
    if origin in (Union, types.UnionType):
        return " or ".join(_type_words(part) for part in get_args(hint) if part is not type(None))
    if origin is tuple:
        inner = get_args(hint)
        return f"a list of {_type_words(inner[0])}" if inner[-1] is Ellipsis else f"a list of {len(inner)}"
    return _WORDS.get(hint, getattr(hint, "__name__", str(hint)))


def _as_type(hint: Any, raw: Any, limits: Limits) -> Any:
    if hint is Any:
        return raw
    if hint is Range:
        return _within_range(Range.parse(raw, limits.low, limits.high), limits)
    origin = get_origin(hint)
    if origin is Literal:
        return _literal(get_args(hint), raw)
    if origin in (Union, types.UnionType):
        return _union(get_args(hint), raw, limits)
    if origin is tuple:
        return _tuple(get_args(hint), raw, limits)
    if origin in (dict, Mapping):
        return raw if isinstance(raw, Mapping) else _refuse(raw, "a mapping")
    return _scalar(hint, raw, limits)


def _scalar(hint: Any, raw: Any, limits: Limits) -> Any:
    if hint is Size:
        return _size(raw, limits)
    if hint is bool:
        return raw if isinstance(raw, bool) else _refuse(raw, "true or false")
    if hint is str:
        return raw if isinstance(raw, str) else _refuse(raw, "a text")
    if hint is int:
        return _limited(_number(raw, whole=True), limits)
    if hint is float:
        return _limited(_number(raw), limits)
    if isinstance(hint, type) and isinstance(raw, hint):
        return raw
    return _refuse(raw, _type_words(hint))


def _refuse(raw: Any, expected: str) -> Any:
    raise FieldError(f"got {raw!r}; expected {expected}.")


def _number(raw: Any, whole: bool = False) -> float | int:
    if isinstance(raw, bool) or (not isinstance(raw, int | float) and not hasattr(raw, "__float__")):
        return _refuse(raw, "a whole number" if whole else "a number")  # type: ignore[no-any-return]
    value = float(raw)
    if not math.isfinite(value):
        return _refuse(raw, "a finite number")  # type: ignore[no-any-return]
    if not whole:
        return value
    return int(raw) if int(value) == value else _refuse(raw, "a whole number")


def _limited(value: float, limits: Limits) -> float:
    unit = f" ({limits.unit})" if limits.unit else ""
    if limits.low is not None and value < limits.low:
        raise FieldError(f"{value:g} is below the lowest allowed, {limits.low:g}{unit}.")
    if limits.high is not None and value > limits.high:
        raise FieldError(f"{value:g} is above the highest allowed, {limits.high:g}{unit}.")
    return value


def _within_range(value: Range, limits: Limits) -> Range:
    for end in value.ends():
        _limited(end, limits)
    written = (value.low, value.high or value.low, *value.items) if value.law in ("uniform", "choice") else ()
    if limits.whole and any(number != round(number) for number in written):
        raise FieldError(f"got {value.log()!r}; expected whole numbers, as in 2 or [1, 3].")
    return value


def _size(raw: Any, limits: Limits) -> Size:
    limits = dataclasses.replace(limits, low=1 if limits.low is None else limits.low)
    if isinstance(raw, Sequence) and not isinstance(raw, str):
        if len(raw) != 2:
            _refuse(raw, "a size: n or [h, w]")
        h, w = (int(_limited(_number(side, whole=True), limits)) for side in raw)
        return Size(h, w)
    side = int(_limited(_number(raw, whole=True), limits))
    return Size(side, side)


def _literal(allowed: tuple[Any, ...], raw: Any) -> Any:
    for item in allowed:
        if type(item) is type(raw) and item == raw:
            return item
    words = ", ".join(map(repr, allowed))
    raise FieldError(f"got {raw!r}.{suggestion(str(raw), [str(a) for a in allowed])} Expected one of {words}.")


def _union(parts: tuple[Any, ...], raw: Any, limits: Limits) -> Any:
    if raw is None and type(None) in parts:
        return None
    errors = []
    for part in (part for part in parts if part is not type(None)):
        try:
            return _as_type(part, raw, limits)
        except FieldError as error:
            errors.append(error)
    told = f"got {raw!r}; "
    raise errors[0] if len(errors) == 1 else FieldError(told + " Or: ".join(str(e).removeprefix(told) for e in errors))


def _tuple(inner: tuple[Any, ...], raw: Any, limits: Limits) -> tuple[Any, ...]:
    # A mapping would pass as the list of its keys, and a set in another order in every process.
    if isinstance(raw, str | Mapping | Set) or (not isinstance(raw, Sequence) and not hasattr(raw, "__len__")):
        return _refuse(raw, "a list")  # type: ignore[no-any-return]
    types_ = [inner[0]] * len(raw) if inner[-1] is Ellipsis else list(inner)
    if len(types_) != len(raw):
        _refuse(raw, f"a list of {len(types_)}")
    return tuple(_as_type(kind, item, limits) for kind, item in zip(types_, raw, strict=True))


__all__ = ["Checked", "FieldInfo", "Limits", "Range", "Size", "check_names", "coerce", "describe", "fields_of"]
