"""The vocoder again, in plain numpy and double precision, frame by frame, with numpy's own angles."""

import numpy as np

from augkit_audio.phases import RISEN


def vocoded(samples, taken, sharp, sizes, hop, made):
    """As ``augkit_audio.frames.vocoded``."""
    size, size_out = sizes
    window, window_out = (0.5 - 0.5 * np.cos(2 * np.pi * np.arange(n) / n) for n in sizes)
    padding = size + int(np.abs(taken).max()) + samples.shape[1]
    padded = np.pad(samples.astype(np.float64), ((0, 0), (padding, padding)))
    length = hop * (len(taken) + 1) + 2 * size_out
    output, weight = np.zeros((len(samples), length)), np.zeros(length)
    before, turn, power_before, last = None, None, None, None
    for k, middle in enumerate(taken):
        start = middle - size // 2 + padding
        spectrum = np.fft.rfft(padded[:, start : start + size] * window)
        power = (np.abs(spectrum) ** 2).sum(axis=0)
        turn = turns(spectrum, before, turn, power, power_before, sharp[k], middle - (last or 0), hop * size / size_out)
        before, power_before, last = spectrum, power, middle
        bins = min(size, size_out) // 2 + 1
        frame = np.fft.irfft((spectrum * turn)[:, :bins], size_out) * (size_out / size)
        output[:, k * hop : k * hop + size_out] += frame * window_out
        weight[k * hop : k * hop + size_out] += window_out**2
    first = hop + size_out // 2
    return (output / np.maximum(weight, 1e-9))[:, first : first + made]


def turns(spectrum, before, turn, power, power_before, sharp, advance, hop):
    """The turn of every bin: that of the nearest peak."""
    bins = len(power)
    padded = np.pad(power, 2)
    peaks = [b for b in range(bins) if louder(padded, b + 2)]
    if before is None or not peaks:
        return np.ones(bins, complex)
    found = []
    for peak in peaks:
        cross = (spectrum[:, peak] * before[:, peak].conj()).sum()
        if cross == 0 or (sharp and power[peak] > RISEN * power_before[peak]):
            found.append(1.0 + 0.0j)
            continue
        middle = 2 * np.pi * peak / (2 * (bins - 1))
        beyond = np.angle(cross * np.exp(-1j * middle * advance))
        found.append(turn[peak] * np.exp(1j * (hop - advance) * (middle + beyond / advance)))
    nearest = np.abs(np.arange(bins)[:, None] - np.array(peaks)).argmin(axis=1)
    return np.array(found)[nearest]


def louder(padded, b):
    """Whether a bin is louder than two on either side."""
    return padded[b] > padded[b - 2 : b].max() and padded[b] >= padded[b + 1 : b + 3].max()
