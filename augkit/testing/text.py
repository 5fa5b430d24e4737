"""The law of text: spans and tags stay with what they say, and nothing else is touched."""

from __future__ import annotations

import importlib
from typing import Any

from augkit.errors import MissingDependency
from augkit.sample import Axis
from augkit.testing.laws import law
from augkit.testing.subject import NotApplicable, Subject, Visit
from augkit.vocab.text import Edits, Pieces, Spans, Tags, Text

Origins = list[tuple[int, int] | None]


@law("L11", "`text[start:end]` = expected surface; no grapheme is split; untouched text is byte-identical", "exact")
def surfaces(subject: Subject) -> int:
    """The edits done again letter by letter: what each letter came from says what every span and tag must cover."""
    if not subject.moves(Axis.TEXT) or not subject.follows("text"):
        raise NotApplicable("changes no text")
    if not issubclass(subject.transform.params_type, Edits | Pieces):
        raise NotApplicable("its Params are neither Edits nor Pieces, so nobody knows which text is untouched")

    def holds(visit: Visit) -> int:
        ran = 0
        for drawn in visit.params:
            assert isinstance(drawn, Edits | Pieces)
            ran += _judge(visit, drawn)
        return ran

    return subject.each(holds)


def _judge(visit: Visit, drawn: Edits | Pieces) -> int:
    before, after = visit.before.targets, visit.after.targets
    old, new = before["text"], after["text"]
    assert isinstance(old, Text) and isinstance(new, Text)
    expected, origins = _letter_by_letter(old.string, drawn)
    if new.string != expected:
        raise visit.broken(f"the edits make {expected!r}, but the text became {new.string!r}")
    _whole_graphemes(visit, old.string, drawn)
    spans, tags = after.get("spans"), after.get("tags")
    if isinstance(spans, Spans):
        _spans_cover(visit, spans, new.string, origins)
    if isinstance(tags, Tags):
        _tags_cover(visit, tags, new.string, origins)
    return 2 + (spans is not None) + (tags is not None)


def _letter_by_letter(string: str, drawn: Edits | Pieces) -> tuple[str, Origins]:
    """The edited string, and for each of its letters the range of the original it stands for; None for an insertion."""
    if isinstance(drawn, Pieces):
        places = [at for start, end in drawn.pieces for at in range(start, end)]
        return "".join(string[at] for at in places), [(at, at + 1) for at in places]
    made, origins, at = "", Origins(), 0
    for start, end, replacement in drawn.edits:
        made += string[at:start] + replacement
        origins += [(i, i + 1) for i in range(at, start)]
        origins += [(start, end) if start < end else None] * len(replacement)
        at = end
    return made + string[at:], origins + [(i, i + 1) for i in range(at, len(string))]


def _whole_graphemes(visit: Visit, string: str, drawn: Edits | Pieces) -> None:
    edges = {0, *_ends_of_graphemes(string)}
    for part in drawn.pieces if isinstance(drawn, Pieces) else drawn.edits:
        start, end = part[:2]
        if start not in edges or end not in edges:
            around = string[max(0, start - 5) : end + 5]
            raise visit.broken(f"{part!r} splits a grapheme of {around!r}")


def _ends_of_graphemes(string: str) -> list[int]:
    try:
        regex: Any = importlib.import_module("regex")
    except ImportError:
        raise MissingDependency("L11 needs regex. Install it: pip install 'augkit[text]'") from None
    return [match.end() for match in regex.finditer(r"\X", string)]


def _covered(origins: Origins, start: int, end: int) -> tuple[int, int] | None:
    """From the first to the last letter that stands for something of the original range."""
    inside = [i for i, origin in enumerate(origins) if origin and origin[0] < end and origin[1] > start]
    return (inside[0], inside[-1] + 1) if inside else None


def _spans_cover(visit: Visit, spans: Spans, string: str, origins: Origins) -> None:
    given = visit.case.fields["spans"]
    left = dict(zip(map(int, spans.columns["id"]), spans.ranges(), strict=True))
    for id, (start, end) in enumerate(zip(given["start"], given["end"], strict=True)):
        expected, found = _covered(origins, start, end), left.get(id)
        if expected != found:
            raise visit.broken(
                f"span {id}, {visit.case.fields['text'][start:end]!r}, should say {_said(string, expected)}, "
                f"but {'was dropped' if found is None else 'says ' + _said(string, found)}"
            )


def _said(string: str, span: tuple[int, int] | None) -> str:
    return "nothing" if span is None else repr(string[slice(*span)])


def _tags_cover(visit: Visit, tags: Tags, string: str, origins: Origins) -> None:
    if tags.string != string:
        raise visit.broken(f"the tags belong to {tags.string!r}, the text is {string!r}")
    old = visit.before.targets["tags"]
    assert isinstance(old, Tags)
    labels = _labels(old)
    tags.marks()  # raises where they are not well-formed
    for token, (start, end) in enumerate(zip(tags.starts, tags.ends, strict=True)):
        came = {labels.get(i) for origin in origins[start:end] if origin for i in range(*origin)} - {None}
        label = _label(tags.tags[token])
        if came and label not in came:
            raise visit.broken(f"the token {string[start:end]!r} is tagged {tags.tags[token]!r}, it came from {came}")
    covered = {i for start, end in zip(tags.starts, tags.ends, strict=True) for i in range(start, end)}
    bare = [i for i in range(len(string)) if i not in covered and not string[i].isspace()]
    if bare:
        raise visit.broken(f"no token covers {string[bare[0]]!r} at {bare[0]} of {string!r}")


def _labels(tags: Tags) -> dict[int, Any]:
    """The label of the entity that each letter stands in."""
    return {
        i: _label(tag)
        for tag, start, end in zip(tags.tags, tags.starts, tags.ends, strict=True)
        for i in range(start, end)
    }


def _label(tag: str) -> str:
    return tag.partition("-")[2] or tag
