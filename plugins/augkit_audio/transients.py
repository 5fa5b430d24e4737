"""Where sounds set in, and where the frames of a vocoder are taken so that those places stay sharp."""

from __future__ import annotations

import numpy as np

from augkit.compiled import compiled

BLOCK_SECONDS = 0.002
"""Onsets are looked for in blocks of this length."""

APART_SECONDS = 0.02

_HISTORY = 6
_RISE = 16.0
_FLOOR = 1e-9


def onsets(samples: np.ndarray, rate: int) -> np.ndarray:
    """The samples (m,) int64 at which sounds (channels, n) set in, at least 20 ms apart.

    A block of 2 ms sets in where the energy of its differences, over all channels, is 12 dB above the mean of the 12 ms
    before; the place is its largest difference. Differences, because what is sharp is loud in the high frequencies.
    """
    block = max(round(BLOCK_SECONDS * rate), 1)
    blocks = samples.shape[1] // block
    if blocks < 2:
        return np.zeros(0, np.int64)
    squares = np.zeros((len(samples), blocks * block), np.float32)
    np.subtract(samples[:, 1 : blocks * block], samples[:, : blocks * block - 1], out=squares[:, 1:])
    np.square(squares, out=squares)
    energy = squares.reshape(len(samples), blocks, block).sum(axis=2).sum(axis=0)
    found = _rises(energy, max(round(APART_SECONDS / BLOCK_SECONDS), 1))
    within = squares.reshape(len(samples), blocks, block)[:, found].max(axis=0)
    return found * block + within.argmax(axis=1)


@compiled()
def _rises(energy: np.ndarray, apart: int) -> np.ndarray:
    """The blocks that rise far above those before; of two too near each other, the louder."""
    found = np.zeros(len(energy), np.int64)
    count = 0
    floor = np.float32(_FLOOR) * energy.max()
    for b in range(1, len(energy)):
        before = energy[max(b - _HISTORY, 0) : b]
        if energy[b] <= floor or energy[b] <= np.float32(_RISE) * before.sum() / np.float32(len(before)):
            continue
        if count > 0 and b - found[count - 1] <= apart:
            if energy[b] <= energy[found[count - 1]]:
                continue
            count -= 1
        found[count] = b
        count += 1
    return found[:count]
