"""Functions compiled with numba, kept on disk where there is a place for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from numba import njit


def compiled(**options: Any) -> Callable[[Any], Any]:
    """As ``numba.njit`` with ``options``, without Python's lock. Numba refuses to cache where neither the package's
    folder nor the user's can be written, as in a container; there it compiles anew in every process.
    """

    def made(function: Any) -> Any:
        try:
            return njit(cache=True, nogil=True, **options)(function)
        except RuntimeError as error:
            if "cannot cache" not in str(error):
                raise
            return njit(nogil=True, **options)(function)

    return made
