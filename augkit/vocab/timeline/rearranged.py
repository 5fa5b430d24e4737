"""Rolled, Spliced, Reversed and Delayed: moves of whole samples that no rising map can say."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from augkit.errors import FieldError
from augkit.transform import Params
from augkit.vocab.timeline.moves import TimeMove


@dataclass(frozen=True)
class Rolled(TimeMove):
    """What leaves the clip at one end comes in at the other: sample i goes to (i + ``by``) mod ``samples_in``.

    An event over the seam becomes two. Frames of a hop follow by ``origins``.
    """

    by: int
    samples_in: int
    rate: int

    @property
    def samples_out(self) -> int:  # type: ignore[override]
        """As many as came in."""
        return self.samples_in

    @property
    def seam(self) -> float:
        """The moment of the input, in seconds, before which the clip is cut and which then comes first."""
        return (-self.by % self.samples_in) / self.rate

    def is_identity(self) -> bool:
        """Whether it goes round a whole number of times."""
        return self.by % self.samples_in == 0

    def pieces(self) -> np.ndarray:
        """The end of the clip, then its beginning."""
        by = self.by % self.samples_in
        whole, late = self.samples_in / self.rate, by / self.rate
        if not by:
            return np.array([[0.0, whole, 0.0, whole]])
        return np.array([[self.seam, whole, 0.0, late], [0.0, self.seam, late, whole]])

    def inverse(self) -> Rolled:
        """Rolled back."""
        return Rolled(-self.by, self.samples_in, self.rate)

    def then(self, later: Params) -> Rolled | None:
        """One roll for two."""
        same = isinstance(later, Rolled) and (later.samples_in, later.rate) == (self.samples_in, self.rate)
        return Rolled(self.by + later.by, self.samples_in, self.rate) if same else None  # type: ignore[attr-defined]


@dataclass(frozen=True)
class Spliced(TimeMove):
    """Stretches of the clip one after the other: ``cuts`` are (start, end), half open, in whole samples of the input.

    They may leave something out, repeat it or come in another order. ``fade`` samples on each side of every joint are
    blended; time is as if they were not. What is there twice is annotated twice.
    """

    cuts: tuple[tuple[int, int], ...]
    samples_in: int
    rate: int
    fade: int = 0

    def __post_init__(self) -> None:
        if not self.cuts or not all(0 <= start < end <= self.samples_in for start, end in self.cuts):
            raise FieldError(
                f"Spliced: got cuts {self.cuts}; expected (start, end), one or more, within 0 to {self.samples_in}."
            )

    @property
    def samples_out(self) -> int:  # type: ignore[override]
        """As long as all stretches together."""
        return sum(end - start for start, end in self.cuts)

    def is_identity(self) -> bool:
        """Whether the stretches are the clip as it was."""
        return _merged(self.cuts) == [(0, self.samples_in)]

    def pieces(self) -> np.ndarray:
        """One for each stretch."""
        cuts = np.array(self.cuts, dtype=np.float64)
        ends = np.cumsum(cuts[:, 1] - cuts[:, 0])
        return np.column_stack([cuts, ends - (cuts[:, 1] - cuts[:, 0]), ends]) / self.rate


@dataclass(frozen=True)
class Reversed(TimeMove):
    """The clip from its end to its start: a moment t goes to D - t, sample i to ``samples_in`` - 1 - i."""

    samples_in: int
    rate: int

    @property
    def samples_out(self) -> int:  # type: ignore[override]
        """As many as came in."""
        return self.samples_in

    def pieces(self) -> np.ndarray:
        """One, whose source runs backwards."""
        whole = self.samples_in / self.rate
        return np.array([[whole, 0.0, 0.0, whole]])

    def inverse(self) -> Reversed:
        """Itself."""
        return self


@dataclass(frozen=True)
class Delayed(TimeMove):
    """Everything is heard ``delay`` seconds later, as behind an impulse response or a filter; beyond the end it is cut.

    Annotations follow by the delay of the direct path alone; how samples follow is the business of a subclass and its
    kernel: ``class Reverb(Delayed)``. ``samples_out`` above ``samples_in`` leaves room for a tail.
    """

    delay: float
    samples_in: int
    samples_out: int
    rate: int

    def is_identity(self) -> bool:
        """Whether annotations stay as they are."""
        return self.delay == 0.0 and self.samples_in == self.samples_out

    def pieces(self) -> np.ndarray:
        """One, cut where the output ends; a negative delay cuts the beginning."""
        start = max(-self.delay, 0.0)
        end = min(self.seconds_in, self.seconds_out - self.delay)
        return np.array([[start, end, start + self.delay, end + self.delay]]) if end > start else np.zeros((0, 4))


def _merged(cuts: tuple[tuple[int, int], ...]) -> list[tuple[int, int]]:
    """Stretches that follow one another in the clip, as one."""
    merged: list[tuple[int, int]] = []
    for start, end in cuts:
        if merged and merged[-1][1] == start:
            merged[-1] = (merged[-1][0], end)
        else:
            merged.append((start, end))
    return merged
