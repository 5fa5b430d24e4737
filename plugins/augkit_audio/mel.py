"""From samples to mel bands: short Fourier transforms, filter banks, decibels, cepstra; numpy and scipy.fft.

Frames, windows, filters and decibels are torchaudio's (``MelSpectrogram``, ``AmplitudeToDB``, ``MFCC``), so that a
network that was trained on its spectrograms reads these.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import scipy.fft

_BLOCK = 256
"""Frames at a time: they stay in cache, and an hour of sound needs no more memory than its own."""

_FAINTEST = 1e-10
_LINEAR_HZ, _PER_MEL = 1000.0, 200.0 / 3.0
_LOG_STEP = np.log(6.4) / 27.0


def to_mel(hertz: np.ndarray, scale: str) -> np.ndarray:
    """Hz as mel: ``htk`` is 2595 log10(1 + f / 700); ``slaney`` (Auditory Toolbox) is linear below 1 kHz."""
    hertz = np.asarray(hertz, dtype=np.float64)
    if scale == "htk":
        return 2595.0 * np.log10(1.0 + hertz / 700.0)
    above = np.log(np.maximum(hertz, _LINEAR_HZ) / _LINEAR_HZ) / _LOG_STEP
    return np.where(hertz < _LINEAR_HZ, hertz / _PER_MEL, _LINEAR_HZ / _PER_MEL + above)


def to_hertz(mel: np.ndarray, scale: str) -> np.ndarray:
    """The inverse of ``to_mel``."""
    mel = np.asarray(mel, dtype=np.float64)
    if scale == "htk":
        return 700.0 * (10.0 ** (mel / 2595.0) - 1.0)
    first = _LINEAR_HZ / _PER_MEL
    above = _LINEAR_HZ * np.exp(_LOG_STEP * (np.maximum(mel, first) - first))
    return np.where(mel < first, mel * _PER_MEL, above)


@lru_cache(maxsize=32)
def filter_bank(rate: int, n_fft: int, n_mels: int, low_hz: float, high_hz: float, scale: str, norm: str) -> np.ndarray:
    """(n_fft // 2 + 1, n_mels) float64: overlapping triangles, equally wide in mel; read-only.

    With ``norm: slaney`` each has an area of 1 over the frequencies, else a height of 1.
    """
    ends = to_mel(np.array([low_hz, high_hz]), scale)
    corners = to_hertz(np.linspace(ends[0], ends[1], n_mels + 2), scale)
    away = corners - np.linspace(0.0, rate / 2.0, n_fft // 2 + 1)[:, None]
    widths = np.diff(corners)
    rising, falling = -away[:, :-2] / widths[:-1], away[:, 2:] / widths[1:]
    bank = np.maximum(0.0, np.minimum(rising, falling))
    if norm == "slaney":
        bank *= 2.0 / (corners[2:] - corners[:-2])
    bank.flags.writeable = False
    return bank


@lru_cache(maxsize=32)
def _doubled(*named: object) -> np.ndarray:
    """The bank with every row twice: real and imaginary parts are squared where they lie, and summed by the product."""
    return np.repeat(filter_bank(*named), 2, axis=0).astype(np.float32)  # type: ignore[arg-type]


@lru_cache(maxsize=32)
def _hann(length: int) -> np.ndarray:
    """The periodic Hann window, float32."""
    return (0.5 - 0.5 * np.cos(2.0 * np.pi * np.arange(length) / length)).astype(np.float32)


def mel_power(
    samples: np.ndarray,
    rate: int,
    n_fft: int,
    hop: int,
    n_mels: int,
    low_hz: float,
    high_hz: float,
    scale: str = "slaney",
    norm: str = "none",
) -> np.ndarray:
    """Power in each band, (channels, frames, n_mels) float32, of ``samples`` (channels, n) float32.

    Frames of ``n_fft`` samples under a Hann window are centred on every ``hop``-th sample; at its ends the clip is
    mirrored.
    """
    bank = _doubled(rate, n_fft, n_mels, low_hz, high_hz, scale, norm)
    half, window = n_fft // 2, _hann(n_fft)
    padded = np.pad(samples, ((0, 0), (half, half)), mode="reflect")
    frames = np.lib.stride_tricks.sliding_window_view(padded, n_fft, axis=1)[:, ::hop]
    power = np.empty((*frames.shape[:2], n_mels), dtype=np.float32)
    for channel, out in zip(frames, power, strict=True):
        for start in range(0, len(channel), _BLOCK):
            spectra = scipy.fft.rfft(channel[start : start + _BLOCK] * window, axis=1)
            parts = spectra.view(np.float32)
            np.square(parts, out=parts)
            np.matmul(parts, bank, out=out[start : start + _BLOCK])
    return power


def decibels(power: np.ndarray, top_db: float) -> np.ndarray:
    """10 log10 of ``power``, in place; -100 dB at the least, and no more than ``top_db`` below the clip's loudest."""
    np.maximum(power, _FAINTEST, out=power)
    np.log10(power, out=power)
    power *= np.float32(10.0)
    return np.maximum(power, power.max() - np.float32(top_db), out=power)


def cepstra(bands: np.ndarray, count: int) -> np.ndarray:
    """The first ``count`` coefficients of the orthonormal cosine transform (DCT-II) over the last axis."""
    return scipy.fft.dct(bands, type=2, norm="ortho", axis=-1)[..., :count]
