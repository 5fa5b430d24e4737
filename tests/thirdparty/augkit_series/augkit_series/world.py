"""Samples on which the laws are proved: one sample or many, one channel or nine, rates that are no whole numbers."""

from __future__ import annotations

import hypothesis.strategies as st
import numpy as np

from augkit.testing import Case, Marks, World

RATES = (50, 12.5, 128)


def cases():
    return st.builds(
        case,
        samples=st.one_of(st.sampled_from([1, 2, 40, 400]), st.integers(1, 500)),
        channels=st.sampled_from([1, 3, 9]),
        rate=st.sampled_from(RATES),
        events=st.integers(0, 4),
        seed=st.integers(0, 999),
    )


def examples():
    return [case(300, 3, 50, 3, 1), case(41, 9, 12.5, 0, 2), case(1, 1, 128, 1, 3)]


def case(samples, channels, rate, events, seed):
    rng = np.random.default_rng(seed)
    values = rng.normal(0, 1, (samples, channels)).astype(np.float32)
    times = np.sort(rng.integers(0, 65, (events, 2)) / 64 * samples / rate, axis=1)
    intervals = {"onset": times[:, 0], "offset": times[:, 1], "label": [f"activity {i}" for i in range(events)]}
    fields = {"series": (values, rate), "events": intervals, "label": f"class {seed % 3}"}
    spec = {"series": "series", "events": {"events": {"min_fraction": 0.0}}, "label": "label"}
    return Case(f"{samples}x{channels} at {rate} Hz, {events} intervals, contents {seed}", fields, spec)


def plant(turn):
    """Six bumps, five samples wide, on every channel of a silent series."""
    rate = (50, 32.5)[turn % 2]
    moments = (np.arange(6) * 40 + 30 + np.random.default_rng(turn).uniform(0, 10, 6)) / rate
    at = (np.arange(290) + 0.5) / rate
    heights = np.maximum(0, 1 - np.abs(at[:, None] - moments) * rate / 3).sum(axis=1)
    return (np.repeat(heights[:, None], 1 + turn % 3, axis=1).astype(np.float32), rate), moments


def find(series):
    """The middle of each bump; None where noise drowns them."""
    height = np.abs(series.values.astype(np.float64)).mean(axis=1)
    if height.max() == 0 or np.median(height) > 1e-3 * height.max():
        return None
    edges = np.flatnonzero(np.diff(np.r_[False, height > 0, False]))
    middles = [(np.arange(a, b) + 0.5) @ height[a:b] / height[a:b].sum() for a, b in edges.reshape(-1, 2)]
    return np.array(middles) / series.rate


MARKS = Marks("series", plant, find, reach=0.3, apart=0.3, blurred=0.3)
WORLD = World("series", ("series", "events", "label"), cases, examples, MARKS)
