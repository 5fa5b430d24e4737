"""``extends: other.yaml``: a recipe that says only what is different."""

from __future__ import annotations

import os
from pathlib import Path

from augkit.errors import RecipeError
from augkit.recipe.located import Located, Map, Scalar, called
from augkit.recipe.yaml12 import read_file


def extend(node: Map) -> Map:
    """The recipe laid over the one that it extends, and so on; ``extends:`` is gone.

    The path is relative to the file that ``extends:`` stands in (to the working directory for text). Mappings are
    merged key by key, but a ``source`` of another name replaces the one below; lists and all else are replaced as a
    whole. Every value keeps the place where it was written.
    Raises RecipeError for files that are not there or no recipes, and for recipes that extend each other.
    """
    return _extended(node, (Path(node.where.file),))


def merged(base: Map, over: Map) -> Map:
    """``over`` laid over ``base``, in the order of ``base``."""
    items = {**base.items, **over.items}
    for key in base.items.keys() & over.items.keys():
        below, above = base.items[key], over.items[key]
        if isinstance(below, Map) and isinstance(above, Map):
            items[key] = merged(below, above)
    return Map(items, {**base.keys, **over.keys}, over.where)


def _extended(node: Map, trail: tuple[Path, ...]) -> Map:
    given = node.items.get("extends")
    if given is None:
        return node
    file = _file(given)
    if any(_same(file, earlier) for earlier in trail):
        circle = " → ".join(map(str, (*trail, file)))
        raise RecipeError(f"extends goes round in a circle: {circle}.", given.where)
    try:
        base = read_file(file)
    except RecipeError as error:
        raise error if error.where else RecipeError(f"extends: {error}", given.where) from None
    if not isinstance(base, Map):
        raise RecipeError(f"extends: {file} holds {called(base)}; expected a recipe.", given.where)
    over = _without(node, "extends")
    return merged(_without_other_source(_extended(base, (*trail, file)), over), over)


def _without_other_source(base: Map, over: Map) -> Map:
    """``base`` without its source where ``over`` has one of another name: a recipe has one source."""
    below, above = base.items.get("source"), over.items.get("source")
    if isinstance(below, Map) and isinstance(above, Map) and not below.items.keys() & above.items.keys():
        return _without(base, "source")
    return base


def _file(given: Located) -> Path:
    if not isinstance(given, Scalar) or not isinstance(given.value, str) or not given.value:
        raise RecipeError(f"extends: got {called(given)}; expected the path of one recipe.", given.where)
    if "${" in given.value:
        raise RecipeError(f"extends: {given.value!r}: variables are filled in later; write the path.", given.where)
    return Path(given.where.file).parent / given.value


def _same(file: Path, other: Path) -> bool:
    return os.path.realpath(file) == os.path.realpath(other)


def _without(node: Map, key: str) -> Map:
    items = {name: item for name, item in node.items.items() if name != key}
    return Map(items, {name: node.keys[name] for name in items}, node.where)
