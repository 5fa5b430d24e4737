"""``Range``: what a field that takes a range holds, from a fixed number to a distribution."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from augkit.errors import FieldError
from augkit.rng import Stream
from augkit.words import suggestion

Law = Literal["uniform", "loguniform", "int", "normal", "choice"]
_LAWS = ("uniform", "loguniform", "int", "normal", "choice")


@dataclass(frozen=True)
class Range:
    """Numbers to draw from. ``Range(10)`` is exactly 10, ``Range(-15, 15)`` uniform between.

    A recipe writes ``10``, ``[-15, 15]``, ``{loguniform: [0.1, 2]}``, ``{int: [1, 4]}``, ``{normal: [0, 5], clip:
    [-15, 15]}`` or ``{choice: [0, 90]}``. A normal draw is clipped to ``low`` and ``high`` (at most the field's
    bounds).
    """

    low: float
    high: float | None = None
    law: Law = "uniform"
    items: tuple[float, ...] = ()
    mean: float = 0.0
    std: float = 0.0
    neutral: float = 0.0
    strength: float = 1.0

    @classmethod
    def parse(cls, raw: Any, low: float | None = None, high: float | None = None) -> Range:
        """A Range from what a recipe or a caller wrote; ``low`` and ``high`` are the field's bounds."""
        if isinstance(raw, Range):
            return raw
        if isinstance(raw, Mapping):
            return _from_mapping(raw, low, high)
        if isinstance(raw, Sequence) and not isinstance(raw, str):
            return cls(*_pair(raw, "[low, high]"))
        return cls(_number(raw))

    def draw(self, rng: Stream) -> float:
        """One number; a fixed range takes nothing from the stream."""
        if self.law == "uniform" and self.high is not None and self.strength == 1.0:  # nearly always
            return rng.uniform(self.low, self.high) if self.low != self.high else self.low
        value = self._raw(rng)
        if self.strength == 1.0:
            return value
        value = self.neutral + self.strength * (value - self.neutral)
        return round(value) if self.law == "int" else value

    def draw_int(self, rng: Stream) -> int:
        """One whole number, from a range whose ends count: ``[1, 4]`` gives 1, 2, 3 or 4."""
        if self.law == "uniform" and self.high is not None:
            return int(dataclasses.replace(self, law="int").draw(rng))
        return round(self.draw(rng))

    def _raw(self, rng: Stream) -> float:
        high = self.low if self.high is None else self.high
        match self.law:
            case "choice":
                return rng.choice(self.items)
            case "normal":
                return min(max(rng.normal(self.mean, self.std), self.low), high)
            case "int":
                return rng.integer(math.ceil(self.low), math.floor(high))
        if self.low == high:
            return self.low
        return rng.loguniform(self.low, high) if self.law == "loguniform" else rng.uniform(self.low, high)

    def toward(self, neutral: float, strength: float) -> Range:
        """The same draws, moved towards ``neutral``: v becomes neutral + strength · (v − neutral); again, by both."""
        return dataclasses.replace(self, neutral=neutral, strength=self.strength * strength)

    def ends(self) -> tuple[float, ...]:
        """The smallest and the largest number a draw can give; infinite ends are left out."""
        high = self.low if self.high is None else self.high
        ends = (min(self.items), max(self.items)) if self.law == "choice" else (self.low, high)
        if self.strength != 1.0:
            ends = tuple(self.neutral + self.strength * (end - self.neutral) for end in ends)  # type: ignore[assignment]
        return tuple(end for end in ends if math.isfinite(end))

    def log(self) -> Any:
        """As a recipe would write it."""
        if self.law == "choice":
            return {"choice": list(self.items)}
        if self.law == "normal":
            return {"normal": [self.mean, self.std], "clip": list(self.ends())}
        if self.high is None or self.high == self.low:
            return self.low
        return [self.low, self.high] if self.law == "uniform" else {self.law: [self.low, self.high]}


def _number(raw: Any) -> float:
    if isinstance(raw, bool) or (not isinstance(raw, int | float) and not hasattr(raw, "__float__")):
        raise FieldError(f"got {raw!r}; expected a number, [low, high] or a distribution such as {{normal: [0, 5]}}.")
    try:
        finite = math.isfinite(raw)
    except (OverflowError, TypeError):  # a whole number that no float holds; an array of several
        finite = False
    if not finite:
        raise FieldError(f"got {raw!r:.60}; expected a finite number.")
    return raw if isinstance(raw, int) else float(raw)


def _pair(raw: Any, what: str) -> tuple[float, float]:
    if not isinstance(raw, Sequence) or isinstance(raw, str) or len(raw) != 2:
        raise FieldError(f"got {raw!r}; expected {what}.")
    low, high = _number(raw[0]), _number(raw[1])
    if low > high:
        raise FieldError(f"got {list(raw)!r}: the lower end comes first, write [{high:g}, {low:g}].")
    return low, high


def _from_mapping(raw: Mapping[str, Any], low: float | None, high: float | None) -> Range:
    names = [name for name in raw if name != "clip"]
    if len(names) != 1 or names[0] not in _LAWS:
        hint = suggestion(str(names[0]), _LAWS) if names else ""
        raise FieldError(f"got {dict(raw)!r}; expected one distribution of {', '.join(_LAWS)}.{hint}")
    law = names[0]
    if "clip" in raw and law != "normal":
        raise FieldError(f"`clip` goes with `normal` only, not with {law!r}.")
    match law:
        case "choice":
            return _choice(raw[law])
        case "normal":
            return _normal(raw, low, high)
    first, last = _pair(raw[law], f"{law}: [low, high]")
    if law == "loguniform" and first <= 0:
        raise FieldError(f"got {{loguniform: {[first, last]}}}: a logarithm needs ends above 0.")
    if law == "int" and math.ceil(first) > math.floor(last):
        raise FieldError(f"got {{int: {[first, last]}}}: there is no whole number between.")
    return Range(first, last, law)  # type: ignore[arg-type]


def _choice(raw: Any) -> Range:
    if not isinstance(raw, Sequence) or isinstance(raw, str) or not raw:
        raise FieldError(f"got {{choice: {raw!r}}}; expected a list of numbers.")
    items = tuple(_number(item) for item in raw)
    return Range(min(items), max(items), "choice", items)


def _normal(raw: Mapping[str, Any], low: float | None, high: float | None) -> Range:
    mean, std = raw["normal"] if isinstance(raw["normal"], Sequence) and len(raw["normal"]) == 2 else (None, None)
    mean, std = _number(mean), _number(std)
    if std < 0:
        raise FieldError(f"got {{normal: {[mean, std]}}}: the standard deviation cannot be negative.")
    bottom, top = -math.inf if low is None else low, math.inf if high is None else high
    if "clip" in raw:
        first, last = _pair(raw["clip"], "clip: [low, high]")
        if first < bottom or last > top:
            raise FieldError(f"clip: {[first, last]} goes beyond what the field allows, {bottom:g} to {top:g}.")
        bottom, top = first, last
    return Range(bottom, top, "normal", (), mean, std)
