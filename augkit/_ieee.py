"""``log`` and ``exp`` from IEEE basic operations alone: the C library's differ in the last bit between platforms."""

from __future__ import annotations

import math

sqrt = math.sqrt  # IEEE 754 demands correct rounding of the square root.

_LN2_HIGH = 0.693147180369123816490
_LN2_LOW = 1.90821492927058770002e-10


def log(x: float) -> float:
    """Natural logarithm of a positive finite number, within 2 units in the last place.

    x = m·2ᵏ with m near 1, then log m = 2 atanh((m − 1)/(m + 1)) as a series.
    """
    m, k = math.frexp(x)
    if m < 0.7071067811865476:
        m, k = 2.0 * m, k - 1
    t = (m - 1.0) / (m + 1.0)
    square, term, total = t * t, t, 0.0
    for odd in range(1, 41, 2):
        total += term / odd
        term *= square
    return k * _LN2_HIGH + (2.0 * total + k * _LN2_LOW)


def exp(x: float) -> float:
    """The exponential of a finite number below 709, within 2 units in the last place."""
    k = math.floor(x / 0.6931471805599453 + 0.5)
    r = (x - k * _LN2_HIGH) - k * _LN2_LOW
    total = 1.0
    for n in range(17, 0, -1):
        total = 1.0 + r * total / n
    return math.ldexp(total, k)
