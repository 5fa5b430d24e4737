"""The vocoder: against an oracle in plain numpy, and what is special about it at the edges."""

import numpy as np
import pytest

from augkit_audio.frames import vocoded
from augkit_audio.transients import onsets
from augkit_audio.vocoder import frame_size, frame_sizes, pitched, places, stretched
from tests.plugins.audio import vocoder_oracle
from tests.plugins.audio.clips import tones
from tests.plugins.audio.heard import cents, onset_errors

SPEEDS = [0.5, 0.8, 1.25, 2.0]


def chord(rate, seconds=1.0, channels=1):
    time = np.arange(round(rate * seconds)) / rate
    made = [sum(np.sin(2 * np.pi * f * time + c * f) for f in (220.5, 331.0, 1234.5)) for c in range(channels)]
    return (0.1 * np.array(made)).astype(np.float32)


@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize(
    ("speed", "sizes"), [(0.6, (768, 768)), (1.3, (768, 768)), (0.8, (720, 576)), (1.2, (600, 720))]
)
def test_it_agrees_with_the_same_in_plain_numpy(speed, sizes, channels):
    samples = np.concatenate([tones(16000, 1.0)[0][None].repeat(channels, 0), chord(16000, 0.7, channels)], axis=1)
    made = round(samples.shape[1] / speed)
    hop = sizes[1] // 5
    taken, sharp = places(samples, 16000, speed, sizes[0], hop * sizes[0] / sizes[1], 4 + made // hop)
    assert sharp.any() and not sharp.all()
    ours = vocoded(samples, taken, sharp, sizes, hop, made)
    oracle = vocoder_oracle.vocoded(samples, taken, sharp, sizes, hop, made)
    assert np.std(ours - oracle) < 3e-3 * np.std(oracle)


@pytest.mark.parametrize("speed", [0.5, 0.77, 1.0, 1.31, 2.0])
@pytest.mark.parametrize("rate", [8000, 16000, 44100, 96000])
@pytest.mark.parametrize("length", [1, 2, 15, 160, 767, 5000])
def test_any_length_comes_out_exact_and_finite(length, rate, speed):
    samples = np.random.default_rng(length).uniform(-1, 1, (2, length)).astype(np.float32)
    made = stretched(samples, rate, speed)
    assert made.shape == (2, max(round(length / speed), 1)) and made.dtype == np.float32
    assert np.isfinite(made).all() and np.abs(made).max() < 3
    assert pitched(samples, rate, speed).shape == samples.shape


def test_an_empty_clip_stays_empty():
    assert stretched(np.zeros((2, 0), np.float32), 16000, 0.5).shape == (2, 0)
    assert pitched(np.zeros((1, 0), np.float32), 16000, 1.2).shape == (1, 0)


def test_at_speed_1_the_clip_comes_back():
    samples, _ = tones(16000)
    assert np.abs(stretched(samples[None], 16000, 1.0)[0] - samples).max() < 1e-6


@pytest.mark.parametrize("speed", SPEEDS)
def test_silence_stays_silent_and_a_constant_stays_constant(speed):
    assert not stretched(np.zeros((1, 8000), np.float32), 16000, speed).any()
    constant = stretched(np.full((1, 8000), 0.25, np.float32), 16000, speed)[0]
    assert constant[1000:-1000] == pytest.approx(0.25, abs=1e-4)


@pytest.mark.parametrize("change", [lambda x: stretched(x, 16000, 0.8), lambda x: pitched(x, 16000, 1.2)])
def test_a_sound_after_digital_silence_lives(change):
    """Phases that are multiplied up from frame to frame would be nothing after nothing, for ever."""
    samples = np.zeros((1, 32000), np.float32)
    samples[0, 16000:] = 0.3 * np.sin(np.arange(16000) * 0.2)
    made = change(samples)[0]
    start = len(made) // 2
    assert np.std(made[start + 1000 : -1000]) == pytest.approx(0.3 / 2**0.5, rel=0.03)
    assert np.abs(made[: start - 600]).max() < 1e-3
    assert onset_errors(np.diff(np.abs(made) > 0.05).astype(float), 16000, [start / 16000]) == pytest.approx(
        0, abs=5e-3
    )


@pytest.mark.parametrize("speed", SPEEDS)
def test_what_differs_between_channels_stays(speed):
    """A tone that comes later by a quarter of its period, and half as loud, on the second of 8 channels."""
    time = np.arange(16000) / 16000
    phases = np.arange(8) * np.pi / 2
    samples = (np.sin(2 * np.pi * 500 * time + phases[:, None]) * (1 + np.arange(8)[:, None]) / 8).astype(np.float32)
    made = stretched(samples, 16000, speed)
    middle = made[:, made.shape[1] // 3 :][:, :1600] @ np.exp(-2j * np.pi * 500 * np.arange(1600) / 16000)
    assert np.angle(middle / middle[0] / np.exp(1j * phases)) == pytest.approx(0, abs=1e-3)
    assert np.abs(middle) / np.abs(middle[7]) == pytest.approx((1 + np.arange(8)) / 8, abs=1e-3)


def test_one_channel_is_as_if_it_were_alone_when_all_are_the_same():
    samples = chord(16000)
    assert np.array_equal(
        stretched(samples.repeat(3, 0), 16000, 0.8)[2:], stretched(samples.repeat(3, 0), 16000, 0.8)[:1]
    )
    assert stretched(samples.repeat(2, 0), 16000, 0.8)[0] == pytest.approx(stretched(samples, 16000, 0.8)[0], abs=1e-4)


@pytest.mark.parametrize("speed", SPEEDS)
def test_two_clicks_close_to_each_other_both_stay_in_place(speed):
    rng = np.random.default_rng(0)
    samples = (0.003 * rng.standard_normal(32000)).astype(np.float32)
    clicks = np.sort(np.concatenate([np.arange(4000, 28000, 3700), np.arange(4000, 28000, 3700) + 800]))
    samples[clicks] = 0.8
    assert (
        np.abs(onset_errors(stretched(samples[None], 16000, speed)[0], 16000, clicks / 16000 / speed, 0.012)).max()
        < 0.005
    )


def test_onsets_are_found_where_they_are_and_nowhere_else():
    samples, clicks = tones(16000)
    assert (onsets(samples[None], 16000) / 16000) == pytest.approx(clicks, abs=1e-4)
    assert not len(onsets(chord(16000, channels=2), 16000))
    noise = np.random.default_rng(0).standard_normal((1, 160000)).astype(np.float32)
    assert not len(onsets(noise, 16000))
    assert not len(onsets(np.zeros((1, 5000), np.float32), 16000)) and not len(onsets(noise[:, :1], 16000))


@pytest.mark.parametrize("rate", [8000, 11025, 16000, 44100, 96000])
def test_pairs_of_frame_sizes_give_the_pitch(rate):
    for semitones in np.linspace(-12, 12, 97):
        size, size_out = frame_sizes(rate, 2 ** (semitones / 12))
        assert abs(1200 * np.log2(size / size_out) - 100 * semitones) < 4
        assert size % 2 == size_out % 2 == 0 and 0.7 < size / max(frame_size(rate), 384) < 1.4


@pytest.mark.parametrize("semitones", [-12, -3.7, -1, 0.5, 4, 12])
@pytest.mark.parametrize("rate", [8000, 16000, 44100])
def test_a_tone_is_shifted_within_5_cents_and_as_loud(rate, semitones):
    time = np.arange(2 * rate) / rate
    tone = (0.3 * np.sin(2 * np.pi * 440 * time)).astype(np.float32)
    made = pitched(tone[None], rate, 2 ** (semitones / 12))[0]
    assert abs(cents(made, rate, 440 * 2 ** (semitones / 12))) < 5
    assert np.std(made[rate // 4 : -rate // 4]) == pytest.approx(np.std(tone), rel=0.01)


def test_what_is_shifted_beyond_half_the_rate_is_gone():
    time = np.arange(32000) / 16000
    made = pitched((0.3 * np.sin(2 * np.pi * 5000 * time)).astype(np.float32)[None], 16000, 2)[0]
    assert np.std(made[1000:-1000]) < 1e-4


def test_read_only_and_strided_clips_are_taken():
    samples, _ = tones(16000)
    backwards = samples[None, ::-1]
    locked = backwards.copy()
    locked.flags.writeable = False
    assert np.array_equal(stretched(backwards, 16000, 0.8), stretched(locked, 16000, 0.8))
