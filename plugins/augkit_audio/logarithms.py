"""Logarithms of rows of floats, from IEEE basic operations alone: bit-equal everywhere, and many at a time."""

from __future__ import annotations

import math

import numpy as np

from augkit.compiled import compiled

_ROOT_HALF = np.int32(np.float32(0.5**0.5).view(np.int32))
_23 = np.int32(23)
_ONE, _TWO_PER_LN2 = np.float32(1), np.float32(2 / math.log(2))
_L3, _L5, _L7, _L9 = (np.float32(1 / n) for n in (3, 5, 7, 9))


@compiled("void(float32[::1], float32, float32[::1], int32[::1])")
def split(levels, factor, exponents, mantissas):
    """The floats levels · factor = mantissa · 2^exponent; mantissas, around 1, as bits."""
    bits = levels.view(np.int32)
    for i in range(len(levels)):
        levels[i] = levels[i] * factor
    for i in range(len(levels)):
        exponent = np.int32(np.int32(bits[i] - _ROOT_HALF) >> _23)
        exponents[i] = np.float32(exponent)
        mantissas[i] = np.int32(bits[i] - np.int32(exponent << _23))


@compiled("float32(float32)")
def log2_near_one(mantissa):
    """The binary logarithm of a number between the root of a half and the root of two, within 2e-7."""
    t = (mantissa - _ONE) / (mantissa + _ONE)
    s = t * t
    return _TWO_PER_LN2 * (t * (_ONE + s * (_L3 + s * (_L5 + s * (_L7 + s * _L9)))))
