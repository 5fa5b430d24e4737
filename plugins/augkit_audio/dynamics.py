"""Compressing and limiting: gains that follow the level of a clip, sample by sample, computed without moving any.

All channels get one gain, that of the loudest, so that the stereo image stays.
"""

from __future__ import annotations

import math

import numpy as np
from numba import types

from augkit.compiled import compiled
from augkit_audio.logarithms import log2_near_one, split

_CLIP = types.Array(types.float32, 2, "C", readonly=True)
_BLOCK = 512
_ZERO, _HALF, _ONE = (np.float32(v) for v in (0, 0.5, 1))
_ROUNDING = np.float32(1.5 * 2**23)
"""Added to a float below 2^22 and taken away again it leaves the nearest whole number."""

_23, _BIAS = np.int32(23), np.int32(127)
_E1, _E2, _E3, _E4, _E5, _E6 = (np.float32(math.log(2) ** n / math.factorial(n)) for n in range(1, 7))

DB_PER_OCTAVE = 20 * math.log10(2)
"""Doubling an amplitude is an octave of level: gains are computed in them, since floats are made of powers of two."""

LOOK_AHEAD_MS = 5.0
"""How long before a peak the limiter starts to turn down."""


def keep_of(milliseconds: float, rate: int) -> float:
    """What is left of a difference after one sample, where 0.2 % (e^-2π) is left after ``milliseconds``."""
    return math.exp(-2000 * math.pi / (rate * milliseconds)) if milliseconds > 1e-3 else 0.0


@compiled(types.void(_CLIP, types.int64, types.float32[::1]))
def _levels(samples, begin, out):
    """The largest magnitude over the channels."""
    for i in range(len(out)):
        out[i] = abs(samples[0, begin + i])
    for channel in range(1, len(samples)):
        for i in range(len(out)):
            out[i] = max(out[i], abs(samples[channel, begin + i]))


@compiled("float32(float32, float32, float32, float32[::1], float32[::1])")
def _follow(envelope, attack, release, rising, levels):
    """``levels`` become their envelope: what is kept of it is ``attack`` where they rise above, else ``release``."""
    for i in range(len(levels)):
        rising[i] = (_ONE - attack) * levels[i]
    for i in range(len(levels)):
        falling = (_ONE - release) * levels[i]
        up, down = rising[i] + attack * envelope, falling + release * envelope
        envelope = up if levels[i] > envelope else down
        levels[i] = envelope
    return envelope


@compiled("void(float32[::1], float32[::1], float32, float32, float32, float32[::1], int32[::1])")
def _gains(exponents, mantissas, knee, slope, makeup, out, powers):
    """2^(makeup - slope · octaves above 1) of what was split, the corner rounded over ``knee``: out · 2^powers."""
    half = _HALF * knee
    bend = _HALF / knee if knee > _ZERO else _ZERO
    for i in range(len(out)):
        over = exponents[i] + log2_near_one(mantissas[i])
        bent = min(max(over + half, _ZERO), knee)
        gain = makeup - slope * (bent * bent * bend + max(over - half, _ZERO))
        whole = (gain + _ROUNDING) - _ROUNDING
        f = gain - whole
        out[i] = _ONE + f * (_E1 + f * (_E2 + f * (_E3 + f * (_E4 + f * (_E5 + f * _E6)))))
        powers[i] = np.int32(np.int32(np.int32(whole) + _BIAS) << _23)


@compiled(
    types.void(
        _CLIP,
        types.float32,
        types.float32,
        types.float32,
        types.float32,
        types.float32,
        types.float32,
        types.float32[:, ::1],
    )
)
def _compress(samples, attack, release, per_threshold, knee, slope, makeup, out):
    rows, bits = np.empty((4, _BLOCK), np.float32), np.empty((2, _BLOCK), np.int32)
    envelope = _ZERO
    for begin in range(0, samples.shape[1], _BLOCK):
        count = min(_BLOCK, samples.shape[1] - begin)
        levels, scratch, exponents, gains = rows[0, :count], rows[1, :count], rows[2, :count], rows[3, :count]
        _levels(samples, begin, levels)
        envelope = _follow(envelope, attack, release, scratch, levels)
        split(levels, per_threshold, exponents, bits[0, :count])
        _gains(exponents, bits[0, :count].view(np.float32), knee, slope, makeup, gains, bits[1, :count])
        powers = bits[1, :count].view(np.float32)
        for channel in range(len(samples)):
            for i in range(count):
                out[channel, begin + i] = samples[channel, begin + i] * (gains[i] * powers[i])


def compressed(
    samples: np.ndarray,
    rate: int,
    threshold_db: float,
    ratio: float,
    knee_db: float,
    attack_ms: float,
    release_ms: float,
    makeup_db: float,
) -> np.ndarray:
    """``samples`` (channels, n) float32 with what is above the threshold (dB of amplitude 1) turned down."""
    samples = np.ascontiguousarray(samples)
    out = np.empty(samples.shape, np.float32)
    _compress(
        samples,
        keep_of(attack_ms, rate),
        keep_of(release_ms, rate),
        10 ** (-threshold_db / 20),
        knee_db / DB_PER_OCTAVE,
        1 - 1 / ratio,
        makeup_db / DB_PER_OCTAVE,
        out,
    )
    return out


@compiled("void(float64[::1], int64, float64, float64[::1])")
def _look_ahead(needed, reach, give_back, out):
    """``out[i]``: the mean of the last ``reach`` of gains that are the least ``needed`` of the ``reach`` ahead.

    Every gain is at most what is needed there. ``needed`` has ``reach`` - 1 more values at either end than ``out``.
    """
    count = len(out) + reach - 1
    held = np.empty(count)
    ring = np.empty(reach, np.int64)  # where the gains are that may become the least, rising
    first, size = 0, 0
    for i in range(len(needed)):
        while size and needed[ring[(first + size - 1) % reach]] >= needed[i]:
            size -= 1
        if size and ring[first] <= i - reach:
            first, size = (first + 1) % reach, size - 1
        ring[(first + size) % reach] = i
        size += 1
        if i >= reach - 1:
            held[i - reach + 1] = needed[ring[first]]
    for i in range(1, count):
        held[i] = min(held[i], held[i - 1] + (1.0 - held[i - 1]) * give_back)
    for i in range(len(out)):
        total = 0.0
        if i % reach == 0:  # added up anew, so that rounding does not add up
            for j in range(reach):
                total += held[i + j]
            out[i] = total
        else:
            out[i] = out[i - 1] + held[i + reach - 1] - held[i - 1]
    for i in range(len(out)):
        out[i] /= reach


def limited(samples: np.ndarray, rate: int, ceiling_db: float, release_ms: float) -> np.ndarray:
    """``samples`` (channels, n) float32 turned down where they would be beyond the ceiling; none is afterwards."""
    ceiling = np.float32(10 ** (ceiling_db / 20))
    levels = np.abs(samples).max(axis=0, initial=0.0)
    if not (levels > ceiling).any():
        return samples
    reach = max(round(LOOK_AHEAD_MS / 1000 * rate), 1)
    needed = np.pad(float(ceiling) / np.maximum(levels, ceiling, dtype=np.float64), reach - 1, constant_values=1.0)
    gains = np.empty(len(levels))
    _look_ahead(needed, reach, 1.0 - keep_of(release_ms, rate), gains)
    return np.clip(samples * gains.astype(np.float32), -ceiling, ceiling)
