"""A recipe as a tree whose every value knows its place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from augkit.errors import RecipeError, Where


@dataclass(frozen=True)
class Scalar:
    """A number, text, true/false or nothing."""

    value: bool | int | float | str | None
    where: Where


@dataclass(frozen=True)
class Seq:
    """A list."""

    items: tuple[Located, ...]
    where: Where


@dataclass(frozen=True)
class Map:
    """A mapping in the order written; ``keys`` says where each key stands."""

    items: Mapping[str, Located]
    keys: Mapping[str, Where]
    where: Where


Located: TypeAlias = Scalar | Seq | Map


def plain(node: Located) -> Any:
    """The tree as plain dicts, lists and scalars, without places."""
    if isinstance(node, Map):
        return {key: plain(item) for key, item in node.items.items()}
    return [plain(item) for item in node.items] if isinstance(node, Seq) else node.value


def leaves(value: Any) -> Iterator[Any]:
    """The scalars of plain data, at whatever depth."""
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else None
    if inner is None:
        yield value
        return
    for item in inner:
        yield from leaves(item)


LONGEST = 200
"""So much of a text is told."""

DEEPEST = 100
"""No recipe nests deeper; what reads it may recurse."""


def located(value: Any, where: Where) -> Located:
    """Plain Python as a tree, every node at ``where``; tuples are lists, numpy scalars are numbers.

    Raises RecipeError for what YAML has no word for: other objects, keys that are not text, endless nesting.
    """
    return _located(value, where, 1)


def children(node: Located) -> Iterator[Located]:
    """What is directly inside."""
    if isinstance(node, Map):
        yield from node.items.values()
    elif isinstance(node, Seq):
        yield from node.items


def size(node: Located) -> int:
    """Nodes in the tree, itself included; a shared node counts wherever it is used."""
    return 1 + sum(size(child) for child in children(node))


def height(node: Located) -> int:
    """Levels below and including this one."""
    return 1 + max((height(child) for child in children(node)), default=0)


def called(node: Located) -> str:
    """What the node is, for a message: ``a list of 3``, ``the number 0.5``."""
    if isinstance(node, Map):
        keys = ", ".join(list(node.items)[:8]) + (", …" if len(node.items) > 8 else "")
        return f"a mapping ({keys})" if keys else "an empty mapping"
    if isinstance(node, Seq):
        return f"a list of {len(node.items)}"
    if node.value is None or isinstance(node.value, bool):
        return {None: "empty", True: "true", False: "false"}[node.value]
    if not isinstance(node.value, str):
        return f"the number {node.value!r}"
    return f"the text {node.value!r}" if len(node.value) <= LONGEST else f"a text that begins {node.value[:LONGEST]!r}"


def _located(value: Any, where: Where, depth: int) -> Located:
    if isinstance(value, Scalar | Seq | Map):
        return value
    if depth > DEEPEST:
        raise RecipeError(f"nested more than {DEEPEST} levels deep; does a value contain itself?", where)
    if isinstance(value, Mapping):
        for key in value:
            if not isinstance(key, str):
                raise RecipeError(f"the key {key!r} is of type {type(key).__name__}; keys are text.", where)
        items = {str(key): _located(item, where, depth + 1) for key, item in value.items()}
        return Map(items, dict.fromkeys(items, where), where)
    if isinstance(value, list | tuple):
        return Seq(tuple(_located(item, where, depth + 1) for item in value), where)
    return Scalar(_scalar(value, where), where)


def _scalar(value: Any, where: Where) -> bool | int | float | str | None:
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float):
        return float(value)
    if isinstance(value, str):
        return str(value)
    if getattr(value, "shape", None) == () and hasattr(value, "item"):
        return _scalar(value.item(), where)
    kind = type(value).__name__
    raise RecipeError(f"{value!r:.80} is of type {kind}; a recipe holds text, numbers, lists and mappings.", where)
