"""A phase vocoder: time stretching and pitch shifting in a fraction of the time, for sounds that machines hear.

Frames are cut from the clip where they belong in time, their phases turned so that they follow on each other (Laroche
and Dolson 1999, "identity phase locking"), and laid over one another. Around onsets frames keep the distance that they
have in the clip, and phases begin anew there (Duxbury et al. 2002, Röbel 2003): clicks stay clicks, where they belong.
"""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
import scipy.fft

from augkit_audio.frames import vocoded
from augkit_audio.transients import onsets

FRAME_SECONDS = 0.048
_LEAST, _LEAST_SHIFTED = 16, 384
_OVERLAP = 3
_DENSE = 1.25
_ASIDE_SECONDS = 0.012
_OF_GAP = 0.2
_NEAR = range(-25, 26)
_CENTS_A_FACTOR = 0.05


def stretched(samples: np.ndarray, rate: int, speed: float) -> np.ndarray:
    """``samples`` (channels, n) float32 played ``speed`` times as fast: (channels, round(n / speed)), each sound in its
    place and at its pitch. Phases between channels are kept.
    """
    made = max(round(samples.shape[1] / speed), 1) if samples.size else 0
    return _made(samples, rate, speed, (frame_size(rate), frame_size(rate)), made)


def pitched(samples: np.ndarray, rate: int, ratio: float) -> np.ndarray:
    """``samples`` (channels, n) float32 with every frequency ``ratio`` times as high, as long and in place on time. Up
    to an octave the pitch is within 4 cents; formants move too.
    """
    sizes = frame_sizes(rate, ratio)
    return _made(samples, rate, sizes[1] / sizes[0], sizes, samples.shape[1])


@lru_cache(64)
def frame_size(rate: int) -> int:
    """Samples in a frame at ``rate`` Hz: about 48 ms, of an even length that can be transformed fast."""
    return 2 * scipy.fft.next_fast_len(max(round(FRAME_SECONDS * rate / 2), _LEAST // 2), real=True)


@lru_cache(1024)
def frame_sizes(rate: int, ratio: float) -> tuple[int, int]:
    """The sizes of frames in the clip and in the output that make every frequency ``ratio`` times as high, within 2
    cents; of those that come near, a pair that can be transformed fast.
    """
    usual = max(frame_size(rate), _LEAST_SHIFTED) // 2
    near = {scipy.fft.next_fast_len(max(usual + round(usual * n / 100), _LEAST // 2), real=True) for n in _NEAR}
    pairs = [(2 * size, 2 * round(size / ratio)) for size in sorted(near)]
    return min(pairs, key=lambda pair: _cents(pair[0] / pair[1] / ratio) + _slowness(pair[1]))


def _cents(ratio: float) -> float:
    return abs(1200.0 * math.log2(ratio))


def _slowness(size: int) -> float:
    """What a size costs more than a fast one, in cents of pitch that may be given for it."""
    largest, left = 1, size
    for prime in (2, 3, 5, 7, 11, 13):
        while left % prime == 0:
            left, largest = left // prime, prime
    return 1.0 if left > 1 else largest * _CENTS_A_FACTOR


def _made(samples: np.ndarray, rate: int, speed: float, sizes: tuple[int, int], made: int) -> np.ndarray:
    if not samples.size:
        return np.zeros((len(samples), made), np.float32)
    samples = np.require(samples, np.float32, ["C", "W"])
    hop = max(round(sizes[1] / _OVERLAP / max(speed / _DENSE, 1.0)), 1)
    taken, sharp = places(samples, rate, speed, sizes[0], hop * sizes[0] / sizes[1], 4 + made // hop)
    return vocoded(samples, taken, sharp, sizes, hop, made)


def places(
    samples: np.ndarray, rate: int, speed: float, size: int, hop: float, count: int
) -> tuple[np.ndarray, np.ndarray]:
    """Where frames, whose middles lie ``hop`` apart in the stretched clip from -hop on, have their middles in the clip,
    (count,) int64; and which of them lie on an onset, (count,) bool.
    """
    source, output, zones = _knots(onsets(samples, rate), rate, speed, size, samples.shape[1])
    taken = np.rint(np.interp(hop * np.arange(-1, count - 1), output, source)).astype(np.int64)
    sharp = np.zeros(count, bool)
    for first, last in zones:
        sharp |= (taken >= first) & (taken <= last)
    return taken, sharp


def _knots(
    found: np.ndarray, rate: int, speed: float, size: int, length: int
) -> tuple[np.ndarray, np.ndarray, list[tuple[float, float]]]:
    """The map of time with a slope of 1 around onsets, and where that is. Nothing lies more than 12 ms aside by it."""
    ends = np.array([-size * speed, length + size * speed])
    aside = max(abs(1.0 - 1.0 / speed), 1e-9)
    gaps = np.diff(found, prepend=0, append=length) * min(1.0, 1.0 / speed)
    reach = _OF_GAP * np.minimum(gaps[:-1], gaps[1:])
    reach = np.minimum(reach, min(size / 2, _ASIDE_SECONDS * rate / aside))
    source = np.sort(np.concatenate([ends, found - reach, found + reach]))
    output = np.sort(np.concatenate([ends / speed, found / speed - reach, found / speed + reach]))
    return source, output, list(zip((found - reach).tolist(), (found + reach).tolist(), strict=True))
