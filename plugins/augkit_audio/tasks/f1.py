"""How well events were found: F1 over segments and over events, as sed_eval defines them (Mesaros et al. 2016)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

SEGMENT = 1.0
COLLAR = 0.2
OF_LENGTH = 0.5


class Event(NamedTuple):
    """From when to when, in seconds, and what: the number of a class."""

    onset: float
    offset: float
    label: int


@dataclass(frozen=True)
class Counts:
    """What was found and is there (``right``), was found and is not (``false``), is there and was not (``missed``)."""

    right: int = 0
    false: int = 0
    missed: int = 0

    def __add__(self, other: Counts) -> Counts:
        return Counts(self.right + other.right, self.false + other.false, self.missed + other.missed)

    @property
    def f1(self) -> float:
        """2 · right / (2 · right + false + missed); 0 where nothing is there and nothing was found."""
        total = 2 * self.right + self.false + self.missed
        return 2 * self.right / total if total else 0.0


def segments(events: Sequence[Event], seconds: float, classes: int, length: float = SEGMENT) -> np.ndarray:
    """(n, classes) bool: in which segments of a clip there is any of an event; the last segment may be shorter."""
    count = max(int(np.ceil(seconds / length - 1e-9)), 1)
    active = np.zeros((count, classes), dtype=bool)
    for onset, offset, label in events:
        first = int(np.floor(onset / length + 1e-9))
        active[first : max(int(np.ceil(offset / length - 1e-9)), first + 1), label] = True
    return active


def segment_counts(truth: np.ndarray, found: np.ndarray) -> list[Counts]:
    """Of each class, over all segments (n, classes)."""
    right, false, missed = (
        np.count_nonzero(both, axis=0).tolist() for both in (truth & found, found & ~truth, truth & ~found)
    )
    return [Counts(*each) for each in zip(right, false, missed, strict=True)]


def event_counts(truth: Sequence[Event], found: Sequence[Event], collar: float = COLLAR) -> Counts:
    """Events that were found: the same class, the onset within ``collar`` seconds, the end within ``collar`` or half of
    the true length. Each true event is found once at most; pairs are chosen so that there are as many as can be.
    """
    fits = [[i for i, event in enumerate(truth) if _fits(event, guess, collar)] for guess in found]
    right = _most_pairs(fits)
    return Counts(right, len(found) - right, len(truth) - right)


def _fits(truth: Event, found: Event, collar: float) -> bool:
    slack = 1e-9  # a difference of exactly the collar counts, whatever the decimals have become
    end = max(collar, OF_LENGTH * (truth.offset - truth.onset))
    near = abs(truth.onset - found.onset) <= collar + slack and abs(truth.offset - found.offset) <= end + slack
    return truth.label == found.label and near


def _most_pairs(fits: Sequence[Sequence[int]]) -> int:
    """The size of a largest matching, by augmenting paths (Kuhn 1955)."""
    taken: dict[int, int] = {}

    def place(guess: int, tried: set[int]) -> bool:
        for truth in fits[guess]:
            if truth not in tried:
                tried.add(truth)
                if truth not in taken or place(taken[truth], tried):
                    taken[truth] = guess
                    return True
        return False

    return sum(place(guess, set()) for guess in range(len(fits)))
