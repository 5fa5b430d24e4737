"""Gain and Noise: changes of sound that leave time, and so every timed annotation, where it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from augkit.transform import Params

NoiseColor = Literal["white", "pink", "brown", "blue", "violet"]


@dataclass(frozen=True)
class Gain(Params):
    """Samples times 10^(``db`` / 20)."""

    db: float

    def then(self, later: Params) -> Gain | None:
        """One gain for two."""
        return Gain(self.db + later.db) if isinstance(later, Gain) else None

    def inverse(self) -> Gain:
        """The opposite gain."""
        return Gain(-self.db)


@dataclass(frozen=True)
class Noise(Params):
    """Noise of a ``color``, the clip's power being ``snr_db`` above it; ``subseed`` names the numbers."""

    snr_db: float
    color: NoiseColor
    subseed: int
