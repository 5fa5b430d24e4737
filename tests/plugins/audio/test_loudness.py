"""Loudness by ITU-R BS.1770: what the standard and EBU Tech 3341 state, and other implementations."""

import math

import numpy as np
import pytest

import augkit
from augkit import steps
from augkit_audio.loudness import channel_weights, k_weighting, loudness

RATES = [8000, 16000, 22050, 32000, 44100, 48000, 96000]


def close(rate):
    """At 8 kHz the filter of the head is bent by the transform, as it is in other implementations."""
    return 0.21 if rate == 8000 else 0.06


def sine(db, seconds=4.0, rate=48000, hz=997.0, channels=1):
    tone = 10 ** (db / 20) * np.sin(2 * np.pi * hz * np.arange(round(seconds * rate)) / rate)
    return np.tile(tone.astype(np.float32), (channels, 1))


def test_the_filters_at_48_khz_are_those_of_the_standard():
    shelf, passing = k_weighting(48000)
    stated = [1.53512485958697, -2.69169618940638, 1.19839281085285, 1, -1.69065929318241, 0.73248077421585]
    assert shelf == pytest.approx(stated, abs=1e-12)
    assert passing == pytest.approx([1, -2, 1, 1, -1.99004745483398, 0.99007225036621], abs=1e-12)


@pytest.mark.parametrize("rate", RATES)
def test_a_full_sine_of_997_hz_on_one_channel_is_at_minus_3_01(rate):
    assert loudness(sine(0, rate=rate), rate) == pytest.approx(-3.01, abs=close(rate))


@pytest.mark.parametrize("db", [-23, -33])
@pytest.mark.parametrize("rate", RATES)
def test_a_stereo_sine_is_as_loud_as_its_peak(db, rate):
    assert loudness(sine(db, 20, rate, 1000, channels=2), rate) == pytest.approx(db, abs=close(rate))


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ([(-36, 10), (-23, 60), (-36, 10)], -23),
        ([(-72, 10), (-36, 10), (-23, 60), (-36, 10), (-72, 10)], -23),
        ([(-26, 20), (-20, 20.1), (-26, 20)], -23),
    ],
)
def test_the_gates_are_those_of_ebu_tech_3341(parts, expected):
    clip = np.concatenate([sine(db, seconds, 48000, 1000, 2) for db, seconds in parts], axis=1)
    assert loudness(clip, 48000) == pytest.approx(expected, abs=0.1)


def test_surround_is_weighed_as_ebu_tech_3341_has_it():
    levels = np.array([-28, -28, -24, -math.inf, -30, -30])
    clip = sine(0, 20, 48000, 1000) * 10 ** (levels[:, None] / 20)
    assert loudness(clip.astype(np.float32), 48000) == pytest.approx(-23, abs=0.1)


def test_what_channels_weigh():
    assert channel_weights(2).tolist() == [1, 1]
    assert channel_weights(5).tolist() == [1, 1, 1, 1.41, 1.41]
    assert channel_weights(6).tolist() == [1, 1, 1, 0, 1.41, 1.41]
    assert channel_weights(8).tolist() == [1, 1, 1, 0, 1, 1, 1.41, 1.41]
    assert channel_weights(3).tolist() == [1, 1, 1]


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("channels", [1, 2, 5])
def test_pyloudnorm_agrees(rate, channels):
    pyloudnorm = pytest.importorskip("pyloudnorm", reason="another implementation, where somebody has it")
    swell = np.abs(np.sin(np.arange(rate * 3) / rate * 4)) ** 3
    clip = (np.random.default_rng(0).standard_normal((channels, rate * 3)) * 0.1 * swell).astype(np.float32)
    meter = pyloudnorm.Meter(rate, filter_class="DeMan")
    assert loudness(clip, rate) == pytest.approx(meter.integrated_loudness(clip.T.astype(np.float64)), abs=0.35)


@pytest.mark.parametrize("rate", [16000, 44100, 48000])
def test_torchaudio_agrees(rate):
    functional = pytest.importorskip("torchaudio.functional", reason="another implementation")
    import torch

    swell = np.abs(np.sin(np.arange(rate * 3) / rate * 4)) ** 3
    clip = (np.random.default_rng(0).standard_normal((2, rate * 3)) * 0.1 * swell).astype(np.float32)
    assert loudness(clip, rate) == pytest.approx(float(functional.loudness(torch.from_numpy(clip), rate)), abs=0.3)


@pytest.mark.parametrize("seconds", [0.05, 0.2, 0.399, 0.4, 0.401])
def test_clips_shorter_than_a_block_are_one_block(seconds):
    long, short = sine(-20, 4), sine(-20, seconds)
    assert loudness(short, 48000) == pytest.approx(loudness(long, 48000), abs=0.3)


@pytest.mark.parametrize("samples", [np.zeros((2, 48000)), np.zeros((1, 1)), np.zeros((1, 0)), np.full((1, 9), 1e-5)])
def test_nothing_to_measure_is_minus_infinity(samples):
    assert loudness(samples.astype(np.float32), 48000) == -math.inf


def normalized(clip, rate, lufs=-20):
    aug = augkit.Pipeline([steps.audio.normalize_loudness(lufs=lufs)], sample={"audio": "audio"}, seed=1)
    return aug.traced(audio=(clip, rate), key="a")


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("channels", [1, 2, 8])
@pytest.mark.parametrize("seconds", [0.1, 3])
def test_a_clip_comes_out_as_loud_as_asked(rate, channels, seconds):
    noise = np.random.default_rng(0).standard_normal((channels, round(rate * seconds))).astype(np.float32) * 0.01
    out, _ = normalized(noise, rate)
    assert loudness(out["audio"][0], rate) == pytest.approx(-20, abs=1e-3)


def test_silence_is_left_and_the_trace_says_why():
    clip = np.zeros((1, 48000), np.float32)
    out, trace = normalized(clip, 48000)
    assert not out["audio"][0].any()
    assert trace.entries[0].skipped == "nothing is above -70 LUFS"


def test_clips_that_move_together_keep_their_distance():
    sample = {"near": "audio", "far": "audio"}
    aug = augkit.Pipeline([steps.audio.normalize_loudness(lufs=-20)], sample=sample, seed=1)
    near, far = sine(-30), sine(-50)
    out = aug(near=(near, 48000), far=(far, 48000), key="a")
    assert loudness(out["near"][0], 48000) == pytest.approx(-20, abs=1e-3)
    assert loudness(out["far"][0], 48000) == pytest.approx(-40, abs=1e-3)
