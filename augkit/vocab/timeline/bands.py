"""Bands of frequency among the columns of events: ``low_hz`` and ``high_hz``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from augkit.errors import DataError
from augkit.vocab.rows import Absent

BAND = ("low_hz", "high_hz")


def check_bands(columns: Mapping[str, Any], count: int) -> None:
    """Refuse bands that are no numbers, negative, or upside down."""
    for name in BAND:
        for row, hz in enumerate(columns.get(name, ())):
            if not is_absent(hz) and (isinstance(hz, str | bool) or not hz >= 0):
                raise DataError(f"events: row {row} has {name} {hz!r}; expected Hz.")
    low, high = edges(columns.get("low_hz"), count, 0.0), edges(columns.get("high_hz"), count, np.inf)
    wrong = np.array(low) > np.array(high)
    if wrong.any():
        row = int(np.argmax(wrong))
        raise DataError(
            f"events: row {row} reaches from {low[row]:g} up to {high[row]:g} Hz; the lower end comes first."
        )


def is_absent(item: Any) -> bool:
    """Whether a row has no such edge."""
    return item is None or item is Absent


def edges(column: Any, count: int, absent: float) -> list[float]:
    """One edge of each band, Hz; ``absent`` where there is none."""
    return [absent] * count if column is None else [absent if is_absent(hz) else float(hz) for hz in column]


def changed(column: Any, amounts: np.ndarray, change: Callable[[Any, float], Any]) -> Any:
    """A column with each of its items changed by its amount, in the type that it has; whole numbers become float64."""
    items = [
        item if is_absent(item) else change(item, amount) for item, amount in zip(column, amounts.tolist(), strict=True)
    ]
    if not isinstance(column, np.ndarray):
        return type(column)(items)
    made = np.array(items)
    return made.astype(column.dtype) if column.dtype.kind == "f" else made
