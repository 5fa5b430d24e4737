"""Outlines to masks: a pixel belongs to a ring when its centre lies inside."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np


def mask_of_rings(rings: Iterable[np.ndarray], h: int, w: int) -> np.ndarray:
    """The mask (h, w) of bool that rings (n, 2: x, y) cover together; crossing itself, a ring is filled even-odd.

    What reaches out of the frame is cut off. A border that runs exactly through a centre takes the pixel on its right
    or below, as half-open boxes do.
    """
    covered = np.zeros((h, w), dtype=bool)
    for ring in rings:
        xy = np.asarray(ring, dtype=np.float64)
        left, top = np.clip(np.floor(xy.min(axis=0)), 0, (w, h)).astype(np.int64).tolist()
        right, bottom = np.clip(np.ceil(xy.max(axis=0)), (left, top), (w, h)).astype(np.int64).tolist()
        covered[top:bottom, left:right] |= _inside(xy - (left, top), bottom - top, right - left)
    return covered


def _inside(ring: np.ndarray, h: int, w: int) -> np.ndarray:
    """Even-odd: along each row of centres, every edge crossed changes in to out or out to in."""
    x0, y0 = ring[:, 0], ring[:, 1]
    x1, y1 = np.roll(x0, -1), np.roll(y0, -1)
    first = np.clip(np.ceil(np.minimum(y0, y1) - 0.5), 0, h).astype(np.int64)
    last = np.clip(np.ceil(np.maximum(y0, y1) - 0.5), 0, h).astype(np.int64)
    count = last - first
    edge = np.repeat(np.arange(len(ring)), count)
    row = np.arange(len(edge)) - np.repeat(np.cumsum(count) - count, count) + first[edge]
    along = (row + 0.5 - y0[edge]) / (y1 - y0)[edge]
    column = np.ceil(x0[edge] + along * (x1 - x0)[edge] - 0.5)
    turns = np.zeros((h, w + 1), dtype=np.uint8)
    np.bitwise_xor.at(turns, (row, np.clip(column, 0, w).astype(np.int64)), 1)
    return np.asarray(np.bitwise_xor.accumulate(turns, axis=1)[:, :w], dtype=bool)
