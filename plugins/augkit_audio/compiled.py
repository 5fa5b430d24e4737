"""Functions compiled with numba, kept on disk where there is a place for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from numba import njit, types

SAMPLES = types.Array(types.float32, 1, "C", readonly=True)
"""A row of float32 samples that is only read, also where it is locked."""


def compiled(*signature: Any, **options: Any) -> Callable[[Any], Any]:
    """As ``numba.njit``, without Python's lock; a ``signature`` compiles when the module is loaded, not in the first
    call. Numba refuses to cache where neither the package's folder nor the user's can be written, as in a container;
    there it compiles anew in every process. Divisions by zero are not looked for, which would keep loops from using
    vector instructions.
    """

    def made(function: Any) -> Any:
        try:
            return njit(*signature, cache=True, nogil=True, error_model="numpy", **options)(function)
        except RuntimeError as error:
            if "cannot cache" not in str(error):
                raise
            return njit(*signature, nogil=True, error_model="numpy", **options)(function)

    return made
