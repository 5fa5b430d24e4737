"""Functions compiled with numba, kept on disk where there is a place for it. Plugins compile their loops by it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from augkit.errors import MissingDependency


def compiled(*signature: Any, **options: Any) -> Callable[[Any], Any]:
    """As ``numba.njit``, without Python's lock; with a ``signature`` when the module is loaded, not in the first call.

    Numba refuses to cache where neither the folder of the function's file nor the user's can be written, as in a
    container; there it compiles anew in every process. A division by zero gives what IEEE says: to look for one would
    keep loops from using vector instructions. Raises MissingDependency where there is no numba.
    """
    try:
        import numba
    except ImportError as error:
        raise MissingDependency("compiled steps need numba. Install it: pip install 'augkit[image]'") from error
    njit: Any = numba.njit
    options = {"nogil": True, "error_model": "numpy", **options}

    def made(function: Any) -> Any:
        try:
            return njit(*signature, cache=True, **options)(function)
        except RuntimeError as error:
            if "cannot cache" not in str(error):
                raise
            return njit(*signature, **options)(function)

    return made
