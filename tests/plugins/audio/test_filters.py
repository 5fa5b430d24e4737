"""Filters: what they do to each frequency, what they leave alone, and what happens at the ends of a clip."""

import numpy as np
import pytest
from scipy.signal import sosfreqz

import augkit
from augkit import steps
from augkit.errors import DataError, FieldError
from augkit.vocab.timeline import Audio
from augkit_audio.biquads import filtered, section

RATES = [8000, 16000, 44100, 96000]


def run(step, samples, rate):
    return augkit.Pipeline([step], sample={"audio": "audio"}, seed=1)(audio=Audio(samples, rate), key="a")["audio"]


def response_db(step, hz, rate, seconds=2.0):
    """By how many dB a tone gets louder, away from the ends."""
    tone = np.sin(2 * np.pi * hz * np.arange(round(rate * seconds)) / rate).astype(np.float32)[None] * 0.5
    out = run(step, tone, rate).samples
    middle = slice(tone.shape[1] // 4, -tone.shape[1] // 4)
    return 10 * np.log10(np.mean(out[:, middle] ** 2) / np.mean(tone[:, middle] ** 2))


@pytest.mark.parametrize("rate", RATES)
def test_edges_are_3_db_down_and_fall_by_24_db_an_octave(rate):
    low, high = steps.audio.low_pass(hz=500), steps.audio.high_pass(hz=500)
    for step in (low, high, steps.audio.band_pass(low_hz=500, high_hz=3000)):
        assert response_db(step, 500, rate) == pytest.approx(-3.01, abs=0.05)
    assert response_db(low, 1000, rate) == pytest.approx(-16.7, abs=3)
    assert response_db(low, 2000, rate) - response_db(low, 1000, rate) < -22
    assert response_db(high, 125, rate) - response_db(high, 250, rate) == pytest.approx(-24, abs=2)
    assert abs(response_db(low, 50, rate)) < 0.01 and abs(response_db(high, 3500, rate)) < 0.02


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("db", [-12, 6])
def test_shelves_and_peaks_have_their_gains(rate, db):
    low, high = steps.audio.low_shelf(db=db, hz=500), steps.audio.high_shelf(db=db, hz=500)
    peak = steps.audio.peak(db=db, hz=500, q=1.4)
    assert [response_db(step, 500, rate) for step in (low, high, peak)] == pytest.approx([db / 2, db / 2, db], abs=0.02)
    far = [response_db(low, 30, rate), response_db(high, 3900, rate)]
    assert far == pytest.approx([db, db], abs=0.3)
    for step, hz in ((low, 3900), (high, 30), (peak, 30), (peak, 3900)):
        assert abs(response_db(step, hz, rate)) < 0.3


@pytest.mark.parametrize("rate", RATES)
def test_the_whole_spectrum_is_the_square_of_one_pass(rate):
    bands = [("low_shelf", 200.0, 9.0, 0.7), ("peak", 1000.0, -12.0, 2.0), ("high_shelf", 3000.0, 6.0, 0.7)]
    click = np.zeros((1, 2 * rate), np.float32)
    click[0, rate] = 1
    got = np.abs(np.fft.rfft(filtered(click, rate, bands)[0]))
    hertz = np.fft.rfftfreq(2 * rate, 1 / rate)
    once = np.abs(sosfreqz(np.array([section(band, rate) for band in bands]), hertz, fs=rate)[1])
    assert got == pytest.approx(once**2, abs=1e-4)


def test_the_equalizer_draws_every_band_and_leaves_out_what_the_rate_has_not():
    aug = augkit.Pipeline([steps.audio.equalizer(db=[-12, 12])], sample={"audio": "audio"}, seed=1)
    noise = np.random.default_rng(0).standard_normal((1, 8000)).astype(np.float32)
    _, trace = aug.traced(audio=(noise, 8000), key="a")
    bands = trace.steps[0][2]["bands"]
    assert [band[1] for band in bands] == [60, 150, 400, 1000, 2400, 6000, 15000]
    assert len({band[2] for band in bands}) == 7
    params = [band for band in bands if band[1] < 4000]
    want = filtered(noise, 8000, [tuple(band) for band in params])
    assert (aug(audio=(noise, 8000), key="a")["audio"][0] == want).all()


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("count", [1, 2, 3, 100, 8000])
@pytest.mark.parametrize(
    ("step", "gain"),
    [
        (lambda: steps.audio.low_pass(hz=300), 1),
        (lambda: steps.audio.high_pass(hz=300), 0),
        (lambda: steps.audio.low_shelf(db=6, hz=300), 10**0.3),
        (lambda: steps.audio.high_shelf(db=6, hz=300), 1),
        (lambda: steps.audio.peak(db=6, hz=300), 1),
    ],
)
def test_a_constant_has_no_clicks_at_its_ends(step, gain, count, rate):
    out = run(step(), np.full((2, count), 0.5, np.float32), rate).samples
    assert out == pytest.approx(np.full((2, count), 0.5 * gain), abs=1e-4)


def test_a_click_at_the_very_end_stays_there():
    for at in (0, 7999):
        click = np.zeros((1, 8000), np.float32)
        click[0, at] = 1
        for step in (steps.audio.low_pass(hz=1000), steps.audio.high_pass(hz=1000)):
            assert np.abs(run(step, click, 8000).samples[0]).argmax() == at


@pytest.mark.parametrize(
    "step",
    [
        lambda: steps.audio.low_pass(hz=4000),
        lambda: steps.audio.low_pass(hz=20000),
        lambda: steps.audio.peak(hz=5000, db=6),
        lambda: steps.audio.high_shelf(hz=5000, db=6),
        lambda: steps.audio.peak(db=0),
        lambda: steps.audio.equalizer(db=0),
    ],
)
def test_what_lies_above_half_of_the_rate_changes_nothing(step):
    audio = Audio(np.random.default_rng(0).standard_normal((1, 800)).astype(np.float32), 8000)
    aug = augkit.Pipeline([step()], sample={"audio": "audio"}, seed=1)
    assert aug(audio=audio, key="a")["audio"] is audio


def test_a_low_shelf_above_half_of_the_rate_raises_everything():
    samples = np.random.default_rng(0).standard_normal((1, 800)).astype(np.float32)
    assert run(steps.audio.low_shelf(hz=5000, db=6), samples, 8000).samples == pytest.approx(
        samples * 10**0.3, rel=1e-5
    )


@pytest.mark.parametrize(
    ("step", "message"),
    [
        (lambda: steps.audio.high_pass(hz=4000), "hz: a clip at 8000 Hz has nothing above 4000 Hz, so 4000 would"),
        (lambda: steps.audio.band_pass(low_hz=5000, high_hz=6000), "low_hz: a clip at 8000 Hz has nothing above"),
    ],
)
def test_filters_that_would_leave_silence_are_refused(step, message):
    with pytest.raises(DataError, match=message):
        run(step(), np.ones((1, 800), np.float32), 8000)


def test_bands_that_are_upside_down_are_refused():
    with pytest.raises(FieldError, match="low_hz goes up to 3000, which is not below high_hz, from 1000 on"):
        steps.audio.band_pass(low_hz=[100, 3000], high_hz=[1000, 4000])
