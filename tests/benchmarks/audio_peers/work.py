"""What every library is asked to do with a clip, and the clips and files that it is done with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile

SECONDS = 4.0
RATES = (16000, 44100)
SPEEDS, SEMITONES = (0.8, 1.25), (-4.0, 4.0)
SNR_DB, GAIN_DB = (5.0, 30.0), (-12.0, 12.0)
THRESHOLD_DB, RATIO, ATTACK_MS, RELEASE_MS = -24.0, 4.0, 5.0, 80.0
RESPONSE_SECONDS = 0.5
FIXED = {"speed": 0.8, "semitones": 2.0, "snr_db": 10.0, "gain_db": 6.0}
"""The numbers that all are given where their outputs are compared."""

Change = Callable[[np.ndarray, int], np.ndarray]
"""``change(samples, n)``: what becomes of mono ``samples`` float32 on turn n, (n,) float32."""


@dataclass(frozen=True)
class Work:
    """``task`` is what is done; ``method`` says which of augkit's methods does it."""

    name: str
    task: str
    method: str = "default"


WORKS = (
    Work("time stretch", "stretch"),
    Work("time stretch, `method: fast`", "stretch", "fast"),
    Work("pitch shift", "pitch"),
    Work("pitch shift, `method: fast`", "pitch", "fast"),
    Work("compress", "compress"),
    Work("white noise at an SNR", "noise"),
    Work("background, files of the same rate", "background"),
    Work("background, files of 48 kHz", "background 48k"),
    Work("impulse response of 0.5 s", "reverb"),
    Work("gain, polarity, white noise", "chain"),
)


@dataclass(frozen=True)
class Setting:
    """One work at one rate; ``fixed``: with the numbers of FIXED instead of drawn ones. Files lie in ``folder``."""

    work: Work
    rate: int
    folder: Path
    fixed: bool = False

    def drawn(self, name: str, ends: tuple[float, float]) -> tuple[float, float]:
        """The range of a number, or the fixed one twice."""
        return (FIXED[name], FIXED[name]) if self.fixed else ends

    @property
    def noises(self) -> Path:
        """The folder of the backgrounds."""
        return self.folder / ("noises-48000" if self.work.task == "background 48k" else f"noises-{self.rate}")

    @property
    def responses(self) -> Path:
        """The folder of the impulse responses."""
        return self.folder / f"responses-{self.rate}"


def clips(rate: int, count: int = 8) -> list[np.ndarray]:
    """Mono clips of 4 s: three tones that tremble, hiss, and a click every quarter of a second."""
    time = np.arange(round(SECONDS * rate)) / rate
    made = []
    for seed in range(count):
        numbers = np.random.default_rng(seed)
        tones = sum(
            0.1 * np.sin(2 * np.pi * hertz * time + 0.3 * np.sin(2 * np.pi * 5 * time))
            for hertz in numbers.uniform(100, 3000, 3)
        )
        samples = tones * (1 + 0.5 * np.sin(2 * np.pi * 1.3 * time)) + 0.01 * numbers.standard_normal(len(time))
        samples[rate // 8 :: rate // 4] += 0.8
        made.append(samples.astype(np.float32))
    return made


def write_files(folder: Path, rate: int) -> None:
    """Six recordings of 10 s of noise at ``rate`` and at 48 kHz, and three impulse responses, as 16-bit WAV."""
    for name, hertz in ((f"noises-{rate}", rate), ("noises-48000", 48000)):
        (folder / name).mkdir(exist_ok=True)
        for seed in range(6):
            noise = np.cumsum(np.random.default_rng(seed).standard_normal(10 * hertz))
            noise -= np.convolve(noise, np.full(401, 1 / 401), "same")
            soundfile.write(folder / name / f"{seed}.wav", 0.5 * noise / np.abs(noise).max(), hertz)
    (folder / f"responses-{rate}").mkdir()
    for seed in range(3):
        time = np.arange(round(RESPONSE_SECONDS * rate)) / rate
        response = 0.2 * np.random.default_rng(seed).standard_normal(len(time)) * np.exp(-10 * time)
        response[0] = 0.9
        soundfile.write(folder / f"responses-{rate}" / f"{seed}.wav", response, rate)
