"""The phases of a vocoder: each peak of a spectrum is turned to where its sound has come, and what is around it too."""

from __future__ import annotations

import math

import numpy as np

from augkit.compiled import compiled

RISEN = 2.0
"""On an onset, a peak that is so many times as strong as in the frame before begins anew."""

_ONE = np.complex64(1.0)
_NONE = np.complex64(0.0)


def nothing_before(channels: int, bins: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """What ``lock`` keeps, before the first frame: silence, turned by nothing."""
    return np.zeros((channels, bins), np.complex64), np.zeros(bins, np.float32), np.ones(bins, np.complex64)


@compiled()
def lock(
    spectra: np.ndarray, taken: np.ndarray, sharp: np.ndarray, hop: float, size: int, kept: tuple, turns: np.ndarray
) -> None:
    """Turn ``spectra`` (channels, frames, bins) complex64 in place, so that frames ``hop`` apart follow on each other.

    ``taken`` (frames + 1,) int64: where the frame before the first, and each frame, was cut from the clip; ``sharp``
    (frames,) bool: frames on an onset. ``kept`` is the state between calls: the spectrum before (channels, bins), its
    power (bins,) and the turn of each bin (bins,). ``turns``: a whole turn in equal parts, both ends included.

    All channels are turned alike, so what differs in phase between them stays.
    """
    before, power_before, turn = kept
    channels, frames, bins = spectra.shape
    power = np.zeros(bins + 4, np.float32)
    peaks = np.empty(bins + 1, np.int64)
    found = np.empty(bins + 1, np.complex64)
    for k in range(frames):
        for c in range(channels):
            _add_power(spectra[c, k], c == 0, power)
        count = _peaks(power, peaks)
        advance = taken[k + 1] - taken[k]
        for n in range(count):
            peak = peaks[n]
            cross = _NONE
            for c in range(channels):
                cross += spectra[c, k, peak] * np.conj(before[c, peak])
            anew = sharp[k] & (power[peak + 2] > np.float32(RISEN) * power_before[peak])
            if anew | (cross == _NONE):
                found[n] = _ONE
            elif advance == hop:
                found[n] = turn[peak]
            else:
                found[n] = _unit(turn[peak] * _step(cross, peak / size, advance, hop, turns))
        _reach(found, peaks, count, turn)
        power_before[:] = power[2 : bins + 2]
        for c in range(channels):
            before[c] = spectra[c, k]
            _multiply(spectra[c, k], turn)


@compiled()
def _add_power(spectrum: np.ndarray, first: bool, power: np.ndarray) -> None:
    for b in range(len(spectrum)):
        re, im = spectrum[b].real, spectrum[b].imag
        square = re * re + im * im
        power[b + 2] = square if first else power[b + 2] + square


@compiled()
def _peaks(power: np.ndarray, peaks: np.ndarray) -> int:
    """Which bins are louder than two on either side, and how many; ``power`` has two zeros before and after.

    Written without a branch, which on noise would be mispredicted at every peak.
    """
    count = 0
    for b in range(len(power) - 4):
        here = power[b + 2]
        peaks[count] = b
        count += (here > power[b]) & (here > power[b + 1]) & (here >= power[b + 3]) & (here >= power[b + 4])
    return count


@compiled()
def _step(cross: np.complex64, middle: float, advance: int, hop: float, turns: np.ndarray) -> np.complex64:
    """The turn that the frequency of a peak makes in the (hop - advance) samples that are missing.

    ``cross``: how its bin turned from the frame before. What that is beyond the ``middle`` of the bin (turns a sample),
    within half a turn, tells the frequency.
    """
    beyond = _angle(cross.imag, cross.real) - middle * advance
    beyond -= np.floor(beyond + 0.5)
    further = (hop - advance) * (middle + beyond / advance)
    place = (further - np.floor(further)) * (len(turns) - 1)
    nearest = int(place + 0.5)
    rest = np.float32((place - nearest) * (2.0 * math.pi / (len(turns) - 1)))
    return turns[nearest] * np.complex64(complex(np.float32(1.0) - np.float32(0.5) * rest * rest, rest))


@compiled()
def _angle(im: np.float32, re: np.float32) -> float:
    """The angle of a complex number in turns, within 2e-6 (Hastings 1955, sheet 11): a third of atan2's time."""
    x, y = abs(float(re)), abs(float(im))
    steep = y > x
    ratio = x / y if steep else y / x
    square = ratio * ratio
    angle = ratio * (
        0.9998660 + square * (-0.3302995 + square * (0.1801410 + square * (-0.0851330 + square * 0.0208351)))
    )
    angle *= 0.5 / math.pi
    if steep:
        angle = 0.25 - angle
    if re < np.float32(0.0):
        angle = 0.5 - angle
    return -angle if im < np.float32(0.0) else angle


@compiled()
def _unit(turn: np.complex64) -> np.complex64:
    """A turn whose length is nearly 1, nearer to 1: so it stays, over any number of frames."""
    re, im = turn.real, turn.imag
    return turn * (np.float32(1.5) - np.float32(0.5) * (re * re + im * im))


@compiled()
def _reach(found: np.ndarray, peaks: np.ndarray, count: int, turn: np.ndarray) -> None:
    """Every bin is turned as the nearest peak; where there is none, not at all."""
    if count == 0:
        turn[:] = _ONE
        return
    peaks[count] = 2 * len(turn) + peaks[count - 1]
    n = 0
    for b in range(len(turn)):
        n += 2 * b > peaks[n] + peaks[n + 1]
        turn[b] = found[n]


@compiled()
def _multiply(spectrum: np.ndarray, turn: np.ndarray) -> None:
    for b in range(len(turn)):
        spectrum[b] *= turn[b]
