"""Rows and columns: annotations that come as a list of mappings or as a mapping of columns, and go out the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from augkit.errors import DataError


class Absent:
    """Stands in a column for a row without it; the class itself is the value, so that it survives pickling."""


def columns_of(rows: Sequence[Any], what: str, required: Sequence[str]) -> dict[str, list[Any]]:
    """Columns out of rows. A row without a ``required`` key raises DataError, one without another has ``Absent``."""
    if rows and _alike(rows, required):
        return {name: [row[name] for row in rows] for name in dict.fromkeys([*required, *rows[0]])}
    for number, row in enumerate(rows):
        if not isinstance(row, Mapping):
            raise DataError(f"{what}: row {number} is {row!r}; expected a mapping with {', '.join(required)}.")
        for name in required:
            if name not in row:
                there = ", ".join(map(str, row)) or "nothing"
                raise DataError(f"{what}: row {number} has no {name!r}; it has {there}.")
    names = dict.fromkeys([*required, *(name for row in rows for name in row)])
    return {name: [row.get(name, Absent) for row in rows] for name in names}


def _alike(rows: Sequence[Any], required: Sequence[str]) -> bool:
    """Whether all rows are dicts of the same keys, as they nearly always are."""
    first = rows[0]
    if type(first) is not dict or not first.keys() >= set(required):
        return False
    return all(type(row) is dict and row.keys() == first.keys() for row in rows)


def rows_of(columns: Mapping[str, Sequence[Any]]) -> list[dict[str, Any]]:
    """The rows that ``columns_of`` took apart."""
    rows = zip(*columns.values(), strict=True)
    return [{name: item for name, item in zip(columns, row, strict=True) if item is not Absent} for row in rows]


def filled(columns: Mapping[str, Any]) -> dict[str, Any]:
    """The columns with None for ``Absent``."""
    return {
        name: [None if item is Absent else item for item in column] if isinstance(column, list) else column
        for name, column in columns.items()
    }


def is_rows(value: Any, what: str) -> bool:
    """True for a list of rows, False for a mapping of columns; anything else raises DataError."""
    if isinstance(value, Mapping):
        return False
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return True
    raise DataError(f"{what}: got {type(value).__name__}; expected a list of mappings, or a mapping of columns.")


def type_of(column: Any) -> Any:
    """What ``like`` needs to give a column back in the type it came in: a numpy dtype, ``tuple`` or ``list``."""
    return column.dtype if isinstance(column, np.ndarray) else tuple if isinstance(column, tuple) else list


def like(items: Sequence[Any], type_: Any) -> Any:
    """``items`` as a column of that type. Texts in an array may be longer than what it held before."""
    if not isinstance(type_, np.dtype):
        return type_(items)
    return np.array(items, dtype=type_.type if type_.kind in "US" else type_)
