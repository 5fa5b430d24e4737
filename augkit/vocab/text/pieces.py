"""Pieces: parts of a text in another order, or some of them only, and where positions go."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from augkit.errors import FieldError
from augkit.sample import TEXT, Axis, Frame
from augkit.transform import Params
from augkit.vocab.text.edits import check_length

Piece = tuple[int, int]
"""``(start, end)`` of a part of the original text."""


@dataclass(frozen=True)
class Pieces(Params):
    """``pieces`` of an original string of ``length`` code points, in the order in which they stand afterwards.

    No two overlap; what is in none of them is gone.
    """

    axes = TEXT

    length: int
    pieces: tuple[Piece, ...]

    def __post_init__(self) -> None:
        at = 0
        for start, end in self._sorted:
            if not at <= start < end <= self.length:
                raise FieldError(
                    f"pieces: {(start, end)} is empty, overlaps another or reaches outside the text of {self.length}."
                )
            at = end

    @cached_property
    def _sorted(self) -> list[Piece]:
        return sorted(self.pieces)

    @cached_property
    def _starts(self) -> list[int]:
        return [start for start, _ in self._sorted]

    @cached_property
    def _targets(self) -> dict[Piece, int]:
        """Where each piece starts afterwards."""
        found, at = {}, 0
        for start, end in self.pieces:
            found[start, end] = at
            at += end - start
        return found

    @property
    def still(self) -> bool:
        """Whether every character stays where it is."""
        return self.length_out == self.length and self.pieces == tuple(self._sorted)

    @cached_property
    def length_out(self) -> int:
        """The length afterwards."""
        return sum(end - start for start, end in self.pieces)

    def frame(self, frame: Frame) -> Frame:
        """The length afterwards; a text of another length raises ReplayError."""
        check_length(self.length, frame[Axis.TEXT])
        return {**frame, Axis.TEXT: self.length_out}

    def apply(self, string: str) -> str:
        """The pieces of the string, joined."""
        check_length(self.length, len(string))
        return "".join([string[start:end] for start, end in self.pieces])

    def parts(self, start: int, end: int) -> list[Piece]:
        """Where the characters of a span are afterwards: ranges in order, those that touch joined."""
        moved = sorted(self._moved(start, end))
        joined: list[Piece] = []
        for first, last in moved:
            if joined and joined[-1][1] == first:
                joined[-1] = joined[-1][0], last
            else:
                joined.append((first, last))
        return joined

    def _moved(self, start: int, end: int) -> Iterator[Piece]:
        number = max(bisect_right(self._starts, start) - 1, 0)
        while number < len(self._sorted) and self._sorted[number][0] < end:
            piece = self._sorted[number]
            first, last = max(piece[0], start), min(piece[1], end)
            if first < last:
                shift = self._targets[piece] - piece[0]
                yield first + shift, last + shift
            number += 1

    def inverse(self) -> Pieces | None:
        """The order as it was; None where some of the text is gone."""
        if self.length_out != self.length:
            return None
        targets = [(self._targets[piece], piece) for piece in self._sorted]
        return Pieces(self.length, tuple((at, at + end - start) for at, (start, end) in targets))

    def then(self, later: Params) -> Pieces | None:
        """Pieces of pieces are pieces."""
        if not isinstance(later, Pieces) or later.length != self.length_out:
            return None
        return Pieces(self.length, tuple(joined(self._within(later))))

    def _within(self, later: Pieces) -> Iterator[Piece]:
        starts = list(self._targets.values())
        for start, end in later.pieces:
            number = bisect_right(starts, start) - 1
            while number < len(starts) and starts[number] < end:
                first, last = self.pieces[number]
                shift = first - starts[number]
                yield max(start + shift, first), min(end + shift, last)
                number += 1


def joined(pieces: Iterable[Piece]) -> Iterator[Piece]:
    """Pieces with those joined that follow one another in the original too."""
    last: Piece | None = None
    for start, end in pieces:
        if last is not None and last[1] == start:
            last = last[0], end
            continue
        if last is not None:
            yield last
        last = start, end
    if last is not None:
        yield last
