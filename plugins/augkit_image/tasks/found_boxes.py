"""What a detector found in an epoch beside what there is, and what is measured of that."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from augkit_image.tasks.average_precision import Marked, average_precisions


@dataclass
class FoundBoxes:
    """``found`` and ``true`` of each picture, in order."""

    classes: Sequence[Any]
    found: list[Marked] = field(default_factory=list)
    true: list[Marked] = field(default_factory=list)
    loss: float = 0.0
    count: int = 0

    def add(self, loss: float, found: Sequence[Marked], true: Sequence[Marked]) -> None:
        """One batch, and its mean loss."""
        self.found += found
        self.true += true
        self.loss += loss * len(true)
        self.count += len(true)

    def metrics(self, split: str) -> dict[str, Any]:
        """Loss, ``map50`` and ``map``; of a validation also the AP at 0.5 of each class that is there, and how well it
        goes to tell the same boxes of every picture.
        """
        each = average_precisions(self.found, self.true, len(self.classes))
        told = {"loss": self.loss / max(1, self.count), **_means(each)}
        if split != "val":
            return {f"{split}_{name}": value for name, value in told.items()}
        usual = [usual_boxes(self.true, len(self.classes))] * len(self.true)
        told |= {
            f"usual_{name}": value
            for name, value in _means(average_precisions(usual, self.true, len(self.classes))).items()
        }
        named = zip(self.classes, each[:, 0], strict=True)
        per_class = {str(name): float(value) for name, value in named if not np.isnan(value)}
        return {**{f"val_{name}": value for name, value in told.items()}, "per_class": per_class}


def usual_boxes(true: Sequence[Marked], classes: int) -> Marked:
    """For each class that is there the median box, with how many there are as its score."""
    xyxy = np.concatenate([np.zeros((0, 4)), *(marked.xyxy[~marked.crowd] for marked in true)])
    numbers = np.concatenate([np.zeros(0, np.int64), *(marked.numbers[~marked.crowd] for marked in true)])
    there = [number for number in range(classes) if (numbers == number).any()]
    medians = [np.median(xyxy[numbers == number], axis=0) for number in there]
    scores = np.array([(numbers == number).sum() for number in there], np.float64)
    return Marked.told(np.array(medians).reshape(-1, 4), np.array(there, np.int64), scores)


def _means(each: np.ndarray) -> dict[str, float]:
    known = each[~np.isnan(each[:, 0])]
    return {
        "map50": float(known[:, 0].mean()) if len(known) else 0.0,
        "map": float(known.mean()) if len(known) else 0.0,
    }
