"""Probes: how much a linear classifier could make of features, without training a network. numpy alone."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

Rows = np.ndarray
"""(n, d) features, a row for each sample."""

PENALTIES = np.logspace(-1, 5, 13)


def folds_of(labels: Sequence[int], count: int, order: Sequence[int]) -> np.ndarray:
    """Which fold each sample is held out in: every class is dealt to all folds, in the given order of samples."""
    folds, dealt = np.zeros(len(labels), dtype=np.int64), dict.fromkeys(labels, 0)
    for row in order:
        folds[row] = dealt[labels[row]] % count
        dealt[labels[row]] += 1
    return folds


def hits(features: Rows, labels: np.ndarray, folds: np.ndarray) -> np.ndarray:
    """(n,) bool: whether a linear classifier that learnt from the other folds knows the class of each sample.

    Least squares with a penalty that is chosen inside those folds, by leaving one out in closed form.
    """
    right = np.zeros(len(labels), dtype=bool)
    for fold in np.unique(folds):
        held = folds == fold
        right[held] = predicted(features[~held], labels[~held], features[held]) == labels[held]
    return right


def predicted(known: Rows, labels: np.ndarray, asked: Rows) -> np.ndarray:
    """The classes of ``asked`` rows by the ridge classifier of the ``known`` ones."""
    mean, spread = known.mean(0), known.std(0) + 1e-6
    x, z = (known - mean) / spread, (asked - mean) / spread
    classes = np.unique(labels)
    y = np.where(labels[:, None] == classes, 1.0, -1.0)
    middle = y.mean(0)
    values, vectors = np.linalg.eigh(x @ x.T)
    turned, values = vectors.T @ (y - middle), np.clip(values, 0, None)
    errors = [_left_out(values, vectors, turned, y - middle, penalty) for penalty in PENALTIES]
    penalty = PENALTIES[int(np.argmin(errors))]
    weights = vectors @ (turned / (values + penalty)[:, None])
    return classes[np.argmax(z @ (x.T @ weights) + middle, axis=1)]  # type: ignore[no-any-return]


def _left_out(values: np.ndarray, vectors: Rows, turned: Rows, y: Rows, penalty: float) -> float:
    """The mean squared error when each sample in turn is left out (its leverage tells, without fitting again)."""
    kept = values / (values + penalty)
    residual = y - vectors @ (turned * kept[:, None])
    leverage = (vectors**2) @ kept + 1 / len(y)
    return float(np.mean((residual / np.maximum(1 - leverage, 1e-6)[:, None]) ** 2))


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
