"""How loud a clip is: ITU-R BS.1770-5, K-weighted, gated, in LUFS."""

from __future__ import annotations

import math

import numpy as np

from augkit_audio.recursion import four, run

_BLOCK_SECONDS, _OVERLAP = 0.4, 4
_ABSOLUTE_GATE, _RELATIVE_GATE = -70.0, -10.0
_OFFSET = -0.691

# The standard states coefficients for 48 kHz; these are the analog filters that they come from.
_SHELF_HZ, _SHELF_Q = 1681.974450955533, 0.7071752369554196
_SHELF_DB, _SHELF_BAND = 3.999843853973347, 0.4996667741545416
_PASS_HZ, _PASS_Q = 38.13547087602444, 0.5003270373238773
_STATED_RATE = 48000
_HIGHEST = 0.499
"""Of the rate: above half of it there is nothing that a filter could begin at."""

_SIDES = {5: (3, 4), 6: (4, 5), 8: (6, 7)}
"""Channels at the sides weigh 1.41, by how many there are, in the order of WAV files."""
_BASS = {6: 3, 8: 3}
"""The channel of low frequencies, which does not count."""


def loudness(samples: np.ndarray, rate: int) -> float:
    """LUFS of ``samples`` (channels, n), within 0.06 (at 8 kHz 0.21); -inf where nothing is above the gate of -70.

    Clips shorter than a block of 400 ms are measured as one block. With 5, 6 or 8 channels these are taken to be L, R,
    C, (LFE,) (back left, back right,) left and right side; others weigh alike.
    """
    if not samples.size:
        return -math.inf
    powers = _block_powers(samples, rate) @ channel_weights(len(samples))
    heard = powers[_lufs(powers) > _ABSOLUTE_GATE]
    if not len(heard):
        return -math.inf
    gate = float(_lufs(heard.mean())) + _RELATIVE_GATE
    return float(_lufs(heard[_lufs(heard) > gate].mean()))


def channel_weights(channels: int) -> np.ndarray:
    """What the power of each channel counts."""
    weights = np.ones(channels)
    weights[list(_SIDES.get(channels, ()))] = 1.41
    if channels in _BASS:
        weights[_BASS[channels]] = 0.0
    return weights


def _lufs(powers: np.ndarray) -> np.ndarray:
    with np.errstate(divide="ignore"):
        return _OFFSET + 10 * np.log10(powers)


def _block_powers(samples: np.ndarray, rate: int) -> np.ndarray:
    """The mean square of every channel in every block: (blocks, channels); blocks begin every 100 ms."""
    weighted, sections = samples.astype(np.float64, order="C"), four(k_weighting(rate))
    for row in weighted:
        run(sections, row)
    squares = np.square(weighted)
    count = samples.shape[1]
    block = min(max(round(_BLOCK_SECONDS * rate), 1), count)
    begins = np.round(np.arange(1 + _OVERLAP * (count - block) // block) * (block / _OVERLAP)).astype(int)
    begins = begins[begins + block <= count]
    sums = np.concatenate([np.zeros((len(samples), 1)), np.cumsum(squares, axis=1)], axis=1)
    return ((sums[:, begins + block] - sums[:, begins]) / block).T


def k_weighting(rate: int) -> np.ndarray:
    """Second-order sections of the head's shelf and of the high-pass at this rate, by the bilinear transform."""
    k = math.tan(math.pi * min(_SHELF_HZ / rate, _HIGHEST))
    high = 10 ** (_SHELF_DB / 20)
    band = high**_SHELF_BAND
    norm = 1 + k / _SHELF_Q + k * k
    shelf = [
        (high + band * k / _SHELF_Q + k * k) / norm,
        2 * (k * k - high) / norm,
        (high - band * k / _SHELF_Q + k * k) / norm,
        1.0,
        2 * (k * k - 1) / norm,
        (1 - k / _SHELF_Q + k * k) / norm,
    ]
    k, norm = _high_pass(rate)
    # The standard's numerator is 1, -2, 1, which is a little above 0 dB at 48 kHz; elsewhere it is as much above.
    top = _high_pass(_STATED_RATE)[1] / norm
    return np.array([shelf, [top, -2 * top, top, 1.0, 2 * (k * k - 1) / norm, (1 - k / _PASS_Q + k * k) / norm]])


def _high_pass(rate: int) -> tuple[float, float]:
    k = math.tan(math.pi * min(_PASS_HZ / rate, _HIGHEST))
    return k, 1 + k / _PASS_Q + k * k
