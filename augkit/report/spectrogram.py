"""A sound as a picture of its frequencies over time, and as a small WAV file, with numpy alone."""

from __future__ import annotations

import base64
import struct

import numpy as np

COLUMNS, ROWS = 420, 96
_WINDOW_S = 0.025
_RANGE_DB = 65.0
_HEARD_HZ = 16000
_HEARD_S = 10.0


def spectrogram(samples: np.ndarray, rate: int) -> np.ndarray:
    """(h, w, 1) uint8, at most 96 × 420, of (n,) samples: 0 Hz at the bottom, half the rate at the top; the loudest is
    black, 65 dB below is white, and so is silence.
    """
    width = 2 * ROWS * max(round(_WINDOW_S * rate / (2 * ROWS)), 1)  # as many frequencies in every row
    hop = max(width // 4, -(-len(samples) // COLUMNS))
    padded = np.pad(samples.astype(np.float64), (width // 2, width // 2))
    frames = np.lib.stride_tricks.sliding_window_view(padded, width)[: len(samples) : hop]
    power = np.abs(np.fft.rfft(frames * np.hanning(width))[:, :-1]) ** 2
    bands = power.reshape(len(frames), ROWS, -1).max(axis=2).T
    loudest = float(bands.max())
    if loudest <= 0.0:
        return np.full((*bands.shape, 1), 255, np.uint8)
    below = -10.0 * np.log10(np.maximum(bands / loudest, 1e-12))
    return np.asarray(np.rint(255.0 * np.minimum(below / _RANGE_DB, 1.0)), dtype=np.uint8)[::-1, :, None]


def wav_uri(samples: np.ndarray, rate: int) -> str:
    """The first 10 seconds of (n,) samples as a URI that holds a WAV of 16 bits, of at most 16 kHz to stay small; what
    exceeds 1 is cut off, as it is by loudspeakers.
    """
    heard = samples[: round(_HEARD_S * rate)].astype(np.float64)
    if rate > _HEARD_HZ:
        heard, rate = _lower(heard, round(len(heard) * _HEARD_HZ / rate)), _HEARD_HZ
    data = np.rint(np.clip(heard, -1.0, 1.0) * 32767.0).astype("<i2").tobytes()
    about = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 1, rate, 2 * rate, 2, 16)
    body = b"WAVE" + about + struct.pack("<4sI", b"data", len(data)) + data
    file = b"RIFF" + struct.pack("<I", len(body)) + body
    return "data:audio/wav;base64," + base64.b64encode(file).decode("ascii")


def _lower(samples: np.ndarray, count: int) -> np.ndarray:
    """``count`` samples of the same seconds, without what lies above their own half rate."""
    count = max(count, 1)
    found: np.ndarray = np.fft.irfft(np.fft.rfft(samples)[: count // 2 + 1], n=count) * (count / len(samples))
    return found
