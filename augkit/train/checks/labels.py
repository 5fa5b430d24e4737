"""Whether labels have anything to do with inputs: neighbours should share them more often than by chance."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from augkit.train.checks.finding import Finding, fine

FEWEST, LEAST_SIGMA = 60, 2.5
"""Samples that it takes to tell, and how far beyond chance neighbours that share labels must be."""


def labels_follow(features: Sequence[np.ndarray], labels: Sequence[Any]) -> Finding:
    """``labels-unrelated`` where, in none of several ``features`` (n, d), the nearest neighbour of a sample has its
    label more often than chance has it; or fine. Features may be a network's, or ``sketch`` of the inputs.

    With fewer than 60 samples, or one class, nothing can be told.
    """
    names = [str(label) for label in labels]
    numbers = np.unique(names, return_inverse=True)[1]
    chance = float(((np.bincount(numbers) / max(1, len(numbers))) ** 2).sum())
    if len(numbers) < FEWEST or chance > 0.9:
        return fine("labels", f"{len(numbers)} samples are too few, or one class is too common, to tell", chance=chance)
    shared = max(_sharing(np.asarray(each, dtype=np.float64), numbers) for each in features)
    sigma = (shared - chance) / math.sqrt(chance * (1 - chance) / len(numbers))
    told = f"nearest neighbours share a label in {shared:.0%} of {len(numbers)} samples; by chance {chance:.0%}"
    facts = {"shared": shared, "chance": chance, "sigma": sigma, "samples": len(numbers)}
    if sigma < LEAST_SIGMA:
        return Finding("labels-unrelated", "warning", told, _MEANS, _ADVICE, facts)
    return fine("labels", told, **facts)


def _sharing(features: np.ndarray, numbers: np.ndarray) -> float:
    """How often the nearest other sample, by the cosine of standardized features, has the same number."""
    std = features.std(0)
    scaled = (features - features.mean(0)) / np.where(std > 1e-9 * (1 + np.abs(features).max()), std, np.inf)
    length = np.linalg.norm(scaled, axis=1, keepdims=True)
    likeness = (scaled / np.where(length > 0, length, 1)) @ (scaled / np.where(length > 0, length, 1)).T
    np.fill_diagonal(likeness, -np.inf)
    return float((numbers[likeness.argmax(1)] == numbers).mean())


_MEANS = "labels that got into another order than the inputs, or a problem that is hard for features as they are now"
_ADVICE = "augkit preview RECIPE shows samples with their labels; if they are right, ignore this"
