"""Rows of several samples put together: boxes, points, events, with all their columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from augkit.errors import DataError

WEIGHT = "weight"
"""The column that says how much of the picture or the sound a row's own sample is."""


def joined_columns(parts: Sequence[Mapping[str, Any]], counts: Sequence[int], what: str) -> dict[str, Any]:
    """The columns of all parts one after the other, in the type of the first. ``counts``: rows of each part.

    Parts without rows need no columns; a column that another part lacks raises DataError, but for ``weight``, 1.
    """
    filled = [(dict(part), count) for part, count in zip(parts, counts, strict=True) if count]
    names = dict.fromkeys(name for part, _ in filled for name in part)
    if not filled:
        return dict(parts[0])
    for part, count in filled:
        if WEIGHT in names:
            part.setdefault(WEIGHT, np.ones(count))
        if absent := next((name for name in names if name not in part), None):
            raise DataError(f"{what}: one of the samples that are mixed has no column {absent!r}; the others have.")
    return {name: _joined([part[name] for part, _ in filled]) for name in names}


def weighted(columns: Mapping[str, Any], count: int, share: float) -> dict[str, Any]:
    """The columns with each row's ``weight`` times ``share``."""
    return {**columns, WEIGHT: np.asarray(columns.get(WEIGHT, np.ones(count)), dtype=np.float64) * share}


def joined_or_none(parts: Sequence[np.ndarray | None], counts: Sequence[int], fill: float = 1.0) -> np.ndarray | None:
    """Optional arrays (n,) one after the other, ``fill`` where one is None; None where all are."""
    if all(part is None for part in parts):
        return None
    return np.concatenate(
        [np.full(count, fill) if part is None else part for part, count in zip(parts, counts, strict=True) if count]
        or [np.zeros(0)]
    )


def _joined(columns: Sequence[Any]) -> Any:
    first = columns[0]
    if all(isinstance(column, np.ndarray) for column in columns):
        return np.concatenate(columns)
    if isinstance(first, tuple):
        return tuple(item for column in columns for item in column)
    return [item for column in columns for item in column]
