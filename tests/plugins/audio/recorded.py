"""Recordings and their annotation files for tests, written on the spot."""

from pathlib import Path

import numpy as np
import soundfile

RATE = 8000


def ramp(seconds, rate=RATE):
    """Every sample another number that 16 bits hold exactly: where it stands, in 2⁻¹⁵."""
    count = round(seconds * rate)
    return (np.arange(count) % 30000 / 32768).astype(np.float32)


def write(path: Path, seconds=2.0, rate=RATE, channels=1):
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, np.repeat(ramp(seconds, rate)[:, None], channels, 1), rate)
    return path


def lines(path: Path, *rows):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(f"{row}\n" for row in rows), encoding="utf-8")
    return path
