"""Average precision of boxes as COCO measures it: matched greedily by score, read at 101 recalls."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

THRESHOLDS = np.linspace(0.5, 0.95, 10)
"""Of the intersection over union from which on a box is found."""

RECALLS = np.linspace(0, 1, 101)


@dataclass(frozen=True)
class Marked:
    """Boxes of one picture: ``xyxy`` (n, 4), ``numbers`` (n,) of their classes; of found ones ``scores`` (n,), of true
    ones ``crowd`` (n,), regions in which what is found counts nowhere.
    """

    xyxy: np.ndarray
    numbers: np.ndarray
    scores: np.ndarray
    crowd: np.ndarray

    @classmethod
    def told(cls, xyxy: np.ndarray, numbers: np.ndarray, scores: np.ndarray) -> Marked:
        """What a network found."""
        return cls(xyxy.astype(np.float64), numbers, scores.astype(np.float64), np.zeros(len(xyxy), bool))

    @classmethod
    def true(cls, xyxy: np.ndarray, numbers: np.ndarray, crowd: np.ndarray) -> Marked:
        """What there is."""
        return cls(xyxy.astype(np.float64), numbers, np.ones(len(xyxy)), crowd)

    def of(self, number: int) -> Marked:
        """Those of one class, the best score first; equal ones stay in order."""
        here = np.flatnonzero(self.numbers == number)
        here = here[np.argsort(-self.scores[here], kind="stable")]
        return Marked(self.xyxy[here], self.numbers[here], self.scores[here], self.crowd[here])


def average_precisions(found: Sequence[Marked], true: Sequence[Marked], classes: int) -> np.ndarray:
    """(classes, 10): of each class at each of ``THRESHOLDS``, over all pictures together; not a number for a class that
    is nowhere. The measure of Lin et al. 2014 for objects of any size.
    """
    return np.stack([_of_class(found, true, number) for number in range(classes)])


def _of_class(found: Sequence[Marked], true: Sequence[Marked], number: int) -> np.ndarray:
    pairs = [(told.of(number), there.of(number)) for told, there in zip(found, true, strict=True)]
    count = sum(int((~there.crowd).sum()) for _, there in pairs)
    if not count:
        return np.full(len(THRESHOLDS), np.nan)
    marks = [matched(told.xyxy, there.xyxy[~there.crowd], there.xyxy[there.crowd]) for told, there in pairs]
    scores = np.concatenate([told.scores for told, _ in pairs])
    order = np.argsort(-scores, kind="stable")
    hits, counted = (np.concatenate(parts, axis=1)[:, order] for parts in zip(*marks, strict=True))
    return np.array([_area(hit[here], count) for hit, here in zip(hits, counted, strict=True)])


def matched(found: np.ndarray, true: np.ndarray, crowd: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(10, n) twice, for ``found`` (n, 4) from the best score on: whether each takes a true box that none before it has
    taken, the one it overlaps most; and whether it counts, which what lies in a crowd does not.
    """
    overlap = iou(found, true)
    within = iou(found, crowd, of_first=True).max(axis=1, initial=0.0)
    hits = np.zeros((len(THRESHOLDS), len(found)), bool)
    for row, threshold in zip(hits, THRESHOLDS, strict=True):
        free = np.ones(len(true), bool)
        for place in np.flatnonzero((overlap >= threshold).any(axis=1)):
            here = np.where(free, overlap[place], -1.0)
            best = len(here) - 1 - int(here[::-1].argmax())  # of equal ones the last, as COCO's own does
            if here[best] >= threshold:
                row[place], free[best] = True, False
    return hits, hits | (within < THRESHOLDS[:, None])


def iou(a: np.ndarray, b: np.ndarray, of_first: bool = False) -> np.ndarray:
    """(n, m) intersection over union of boxes (n, 4) and (m, 4), or over the area of the first."""
    sides = np.minimum(a[:, None, 2:], b[None, :, 2:]) - np.maximum(a[:, None, :2], b[None, :, :2])
    both = np.prod(np.maximum(sides, 0), axis=2)
    first, second = (np.prod(boxes[:, 2:] - boxes[:, :2], axis=1) for boxes in (a, b))
    whole = np.broadcast_to(first[:, None], both.shape) if of_first else first[:, None] + second[None] - both
    return np.divide(both, whole, out=np.zeros_like(both), where=whole > 0)


def _area(hits: np.ndarray, count: int) -> float:
    """The mean over ``RECALLS`` of the best precision at that recall or a higher one; 0 where it is not reached."""
    right = np.cumsum(hits)
    precision = right / np.arange(1, len(hits) + 1)
    best = np.maximum.accumulate(precision[::-1])[::-1]
    places = np.searchsorted(right / count, RECALLS, side="left")
    return float(np.append(best, 0.0)[places].mean())
