"""Probes: how much a linear classifier could make of features, without training a network. numpy alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

Rows = np.ndarray
"""(n, d) features, a row for each sample."""

PENALTIES = np.logspace(-1, 5, 13)
SCALES = np.logspace(0, 1.5, 16)


def folds_of(labels: Sequence[int], count: int, order: Sequence[int]) -> np.ndarray:
    """Which fold each sample is held out in: every class is dealt to all folds, in the given order of samples."""
    folds, dealt = np.zeros(len(labels), dtype=np.int64), dict.fromkeys(labels, 0)
    for row in order:
        folds[row] = dealt[labels[row]] % count
        dealt[labels[row]] += 1
    return folds


def hits(features: Rows, labels: np.ndarray, folds: np.ndarray) -> np.ndarray:
    """(n,) bool: whether a linear classifier that learnt from the other folds knows the class of each sample.

    By ``Ridge``, whose penalty is chosen inside those folds.
    """
    right = np.zeros(len(labels), dtype=bool)
    for fold in np.unique(folds):
        held = folds == fold
        right[held] = predicted(features[~held], labels[~held], features[held]) == labels[held]
    return right


def predicted(known: Rows, labels: np.ndarray, asked: Rows) -> np.ndarray:
    """The classes of ``asked`` rows by the ridge classifier of the ``known`` ones."""
    classes, numbers = np.unique(labels, return_inverse=True)
    weights, biases = Ridge.of(known, numbers, len(classes)).line()
    return classes[np.argmax(asked @ weights.T + biases, axis=1)]  # type: ignore[no-any-return]


def fitted(features: Rows, labels: np.ndarray, classes: int) -> tuple[Rows, np.ndarray]:
    """(``classes``, d) weights and (``classes``,) biases of logits: the ridge classifier, scaled so that it is as sure
    as it is right of samples that are left out in turn.
    """
    ridge = Ridge.of(features, labels, classes)
    told = ridge.left_out()
    scale = SCALES[int(np.argmin([_surprise(told * each, labels) for each in SCALES]))]
    weights, biases = ridge.line()
    return scale * weights, scale * biases


@dataclass(frozen=True)
class Ridge:
    """Least squares from features, each scaled to mean 0 and spread 1, to 1 for the class and -1 for the others, with
    the penalty that does best for samples that are left out.
    """

    x: Rows
    mean: np.ndarray
    spread: np.ndarray
    y: Rows
    values: np.ndarray
    vectors: Rows
    penalty: float

    @classmethod
    def of(cls, features: Rows, labels: np.ndarray, classes: int) -> Self:
        """Fitted; ``labels`` are numbers below ``classes``."""
        mean, spread = features.mean(0), features.std(0) + 1e-6
        x = (features - mean) / spread
        y = np.where(labels[:, None] == np.arange(classes), 1.0, -1.0)
        values, vectors = np.linalg.eigh(x @ x.T)
        made = [cls(x, mean, spread, y, np.clip(values, 0, None), vectors, float(each)) for each in PENALTIES]
        return min(made, key=lambda ridge: float(((ridge.y - ridge.left_out()) ** 2).mean()))

    def left_out(self) -> Rows:
        """(n, classes): what is told of each sample by all others. Its leverage tells, without fitting again."""
        middle = self.y.mean(0)
        kept = self.values / (self.values + self.penalty)
        residual = self.y - middle - self.vectors @ ((self.vectors.T @ (self.y - middle)) * kept[:, None])
        leverage = (self.vectors**2) @ kept + 1 / len(self.y)
        made: Rows = self.y - residual / np.maximum(1 - leverage, 1e-6)[:, None]
        return made

    def line(self) -> tuple[Rows, np.ndarray]:
        """(classes, d) weights and (classes,) biases for features as they come."""
        middle = self.y.mean(0)
        dual = self.vectors @ ((self.vectors.T @ (self.y - middle)) / (self.values + self.penalty)[:, None])
        weights = (self.x.T @ dual) / self.spread[:, None]
        return weights.T, middle - self.mean @ weights


def logme(features: Rows, labels: np.ndarray, rounds: int = 11) -> float:
    """The log evidence for the labels given the features, per sample and class (You et al. 2021); more is better.

    Comparable between features of any widths, since the weights are integrated out.
    """
    n, d = features.shape
    u, s, _ = np.linalg.svd(features - features.mean(0), full_matrices=False)
    squares, told = s**2, []
    for label in np.unique(labels):
        y = (labels == label).astype(np.float64)
        y -= y.mean()
        told.append(_evidence((u.T @ y) ** 2, float(y @ y), squares, n, d, rounds))
    return float(np.mean(told))


def _evidence(projected: np.ndarray, total: float, squares: np.ndarray, n: int, d: int, rounds: int) -> float:
    """Maximised over the precisions of weights, alpha, and of noise, beta, by their fixed point."""
    alpha = beta = 1.0
    for _ in range(rounds):
        shrunk = alpha + beta * squares
        effective = float((beta * squares / shrunk).sum())
        weights = float((beta**2 * squares * projected / shrunk**2).sum())
        error = max(total - float(projected.sum()) + float((alpha**2 * projected / shrunk**2).sum()), 1e-12)
        alpha = effective / max(weights, 1e-12)
        beta = max(n - effective, 1e-12) / error
    shrunk = alpha + beta * squares
    weights = float((beta**2 * squares * projected / shrunk**2).sum())
    error = max(total - float(projected.sum()) + float((alpha**2 * projected / shrunk**2).sum()), 1e-12)
    logs = d * np.log(alpha) + n * np.log(beta) - float(np.log(shrunk).sum()) - (d - len(squares)) * np.log(alpha)
    return float((logs - beta * error - alpha * weights - n * np.log(2 * np.pi)) / (2 * n))


def _surprise(logits: Rows, labels: np.ndarray) -> float:
    """Cross entropy."""
    top = logits - logits.max(1, keepdims=True)
    return float(np.mean(np.log(np.exp(top).sum(1)) - top[np.arange(len(labels)), labels]))
