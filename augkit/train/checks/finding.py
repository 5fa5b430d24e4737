"""Finding: what a check saw, what it usually means, and what to type next."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Severity = Literal["fine", "warning", "problem"]


@dataclass(frozen=True)
class Finding:
    """``name`` is what was found, or of what is ``fine`` what was looked at. ``seen`` has the numbers in words,
    ``numbers`` has them for machines; ``means`` is the usual reason, ``advice`` what to write instead.
    """

    name: str
    severity: Severity
    seen: str
    means: str = ""
    advice: str = ""
    numbers: Mapping[str, Any] = field(default_factory=dict)

    @property
    def fine(self) -> bool:
        """Whether there is nothing to do."""
        return self.severity == "fine"

    def lines(self) -> list[str]:
        """As plain text: what was seen; for what is not fine, the reason and the way out, indented."""
        first = f"{'fine' if self.fine else self.severity}: {self.name}: {self.seen}"
        return [first, *(f"  {word}: {said}" for word, said in (("usually", self.means), ("try", self.advice)) if said)]

    def to_json(self) -> dict[str, Any]:
        """For ``metrics.json``."""
        numbers = _jsonable(dict(self.numbers))
        told = {"name": self.name, "severity": self.severity, "seen": self.seen}
        more = {"means": self.means, "advice": self.advice, "numbers": numbers}
        return told | {name: value for name, value in more.items() if value}


def _jsonable(value: Any) -> Any:
    """Numbers that JSON has no word for (nan, inf) as texts."""
    if isinstance(value, Mapping):
        return {str(name): _jsonable(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_jsonable(item) for item in value]
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value


def fine(name: str, seen: str, **numbers: Any) -> Finding:
    """Nothing to do."""
    return Finding(name, "fine", seen, numbers=numbers)
