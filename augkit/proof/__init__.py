"""Proof: does it help? Trainings in pairs, without single steps, or over a search, and what may be said of them.

torch is imported on first use.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from augkit.proof.ablation import ablate as ablate
    from augkit.proof.comparison import Comparison as Comparison
    from augkit.proof.comparison import compare as compare
    from augkit.proof.tuning import tune as tune

_HOMES = {"Comparison": "comparison", "ablate": "ablation", "compare": "comparison", "tune": "tuning"}
__all__ = sorted(_HOMES)


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'augkit.proof' has no attribute {name!r}")
    return getattr(importlib.import_module(f"augkit.proof.{home}"), name)


def __dir__() -> list[str]:
    return __all__
