"""A recipe as YAML text that reads back the same."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from augkit.errors import RecipeError, Where
from augkit.recipe.scalars import resolve

WIDTH = 110
_PLAIN = re.compile(r"[A-Za-z_./][A-Za-z0-9_./+-]*(?: [A-Za-z0-9_./+-]+)*")
_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_./-]*")


def spell(recipe: Mapping[str, Any], comments: Mapping[str, str]) -> str:
    """Plain values as YAML, a step on a line where it fits; ``comments`` go above the top-level keys that they name."""
    lines: list[str] = []
    for key, value in recipe.items():
        if key in comments:
            lines.extend(f"# {line}" for line in comments[key].splitlines())
        lines.extend(_entry(key, value, 0))
    return "\n".join(lines) + "\n"


def flow(value: Any) -> str:
    """A value on one line: ``{p: 0.5, degrees: [-15, 15]}``."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_key(key)}: {flow(item)}" for key, item in value.items()) + "}"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "[" + ", ".join(map(flow, value)) + "]"
    return _scalar(value)


def _entry(key: str, value: Any, indent: int) -> Iterator[str]:
    """``key: value``, over several lines where it is a list of mappings or too long."""
    head = " " * indent + _key(key) + ":"
    line = f"{head} {flow(value)}"
    if _short(line, value):
        yield line
        return
    yield head
    yield from _block(value, indent + 2)


def _block(value: Any, indent: int) -> Iterator[str]:
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from _entry(key, item, indent)
        return
    for item in value:
        yield from _item(item, indent)


def _item(item: Any, indent: int) -> Iterator[str]:
    pad = " " * indent
    bare = isinstance(item, Mapping) and len(item) == 1
    text = flow(item)[1:-1] if bare else flow(item)
    if _short(pad + "- " + text, next(iter(item.values())) if bare else item):
        yield f"{pad}- {text}"
        return
    first, *rest = _block(item, indent + 2)
    yield f"{pad}- {first.lstrip()}"
    yield from rest


def _short(line: str, value: Any) -> bool:
    """Whether a value may stand on its key's line: everything that cannot be broken, and what is short and flat."""
    if not isinstance(value, Mapping | list | tuple) or not value:
        return True
    steps = isinstance(value, list | tuple) and any(isinstance(item, Mapping) for item in value)
    steps = steps or (isinstance(value, Mapping) and "steps" in value)
    return len(line) <= WIDTH and not steps


def _key(key: str) -> str:
    return key if _KEY.fullmatch(key) and _stays_text(key) else _quoted(key)


def _scalar(value: Any) -> str:
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, float) and not math.isfinite(value):
        return ".nan" if math.isnan(value) else ".inf" if value > 0 else "-.inf"
    if not isinstance(value, str):
        return repr(value)
    return value if _PLAIN.fullmatch(value) and _stays_text(value) else _quoted(value.replace("${", "$${"))


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=not text.isprintable())


def _stays_text(text: str) -> bool:
    try:
        return isinstance(resolve(text, Where("", 1, 1)), str)
    except RecipeError:
        return False
