"""Types in the signatures of functions that are compiled when their module is loaded."""

from __future__ import annotations

from numba import types

SAMPLES = types.Array(types.float32, 1, "C", readonly=True)
"""A row of float32 samples that is only read, also where it is locked."""
