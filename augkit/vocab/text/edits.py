"""Edits: an edit script over the original string, and where positions go."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from augkit.errors import FieldError, ReplayError
from augkit.sample import TEXT, Axis, Frame
from augkit.transform import Params
from augkit.vocab.text.compose import Edit, composed


def check_length(drawn_for: int, met: int) -> None:
    """ReplayError for a text of another length than the one that a change was drawn for."""
    if met != drawn_for:
        raise ReplayError(f"drawn for a text of {drawn_for} characters, met one of {int(met)}.")


@dataclass(frozen=True)
class Edits(Params):
    """``edits`` over an original string of ``length`` code points, by position, none overlapping another.

    The removed text is not kept, so there is no inverse.
    """

    axes = TEXT

    length: int
    edits: tuple[Edit, ...] = ()

    def __post_init__(self) -> None:
        before = (0, 0)
        for number, (start, end, replacement) in enumerate(self.edits):
            empty = start == end and (not replacement or (number > 0 and before == (start, end)))
            if not before[1] <= start <= end <= self.length or empty:
                raise FieldError(
                    f"edits: number {number}, {(start, end, replacement)!r}, is out of place after one that ends at "
                    f"{before[1]}, in a text of {self.length}; expected them in order, without overlap."
                )
            before = (start, end)

    @property
    def length_out(self) -> int:
        """The length of the edited string."""
        return self.length + self._index[2][-1]

    def frame(self, frame: Frame) -> Frame:
        """The length afterwards; a text of another length than the one edited raises ReplayError."""
        check_length(self.length, frame[Axis.TEXT])
        return {**frame, Axis.TEXT: self.length_out}

    def apply(self, string: str) -> str:
        """The edited string."""
        check_length(self.length, len(string))
        pieces, at = [], 0
        for start, end, replacement in self.edits:
            pieces += [string[at:start], replacement]
            at = end
        return "".join([*pieces, string[at:]])

    def span(self, start: int, end: int) -> tuple[int, int] | None:
        """Where the span goes; None when it loses all its text.

        What is inserted at its edge stays outside, what is inserted within makes it grow; it covers the replacement
        of whatever it covered in part or whole.
        """
        first, last = self._start(start), self._end(end)
        return (first, last) if first < last else None

    def spans(self, ranges: Iterable[tuple[int, int]]) -> list[tuple[int, int] | None]:
        """``span`` for each of many."""
        starts, ends, shifts = self._index
        moved: list[tuple[int, int] | None] = []
        for start, end in ranges:
            before, after = bisect_left(ends, start), bisect_right(starts, end)
            # Most spans are touched by no edit.
            moved.append((start + shifts[before], end + shifts[before]) if before == after else self.span(start, end))
        return moved

    @cached_property
    def _index(self) -> tuple[list[int], list[int], list[int]]:
        """Starts and ends of the edits; and how far text after the first i edits has moved, for every i."""
        starts, ends, shifts, shift = [], [], [0], 0
        for start, end, text in self.edits:
            shift += len(text) - (end - start)
            starts.append(start)
            ends.append(end)
            shifts.append(shift)
        return starts, ends, shifts

    def _start(self, position: int) -> int:
        """Where a span that starts here starts afterwards: past what is deleted or inserted just there."""
        starts, ends, shifts = self._index
        number = bisect_right(ends, position)
        while number < len(self.edits) and starts[number] <= position:
            start, end, replacement = self.edits[number]
            if replacement and end > position:
                return start + shifts[number]
            position = max(position, end)
            number += 1
        return position + shifts[number]

    def _end(self, position: int) -> int:
        """Where a span that ends here ends afterwards, the mirror image of ``_start``."""
        starts, ends, shifts = self._index
        number = bisect_left(starts, position)
        while number > 0 and ends[number - 1] >= position:
            start, end, replacement = self.edits[number - 1]
            if replacement and start < position:
                return end + shifts[number]
            position = min(position, start)
            number -= 1
        return position + shifts[number]

    def then(self, later: Params) -> Edits | None:
        """One script for both where text and spans come out the same, else None.

        They do unless the later script replaces a replacement in part, replaces what lies around a deletion, or deletes
        what lies beside an insertion.
        """
        if not isinstance(later, Edits) or type(later).then is not Edits.then or later.length != self.length_out:
            return None
        script = composed(self.edits, later.edits, self.length)
        return None if script is None else Edits(self.length, script)
