"""Tallies: sums over the batches of an epoch, and what is measured of them, for each thing that a head may learn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from torch import Tensor


@dataclass
class Tally:
    """Of one class for each sample."""

    loss: float = 0.0
    count: int = 0
    correct: int = 0
    per_class: dict[int, list[int]] = field(default_factory=dict)

    def add(self, loss: Tensor, logits: Tensor, target: Tensor) -> None:
        """One batch: its mean loss, (n, classes) logits, (n,) class numbers or (n, classes) weights, whose largest
        counts.
        """
        target = target if target.ndim == 1 else target.argmax(1)
        hits = (logits.argmax(1) == target).tolist()
        self.loss += float(loss.detach()) * len(hits)
        self.count += len(hits)
        self.correct += sum(hits)
        for number, hit in zip(target.tolist(), hits, strict=True):
            seen = self.per_class.setdefault(number, [0, 0])
            seen[0] += hit
            seen[1] += 1

    def merge(self, other: Tally) -> None:
        """Add what another process has seen."""
        self.loss += other.loss
        self.count += other.count
        self.correct += other.correct
        for number, (hits, count) in other.per_class.items():
            seen = self.per_class.setdefault(number, [0, 0])
            seen[0] += hits
            seen[1] += count

    def metrics(self, split: str) -> dict[str, float]:
        """``{"val_loss": …, "val_accuracy": …}``."""
        count = max(1, self.count)
        return {f"{split}_loss": self.loss / count, f"{split}_accuracy": self.correct / count}

    def metrics_by_class(self, split: str, classes: Sequence[Any]) -> dict[str, Any]:
        """The same; of a validation also ``per_class``, the accuracy of each by its name."""
        if split != "val":
            return self.metrics(split)
        named = {str(classes[number]): hits / n for number, (hits, n) in sorted(self.per_class.items())}
        return {**self.metrics(split), "per_class": named}


@dataclass
class Kept:
    """Of what is measured over all samples together: the outputs and targets of every batch are kept."""

    loss: float = 0.0
    count: int = 0
    outputs: list[np.ndarray] = field(default_factory=list)
    targets: list[np.ndarray] = field(default_factory=list)

    def add(self, loss: Tensor, outputs: Tensor, target: Tensor) -> None:
        """One batch: its mean loss, (n, width) outputs, (n, width) targets."""
        self.loss += float(loss.detach()) * len(target)
        self.count += len(target)
        self.outputs.append(_kept(outputs))
        self.targets.append(_kept(target))

    def merge(self, other: Kept) -> None:
        """Add what another process has seen."""
        self.loss += other.loss
        self.count += other.count
        self.outputs += other.outputs
        self.targets += other.targets

    @property
    def pairs(self) -> tuple[np.ndarray, np.ndarray]:
        """(samples, width) outputs and targets so far."""
        return np.concatenate(self.outputs or [np.zeros((0, 1))]), np.concatenate(self.targets or [np.zeros((0, 1))])


@dataclass
class LabelTally(Kept):
    """Of several classes for each sample. A target of mixed samples counts as there from a half on."""

    def metrics(self, split: str) -> dict[str, float]:
        """Loss, mean average precision over the classes that are there, and F1 of all classes together at 0.5."""
        return {name: value for name, value in self.metrics_by_class(split, ()).items() if name != "per_class"}

    def metrics_by_class(self, split: str, classes: Sequence[Any]) -> dict[str, Any]:
        """The same; of a validation also the average precision of each class, and their mean at a random order."""
        logits, there = self.pairs[0], self.pairs[1] >= 0.5
        precisions = {
            number: average_precision(logits[:, number], there[:, number])
            for number in np.flatnonzero(there.any(0)).tolist()
        }
        told = logits >= 0
        both, total = int((told & there).sum()), int(told.sum() + there.sum())
        made: dict[str, Any] = {
            f"{split}_loss": self.loss / max(1, self.count),
            f"{split}_mean_average_precision": float(np.mean(list(precisions.values()))) if precisions else 0.0,
            f"{split}_f1": 2 * both / total if total else 0.0,
        }
        if split != "val" or not classes:
            return made
        shares = there.mean(0)[there.any(0)]
        made["val_random_average_precision"] = float(shares.mean()) if len(shares) else 0.0
        return {**made, "per_class": {str(classes[number]): value for number, value in precisions.items()}}


@dataclass
class NumberTally(Kept):
    """Of a number for each sample."""

    def metrics(self, split: str) -> dict[str, float]:
        """Loss, coefficient of determination, and mean absolute error in the target's own unit."""
        told, there = self.pairs
        errors = told - there
        return {
            f"{split}_loss": self.loss / max(1, self.count),
            f"{split}_r2": r2(told, there),
            f"{split}_mae": float(np.abs(errors).mean()) if len(errors) else 0.0,
        }

    def metrics_by_class(self, split: str, classes: Sequence[Any]) -> dict[str, Any]:
        """The same: there are no classes."""
        return self.metrics(split)


def average_precision(scores: np.ndarray, there: np.ndarray) -> float:
    """Σ (recall gained) · precision over the distinct scores, from the highest down; ``there`` must hold a True."""
    order = np.argsort(-scores, kind="stable")
    found = np.cumsum(there[order])
    last = np.flatnonzero(np.append(np.diff(scores[order]) != 0, True))  # samples of one score are told together
    recalls = np.diff(found[last] / found[-1], prepend=0.0)
    return float((recalls * found[last] / (last + 1)).sum())


def r2(told: np.ndarray, there: np.ndarray) -> float:
    """1 - Σ (told - there)² / Σ (there - its mean)²; of targets that are all the same 1 where all is right, else 0."""
    if not len(there):
        return 0.0
    errors, spread = float(((told - there) ** 2).sum()), float(((there - there.mean()) ** 2).sum())
    return 1 - errors / spread if spread else float(errors == 0)


def _kept(values: Tensor) -> np.ndarray:
    made: np.ndarray = values.detach().to("cpu", torch.float64).numpy()
    return made
