"""Where the words of a doc are after a text has changed: which are there still, which are as they were."""

from __future__ import annotations

import dataclasses
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from augkit.sample import TEXT, Options, Target
from augkit.schema import Field
from augkit.transform import moves
from augkit.vocab.text import Edit, Edits, Pieces

Range = tuple[int, int]
Word = tuple[int, int, int | None]
"""Start, end, and the number of the word that it was; None for a new one."""


class PlacesOptions(Options):
    """Words are at no risk: what loses some or tears them apart is found out afterwards."""

    def at_risk(self, kind: str) -> frozenset[str]:
        """Nothing."""
        return frozenset()


@dataclass(frozen=True, eq=False)
class Places(Target):
    """``ranges_of`` words in the ``string``: where each word is, in one piece, in several or none. No step asks."""

    kind = "places"
    axes = TEXT
    options_type = PlacesOptions

    ranges_of: tuple[tuple[Range, ...], ...]
    string: str

    options: PlacesOptions = field(default=PlacesOptions(), kw_only=True)


FIELD = Field("places", Places.kind, Places, PlacesOptions(), "text")


@moves(Edits, Places)
def places_follow_edits(places: Places, edits: Edits) -> Places:
    """Each part as a span, by edits no longer than they must be, so that few touch more than one word."""
    if not edits.edits:
        return places
    least = Edits(edits.length, tuple(small for edit in edits.edits for small in _least(places.string, edit)))
    moved = [tuple(part for part in least.spans(parts) if part is not None) for parts in places.ranges_of]
    return dataclasses.replace(places, ranges_of=tuple(moved), string=edits.apply(places.string))


def _least(string: str, edit: Edit) -> Iterator[Edit]:
    """The same change without what it leaves as it is at its ends; of a change of case, letter by letter."""
    start, end, new = edit
    old = string[start:end]
    if len(old) == len(new) and old.casefold() == new.casefold():
        pairs = enumerate(zip(old, new, strict=True), start)
        yield from ((at, at + 1, other) for at, (letter, other) in pairs if letter != other)
        return
    front = _alike(old, new)
    back = _alike(old[front:][::-1], new[front:][::-1])
    if old != new:
        yield start + front, end - back, new[front : len(new) - back]


def _alike(one: str, other: str) -> int:
    """How many letters both begin with."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((number for number, (a, b) in pairs if a != b), min(len(one), len(other)))


@moves(Pieces, Places)
def places_follow_pieces(places: Places, pieces: Pieces) -> Places:
    """Each part with its characters."""
    moved = [tuple(found for part in parts for found in pieces.parts(*part)) for parts in places.ranges_of]
    return dataclasses.replace(places, ranges_of=tuple(moved), string=pieces.apply(places.string))


def words_in(text: str, parts: Sequence[Sequence[Range]], cuts: Sequence[int], tokens: Sequence[Range]) -> list[Word]:
    """The words of a text after its change.

    A word that is one piece, shares no character with another, holds no whitespace and has none of the ``cuts``, which
    are in order, within is itself. All else is new words: what ``tokens``, a tokenizer's own of the new text, say, cut
    at the cuts and where words begin and end.
    """
    owner = [0] * len(text)
    for found in parts:
        for start, end in found:
            owner[start:end] = [count + 1 for count in owner[start:end]]
    own = [
        (*found[0], number)
        for number, found in enumerate(parts)
        if len(found) == 1 and _is_whole(text, *found[0], owner, cuts)
    ]
    edges = sorted({*cuts, *(edge for start, end, _ in own for edge in (start, end))})
    covered = {at for start, end, _ in own for at in range(start, end)}
    new: list[Word] = []
    for start, end in tokens:
        marks = [start, *_between(edges, start, end), end]
        new += [(a, b, None) for a, b in pairwise(marks) if a not in covered and text[a:b].strip()]
    return sorted([*own, *(_stripped(text, word) for word in new)], key=lambda word: word[:2])


def _is_whole(text: str, start: int, end: int, owner: Sequence[int], cuts: Sequence[int]) -> bool:
    alone = all(count == 1 for count in owner[start:end])
    return alone and not any(letter.isspace() for letter in text[start:end]) and not _between(cuts, start, end)


def _between(places: Sequence[int], start: int, end: int) -> Sequence[int]:
    """Those of the ordered places that are truly within."""
    return places[bisect_right(places, start) : bisect_left(places, end)]


def _stripped(text: str, word: Word) -> Word:
    start, end, _ = word
    said = text[start:end]
    return start + len(said) - len(said.lstrip()), end - len(said) + len(said.rstrip()), None
