"""How the samples of a clip follow maps of time, gains and noise."""

from __future__ import annotations

import dataclasses
from functools import lru_cache

import numpy as np

from augkit.errors import DataError
from augkit.transform import moves
from augkit.vocab.timeline import Audio, Gain, Noise, Speed, TimeMap
from augkit_audio.pieces import Changer, placed

_POWER = {"white": 0, "pink": -1, "brown": -2, "blue": 1, "violet": 2}
_LOWEST_HZ = 20.0


@moves(TimeMap, Audio)
def audio_follows_time(audio: Audio, timemap: TimeMap) -> Audio:
    """The samples between the first and the last knot, stretched without changing pitch; silence where no knot reaches.

    A map that cuts, pads or shifts whole clips moves samples as they are.
    """
    return placed(audio, timemap, _stretcher(timemap.method))


@moves(Speed, Audio)
def audio_follows_speed(audio: Audio, speed: Speed) -> Audio:
    """The samples between the first and the last knot, resampled; silence where no knot reaches."""
    return placed(audio, speed, _resampled)


def _stretcher(method: str) -> Changer:
    if method == "fast":
        from augkit_audio.vocoder import stretched as fast

        return fast
    if method != "default":
        raise DataError(f"time can be stretched by the methods 'default' and 'fast', not {method!r}.")
    from augkit_audio.signalsmith import stretched

    return stretched


def _resampled(samples: np.ndarray, rate: int, speed: float) -> np.ndarray:
    from augkit_audio.resampling import played

    return played(samples, speed)


@moves(Gain, Audio)
def audio_follows_gain(audio: Audio, gain: Gain) -> Audio:
    """Louder or quieter; values may leave [-1, 1], since cutting them off would be another change."""
    if gain.db == 0.0:
        return audio
    return dataclasses.replace(audio, samples=audio.samples * np.float32(10.0 ** (gain.db / 20.0)))


@moves(Noise, Audio)
def audio_follows_noise(audio: Audio, noise: Noise) -> Audio:
    """The clip plus noise, another on each channel. Digital silence stays silent: it has no power to be above."""
    from augkit_audio.normals import add_to, energy

    samples = np.ascontiguousarray(audio.samples)
    signal = energy(samples.reshape(-1))
    if signal == 0.0:
        return audio
    made, drawn = coloured(noise.subseed, samples.shape, audio.rate, noise.color)
    if drawn == 0.0:
        return audio
    scale = np.float32(np.sqrt(signal / drawn) * 10.0 ** (-noise.snr_db / 20.0))
    add_to(samples.reshape(-1), scale, made.reshape(-1))
    return dataclasses.replace(audio, samples=made)


def coloured(subseed: int, shape: tuple[int, int], rate: int, color: str) -> tuple[np.ndarray, float]:
    """Noise (channels, n) float32 whose power changes by 0, ±3 or ±6 dB an octave, and the sum of its squares.

    Colours are flat below 20 Hz.
    """
    from augkit_audio.normals import energy, field_and_energy

    white, drawn = field_and_energy(subseed, shape)
    if color == "white":
        return white, drawn
    spectrum = np.fft.rfft(white)
    spectrum *= _weights(shape[1], rate, color)
    made = np.fft.irfft(spectrum, n=shape[1]).astype(np.float32)
    return made, energy(made.reshape(-1))


@lru_cache(maxsize=16)
def _weights(count: int, rate: int, color: str) -> np.ndarray:
    """Amplitudes (count // 2 + 1,) float32 of the frequencies of a clip; read-only."""
    hertz = np.fft.rfftfreq(count, 1.0 / rate)
    weights = ((np.maximum(hertz, _LOWEST_HZ) / _LOWEST_HZ) ** (_POWER[color] / 2.0)).astype(np.float32)
    weights.flags.writeable = False
    return weights
