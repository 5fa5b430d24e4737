"""Small folders of sounds for the laws, made when they are asked for and gone when the process ends."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from functools import lru_cache
from pathlib import Path

import numpy as np
import soundfile


@lru_cache(1)
def noises() -> Path:
    """Two recordings of noise: half a second at 8 kHz, and two seconds in stereo at 16 kHz."""
    folder, numbers = _folder(), np.random.default_rng(0)
    for name, shape, rate in (("short.wav", (4000, 1), 8000), ("stereo.wav", (32000, 2), 16000)):
        soundfile.write(folder / name, 0.1 * numbers.standard_normal(shape), rate)
    return folder


@lru_cache(1)
def responses() -> Path:
    """Two impulse responses with a direct path after 0 and after 4 ms, and a quiet tail that fades."""
    folder, numbers = _folder(), np.random.default_rng(0)
    for name, delay, rate in (("near.wav", 0, 16000), ("far.wav", 176, 44100)):
        tail = np.arange(rate // 10) / rate
        response = 0.002 * numbers.standard_normal(len(tail)) * np.exp(-60 * tail)
        response[0] = 0.9
        soundfile.write(folder / name, np.concatenate([np.zeros(delay), response]), rate, subtype="FLOAT")
    return folder


def _folder() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="augkit-examples-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder
