"""Tag schemes: from tags to marks that say which entity a token belongs to, and back to well-formed tags."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from augkit.errors import DataError

Scheme = Literal["bio", "iobes", "plain"]

Mark = tuple[int, Any] | None
"""The number and the label of the entity that a token belongs to; None outside all."""

_PREFIXES = {"bio": "BI", "iobes": "BIES"}
_BY_EDGES = {(True, True): "S", (True, False): "B", (False, True): "E", (False, False): "I"}


def marks_of(tags: Sequence[Any], scheme: Scheme, outside: Any) -> list[Mark]:
    """A mark for each tag; tags that do not form entities by the scheme raise DataError. Plain ones always do."""
    if scheme == "plain":
        return [None if tag == outside else (0, tag) for tag in tags]
    marks: list[Mark] = []
    open_: Mark = None
    for number, tag in enumerate(tags):
        prefix, label = _split(number, tag, scheme, outside)
        starts = prefix in ("", "B", "S")
        cut = starts and open_ is not None and scheme == "iobes"
        if cut or (not starts and (open_ is None or open_[1] != label)):
            raise DataError(_broken(number, tag, tags, scheme))
        mark = None if not prefix else (number, label) if starts else open_
        marks.append(mark)
        open_ = None if prefix in ("E", "S") else mark
    if scheme == "iobes" and open_ is not None:
        raise DataError(_broken(len(tags), "(the end)", tags, scheme))
    return marks


def tags_of(marks: Sequence[Mark], scheme: Scheme, outside: Any) -> list[Any]:
    """The tags of marks: entities begin, go on and end as the scheme says it."""
    tags: list[Any] = []
    for number, mark in enumerate(marks):
        if mark is None or scheme == "plain":
            tags.append(outside if mark is None else mark[1])
            continue
        first = number == 0 or marks[number - 1] != mark
        last = number + 1 == len(marks) or marks[number + 1] != mark
        prefix = _BY_EDGES[first, last if scheme == "iobes" else False]
        tags.append(f"{prefix}-{mark[1]}" if mark[1] else prefix)
    return tags


def _split(number: int, tag: Any, scheme: Scheme, outside: Any) -> tuple[str, str]:
    if tag == outside:
        return "", ""
    if isinstance(tag, str) and tag[:1] in _PREFIXES[scheme] and (len(tag) == 1 or (tag[1] == "-" and len(tag) > 2)):
        return tag[:1], tag[2:]
    raise DataError(
        f"tags: number {number} is {tag!r}; expected {outside!r} or {', '.join(p + '-…' for p in _PREFIXES[scheme])}. "
        "For another scheme, write {tags: {scheme: iobes}} or, for tags that stand alone, {tags: {scheme: plain}}."
    )


def _broken(number: int, tag: Any, tags: Sequence[Any], scheme: Scheme) -> str:
    before = repr(tags[number - 1]) if number else "nothing"
    rule = "an entity starts with B- and goes on with I-" if scheme == "bio" else "an entity is B- I-… E-, or S- alone"
    return f"tags: number {number}, {tag!r}, cannot follow {before}: in {scheme}, {rule}."
