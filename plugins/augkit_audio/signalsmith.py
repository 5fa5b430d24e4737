"""Time stretching and pitch shifting with Signalsmith Stretch (python-stretch)."""

from __future__ import annotations

import numpy as np
from python_stretch import Signalsmith

from augkit.errors import DataError
from augkit_audio.resampling import played

SLOWEST, FASTEST = 0.5, 2.0
"""Between these speeds clicks were measured within 1.5 ms of where they belong; beyond, up to 7 ms."""

LOWEST_RATE = 1000
"""Signalsmith's preset has no block to work on at a few Hz, and the process dies."""


def stretched(samples: np.ndarray, rate: int, speed: float) -> np.ndarray:
    """``samples`` (channels, n) float32 played ``speed`` times as fast: (channels, about n / speed), in place on time.

    python-stretch compensates the latency. The seed makes it deterministic where it randomises phases. Clips below
    1 kHz raise DataError.
    """
    if rate < LOWEST_RATE:
        raise DataError(f"a clip at {rate} Hz cannot be stretched; expected at least {LOWEST_RATE} Hz.")
    engine = Signalsmith.Stretch(0)
    engine.preset(len(samples), float(rate))
    engine.setTimeFactor(speed)
    # Reversed and otherwise strided arrays have been seen to come out silent; read-only ones are refused.
    return engine.process(np.require(samples, np.float32, ["C", "W"]))


def transposed(samples: np.ndarray, rate: int, ratio: float) -> np.ndarray:
    """``samples`` (channels, n) float32 with every frequency times ``ratio``, in place on time and as long.

    Stretched and played back so much faster: within 2 cents where Signalsmith's own transposition is up to 30 off.
    """
    count = samples.shape[1]
    made = played(stretched(samples, rate, 1.0 / ratio), ratio)[:, :count]
    return np.pad(made, ((0, 0), (0, count - made.shape[1])))
