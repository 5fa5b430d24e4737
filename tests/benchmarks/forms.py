"""One library's way of doing one work."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")


@dataclass(frozen=True)
class Form:
    """One way to do a work with one library: ``make(n)`` makes the pictures of turn n, ``pictures`` of them."""

    library: str
    how: str
    make: Callable[[int], object]
    pictures: int = 1


def installed(name: str) -> bool:
    """Whether a module can be imported; looked up, not imported."""
    return importlib.util.find_spec(name) is not None


def turn(items: Sequence[T], n: int) -> T:
    """Item n, starting over at the end."""
    return items[n % len(items)]
