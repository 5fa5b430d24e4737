"""Columns of annotations: labels, ids and the rest, n values each, kept in their own type."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from augkit.errors import DataError
from augkit.tensors import from_tensor, is_tensor, to_tensor


def check_lengths(what: str, count: int, columns: Mapping[str, Any]) -> None:
    """Refuse a column that does not have one value a row."""
    for name, column in columns.items():
        if isinstance(column, str) or not hasattr(column, "__len__") or len(column) != count:
            length = (
                f"{len(column)} values" if hasattr(column, "__len__") and not isinstance(column, str) else repr(column)
            )
            raise DataError(f"{what}: column {name!r} has {length} for {count} rows.")


def column(values: Sequence[Any]) -> Any:
    """One value a row: whole numbers as int64, other numbers as float64, all else as the list it is."""
    if all(isinstance(value, int) and not isinstance(value, bool) and -(2**63) <= value < 2**63 for value in values):
        return np.array(values, dtype=np.int64)
    return np.array(values) if all(isinstance(value, float) for value in values) else list(values)


def take(columns: Mapping[str, Any], keep: np.ndarray) -> dict[str, Any]:
    """The rows where ``keep`` is true (a mask), or those at its positions (whole numbers)."""
    if not columns:
        return {}
    positions = keep.nonzero()[0] if keep.dtype == bool else keep
    listed = positions.tolist()
    return {name: _rows(column, positions, listed) for name, column in columns.items()}


def _rows(column: Any, positions: np.ndarray, listed: list[int]) -> Any:
    if isinstance(column, list | tuple):
        return type(column)([column[position] for position in listed])
    return column[positions]


def form_of(numbers: Any) -> dict[str, Any]:
    """What held the numbers of an annotation, and their dtype: whole numbers come back as float64."""
    if is_tensor(numbers):
        floating = numbers.is_floating_point()
        return {"given": "tensor", "dtype": from_tensor(numbers).dtype if floating else np.dtype(np.float64)}
    dtype = getattr(numbers, "dtype", None)
    floating = isinstance(dtype, np.dtype) and dtype.kind == "f"
    return {
        "given": "list" if isinstance(numbers, list | tuple) else "array",
        "dtype": dtype if floating else np.dtype(np.float64),
    }


def like_given(numbers: np.ndarray, given: str) -> Any:
    """An array as a list or a tensor where such a thing was given."""
    if given == "tensor":
        return to_tensor(numbers)
    return numbers.tolist() if given == "list" else numbers
