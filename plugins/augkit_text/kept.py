"""What is worked out once and kept: ``functools.cached_property`` without its lock, which takes most of its time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


class kept:
    """A method without arguments that is called once; its value then is an attribute."""

    def __init__(self, method: Callable[[Any], Any]) -> None:
        self.method = method
        self.__doc__ = method.__doc__

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def __get__(self, instance: Any, owner: type) -> Any:
        if instance is None:
            return self
        value = instance.__dict__[self.name] = self.method(instance)
        return value
