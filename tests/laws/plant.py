"""Planting faults: a broken step is declared with the laws that must catch it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from augkit.combine import Step


@dataclass(frozen=True)
class Fault:
    """One broken step and the laws that must catch it."""

    name: str
    says: str
    make: Callable[[], Step]
    laws: tuple[str, ...]


faults: list[Fault] = []


def planted(*laws: str, **fields: Any) -> Callable[[type], type]:
    """Declare a class as a fault; its docstring says what is wrong. ``fields`` are those of the transform."""

    def plant(cls: type) -> type:
        assert cls.__doc__
        make = cls.make if hasattr(cls, "make") else lambda: Step(cls(**fields), f"fault/{cls.__name__}")
        faults.append(Fault(cls.__name__, cls.__doc__, make, laws))
        return cls

    return plant
