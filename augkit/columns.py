"""Columns of annotations: labels, ids and the rest, n values each, kept in their own type."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from augkit.errors import DataError


def check_lengths(what: str, count: int, columns: Mapping[str, Any]) -> None:
    """Refuse a column that does not have one value a row."""
    for name, column in columns.items():
        if isinstance(column, str) or not hasattr(column, "__len__") or len(column) != count:
            length = (
                f"{len(column)} values" if hasattr(column, "__len__") and not isinstance(column, str) else repr(column)
            )
            raise DataError(f"{what}: column {name!r} has {length} for {count} rows.")


def take(columns: Mapping[str, Any], keep: np.ndarray) -> dict[str, Any]:
    """The rows where ``keep`` is true (a mask), or those at its positions (whole numbers)."""
    positions = np.flatnonzero(keep) if keep.dtype == bool else keep
    return {name: _rows(column, positions) for name, column in columns.items()}


def _rows(column: Any, positions: np.ndarray) -> Any:
    if isinstance(column, list | tuple):
        return type(column)(column[position] for position in positions)
    return column[positions]
