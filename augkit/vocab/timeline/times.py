"""Columns of times and frequencies as they come through the door."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from augkit.errors import DataError
from augkit.sample import Axis, Frame
from augkit.vocab.rows import type_of


def numbers_of(what: str, columns: Mapping[str, Any], name: str, unit: str = "seconds") -> np.ndarray:
    """A column (n,) float64 of finite numbers; DataError for anything else, or where it is absent."""
    if name not in columns:
        there = ", ".join(map(str, columns)) or "none"
        raise DataError(f"{what}: got the columns {there}; expected {name!r}, in {unit}.")
    try:
        numbers = np.array(columns[name], dtype=np.float64)
    except (TypeError, ValueError):
        raise DataError(f"{what}: {name} is {columns[name]!r}; expected {unit}.") from None
    if numbers.ndim != 1:
        raise DataError(f"{what}: {name} has shape {numbers.shape}; expected (n,), one number a row.")
    if not np.isfinite(numbers).all():
        row = int(np.argmin(np.isfinite(numbers)))
        raise DataError(f"{what}: row {row} has {name} {numbers[row]}; expected a finite number of {unit}.")
    return numbers


def check_order(what: str, start: np.ndarray, end: np.ndarray) -> None:
    """Refuse stretches of time that end before they start."""
    wrong = end < start
    if wrong.any():
        row = int(np.argmax(wrong))
        raise DataError(f"{what}: row {row} ends at {end[row]:g} s, before it starts at {start[row]:g} s.")


def check_inside(what: str, start: np.ndarray, end: np.ndarray, frame: Frame) -> None:
    """Refuse what lies wholly outside the clip, as far as its length is known."""
    seconds = seconds_of(frame)
    if seconds is None:
        return
    outside = (start > seconds) | (end < 0.0)
    if outside.any():
        row = int(np.argmax(outside))
        lies = f"lasts from {start[row]:g} to {end[row]:g} s" if start is not end else f"is at {start[row]:g} s"
        raise DataError(
            f"{what}: row {row} {lies}, outside the clip of {seconds:g} s. Times are seconds from the clip's start."
        )


def seconds_of(frame: Frame) -> float | None:
    """How long the clip is."""
    return float(frame[Axis.TIME][0] / frame[Axis.TIME][1]) if Axis.TIME in frame else None


def nyquist_of(frame: Frame) -> float | None:
    """The highest frequency that the clip can hold, Hz."""
    return float(frame[Axis.TIME][1] / 2) if Axis.TIME in frame else None


def float_type(column: Any) -> Any:
    """What ``like`` needs to give numbers back: whole numbers come back as float64."""
    type_ = type_of(column)
    return np.dtype(np.float64) if isinstance(type_, np.dtype) and type_.kind != "f" else type_
