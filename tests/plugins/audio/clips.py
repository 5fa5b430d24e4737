"""Sounds for tests."""

import numpy as np


def tones(rate, seconds=3.0, seed=0):
    """Two tones, and where clicks were planted in them (seconds)."""
    time = np.arange(round(rate * seconds)) / rate
    samples = 0.1 * np.sin(2 * np.pi * 440 * time) + 0.1 * np.sin(2 * np.pi * 1000 * time)
    slots = np.arange(0.05, seconds - 0.2, 0.28)
    clicks = np.round((slots + np.random.default_rng(seed).uniform(0, 0.1, len(slots))) * rate).astype(int)
    samples[clicks] += 1.0
    return samples.astype(np.float32), clicks / rate
