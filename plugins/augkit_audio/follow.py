"""How the samples of a clip follow maps of time, gains and noise."""

from __future__ import annotations

import dataclasses

import numpy as np

from augkit.rng import field
from augkit.transform import moves
from augkit.vocab.timeline import Audio, Gain, Noise, Speed, TimeMap
from augkit_audio.pieces import placed

_POWER = {"white": 0, "pink": -1, "brown": -2, "blue": 1, "violet": 2}
_LOWEST_HZ = 20.0


@moves(TimeMap, Audio)
def audio_follows_time(audio: Audio, timemap: TimeMap) -> Audio:
    """The samples between the first and the last knot, stretched without changing pitch; silence where no knot reaches.

    A map that cuts, pads or shifts whole clips moves samples as they are.
    """
    return placed(audio, timemap, _stretched)


@moves(Speed, Audio)
def audio_follows_speed(audio: Audio, speed: Speed) -> Audio:
    """The samples between the first and the last knot, resampled; silence where no knot reaches."""
    return placed(audio, speed, _resampled)


def _stretched(samples: np.ndarray, rate: int, speed: float) -> np.ndarray:
    from augkit_audio.signalsmith import stretched

    return stretched(samples, rate, speed)


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
    signal = _power(audio.samples)
    made = coloured(field(noise.subseed), audio.samples.shape, audio.rate, noise.color)
    drawn = _power(made)
    if signal == 0.0 or drawn == 0.0:
        return audio
    scale = np.float32(np.sqrt(signal / drawn) * 10.0 ** (-noise.snr_db / 20.0))
    return dataclasses.replace(audio, samples=audio.samples + scale * made)


def coloured(numbers: np.random.Generator, shape: tuple[int, int], rate: int, color: str) -> np.ndarray:
    """Noise (channels, n) float32 whose power changes by 0, ±3 or ±6 dB an octave; colours are flat below 20 Hz."""
    white = numbers.standard_normal(shape, dtype=np.float32)
    if color == "white":
        return white
    hertz = np.fft.rfftfreq(shape[1], 1.0 / rate)
    weights = np.maximum(hertz, _LOWEST_HZ) ** (_POWER[color] / 2.0)
    return np.fft.irfft(np.fft.rfft(white) * weights, n=shape[1]).astype(np.float32)


def _power(samples: np.ndarray) -> float:
    return float(np.mean(np.square(samples, dtype=np.float64)))
