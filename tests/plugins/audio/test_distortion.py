"""Cutting off, bending and rounding: exact, and neutral where they say so."""

import numpy as np
import pytest

import augkit
from augkit import steps
from augkit.vocab.timeline import Audio

RATE = 8000


def run(step, samples, rate=RATE):
    aug = augkit.Pipeline([step], sample={"audio": "audio"}, seed=1)
    return aug(audio=Audio(np.asarray(samples, np.float32), rate), key="a")["audio"].samples


def sine(peak=0.5):
    return peak * np.sin(2 * np.pi * 100 * np.arange(RATE) / RATE, dtype=np.float64)[None].astype(np.float32)


def test_clip_cuts_at_the_ceiling():
    out = run(steps.audio.clip(ceiling_db=-6.0206), sine(1))
    assert np.abs(out).max() == pytest.approx(0.5, rel=1e-5)
    small = np.abs(sine(1)) < 0.499
    assert (out[small] == sine(1)[small]).all()
    assert np.abs(run(steps.audio.clip(), 3 * sine(1))).max() == 1


def test_clipping_distortion_is_told_from_the_clips_own_peak():
    for peak in (0.01, 0.5, 20):
        out = run(steps.audio.clipping_distortion(depth_db=6.0206), sine(peak))
        assert np.abs(out).max() == pytest.approx(peak / 2, rel=1e-5)


def test_tanh_keeps_the_peak_and_lifts_what_is_quiet():
    for drive in (0.01, 1, 5, 100):
        out = run(steps.audio.tanh_distortion(drive=drive), sine())
        assert np.abs(out).max() == pytest.approx(0.5, rel=1e-5)
        want = 0.5 * np.tanh(drive * sine().astype(np.float64) / 0.5) / np.tanh(drive)
        assert out == pytest.approx(want, abs=1e-6)
    assert np.sqrt(np.mean(run(steps.audio.tanh_distortion(drive=100), sine()) ** 2)) > 0.48


@pytest.mark.parametrize("bits", [1, 2, 8, 16, 23])
def test_samples_are_rounded_to_bits(bits):
    out = run(steps.audio.bit_crush(bits=bits), sine())
    step = 2.0 ** (1 - bits)
    assert (out / step == np.round(out / step)).all()
    assert np.abs(out - sine()).max() <= step / 2 * 1.0001


@pytest.mark.parametrize("hold", [2, 3, 8])
def test_the_middle_of_a_group_is_held(hold):
    ramp = np.arange(100, dtype=np.float32)[None]
    out = run(steps.audio.bit_crush(bits=24, hold=hold), ramp)
    groups = np.arange(100) // hold
    assert out[0].tolist() == [min(group * hold + hold // 2, 99) for group in groups]
    assert np.abs(out - ramp).max() <= hold // 2


@pytest.mark.parametrize(
    "step",
    [
        lambda: steps.audio.clip(ceiling_db=0),
        lambda: steps.audio.clipping_distortion(depth_db=0),
        lambda: steps.audio.tanh_distortion(drive=0),
        lambda: steps.audio.bit_crush(bits=24),
        lambda: steps.audio.compress(ratio=1),
        lambda: steps.audio.limit(ceiling_db=0),
        lambda: steps.audio.gain(db=0),
        lambda: steps.audio.dc_offset(amount=0),
        lambda: steps.audio.fade(in_seconds=0, out_seconds=0),
        lambda: steps.audio.gain_transition(from_db=0, to_db=0),
        lambda: steps.audio.equalizer(db=0),
        lambda: steps.audio.resample(rate_hz=RATE),
    ],
)
def test_neutral_values_give_the_identical_clip_back(step):
    audio = Audio(sine(), RATE)
    assert augkit.Pipeline([step()], sample={"audio": "audio"})(audio=audio, key="a")["audio"] is audio
