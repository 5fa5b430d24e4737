"""Recursive filters run over a row of samples, compiled: four sections of second order at a time, there and back."""

from __future__ import annotations

import numpy as np
from numba import types

from augkit.compiled import compiled
from augkit_audio.signatures import SAMPLES


@compiled(types.void(SAMPLES, types.int64, types.float64[::1]))
def mirrored(samples, wait, out):
    """``out`` (n + 2 · wait,): the samples, before and after them their mirror images over and over."""
    count = len(samples)
    period = max(2 * (count - 1), 1)
    for i in range(count):
        out[wait + i] = samples[i]
    for i in range(wait):
        before, after = (i + 1) % period, (count + i) % period
        out[wait - 1 - i] = samples[min(before, period - before)] if count > 1 else samples[0]
        out[wait + count + i] = samples[min(after, period - after)] if count > 1 else samples[0]


FLAT = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
"""A section that changes nothing."""


def four(sections: np.ndarray) -> np.ndarray:
    """Up to four sections and flat ones."""
    return np.concatenate([sections, np.tile(FLAT, (4 - len(sections), 1))])


@compiled("void(float64[:, ::1], float64[::1], float64[:, ::1])")
def _settled(sections, first, states):
    """The states of sections, each fed by the one before, that have heard ``first`` for ever; first becomes the last's
    output.
    """
    x = first[0]
    for i in range(len(sections)):
        b0, b1, b2, _, a1, a2 = sections[i]
        y = x * (b0 + b1 + b2) / (1.0 + a1 + a2)
        states[i, 0], states[i, 1] = y - b0 * x, b2 * x - a2 * y
        x = y
    first[0] = x


@compiled("void(float64[:, ::1], float64[:, ::1], float64[::1], boolean)")
def _run(sections, states, row, backwards):
    # In the form s1' = (c1 x + s2) - a1 s1 the next sample waits for one product and one sum.
    b, d, g, j = sections[0, 0], sections[1, 0], sections[2, 0], sections[3, 0]
    a1, a2 = sections[0, 4], sections[0, 5]
    e1, e2 = sections[1, 4], sections[1, 5]
    h1, h2 = sections[2, 4], sections[2, 5]
    k1, k2 = sections[3, 4], sections[3, 5]
    b1, b2 = sections[0, 1] - a1 * b, sections[0, 2] - a2 * b
    d1, d2 = sections[1, 1] - e1 * d, sections[1, 2] - e2 * d
    g1, g2 = sections[2, 1] - h1 * g, sections[2, 2] - h2 * g
    j1, j2 = sections[3, 1] - k1 * j, sections[3, 2] - k2 * j
    p1, p2, q1, q2 = states[0, 0], states[0, 1], states[1, 0], states[1, 1]
    r1, r2, s1, s2 = states[2, 0], states[2, 1], states[3, 0], states[3, 1]
    last = len(row) - 1
    for n in range(len(row)):
        at = last - n if backwards else n
        x = row[at]
        y = b * x + p1
        p1, p2 = (b1 * x + p2) - a1 * p1, b2 * x - a2 * p1
        z = d * y + q1
        q1, q2 = (d1 * y + q2) - e1 * q1, d2 * y - e2 * q1
        v = g * z + r1
        r1, r2 = (g1 * z + r2) - h1 * r1, g2 * z - h2 * r1
        row[at] = j * v + s1
        s1, s2 = (j1 * v + s2) - k1 * s1, j2 * v - k2 * s1


@compiled("void(float64[:, ::1], float64[::1])")
def run(sections, row):
    """``row`` (n,) becomes what four ``sections`` (4, 6: b0 b1 b2 1 a1 a2) make of it, after silence."""
    _run(sections, np.zeros((4, 2)), row, False)


@compiled("void(float64[:, ::1], float64[::1])")
def run_both_ways(sections, row):
    """``row`` (n,) becomes what four ``sections`` make of it forwards and then backwards; its ends go on for ever."""
    states, value = np.empty((4, 2)), np.empty(1)
    value[0] = row[0]
    _settled(sections, value, states)
    _run(sections, states, row, False)
    value[0] = row[-1]
    _settled(sections, value, states)
    _run(sections, states, row, True)
