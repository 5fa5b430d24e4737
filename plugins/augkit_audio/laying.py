"""One sound laid under another: powers measured and samples added in one pass each."""

from __future__ import annotations

import numpy as np

from augkit.compiled import compiled
from augkit_audio.normals import energy


def laid_under(samples: np.ndarray, other: np.ndarray, snr_db: float, unit: float = 1.0) -> np.ndarray:
    """``samples`` (channels, n) float32 plus ``other`` (1 or as many channels, n), whose mean power is made ``snr_db``
    below that of ``samples``. Where these are silent there is no such ratio: ``other`` is then taken times ``unit``.
    """
    signal, added = (power(each) for each in (samples, other))
    scale = np.sqrt(signal / added) * 10.0 ** (-snr_db / 20.0) if signal and added else unit
    made = np.empty_like(samples)
    _add(samples, other, np.float32(scale), made)
    return made


def power(samples: np.ndarray) -> float:
    """The mean square over all channels and samples; of whole numbers it is exact before the division."""
    if not samples.size:
        return 0.0
    measure = _whole_energy if samples.dtype == np.int16 else energy
    return float(sum(measure(row) for row in samples) / samples.size)


@compiled()
def _whole_energy(row: np.ndarray) -> float:
    total = np.int64(0)
    for i in range(len(row)):
        value = np.int32(row[i])
        total += value * value
    return float(total)


@compiled()
def _add(samples: np.ndarray, other: np.ndarray, scale: np.float32, made: np.ndarray) -> None:
    for c in range(len(samples)):
        own, added, row = samples[c], other[c if len(other) > 1 else 0], made[c]
        for i in range(len(own)):
            row[i] = own[i] + scale * np.float32(added[i])
