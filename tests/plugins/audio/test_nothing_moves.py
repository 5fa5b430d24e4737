"""Steps that change levels, spectra and formats move nothing in time: clicks come out where they went in."""

import numpy as np
import pytest

import augkit
from augkit import steps
from augkit.vocab.timeline import Audio, Events

RATES = [8000, 16000, 22050, 44100, 96000]
STEPS = {
    "gain": {"db": -6},
    "gain_transition": {"from_db": -6, "to_db": 6},
    "fade": {"in_seconds": 0.5, "out_seconds": 0.5},
    "normalize_loudness": {"lufs": -30},
    "polarity": {},
    "dc_offset": {"amount": 0.01},
    "compress": {"threshold_db": -30, "ratio": 8},
    "limit": {"ceiling_db": -20},
    "low_pass": {"hz": 1000},
    "high_pass": {"hz": 1000},
    "band_pass": {"low_hz": 300, "high_hz": 3400},
    "low_shelf": {"db": 12, "hz": 300},
    "high_shelf": {"db": -12, "hz": 2000},
    "peak": {"db": 12, "hz": 1000, "q": 2},
    "equalizer": {"db": [-12, 12]},
    "clip": {"ceiling_db": -20},
    "clipping_distortion": {"depth_db": 12},
    "tanh_distortion": {"drive": 5},
    "bit_crush": {"bits": 6},
    "channel_swap": {},
    "mono": {},
    "add_noise": {"snr_db": 20},
}
CODECS = [("mp3", 8), ("mp3", 32), ("mp3", 128), ("vorbis", 45), ("vorbis", 128), ("opus", 12), ("opus", 96)]


def made(name, fields, samples, rate):
    step = getattr(steps.audio, name)(**fields)
    return augkit.Pipeline([step], sample={"audio": "audio"}, seed=1)(audio=Audio(samples, rate), key="a")["audio"]


def clicks(rate, channels=1):
    samples = np.zeros((channels, rate + 37), np.float32)
    samples[:, (np.array([0.16, 0.25, 0.49, 0.7, 0.86]) * rate).astype(int)] = [0.9, 0.8, 0.9, 0.7, 0.9]
    return samples


def lag(before, after):
    """By how many samples ``after`` is late: where the two are most alike, or most opposite."""
    size = len(before) + len(after)
    alike = np.fft.irfft(np.fft.rfft(after, size) * np.conj(np.fft.rfft(before, size)), size)
    best = int(np.argmax(np.abs(alike)))
    return best if best < size // 2 else best - size


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("name", STEPS)
def test_a_click_is_moved_by_no_sample(name, rate):
    before = clicks(rate)
    after = made(name, STEPS[name], before, rate)
    assert after.samples.shape == before.shape
    assert lag(before[0], after.samples[0]) == 0


@pytest.mark.parametrize("delay", [-1, 1])
def test_the_measure_sees_a_single_sample(delay):
    assert lag(clicks(16000)[0], np.roll(clicks(16000)[0], delay)) == delay


@pytest.mark.parametrize("rate", [*RATES, 11025, 12000, 24000, 32000, 48000, 50000])
@pytest.mark.parametrize(("format", "kbps"), CODECS)
def test_codecs_are_not_late_at_any_rate(format, kbps, rate):
    before = clicks(rate) + 0.01 * np.random.default_rng(0).standard_normal((1, rate + 37), np.float32)
    after = made("codec", {"format": format, "kbps": kbps}, before, rate)
    assert after.samples.shape == before.shape
    speech = format == "opus" and kbps < 16  # another model, whose delay is no whole number of samples
    assert abs(lag(before[0], after.samples[0])) <= speech * -(-rate // 48000)


@pytest.mark.parametrize("out", RATES)
@pytest.mark.parametrize("rate", RATES)
def test_resampling_keeps_seconds(rate, out):
    at = (np.array([0.25, 0.5, 1.0, 1.5]) * rate).astype(int)
    before = np.zeros((1, 2 * rate), np.float32)
    before[:, at] = 0.9
    after = made("resample", {"rate_hz": out}, before, rate)
    energy = np.square(after.samples[0].astype(np.float64))
    for second in at / rate:
        near = np.arange(round((second - 0.05) * out), round((second + 0.05) * out))
        assert abs(near @ energy[near] / energy[near].sum() - second * out) < 0.05


@pytest.mark.parametrize("name", STEPS)
def test_events_come_back_as_they_were(name):
    events = Events(np.array([0.31]), np.array([0.52]))
    aug = augkit.Pipeline([getattr(steps.audio, name)(**STEPS[name])], sample={"audio": "audio", "events": "events"})
    assert aug(audio=Audio(clicks(8000, 2), 8000), events=events, key="a")["events"] is events


@pytest.mark.parametrize("name", ["low_pass", "high_pass", "band_pass", "low_shelf", "high_shelf", "peak", "equalizer"])
@pytest.mark.parametrize("rate", RATES)
def test_what_a_filter_makes_of_a_click_is_the_same_before_and_after_it(name, rate):
    before = np.zeros((1, 2 * rate + 1), np.float32)
    before[0, rate] = 1
    after = made(name, STEPS[name], before, rate).samples[0]
    assert np.abs(after - after[::-1]).max() < 1e-6
