"""Frames: windowed pieces of a clip that lie over one another, cut out, transformed, and laid together again."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import scipy.fft

from augkit.compiled import compiled
from augkit_audio.phases import lock, nothing_before

_BATCH = 64
_PARTS_OF_TURN = 1024


def vocoded(
    samples: np.ndarray, taken: np.ndarray, sharp: np.ndarray, sizes: tuple[int, int], hop: int, made: int
) -> np.ndarray:
    """``made`` samples out of frames of ``samples`` (channels, n), locked in phase.

    Frame k has its middle at ``taken[k]`` in the clip and at (k - 1) · ``hop`` in the output. ``sizes`` are those of a
    frame in the clip and in the output: where they differ, frames are resampled, and so the pitch moves. Batch by
    batch, so that what is worked on stays in the processor's cache.
    """
    channels, (size, size_out) = len(samples), sizes
    window, window_out = hann(size), (hann(size_out) * np.float32(size_out / size))
    output = np.zeros((channels, made), np.float32)
    kept = nothing_before(channels, size // 2 + 1)
    batch = max(_BATCH // channels, 1)
    told = np.concatenate([taken[:1], taken])
    for first in range(0, len(taken), batch):
        count = min(batch, len(taken) - first)
        frames = np.empty((channels, count, size), np.float32)
        _cut(samples, taken[first : first + count], window, frames)
        spectra = scipy.fft.rfft(frames)
        steps = told[first : first + count + 1]
        lock(spectra, steps, sharp[first : first + count], hop * (size / size_out), size, kept, _turns())
        _lay(_back(spectra, size_out), (first - 1) * hop - size_out // 2, hop, window_out, output)
    _level(output, _weights(hann(size_out), hop))
    return output


def _back(spectra: np.ndarray, size: int) -> np.ndarray:
    """Frames of ``size`` samples; what they cannot hold is left away."""
    made: np.ndarray = scipy.fft.irfft(spectra, size, overwrite_x=True)
    return made


@lru_cache(64)
def hann(size: int) -> np.ndarray:
    """Hann's window (size,) float32, for frames that follow on each other."""
    return (0.5 - 0.5 * np.cos(2 * np.pi * np.arange(size) / size)).astype(np.float32)


@lru_cache(1)
def _turns() -> np.ndarray:
    return np.exp(2j * np.pi * np.linspace(0.0, 1.0, _PARTS_OF_TURN + 1)).astype(np.complex64)


def _weights(window: np.ndarray, hop: int) -> np.ndarray:
    """One over the sum of squared windows that lie over each of the samples from a frame's middle to the next."""
    padded = np.zeros(-(-len(window) // hop) * hop, np.float64)
    padded[: len(window)] = np.square(window, dtype=np.float64)
    return (1.0 / np.roll(padded.reshape(-1, hop).sum(axis=0), -(len(window) // 2))).astype(np.float32)


@compiled()
def _cut(samples: np.ndarray, taken: np.ndarray, window: np.ndarray, frames: np.ndarray) -> None:
    """Windowed frames round these middles; silence beyond the ends."""
    channels, length = samples.shape
    size = len(window)
    for c in range(channels):
        for k in range(len(taken)):
            start = taken[k] - size // 2
            low, high = min(max(-start, 0), size), max(min(length - start, size), 0)
            if low > 0 or high < size:
                frames[c, k] = np.float32(0.0)
            if low < high:
                # Slices, so that the loop knows that no index is negative, and runs on several samples at once.
                there, shape, frame = samples[c, start + low : start + high], window[low:high], frames[c, k, low:high]
                for i in range(len(there)):
                    frame[i] = there[i] * shape[i]


@compiled()
def _lay(frames: np.ndarray, start: int, hop: int, window: np.ndarray, output: np.ndarray) -> None:
    """Windowed frames laid over one another, the first from ``start`` on."""
    channels, count, size = frames.shape
    for c in range(channels):
        for k in range(count):
            begin = start + k * hop
            low, high = max(-begin, 0), min(output.shape[1] - begin, size)
            if low < high:
                place, frame, shape = output[c, begin + low : begin + high], frames[c, k, low:high], window[low:high]
                for i in range(len(place)):
                    place[i] += frame[i] * shape[i]


@compiled()
def _level(output: np.ndarray, weights: np.ndarray) -> None:
    hop = len(weights)
    for c in range(len(output)):
        for start in range(0, output.shape[1], hop):
            part = output[c, start : start + hop]
            for i in range(len(part)):
                part[i] *= weights[i]
