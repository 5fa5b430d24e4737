"""Broken steps of text."""

from __future__ import annotations

import dataclasses
import re
from typing import Annotated

from augkit.distributions import Range
from augkit.fields import Limits
from augkit.transform import Transform, kernel_for
from augkit.vocab.text import Edits, Pieces, Text
from tests.laws.plant import planted


def follow(target, params):
    """The right way."""
    return kernel_for(type(params), type(target))(target, params)


class Replace(Transform[Edits]):
    """A fraction of the words becomes another word."""

    rate: Annotated[Range, Limits(0, 1, neutral=0)] = Range(0.4)
    needs = ("text",)

    def draw(self, rng, frame, content=None):
        [string] = [target.string for target in content.values() if isinstance(target, Text)]
        rate = self.rate.draw(rng)
        words = [match.span() for match in re.finditer(r"\S+", string)]
        chosen = [span for span in words if rng.random() < rate]
        return Edits(len(string), tuple((start, end, "indeed") for start, end in chosen))


@planted("L11")
class SpansNotShifted(Replace):
    """Spans keep their old positions."""

    def apply_spans(self, spans, params):
        ends = [min(end, params.length_out) for end in spans.ends]
        starts = [min(start, end - 1) for start, end in zip(spans.starts, ends, strict=True)]
        return dataclasses.replace(spans, starts=tuple(starts), ends=tuple(ends))


@planted("L11")
class SpansOneLong(Replace):
    """Ends are taken as included."""

    def apply_spans(self, spans, params):
        moved = follow(spans, params)
        return dataclasses.replace(moved, ends=tuple(min(end + 1, params.length_out) for end in moved.ends))


@planted("L11", "L1")
class SplitsAndJoins(Replace):
    """Text passes through split and join, which loses line breaks and runs of spaces."""

    def apply_text(self, text, params):
        return dataclasses.replace(text, string=" ".join(follow(text, params).string.split()))


@planted("L11")
class CutsGraphemes(Replace):
    """Deletes single code points, whatever they belong to."""

    def draw(self, rng, frame, content=None):
        [string] = [target.string for target in content.values() if isinstance(target, Text)]
        chosen = [i for i in range(1, len(string)) if rng.random() < self.rate.draw(rng) and not string[i].isspace()]
        return Edits(len(string), tuple((i, i + 1, string[i] * 2) for i in chosen))


@planted("L11")
class TagsRenamed(Replace):
    """Persons become places."""

    def apply_tags(self, tags, params):
        moved = follow(tags, params)
        swapped = {"B-PER": "B-LOC", "I-PER": "I-LOC"}
        return dataclasses.replace(moved, tags=tuple(swapped.get(tag, tag) for tag in moved.tags))


@planted("L11")
class TagsOfTheOldText(Replace):
    """Tags are left with the old tokens."""

    def apply_tags(self, tags, params):
        return tags


@planted("L11")
class SpansOfTheOldOrder(Transform[Pieces]):
    """Words change places, and their spans stay where they were."""

    needs = ("text",)

    def draw(self, rng, frame, content=None):
        [string] = [target.string for target in content.values() if isinstance(target, Text)]
        words = [match.span() for match in re.finditer(r"\S+", string)]
        if len(words) < 2:
            return Pieces(len(string), ((0, len(string)),))
        (start, end), (begin, last) = words[:2]
        pieces = ((0, start), (begin, last), (end, begin), (start, end), (last, len(string)))
        return Pieces(len(string), tuple((a, b) for a, b in pieces if a < b))

    def apply_spans(self, spans, params):
        return spans

    def apply_tags(self, tags, params):
        return tags


@planted("L8")
class SpansOfNothing(Transform[Edits]):
    """Deletes words and keeps their spans, empty."""

    needs = ("text",)

    def draw(self, rng, frame, content=None):
        [string] = [target.string for target in content.values() if isinstance(target, Text)]
        words = [match.span() for match in re.finditer(r"\S+", string)]
        return Edits(len(string), tuple((start, end, "") for start, end in words if rng.random() < 0.5))

    def apply_spans(self, spans, params):
        starts, ends = [], []
        for start, end in spans.ranges():
            moved = params.span(start, end) or (0, 0)
            starts.append(moved[0])
            ends.append(moved[1])
        return dataclasses.replace(spans, starts=tuple(starts), ends=tuple(ends))


RIGHT = (Replace,)
