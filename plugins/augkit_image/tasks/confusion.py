"""Which class pixels are and which they are told to be, and what is measured of that."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

IGNORED = -100
"""The number of pixels that count nowhere, as torch's cross entropy has it."""


@dataclass
class Confusion:
    """Sums over the batches of an epoch: ``pixels`` (classes, classes), the true class down, the told one across."""

    classes: Sequence[Any]
    pixels: np.ndarray
    loss: float = 0.0
    count: int = 0

    @classmethod
    def empty(cls, classes: Sequence[Any]) -> Confusion:
        """Nothing seen."""
        return cls(classes, np.zeros((len(classes), len(classes)), dtype=np.int64))

    def add(self, loss: Tensor, logits: Tensor, target: Tensor) -> None:
        """One batch: its mean loss, logits (b, classes, h, w), class numbers (b, h, w)."""
        number = len(self.classes)
        there = target != IGNORED
        pairs = target[there] * number + logits.detach().argmax(1)[there]
        counts = torch.bincount(pairs, minlength=number * number).reshape(number, number)
        self.pixels += counts.cpu().numpy()
        self.loss += float(loss.detach()) * len(target)
        self.count += len(target)

    def merge(self, other: Confusion) -> None:
        """Add what another process has seen."""
        self.pixels += other.pixels
        self.loss += other.loss
        self.count += other.count

    def metrics(self, split: str) -> dict[str, Any]:
        """Loss, mean IoU and pixel accuracy; of a validation also the IoU of each class that is there, and how well it
        goes to call every pixel the commonest.
        """
        told = {"loss": self.loss / max(1, self.count), **scores(self.pixels)}
        if split != "val":
            return {f"{split}_{name}": value for name, value in told.items()}
        told |= {f"majority_{name}": value for name, value in scores(_all_commonest(self.pixels)).items()}
        each = zip(self.classes, iou(self.pixels), strict=True)
        per_class = {str(name): float(value) for name, value in each if not np.isnan(value)}
        return {**{f"val_{name}": value for name, value in told.items()}, "per_class": per_class}


def iou(pixels: np.ndarray) -> np.ndarray:
    """Intersection over union of each class; not a number for a class that is neither there nor told."""
    both = np.diag(pixels).astype(np.float64)
    union = pixels.sum(0) + pixels.sum(1) - both
    return np.divide(both, union, out=np.full(len(pixels), np.nan), where=union > 0)


def scores(pixels: np.ndarray) -> dict[str, float]:
    """The mean of the classes' IoU, and how many pixels are right; 0 where there is no pixel."""
    total = pixels.sum()
    if not total:
        return {"mean_iou": 0.0, "pixel_accuracy": 0.0}
    return {"mean_iou": float(np.nanmean(iou(pixels))), "pixel_accuracy": float(np.trace(pixels) / total)}


def _all_commonest(pixels: np.ndarray) -> np.ndarray:
    there = pixels.sum(1)
    made = np.zeros_like(pixels)
    made[:, there.argmax()] = there
    return made
