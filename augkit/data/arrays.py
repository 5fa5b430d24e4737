"""Arrays in JSON: ``{"dtype": "int64", "values": [3, 5]}``, so that labels and ids come back in the type they had."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from augkit.errors import DataError
from augkit.tensors import from_tensor, is_tensor

_KINDS = "biufU"
_SHAPES = ({"dtype", "values"}, {"dtype", "values", "shape"})


def as_json(value: Any) -> Any:
    """A value made of what JSON has words for; arrays and tensors as mappings. DataError for what has none."""
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, np.generic):
        return as_json(value.item())
    if is_tensor(value) or isinstance(value, np.ndarray):
        return _described(np.asarray(from_tensor(value)))
    if isinstance(value, Mapping) and all(isinstance(name, str) for name in value):
        return {name: as_json(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [as_json(inner) for inner in value]
    raise DataError(f"{value!r:.60} of type {type(value).__name__} cannot be written as JSON.")


def from_json(value: Any) -> Any:
    """The reverse of ``as_json``; tuples have become lists and tensors arrays."""
    if isinstance(value, Mapping):
        if value.keys() in _SHAPES:
            return _array(value)
        return {name: from_json(inner) for name, inner in value.items()}
    if isinstance(value, list) and value and isinstance(value[0], Mapping | list):
        return [from_json(inner) for inner in value]
    return value


def _described(array: np.ndarray) -> Any:
    if array.dtype.kind == "O":
        return as_json(array.tolist())
    if array.dtype.kind not in _KINDS:
        raise DataError(f"an array of {array.dtype} cannot be written as JSON.")
    told = {"dtype": str(array.dtype), "values": array.tolist()}
    return told | ({} if array.size else {"shape": list(array.shape)})


def _array(told: Mapping[str, Any]) -> np.ndarray:
    try:
        dtype = np.dtype(told["dtype"])
        array = np.array(told["values"], dtype=dtype).reshape(told.get("shape", np.shape(told["values"])))
    except (TypeError, ValueError, OverflowError) as error:
        raise DataError(f"{told!r:.80} is no array: {error}") from None
    if dtype.kind not in _KINDS:
        raise DataError(f"{told!r:.80} is no array of numbers or texts.")
    return array
