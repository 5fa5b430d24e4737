"""Fields of a sample that are made when somebody asks for them: masks are not decoded for who wants boxes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any


class OnDemand(Mapping[str, Any]):
    """Field by name; each is made anew whenever it is looked up, and never before."""

    def __init__(self, makers: Mapping[str, Callable[[], Any]]) -> None:
        self._makers = makers

    def __getitem__(self, name: str) -> Any:
        return self._makers[name]()

    def __contains__(self, name: object) -> bool:
        return name in self._makers

    def __iter__(self) -> Iterator[str]:
        return iter(self._makers)

    def __len__(self) -> int:
        return len(self._makers)
