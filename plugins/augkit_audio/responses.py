"""Impulse responses: read, measured and applied."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import scipy.fft

from augkit.errors import DataError
from augkit_audio.bank import at_rate
from augkit_audio.files import read_audio
from augkit_audio.sounds import Sound

_NEAR_PEAK = 10.0 ** (-20.0 / 20.0)
_SPECTRA = 64
_STEPS_AN_OCTAVE = 16


@dataclass(frozen=True, eq=False)
class Response:
    """``samples`` (channels, n) float32 of unit energy; ``direct``: the sample at which the direct path arrives."""

    samples: np.ndarray
    direct: int

    def mixed(self, wet: float) -> np.ndarray:
        """The response with 1 - ``wet`` of a lone impulse, as strong, where the direct path is."""
        made = self.samples * np.float32(wet)
        made[:, self.direct] += np.float32(1.0 - wet)
        return made


def response_of(samples: np.ndarray, native: int, rate: int) -> Response:
    """``samples`` (channels, n) of ``native`` Hz at ``rate`` Hz, of unit energy, each channel on average.

    The direct path is where they first come within 20 dB of their peak (ISO 3382-1), before they are resampled, which
    makes every impulse ring.
    """
    direct = direct_path(samples) * rate / native
    samples = at_rate(samples, native, rate)
    energy = float(np.square(samples, dtype=np.float64).sum() / len(samples))
    if not energy:
        raise DataError("is silent, and no impulse response.")
    return Response((samples / np.sqrt(energy)).astype(np.float32), min(round(direct), samples.shape[1] - 1))


def direct_path(samples: np.ndarray) -> int:
    """The first sample of (channels, n) within 20 dB of the peak."""
    heard = np.abs(samples).max(axis=0)
    return int(np.argmax(heard >= _NEAR_PEAK * heard.max()))


@lru_cache(256)
def read_response(sound: Sound, rate: int) -> Response:
    """The response in a file, at ``rate`` Hz."""
    try:
        return response_of(*read_audio(sound.file), rate)
    except DataError as error:
        raise DataError(error.message, file=str(sound.file)) from error


@lru_cache(_SPECTRA)
def read_spectrum(sound: Sound, rate: int, size: int) -> np.ndarray:
    """The spectrum of the response in a file, padded to ``size`` samples: (channels, size // 2 + 1) complex64."""
    return np.asarray(scipy.fft.rfft(read_response(sound, rate).samples, size))


def size_for(samples: int) -> int:
    """A length of at least ``samples`` that can be transformed fast; the same for lengths that are nearly the same, so
    that spectra which are kept are of use for the next clip too.
    """
    step = max(2 ** (samples.bit_length() - 1) // _STEPS_AN_OCTAVE, 1)
    return int(scipy.fft.next_fast_len(-(-samples // step) * step, real=True))


def convolved(samples: np.ndarray, spectrum: np.ndarray, size: int, made: int) -> np.ndarray:
    """``made`` samples of ``samples`` (channels, n) behind a response of this ``spectrum``, (1 or as many channels,
    size // 2 + 1): of several channels that do not fit, the first.
    """
    fitting = spectrum if len(spectrum) == len(samples) else spectrum[:1]
    behind = scipy.fft.rfft(samples, size)
    behind *= fitting
    return np.ascontiguousarray(scipy.fft.irfft(behind, size, overwrite_x=True)[:, :made])
