"""Fields of normal numbers, several a nanosecond: Philox-4x32-7 (Salmon et al. 2011) and Box-Muller's transform.

Every number is a function of the sub-seed and of its place alone. Logarithm, sine and cosine are polynomials of IEEE
basic operations in a fixed order, so that the numbers are bit-equal on every platform. None is beyond 5.8. Seven
rounds are the fewest with which Philox passed every test of BigCrush.
"""

from __future__ import annotations

import math

import numpy as np
from numba import types

from augkit.compiled import compiled
from augkit_audio.logarithms import log2_near_one, split
from augkit_audio.signatures import SAMPLES

_M0, _M1 = np.uint64(0xD2511F53), np.uint64(0xCD9E8D57)
_W0, _W1 = np.uint32(0x9E3779B9), np.uint32(0xBB67AE85)
_32 = np.uint64(32)
_ROUNDS = 7
COUNTERS = 256
"""Counters in a block, of four numbers each: what is computed stays in the first cache."""

_ONE_BIT, _TWO_BITS, _EIGHT_BITS, _30, _31 = (np.uint32(n) for n in (1, 2, 8, 30, 31))
_ONE = np.float32(1.0)
_UNIT = np.float32(2.0**-24)
_QUARTER_TURN = np.float32(np.pi / 2 * 2.0**-32)
_S3, _S5, _S7 = np.float32(-1 / 6), np.float32(1 / 120), np.float32(-1 / 5040)
_C2, _C4, _C6, _C8 = np.float32(-1 / 2), np.float32(1 / 24), np.float32(-1 / 720), np.float32(1 / 40320)
_MINUS_TWO_LN2 = np.float32(-2 * np.log(2.0))


@compiled("void(uint32, uint32, uint64, uint32[:, ::1])")
def words(key0, key1, first, out):
    """``out`` (4, n): the four words of each counter from ``first`` on."""
    for i in range(out.shape[1]):
        counter = first + np.uint64(i)
        c0, c1 = np.uint32(counter), np.uint32(counter >> _32)
        c2, c3 = np.uint32(0), np.uint32(0)
        k0, k1 = key0, key1
        for _ in range(_ROUNDS):
            a, b = _M0 * np.uint64(c0), _M1 * np.uint64(c2)
            c0, c2 = np.uint32(b >> _32) ^ c1 ^ k0, np.uint32(a >> _32) ^ c3 ^ k1
            c1, c3 = np.uint32(b), np.uint32(a)
            k0, k1 = np.uint32(k0 + _W0), np.uint32(k1 + _W1)
        out[0, i], out[1, i], out[2, i], out[3, i] = c0, c1, c2, c3


@compiled("void(uint32[::1], float32[::1], float32[::1], int32[::1])")
def _radii(word, out, exponents, bits):
    """The square root of -2 ln u, u in (0, 1] by the upper 24 bits."""
    for i in range(len(out)):
        out[i] = np.float32(np.int32(word[i] >> _EIGHT_BITS)) + _ONE
    split(out, _UNIT, exponents, bits)
    mantissas = bits.view(np.float32)
    for i in range(len(out)):
        out[i] = math.sqrt(_MINUS_TWO_LN2 * (exponents[i] + log2_near_one(mantissas[i])))


@compiled("void(uint32[::1], float32[::1], float32[::1], float32[::1])")
def _points(word, radius, one, other):
    """Points of a circle of ``radius``: an eighth of a turn either way by 30 bits, the sign and the axis by two."""
    for i in range(len(word)):
        x = np.float32(np.int32(word[i] << _TWO_BITS)) * _QUARTER_TURN
        s = x * x
        sine = x * (_ONE + s * (_S3 + s * (_S5 + s * _S7)))
        cosine = _ONE + s * (_C2 + s * (_C4 + s * (_C6 + s * _C8)))
        signed = cosine if (word[i] >> _31) == 0 else -cosine
        swap = ((word[i] >> _30) & _ONE_BIT) == 0
        one[i] = radius[i] * (sine if swap else signed)
        other[i] = radius[i] * (signed if swap else sine)


@compiled(types.float64(SAMPLES))
def energy(samples):
    """The sum of squares, in float64 and a fixed order."""
    lanes = np.zeros(8)
    whole = len(samples) // 8 * 8
    for i in range(0, whole, 8):
        for lane in range(8):
            value = np.float64(samples[i + lane])
            lanes[lane] += value * value
    total = 0.0
    for lane in range(8):
        total += lanes[lane]
    for i in range(whole, len(samples)):
        value = np.float64(samples[i])
        total += value * value
    return total


@compiled("float64(uint32, uint32, float32[::1])")
def fill(key0, key1, out):
    """``out`` (n,) float32: standard normal numbers; the sum of their squares."""
    word = np.empty((4, COUNTERS), np.uint32)
    radius, exponents, bits = (
        np.empty(COUNTERS, np.float32),
        np.empty(COUNTERS, np.float32),
        np.empty(COUNTERS, np.int32),
    )
    last = np.empty(4 * COUNTERS, np.float32)
    total = 0.0
    for block in range((len(out) + 4 * COUNTERS - 1) // (4 * COUNTERS)):
        begin = block * 4 * COUNTERS
        left = len(out) - begin
        room = last if left < 4 * COUNTERS else out[begin : begin + 4 * COUNTERS]
        words(key0, key1, np.uint64(block * COUNTERS), word)
        for pair in range(2):
            circle = room[2 * pair * COUNTERS : 2 * (pair + 1) * COUNTERS]
            _radii(word[2 * pair], radius, exponents, bits)
            _points(word[2 * pair + 1], radius, circle[:COUNTERS], circle[COUNTERS:])
        if left < 4 * COUNTERS:
            room = last[:left]
            out[begin:] = room
        total += energy(room)
    return total


@compiled(types.void(SAMPLES, types.float32, types.float32[::1]))
def add_to(samples, scale, noise):
    """``noise`` becomes samples + scale · noise."""
    for i in range(len(samples)):
        noise[i] = samples[i] + scale * noise[i]


def normal_field(subseed: int, shape: tuple[int, ...]) -> np.ndarray:
    """Standard normal numbers float32 of this shape, named by 63 bits."""
    return field_and_energy(subseed, shape)[0]


def field_and_energy(subseed: int, shape: tuple[int, ...]) -> tuple[np.ndarray, float]:
    """A ``normal_field``, and the sum of its squares, which costs little while it is made."""
    made = np.empty(shape, np.float32)
    return made, fill(np.uint32(subseed & 0xFFFFFFFF), np.uint32(subseed >> 32), made.reshape(-1))
