"""A phase vocoder: time stretching that takes a fraction of the time, for sounds that are heard by machines.

Frames are cut from the clip where they belong in time, their phases turned so that they follow on each other (Laroche
and Dolson 1999, "identity phase locking"), and laid over one another. Around onsets frames keep the distance that they
have in the clip, and phases begin anew there (Duxbury et al. 2002, Röbel 2003): clicks stay clicks, where they belong.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import scipy.fft

from augkit_audio.compiled import compiled
from augkit_audio.phases import lock
from augkit_audio.transients import onsets

FRAME_SECONDS = 0.048
_LEAST = 16
_OVERLAP = 4
_DENSE = 1.25
_BATCH = 32
_ASIDE_SECONDS = 0.012
_OF_GAP = 0.2
_PARTS_OF_TURN = 8192


def stretched(samples: np.ndarray, rate: int, speed: float) -> np.ndarray:
    """``samples`` (channels, n) float32 played ``speed`` times as fast: (channels, round(n / speed)), each sound in its
    place and at its pitch. Phases between channels are kept.
    """
    channels, length = samples.shape
    made = max(round(length / speed), 1) if length else 0
    if not length or not channels:
        return np.zeros((channels, made), np.float32)
    samples = np.ascontiguousarray(samples, np.float32)
    size = frame_size(rate)
    hop = max(round(size / _OVERLAP / max(speed / _DENSE, 1.0)), 1)
    taken, sharp = places(samples, rate, speed, size, hop, made)
    return _spread(samples, taken, sharp, size, hop, made)


@lru_cache(16)
def frame_size(rate: int) -> int:
    """Samples in a frame at ``rate`` Hz: about 48 ms, of a length that can be transformed fast; divisible by 4."""
    return 4 * scipy.fft.next_fast_len(max(round(FRAME_SECONDS * rate / 4), _LEAST // 4), real=True)


def places(
    samples: np.ndarray, rate: int, speed: float, size: int, hop: int, made: int
) -> tuple[np.ndarray, np.ndarray]:
    """Where frames, whose middles lie ``hop`` apart in the output from -hop on, have their middles in the clip (k,)
    int64; and which lie on an onset (k,) bool.
    """
    source, output, zones = _knots(onsets(samples, rate), rate, speed, size, samples.shape[1])
    middles = hop * np.arange(-1, made // hop + 3)
    taken = np.rint(np.interp(middles, output, source)).astype(np.int64)
    sharp = np.zeros(len(taken), bool)
    for first, last in zones:
        sharp |= (taken >= first) & (taken <= last)
    return taken, sharp


def _knots(
    found: np.ndarray, rate: int, speed: float, size: int, length: int
) -> tuple[np.ndarray, np.ndarray, list[tuple[float, float]]]:
    """The map of time with a slope of 1 around onsets, and where that is. Nothing lies more than 12 ms aside by it."""
    ends = np.array([-size * speed, length + size * speed])
    widest = size / 2
    aside = abs(1.0 - 1.0 / speed)
    if aside * widest > _ASIDE_SECONDS * rate:
        widest = _ASIDE_SECONDS * rate / aside
    gaps = np.diff(found, prepend=0, append=length) * min(1.0, 1.0 / speed)
    reach = np.minimum(widest, _OF_GAP * np.minimum(gaps[:-1], gaps[1:]))
    source = np.sort(np.concatenate([ends, found - reach, found + reach]))
    output = np.sort(np.concatenate([ends / speed, found / speed - reach, found / speed + reach]))
    return source, output, list(zip((found - reach).tolist(), (found + reach).tolist(), strict=True))


def _spread(samples: np.ndarray, taken: np.ndarray, sharp: np.ndarray, size: int, hop: int, made: int) -> np.ndarray:
    """The output, batch by batch of frames, so that what is worked on stays in the processor's cache."""
    channels, bins = len(samples), size // 2 + 1
    window, turns = _window(size), _turns()
    output = np.zeros((channels, made), np.float32)
    kept = _nothing_before(channels, bins)
    batch = max(_BATCH // channels, 1)
    frames = np.empty((channels, batch, size), np.float32)
    for first in range(0, len(taken), batch):
        count = min(batch, len(taken) - first)
        cut = frames[:, :count]
        _cut(samples, taken[first : first + count], window, cut)
        spectra = scipy.fft.rfft(cut)
        told = taken[max(first - 1, 0) : first + count]
        told = told if first else np.concatenate([taken[:1], told])
        lock(spectra, told, sharp[first : first + count], hop, size, kept, turns)
        made_again = scipy.fft.irfft(spectra, size, overwrite_x=True)
        _lay(made_again, (first - 1) * hop - size // 2, hop, window, output)
    _level(output, _weights(window, hop), hop)
    return output


def _nothing_before(channels: int, bins: int) -> tuple[np.ndarray, ...]:
    """What ``lock`` keeps, before the first frame: silence, turned by nothing."""
    return np.zeros((channels, bins), np.complex64), np.zeros(bins, np.float32), np.ones(bins, np.complex64)


@lru_cache(16)
def _window(size: int) -> np.ndarray:
    """Hann's window (size,) float32."""
    return (0.5 - 0.5 * np.cos(2 * np.pi * np.arange(size) / size)).astype(np.float32)


@lru_cache(1)
def _turns() -> np.ndarray:
    angles = np.linspace(0.0, 2 * np.pi, _PARTS_OF_TURN + 1)
    return np.exp(1j * angles).astype(np.complex64)


def _weights(window: np.ndarray, hop: int) -> np.ndarray:
    """One over the sum of squared windows that lie over each of the samples from a frame's middle to the next."""
    size = len(window)
    padded = np.zeros(-(-size // hop) * hop + hop, np.float64)
    padded[:size] = np.square(window, dtype=np.float64)
    return (1.0 / np.roll(padded.reshape(-1, hop).sum(axis=0), -(size // 2) % hop)).astype(np.float32)


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
            if low >= high:
                continue
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
def _level(output: np.ndarray, weights: np.ndarray, hop: int) -> None:
    for c in range(len(output)):
        for start in range(0, output.shape[1], hop):
            part = output[c, start : start + hop]
            for i in range(len(part)):
                part[i] *= weights[i]
