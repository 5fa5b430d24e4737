"""``vars:`` and ``${name}``."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter

from augkit.errors import RecipeError, Where
from augkit.recipe.located import DEEPEST, Located, Map, Scalar, Seq, called, children, height, located, plain, size
from augkit.words import suggestion

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
USE = re.compile(r"\$\$\{|\$\{(?P<name>[^}]*)(?P<end>\}?)")
MOST = 100_000


def substitute(node: Map) -> Map:
    """The recipe with every ``${name}`` filled in from ``vars:``, and ``vars:`` gone.

    A text that is ``${name}`` and nothing else becomes the variable's value with its type, at the place of use; within
    longer text its value is written out. ``$${`` stands for ``${``. Variables may use each other, in any order. Raises
    RecipeError for unknown and malformed names, circles, lists inside text, and values that grow beyond reason.
    """
    definitions, keys = _definitions(node)
    filling = _Filling({})
    for name in _ordered(definitions, keys):
        filling.values[name] = _shallow(filling.filled(definitions[name]), name)
    items = {key: filling.filled(item) for key, item in node.items.items() if key != "vars"}
    return Map(items, {key: node.keys[key] for key in items}, node.where)


def _definitions(node: Map) -> tuple[Mapping[str, Located], Mapping[str, Where]]:
    given = node.items.get("vars")
    if given is None or (isinstance(given, Scalar) and given.value is None):
        return {}, {}
    if not isinstance(given, Map):
        raise RecipeError(f"vars: got {called(given)}; expected a mapping such as {{size: 224}}.", given.where)
    for name, value in given.items.items():
        if not NAME.fullmatch(name):
            raise RecipeError(f"vars: {name!r} is no name; use letters, digits and _.", given.keys[name])
        if mapping := next(_mappings(value), None):
            raise RecipeError(f"vars: {name} holds a mapping; expected a number, a text or a list.", mapping.where)
    return given.items, given.keys


def _ordered(definitions: Mapping[str, Located], keys: Mapping[str, Where]) -> list[str]:
    """Each variable after those that it uses."""
    uses = {name: [other for other in _uses(value) if other in definitions] for name, value in definitions.items()}
    try:
        return list(TopologicalSorter(uses).static_order())
    except CycleError as error:
        circle = error.args[1][::-1]
        raise RecipeError(f"vars: {' → '.join(circle)} go round in a circle.", keys[circle[0]]) from None


@dataclass
class _Filling:
    values: dict[str, Located]
    spent: int = 0

    def filled(self, node: Located) -> Located:
        if isinstance(node, Map):
            for key, where in node.keys.items():
                if "${" in key:
                    raise RecipeError(f"{key!r}: variables are read in values, not in keys.", where)
            return Map({key: self.filled(item) for key, item in node.items.items()}, node.keys, node.where)
        if isinstance(node, Seq):
            return Seq(tuple(self.filled(item) for item in node.items), node.where)
        if isinstance(node.value, str) and "${" in node.value:
            return self.text(node.value, node.where)
        return node

    def text(self, text: str, where: Where) -> Located:
        whole = USE.fullmatch(text)
        if whole and whole["name"] is not None:
            value = self.value(whole, where)
            self.spend(size(value), where)
            return located(plain(value), where)
        return Scalar(USE.sub(lambda use: self.written(use, where), text), where)

    def value(self, use: re.Match[str], where: Where) -> Located:
        name = use["name"]
        if not use["end"] or not NAME.fullmatch(name):
            raise RecipeError(f"{use[0]!r} is no variable; write ${{name}}, or $${{ for the text ${{.", where)
        if name not in self.values:
            known = f" Known: {', '.join(self.values)}." if self.values else " The recipe has no vars:."
            raise RecipeError(f"unknown variable {name!r}.{suggestion(name, self.values) or known}", where)
        return self.values[name]

    def written(self, use: re.Match[str], where: Where) -> str:
        if use["name"] is None:
            return "${"
        value = self.value(use, where)
        if not isinstance(value, Scalar) or value.value is None:
            raise RecipeError(f"{use[0]} is {called(value)} and cannot be part of a text.", where)
        text = str(value.value).lower() if isinstance(value.value, bool) else str(value.value)
        self.spend(len(text), where)
        return text

    def spend(self, amount: int, where: Where) -> None:
        self.spent += amount
        if self.spent > MOST:
            raise RecipeError(f"variables grow to more than {MOST:,} values and characters.", where)


def _shallow(value: Located, name: str) -> Located:
    if height(value) > DEEPEST:
        raise RecipeError(f"vars: {name} nests more than {DEEPEST} levels deep.", value.where)
    return value


def _mappings(node: Located) -> Iterator[Located]:
    if isinstance(node, Map):
        yield node
    for child in children(node):
        yield from _mappings(child)


def _uses(node: Located) -> Iterator[str]:
    if isinstance(node, Scalar) and isinstance(node.value, str):
        yield from (use["name"] for use in USE.finditer(node.value) if use["name"] is not None)
    for child in children(node):
        yield from _uses(child)
