"""What is heard in a clip: when its clicks are, and how high its tone is."""

from __future__ import annotations

import numpy as np

from augkit.vocab.timeline import Audio

APART_S = 0.08
_AROUND_S = 0.01
_FRAME_S = 0.15


def clicks(audio: Audio) -> np.ndarray | None:
    """When clicks are heard, in seconds: centres of the energy around each peak; None where noise drowns them."""
    energy = np.square(audio.samples.astype(np.float64)).mean(axis=0)
    if energy.max() == 0 or np.median(energy) > 1e-3 * energy.max():
        return None
    reach, apart = round(_AROUND_S * audio.rate), round(APART_S * audio.rate)
    left, floor, found = energy.copy(), 0.04 * energy.max(), []
    while left.max() > floor:
        peak = int(left.argmax())
        around = np.arange(max(0, peak - reach), min(len(energy), peak + reach + 1))
        found.append(float(energy[around] @ around / energy[around].sum()) / audio.rate)
        left[max(0, peak - apart) : peak + apart] = 0
    return np.sort(found)


def crowded(moments: np.ndarray, apart: float = APART_S) -> np.ndarray:
    """Which of the moments (n,) have another so near that marks at both (``clicks``) would be taken for one."""
    off = np.abs(moments[:, None] - moments)
    return np.asarray(((off > 1e-6) & (off < apart * 1.1)).any(axis=1))


def pitches(audio: Audio) -> list[tuple[float, float, float]]:
    """(start, end, Hz) of stretches that hold one clear tone: the peak of the spectrum, between its bins."""
    samples, size = audio.samples.astype(np.float64).mean(axis=0), round(_FRAME_S * audio.rate)
    window = np.hanning(size)
    found = []
    for start in range(0, len(samples) - size + 1, size // 2):
        spectrum = np.abs(np.fft.rfft(samples[start : start + size] * window, 8 * size))
        peak = int(spectrum.argmax())
        if 0 < peak < len(spectrum) - 1 and spectrum[peak] > 1e-3 * size and _is_clear(spectrum, peak):
            below, at, above = np.log(spectrum[peak - 1 : peak + 2] + 1e-20)
            place = peak + 0.5 * (below - above) / (below - 2 * at + above)
            found.append((start / audio.rate, (start + size) / audio.rate, place * audio.rate / (8 * size)))
    return found


def _is_clear(spectrum: np.ndarray, peak: int) -> bool:
    """Whether nearly all energy lies where the window puts that of one steady tone, evenly on both sides."""
    near = spectrum[max(0, peak - 24) : peak + 25] ** 2
    even = abs(near[: len(near) // 2].sum() - near[len(near) // 2 + 1 :].sum()) < 0.1 * near.sum()
    return bool(near.sum() > 0.97 * (spectrum**2).sum() and even)
