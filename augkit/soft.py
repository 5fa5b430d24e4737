"""Soft labels: classes by weight, which is what is left of several samples' labels once they are one sample."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from augkit.errors import DataError
from augkit.words import suggestion


@dataclass(frozen=True)
class Soft:
    """``weights``: class → how much of it there is, 0 to 1. They sum to 1 where a sample has one class."""

    weights: Mapping[Any, float]

    @classmethod
    def of(cls, value: Any, several: bool = False) -> Soft:
        """A label as it came, or, with ``several``, a list of them, each with all its weight."""
        if isinstance(value, Soft):
            return value
        value = value.tolist() if hasattr(value, "tolist") else value
        return cls(dict.fromkeys(value if several else (value,), 1.0))

    def __str__(self) -> str:
        return " + ".join(f"{label} {weight:.2f}" for label, weight in self.weights.items())

    def __hash__(self) -> int:
        return hash(frozenset(self.weights.items()))

    def vector(self, classes: Sequence[Any], field: str) -> np.ndarray:
        """(classes,) float32; DataError for a class that is not among them."""
        unknown = next((label for label in self.weights if label not in classes), None)
        if unknown is not None:
            hint = suggestion(str(unknown), map(str, classes))
            raise DataError(f"{field}: {unknown!r} is no class of the training split.{hint}")
        return np.array([self.weights.get(label, 0.0) for label in classes], dtype=np.float32)


def mixed(values: Sequence[Any], shares: Sequence[float], several: bool = False) -> Any:
    """The labels of samples that are ``shares`` of one: ``Soft``, or the first as it came where nothing is added."""
    weights: dict[Any, float] = {}
    for value, share in zip(values, shares, strict=True):
        for label, weight in Soft.of(value, several).weights.items():
            if share * weight > 0.0:
                weights[label] = weights.get(label, 0.0) + share * weight
    first = Soft.of(values[0], several).weights
    return values[0] if _alike(weights, first) else Soft(weights)


def _alike(weights: Mapping[Any, float], others: Mapping[Any, float]) -> bool:
    return weights.keys() == others.keys() and all(abs(weights[label] - others[label]) < 1e-12 for label in weights)
