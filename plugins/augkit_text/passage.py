"""A passage: one text as a step sees it when it draws, with what is annotated on it and what is left alone."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from augkit.errors import DataError
from augkit.sample import Axis, Target
from augkit.vocab.text import Text, Translation
from augkit_text.graphemes import boundaries, letters
from augkit_text.kept import kept
from augkit_text.protect import Finder, Ranges, found, touched, unprotected

_WORD = re.compile(r"\S+")
LETTERS = re.compile(r"(?<![\w'’@#./\\&-])[^\W\d_]+(?![\w'’@/\\&-]|\.\w)")
"""Words of letters alone; none that is part of a clitic, an address, a code, or joined by a hyphen."""


@dataclass(eq=False)
class Passage:
    """``string``, the ``targets`` annotated on it, and ``finders`` of what is left alone; with ``spans``, also
    what is annotated.

    An annotation tells by its methods ``ranges``, ``edges``, ``units`` and ``borders``; a stranger's may have none.
    """

    string: str
    targets: Sequence[Target]
    finders: tuple[Finder, ...]
    spans: bool

    @kept
    def protected(self) -> Ranges:
        """What is left alone, in order and without overlap."""
        return found(self.string, self.finders, self.annotated if self.spans else ())

    @property
    def annotated(self) -> Ranges:
        """What annotations cover."""
        return [span for target in self.targets for span in _asked(target, "ranges")]

    @kept
    def edges(self) -> set[int]:
        """Where spans and tokens begin and end: a change of several characters at once must not cross them."""
        return {edge for target in self.targets for edge in _asked(target, "edges")}

    @kept
    def borders(self) -> set[int]:
        """Where spans and entities begin and end: no word may change places across them."""
        return {edge for target in self.targets for edge in _asked(target, "borders")}

    @property
    def units(self) -> Ranges:
        """What must stay in one piece."""
        return [unit for target in self.targets for unit in _asked(target, "units")]

    @kept
    def boundaries(self) -> Container[int]:
        """Where graphemes begin and end."""
        return boundaries(self.string)

    @kept
    def letters(self) -> Ranges:
        """Where the graphemes are that begin with a letter."""
        return letters(self.string)

    @kept
    def words(self) -> Ranges:
        """What whitespace separates; where a script has none, a text is one word."""
        return [match.span() for match in _WORD.finditer(self.string)]

    def free(self, positions: Iterable[int]) -> list[int]:
        """The positions outside all that is left alone."""
        return unprotected(positions, self.protected)

    def is_free(self, start: int, end: int) -> bool:
        """Whether nothing in between is left alone, and both ends are those of graphemes."""
        if self.protected and touched(start, end, self.protected):
            return False
        return start in self.boundaries and end in self.boundaries

    def freed(self, spans: Ranges) -> Ranges:
        """Those of the spans that ``is_free`` lets through."""
        if not self.protected and isinstance(self.boundaries, range):
            return spans
        return [span for span in spans if self.is_free(*span)]

    def crossed(self, start: int, end: int) -> bool:
        """Whether a span or an entity begins or ends in between."""
        borders = self._ordered_borders
        place = bisect_right(borders, start)
        return place < len(borders) and borders[place] < end

    @kept
    def _ordered_borders(self) -> list[int]:
        return sorted(self.borders)

    def segments(self, start: int, end: int) -> Iterator[tuple[int, int]]:
        """The range cut at edges of annotations, as far as they do not cut graphemes."""
        cuts = [at for at in range(start + 1, end) if at in self.edges and at in self.boundaries] if self.edges else []
        yield from zip([start, *cuts], [*cuts, end], strict=True)


def _asked(target: Target, method: str) -> Iterable[Any]:
    ask = getattr(target, method, None)
    return ask() if ask else ()


def carrier_in(content: Mapping[str, Target] | None) -> Text:
    """The one text of the group."""
    texts = [target for target in (content or {}).values() if isinstance(target, Text)]
    if len(texts) != 1:
        raise DataError(
            f"edits belong to one text, and this group has {len(texts)}; give each text its own in `groups`."
        )
    return texts[0]


def annotations_in(content: Mapping[str, Target] | None) -> list[Target]:
    """What is annotated on the text of the group."""
    return [target for target in (content or {}).values() if Axis.TEXT in target.axes and not target.carrier]


def translation_in(content: Mapping[str, Target] | None) -> Translation | None:
    """The one translation of the group, or None."""
    found = [target for target in (content or {}).values() if isinstance(target, Translation)]
    if len(found) > 1:
        raise DataError(f"names and numbers move in one translation at once, and this text has {len(found)}.")
    return found[0] if found else None
