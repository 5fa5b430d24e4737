"""Series in files: CSV, a column for each channel, and ``.npy``."""

from __future__ import annotations

import numpy as np

from augkit.errors import DataError

EXTENSIONS = (".csv", ".npy")


def read_series(path, rate=None):
    """``(values, rate)`` of a file: CSV with a first line of names, or an array (samples, channels) in ``.npy``."""
    if rate is None:
        raise DataError("says no rate; write it in the recipe, as in sample: {series: {series: {rate: 50}}}.")
    values = np.load(path) if str(path).endswith(".npy") else np.loadtxt(path, delimiter=",", skiprows=1, ndmin=2)
    return values.astype(np.float32), rate
