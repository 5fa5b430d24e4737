"""``--set train.lr=1e-4`` and ``overrides={"loader.workers": 0}``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from augkit.errors import RecipeError, Where
from augkit.recipe.located import DEEPEST, Located, Map, Scalar, Seq, called, located
from augkit.recipe.yaml12 import read_value
from augkit.words import suggestion


def override(node: Map, path: str, text_or_value: Any) -> Map:
    """The recipe with one value replaced or added; text is read as YAML (``1e-4``, ``[a, b]``, ``{p: 0.5}``).

    ``path`` is dotted. In a list a part is an index (``steps.0.hflip.p``) or names the one item with that sole key or
    that ``id`` (``steps.hflip.p``). New keys are made as needed; whether they mean anything is for the grammar to say.
    Raises RecipeError, saying what is there, for a path that leads nowhere.
    """
    origin = f"--set {path}"
    where = Where(origin, 1, 1)
    value = read_value(text_or_value, origin) if isinstance(text_or_value, str) else located(text_or_value, where)
    return _Path.parse(path, where).put(node, value)


def override_text(node: Map, assignment: str) -> Map:
    """As ``override`` for ``path=value`` from a command line."""
    path, equals, text = assignment.partition("=")
    if not equals:
        raise RecipeError(f"--set {assignment}: expected path=value, such as train.lr=1e-4.")
    return override(node, path.strip(), text)


def override_all(node: Map, values: Mapping[str, Any]) -> Map:
    """As ``override`` for plain Python values: text stays text, also ``"1e-4"`` and ``"no"``."""
    for path, value in values.items():
        where = Where(f"overrides[{path!r}]", 1, 1)
        node = _Path.parse(path, where).put(node, located(value, where))
    return node


@dataclass(frozen=True)
class _Path:
    parts: tuple[str, ...]
    where: Where

    @staticmethod
    def parse(path: str, where: Where) -> _Path:
        parts = tuple(path.split(".")) if isinstance(path, str) else ()
        if not parts or "" in parts or len(parts) > DEEPEST:
            raise RecipeError(f"{path!r:.80} is no path; write names joined by dots, such as train.lr.", where)
        if parts[0] == "extends":
            raise RecipeError("extends: is read before anything is replaced; write it into the recipe.", where)
        return _Path(parts, where)

    def put(self, node: Map, value: Located) -> Map:
        return self._into_map(node, 0, value)

    def _into(self, node: Located, at: int, value: Located) -> Located:
        if at == len(self.parts):
            return value
        if isinstance(node, Map):
            return self._into_map(node, at, value)
        if isinstance(node, Seq):
            return self._into_seq(node, at, value)
        if node.value is None:
            return self._into_map(Map({}, {}, self.where), at, value)
        raise RecipeError(f"{self._so_far(at)} is {called(node)}; there is no {self.parts[at]!r} in it.", self.where)

    def _into_map(self, node: Map, at: int, value: Located) -> Map:
        part = self.parts[at]
        below = self._into(node.items.get(part, Scalar(None, self.where)), at + 1, value)
        return Map({**node.items, part: below}, {**node.keys, part: node.keys.get(part, self.where)}, node.where)

    def _into_seq(self, node: Seq, at: int, value: Located) -> Seq:
        index = self._by_number(node, at) if self.parts[at].isdecimal() else self._by_name(node, at)
        item = node.items[index]
        step = _step(item)
        if step and not self.parts[at].isdecimal():
            below: Located = self._within(step, at + 1, value)
        elif step and self.parts[at + 1 : at + 2] == tuple(step.items):
            below = self._within(step, at + 2, value)
        else:
            below = self._into(item, at + 1, value)
        return Seq((*node.items[:index], below, *node.items[index + 1 :]), node.where)

    def _within(self, step: Map, at: int, value: Located) -> Map:
        return Map({name: self._into(inside, at, value) for name, inside in step.items.items()}, step.keys, step.where)

    def _by_number(self, node: Seq, at: int) -> int:
        number, count = self.parts[at], len(node.items)
        if len(number) < 10 and int(number) < count:
            return int(number)
        places = f"its items are 0 to {count - 1}" if count else "it is empty"
        raise RecipeError(f"{self._so_far(at)} has no item {number}; {places}.", self.where)

    def _by_name(self, node: Seq, at: int) -> int:
        name = self.parts[at]
        found = [index for index, item in enumerate(node.items) if name in _names(item)]
        if len(found) == 1:
            return found[0]
        if found:
            places = " and ".join(map(str, found))
            raise RecipeError(f"{self._so_far(at)} has {name!r} at {places}; write the number.", self.where)
        names = [other for item in node.items for other in _names(item)]
        there = f" It has: {', '.join(names)}." if names else ""
        raise RecipeError(f"{self._so_far(at)} has no {name!r}.{suggestion(name, names) or there}", self.where)

    def _so_far(self, at: int) -> str:
        return ".".join(self.parts[:at])


def _step(item: Located) -> Map | None:
    """An item with one key; a bare name is the key that it abbreviates."""
    if isinstance(item, Scalar) and isinstance(item.value, str):
        return Map({item.value: Scalar(None, item.where)}, {item.value: item.where}, item.where)
    return item if isinstance(item, Map) and len(item.items) == 1 else None


def _names(item: Located) -> list[str]:
    """What a list's item can be called by: its sole key, and its ``id``."""
    step = _step(item)
    if step is None:
        return []
    name, inside = next(iter(step.items.items()))
    given = inside.items.get("id") if isinstance(inside, Map) else None
    return [name, given.value] if isinstance(given, Scalar) and isinstance(given.value, str) else [name]
