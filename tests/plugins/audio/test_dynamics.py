"""Compressor and limiter: curves, times, silence, channels, and a plain computation as oracle."""

import math

import numpy as np
import pytest

from augkit_audio.dynamics import LOOK_AHEAD_MS, compressed, keep_of, limited

FIELDS = {"threshold_db": -25, "ratio": 4, "knee_db": 0, "attack_ms": 5, "release_ms": 100, "makeup_db": 0}
RATES = [8000, 16000, 44100, 96000]


def speech_like(rate, channels=1, seconds=1.0, seed=0):
    rng = np.random.default_rng(seed)
    swell = np.abs(np.sin(np.arange(round(rate * seconds)) / rate * 7))
    return (rng.standard_normal((channels, len(swell))) * 0.2 * swell).astype(np.float32)


def plainly(samples, rate, threshold_db, ratio, knee_db, attack_ms, release_ms, makeup_db):
    envelope, gains = 0.0, []
    for level in np.abs(samples).max(axis=0).astype(np.float64):
        keep = keep_of(attack_ms if level > envelope else release_ms, rate)
        envelope = level + keep * (envelope - level)
        over = 20 * math.log10(envelope) - threshold_db if envelope else -math.inf
        if knee_db and abs(over) <= knee_db / 2:
            above = (over + knee_db / 2) ** 2 / (2 * knee_db)
        else:
            above = max(over, 0.0)
        gains.append(10 ** ((makeup_db - (1 - 1 / ratio) * above) / 20))
    return samples * np.array(gains)


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize(
    "changed",
    [
        {},
        {"knee_db": 12},
        {"ratio": 100, "attack_ms": 0},
        {"makeup_db": 9, "release_ms": 0},
        {"threshold_db": -100, "ratio": 1.5},
        {"threshold_db": 0, "knee_db": 40},
    ],
)
def test_a_plain_computation_agrees(rate, changed):
    samples = speech_like(rate, channels=2, seconds=0.3)
    fields = FIELDS | changed
    want = plainly(samples, rate, **fields)
    assert np.abs(compressed(samples, rate, **fields) - want).max() < 2e-5 * np.abs(want).max()


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize(("threshold", "ratio"), [(-25, 4), (-40, 2), (-10, 20)])
def test_pedalboard_agrees(rate, threshold, ratio):
    pedalboard = pytest.importorskip("pedalboard", reason="GPL: an oracle where somebody has it, never needed")
    samples = speech_like(rate)
    theirs = pedalboard.Compressor(threshold_db=threshold, ratio=ratio, attack_ms=5, release_ms=100)(samples, rate)
    ours = compressed(samples, rate, **FIELDS | {"threshold_db": threshold, "ratio": ratio})
    assert np.abs(ours - theirs).max() < 2e-6


@pytest.mark.parametrize("db", range(-60, 1, 5))
@pytest.mark.parametrize("knee", [0, 6, 20])
def test_the_static_curve_is_the_textbook_s(db, knee):
    samples = np.full((1, 16000), 10 ** (db / 20), np.float32)
    out = compressed(samples, 16000, **FIELDS | {"knee_db": knee, "attack_ms": 1})[0, -1]
    over = db + 25
    if abs(over) <= knee / 2:
        above = (over + knee / 2) ** 2 / (2 * knee) if knee else 0.0
    else:
        above = max(over, 0)
    assert 20 * math.log10(out) == pytest.approx(db - 0.75 * above, abs=1e-3)


def test_attack_and_release_take_their_time():
    rate, loud, quiet = 48000, 0.5, 0.05
    samples = np.full((1, rate), quiet, np.float32)
    samples[0, 12000:24000] = loud
    gain = (compressed(samples, rate, **FIELDS | {"attack_ms": 20, "release_ms": 200}) / samples)[0]
    settled = gain[23999]
    late = 12000 + round(0.02 * rate)
    assert gain[12000] > 0.9 and gain[late] == pytest.approx(settled, rel=0.005)
    assert gain[24000 + round(0.01 * rate)] < 0.9 and gain[24000 + round(0.2 * rate)] == pytest.approx(1.0, abs=0.02)


@pytest.mark.parametrize("channels", [1, 2, 8])
def test_channels_keep_their_balance(channels):
    samples = speech_like(16000, channels) * np.linspace(1, 0.1, channels, dtype=np.float32)[:, None]
    for out in (compressed(samples, 16000, **FIELDS), limited(samples, 16000, -12, 50)):
        gains = np.divide(out, samples, where=np.abs(samples) > 1e-3, out=np.full_like(out, np.nan))
        spread = np.nanmax(gains, axis=0, initial=0) - np.nanmin(gains, axis=0, initial=9)
        assert spread[np.isfinite(gains).all(axis=0)].max() < 1e-4


@pytest.mark.parametrize("length", [0, 1, 511, 512, 513])
def test_silence_stays_silent_and_what_follows_it_is_heard(length):
    samples = np.zeros((2, length + 100), np.float32)
    samples[:, length:] = 0.01
    out = compressed(samples, 16000, **FIELDS | {"makeup_db": 6})
    assert not out[:, :length].any()
    assert out[:, length:] == pytest.approx(0.01 * 10**0.3, rel=1e-5)
    assert not compressed(np.zeros((1, 50), np.float32), 16000, **FIELDS).any()


def test_input_that_is_locked_or_strided_is_read():
    samples = speech_like(16000, 2)
    locked = samples.copy()
    locked.flags.writeable = False
    backwards = samples[:, ::-1].copy()[:, ::-1]
    want = compressed(samples, 16000, **FIELDS)
    assert (compressed(locked, 16000, **FIELDS) == want).all()
    assert (compressed(backwards, 16000, **FIELDS) == want).all()


def limits_plainly(samples, rate, ceiling_db, release_ms):
    ceiling, reach = 10 ** (ceiling_db / 20), max(round(LOOK_AHEAD_MS / 1000 * rate), 1)
    needed = ceiling / np.maximum(np.abs(samples).max(axis=0), ceiling)
    needed = np.concatenate([np.ones(reach - 1), needed, np.ones(reach - 1)])
    held = [needed[i : i + reach].min() for i in range(len(needed) - reach + 1)]
    for i in range(1, len(held)):
        held[i] = min(held[i], held[i - 1] + (1 - held[i - 1]) * (1 - keep_of(release_ms, rate)))
    return samples * np.convolve(held, np.ones(reach) / reach, "valid")


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("release", [0, 30, 1000])
@pytest.mark.parametrize("ceiling", [-20, -3])
def test_the_limiter_agrees_with_a_plain_computation_and_keeps_its_ceiling(rate, release, ceiling):
    samples = 4 * speech_like(rate, 2, 0.3)
    out = limited(samples, rate, ceiling, release)
    assert np.abs(out).max() <= np.float32(10 ** (ceiling / 20))
    assert np.abs(out - limits_plainly(samples, rate, ceiling, release)).max() < 1e-6


def test_what_is_below_the_ceiling_is_the_same_clip():
    samples = speech_like(16000)
    assert limited(samples, 16000, 20, 100) is samples


def test_the_limiter_turns_down_before_the_peak_and_nowhere_else():
    samples = np.full((1, 16000), 0.1, np.float32)
    samples[0, 8000] = 1.0
    gain = limited(samples, 16000, -6.0206, 20)[0] / samples[0]
    reach = round(LOOK_AHEAD_MS / 1000 * 16000)
    assert (gain[: 8001 - reach] == 1).all() and (np.diff(gain[8000 - reach : 8001]) <= 0).all()
    assert gain[8000] == pytest.approx(0.5, rel=1e-4) and gain[-1] == pytest.approx(1, abs=1e-6)
