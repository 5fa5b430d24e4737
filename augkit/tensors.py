"""Tensors at the door, without importing torch: who hands us one has loaded it already."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np


def is_tensor(value: Any) -> bool:
    """Whether it is a torch tensor."""
    return type(value).__module__.partition(".")[0] == "torch" and hasattr(value, "detach")


def from_tensor(value: Any) -> Any:
    """A tensor as an array, all else as it is."""
    return value.detach().cpu().numpy() if is_tensor(value) else value


def to_tensor(array: np.ndarray) -> Any:
    """The array as a tensor, copied where it is not contiguous."""
    # A side of one pixel may run backwards and still count as contiguous; torch refuses it.
    array = array.copy() if min(array.strides, default=0) < 0 else np.ascontiguousarray(array)
    return sys.modules["torch"].from_numpy(array)
