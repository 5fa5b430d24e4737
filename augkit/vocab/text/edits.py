"""Edits: an edit script over the original string, and where positions go."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate

from augkit.errors import FieldError, ReplayError
from augkit.sample import TEXT, Axis, Frame
from augkit.transform import Params
from augkit.vocab.text.compose import Edit, composed


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
        return self.length + self._shifts[-1]

    def frame(self, frame: Frame) -> Frame:
        """The length afterwards; a text of another length than the one edited raises ReplayError."""
        if frame[Axis.TEXT] != self.length:
            raise ReplayError(f"drawn for a text of {self.length} characters, met one of {int(frame[Axis.TEXT])}.")
        return {**frame, Axis.TEXT: self.length_out}

    def apply(self, string: str) -> str:
        """The edited string."""
        if len(string) != self.length:
            raise ReplayError(f"drawn for a text of {self.length} characters, met one of {len(string)}.")
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
        return [self.span(start, end) for start, end in ranges]

    @cached_property
    def _starts(self) -> list[int]:
        return [start for start, _, _ in self.edits]

    @cached_property
    def _ends(self) -> list[int]:
        return [end for _, end, _ in self.edits]

    @cached_property
    def _shifts(self) -> list[int]:
        """How far text after the first i edits has moved, for every i."""
        return list(accumulate((len(text) - (end - start) for start, end, text in self.edits), initial=0))

    def _start(self, position: int) -> int:
        """Where a span that starts here starts afterwards: past what is deleted or inserted just there."""
        number = bisect_right(self._ends, position)
        while number < len(self.edits) and self._starts[number] <= position:
            start, end, replacement = self.edits[number]
            if replacement and end > position:
                return start + self._shifts[number]
            position = max(position, end)
            number += 1
        return position + self._shifts[number]

    def _end(self, position: int) -> int:
        """Where a span that ends here ends afterwards, the mirror image of ``_start``."""
        number = bisect_left(self._starts, position)
        while number > 0 and self._ends[number - 1] >= position:
            start, end, replacement = self.edits[number - 1]
            if replacement and start < position:
                return end + self._shifts[number]
            position = min(position, start)
            number -= 1
        return position + self._shifts[number]

    def then(self, later: Params) -> Edits | None:
        """One script for both where text and spans come out the same, else None.

        They do unless the later script replaces a replacement in part, replaces what lies around a deletion, or deletes
        what lies beside an insertion.
        """
        if not isinstance(later, Edits) or type(later).then is not Edits.then or later.length != self.length_out:
            return None
        script = composed(self.edits, later.edits, self.length)
        return None if script is None else Edits(self.length, script)
