"""Time stretching and pitch shifting with Signalsmith Stretch (python-stretch)."""

from __future__ import annotations

import numpy as np
from python_stretch import Signalsmith

from augkit.errors import DataError

SLOWEST, FASTEST = 0.5, 2.0
"""Between these speeds clicks were measured within 1.5 ms of where they belong; beyond, up to 7 ms."""

LOWEST_RATE = 1000
"""Signalsmith's preset has no block to work on at a few Hz, and the process dies."""


def stretched(samples: np.ndarray, rate: int, speed: float) -> np.ndarray:
    """``samples`` (channels, n) float32 played ``speed`` times as fast: (channels, about n / speed), in place on time.

    python-stretch compensates the latency. The seed makes it deterministic where it randomises phases. Clips below
    1 kHz raise DataError.
    """
    engine = _engine(samples, rate, "stretched")
    engine.setTimeFactor(speed)
    return _processed(engine, samples)


def transposed(samples: np.ndarray, rate: int, semitones: float) -> np.ndarray:
    """``samples`` (channels, n) float32 with every frequency ``semitones`` higher, in place on time and as long."""
    engine = _engine(samples, rate, "transposed")
    engine.setTransposeSemitones(semitones)
    made = _processed(engine, samples)[:, : samples.shape[1]]
    return np.pad(made, ((0, 0), (0, samples.shape[1] - made.shape[1])))


def _engine(samples: np.ndarray, rate: int, done: str) -> Signalsmith.Stretch:
    if rate < LOWEST_RATE:
        raise DataError(f"a clip at {rate} Hz cannot be {done}; expected at least {LOWEST_RATE} Hz.")
    engine = Signalsmith.Stretch(0)
    engine.preset(len(samples), float(rate))
    return engine


def _processed(engine: Signalsmith.Stretch, samples: np.ndarray) -> np.ndarray:
    # Reversed and otherwise strided arrays have been seen to come out silent; read-only ones are refused.
    return engine.process(np.require(samples, np.float32, ["C", "W"]))
