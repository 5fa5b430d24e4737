"""TimeErase: stretches of a clip that are silenced where they are, and what that means for annotations."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from augkit.sample import TIME
from augkit.transform import Params


@dataclass(frozen=True)
class TimeErase(Params):
    """``spans``: (start, end) seconds, half open, that are silenced; time itself stays.

    ``policy`` holds for events, frames and pitch: ``keep`` leaves them all; ``ignore`` marks frames whose middle is
    masked with the ignore value and pitch there as unvoiced, and drops events of which more than ``max_hidden`` is
    masked. Beats and words stay where they are.
    """

    axes = TIME

    spans: tuple[tuple[float, float], ...]
    policy: Literal["keep", "ignore"] = "ignore"
    max_hidden: float = 0.7

    def covers(self, seconds: np.ndarray) -> np.ndarray:
        """Which of the moments (n,) are masked."""
        moments = np.asarray(seconds, dtype=np.float64)[:, None]
        spans = np.array(self.spans, dtype=np.float64).reshape(-1, 2)
        return np.asarray(((moments >= spans[:, 0]) & (moments < spans[:, 1])).any(axis=1))

    def hidden(self, start: np.ndarray, end: np.ndarray) -> np.ndarray:
        """The fraction (n,) of each stretch that is masked; of a moment all or nothing. Overlaps count once."""
        covered, latest = np.zeros(len(start)), -np.inf
        for low, high in sorted(self.spans):
            low, latest = max(low, latest), max(high, latest)
            covered += np.maximum(np.minimum(end, high) - np.maximum(start, low), 0.0)
        lasting = end > start
        fraction = np.divide(covered, end - start, out=np.zeros(len(start)), where=lasting)
        return np.where(lasting, fraction, self.covers(start))
