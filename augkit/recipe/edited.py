"""A recipe's text with one value changed: every other character, comments and line ends too, stays where it was."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

import yaml

from augkit.errors import RecipeError, Where
from augkit.recipe.located import Map, plain
from augkit.recipe.override import override_all
from augkit.recipe.spelling import flow
from augkit.recipe.yaml12 import read


def edited(text: str, path: Sequence[str], value: Any, file: str = "<recipe>") -> str:
    """The text with ``value`` at ``path``, below mappings; what is missing on the way is written behind what is there.

    Only the value is rewritten, on one line; comments inside it go. RecipeError with the place, and what to write by
    hand, where the text reads otherwise than meant afterwards: an alias, or an anchor that an alias needs.
    """
    before, root = read(text, file), yaml.compose(text, Loader=yaml.SafeLoader)
    changed = _put(text, root, list(path), value) if root else text
    if not isinstance(before, Map) or not _as_meant(before, changed, ".".join(path), value):
        raise _by_hand(before if isinstance(before, Map) else Map({}, {}, Where(file, 1, 1)), path, value)
    return changed


def _as_meant(before: Map, changed: str, path: str, value: Any) -> bool:
    try:
        return bool(plain(read(changed)) == plain(override_all(before, {path: value})))
    except RecipeError:
        return False


def _by_hand(before: Map, path: Sequence[str], value: Any) -> RecipeError:
    node: Any = before
    for name in path:
        if not isinstance(node, Map) or name not in node.items:
            break
        node = node.items[name]
    return RecipeError(f"{'.'.join(path)} cannot be changed here; write it yourself: {flow(value)}", node.where)


def _put(text: str, node: yaml.Node, path: list[str], value: Any) -> str:
    if not path:
        return _spliced(text, node.start_mark.index, node.end_mark.index, _speller(text)(value))
    if not isinstance(node, yaml.MappingNode):  # nothing there, or what is read again will tell
        return _put(text, node, [], _nested(path, value))
    inner = next((below for key, below in node.value if key.value == path[0]), None)
    if inner is not None:
        return _put(text, inner, path[1:], value)
    return _added(text, node, path[0], _nested(path[1:], value))


def _nested(path: Sequence[str], value: Any) -> Any:
    for name in reversed(path):
        value = {name: value}
    return value


def _speller(text: str) -> Callable[[Any], str]:
    """JSON stays JSON."""
    try:
        json.loads(text)
    except ValueError:
        return flow
    return json.dumps


def _added(text: str, node: yaml.MappingNode, key: str, value: Any) -> str:
    """One more entry of a mapping, behind its last."""
    entry = _speller(text)({key: value})[1:-1]
    if node.flow_style:
        if not node.value:
            return _spliced(text, node.start_mark.index + 1, node.start_mark.index + 1, entry)
        end = node.value[-1][1].end_mark.index
        return _spliced(text, end, end, f", {entry}")
    newline = "\r\n" if "\r\n" in text else "\n"
    end = _end_of_line(text, _last(node).end_mark.index)
    return _spliced(text, end, end, f"{newline}{' ' * node.start_mark.column}{entry}")


def _last(node: yaml.Node) -> yaml.Node:
    while isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
        node = node.value[-1][1] if isinstance(node, yaml.MappingNode) else node.value[-1]
    return node


def _end_of_line(text: str, index: int) -> int:
    found = text.find("\n", index)
    end = len(text) if found < 0 else found
    return end - 1 if text[end - 1 : end] == "\r" else end


def _spliced(text: str, start: int, end: int, new: str) -> str:
    spaced = " " if start == end and text[start - 1 : start] == ":" else ""
    return text[:start] + spaced + new + text[end:]
