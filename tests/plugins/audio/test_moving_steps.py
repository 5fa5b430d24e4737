"""Steps that move time and pitch: what they do to the sound, what they refuse, and the cases that MUDA documents."""

import numpy as np
import pytest

from augkit import Pipeline, steps
from augkit.errors import CompileError, DataError, FieldError
from tests.plugins.audio.clips import tones

RATE = 8000
EVENTS = {"audio": "audio", "events": "events"}


def pipeline(*made, sample=None, **options):
    return Pipeline(list(made), sample=sample or {"audio": "audio"}, **options)


def ramp(n=100, channels=1):
    return np.tile(np.arange(1, n + 1, dtype=np.float32) / n, (channels, 1))


def out_of(step, samples, rate=100, key="a"):
    return pipeline(step)(audio=(samples, rate), key=key)["audio"][0]


@pytest.mark.parametrize("channels", [1, 2, 8])
def test_what_happens_to_the_samples(channels):
    x = ramp(100, channels)
    zeros = np.zeros((channels, 20), np.float32)
    for step, expected in [
        (steps.shift(seconds=0.2), np.concatenate([zeros, x[:, :80]], axis=1)),
        (steps.shift(seconds=-0.2), np.concatenate([x[:, 20:], zeros], axis=1)),
        (steps.shift(seconds=0.2, wrap=True), np.roll(x, 20, axis=1)),
        (steps.shift(seconds=5), np.zeros_like(x)),
        (steps.audio.crop(seconds=0.3, start=0.5), x[:, 50:80]),
        (steps.audio.center_crop(seconds=0.5), x[:, 25:75]),
        (steps.audio.crop(seconds=1.2), np.concatenate([x, zeros], axis=1)),
        (steps.audio.pad(left=0.2), np.concatenate([zeros, x], axis=1)),
        (steps.audio.pad(to=1.2, at="end"), np.concatenate([zeros, x], axis=1)),
        (steps.audio.pad(to=1.4, at="center"), np.concatenate([zeros, x, zeros], axis=1)),
        (steps.audio.pad(to=0.5), x),
        (steps.audio.reverse(), x[:, ::-1]),
    ]:
        made = out_of(step, x)
        assert made.dtype == np.float32 and made.flags.c_contiguous and (made == expected).all(), step


def test_a_crop_is_anywhere_and_of_one_length():
    crops = {out_of(steps.audio.crop(seconds=0.3), ramp(), key=str(n)).tobytes() for n in range(200)}
    whole = {ramp()[:, start : start + 30].tobytes() for start in range(71)}
    assert crops <= whole and len(crops) > 50


def test_a_mask_silences_so_many_stretches_and_nothing_else():
    x = np.ones((2, 1000), np.float32)
    for turn in range(50):
        made = out_of(steps.time_mask(seconds=0.5, count=2), x, key=str(turn))
        assert 50 <= (made[0] == 0).sum() <= 100 and (made[0] == made[1]).all()
        assert ((made == 0) | (made == 1)).all() and (np.diff(made[0]) != 0).sum() <= 4


def test_a_splice_cuts_out_or_repeats_and_joints_are_smooth():
    time = np.arange(RATE) / RATE
    x = np.sin(2 * np.pi * 50 * time).astype(np.float32)[None]
    for action, longer in (("delete", -1), ("repeat", 1)):
        for turn in range(20):
            step = steps.splice(seconds=0.1037, action=action)
            made = out_of(step, x, RATE, key=str(turn))
            assert made.shape[1] == RATE + longer * round(0.1037 * RATE)
            assert np.abs(np.diff(made)).max() < 0.12
    rough = out_of(steps.splice(seconds=0.105, action="delete", fade_ms=0), x, RATE)
    assert np.abs(np.diff(rough)).max() > 0.12


def f0(samples, rate):
    middle = samples[len(samples) // 4 : 3 * len(samples) // 4]
    middle = middle * np.hanning(len(middle))
    spectrum = np.abs(np.fft.rfft(middle, 8 * len(middle)))
    peak = int(spectrum.argmax())
    below, at, above = np.log(spectrum[peak - 1 : peak + 2])
    return (peak + 0.5 * (below - above) / (below - 2 * at + above)) * rate / (8 * len(middle))


@pytest.mark.parametrize("rate", [8000, 16000, 44100])
@pytest.mark.parametrize("hz", [80, 220, 440, 1000])
@pytest.mark.parametrize("semitones", [-12, -3, 0.5, 2, 7, 12])
def test_the_pitch_is_shifted_within_5_cents_and_length_and_level_stay(rate, hz, semitones):
    x = (0.5 * np.sin(2 * np.pi * hz * np.arange(rate * 2) / rate)).astype(np.float32)
    made = out_of(steps.pitch_shift(semitones=semitones), x, rate)
    assert len(made) == len(x)
    assert abs(1200 * np.log2(f0(made, rate) / (hz * 2 ** (semitones / 12)))) <= 5
    inner = slice(len(x) // 4, -len(x) // 4)
    assert np.sqrt(np.mean(made[inner] ** 2)) == pytest.approx(0.5 / np.sqrt(2), rel=0.15)


@pytest.mark.parametrize("speed", [0.25, 0.5, 0.9, 1.1, 2.0, 4.0])
def test_a_speed_moves_pitch_by_the_rate_within_a_tenth_of_a_cent(speed):
    x = (0.5 * np.sin(2 * np.pi * 440 * np.arange(32000) / 16000)).astype(np.float32)
    made = out_of(steps.speed(rate=speed), x, 16000)
    assert len(made) == round(32000 / speed)
    assert abs(1200 * np.log2(f0(made, 16000) / (440 * speed))) < 0.1
    assert len(out_of(steps.speed(rate=speed, length="keep"), x, 16000)) == 32000


@pytest.mark.parametrize("samples", [np.zeros(4000), np.full(4000, 0.25), np.full(1, 0.5), np.full((8, 300), 0.25)])
@pytest.mark.parametrize(
    "step",
    [
        steps.shift,
        lambda: steps.shift(wrap=True),
        lambda: steps.audio.crop(seconds=0.1),
        lambda: steps.audio.pad(to=1),
        steps.audio.reverse,
        steps.time_mask,
        steps.splice,
        steps.speed,
        steps.pitch_shift,
    ],
)
def test_silence_a_steady_level_one_sample_and_eight_channels(step, samples):
    samples = samples.astype(np.float32)
    for turn in range(4):
        made = out_of(step(), samples, RATE, key=str(turn))
        assert np.isfinite(made).all() and made.ndim == samples.ndim and np.abs(made).max() < 1.0
        assert samples.any() or not made.any()


# MUDA


def test_mudas_documented_cases():
    sample = {
        **EVENTS,
        "tempo": {"value": {"quantity": "tempo"}},
        "f0": {"value": {"quantity": "hz"}},
        "contour": "contour",
        "mode": "key",
        "chords": {"events": {"transpose": ["chord"]}},
    }
    fields = {
        "audio": (tones(RATE)[0], RATE),
        "events": [{"onset": 1.0, "offset": 1.5}],
        "tempo": 120.0,
        "f0": 440.0,
        "contour": {"times": [1.0], "hz": [440.0]},
        "mode": "E:major",
        "chords": [{"onset": 0.0, "offset": 1.0, "chord": "A:min"}],
    }
    faster = pipeline(steps.time_stretch(rate=1.25), sample=sample)(**fields, key="a")
    [event] = faster["events"]
    assert (event["onset"], event["offset"]) == pytest.approx((0.8, 1.2)) and event["offset"] - event["onset"] == 0.4
    assert faster["tempo"] == 150.0 and faster["f0"] == 440.0 and faster["mode"] == "E:major"
    assert faster["contour"] == {"times": pytest.approx([0.8]), "hz": [440.0]}
    higher = pipeline(steps.pitch_shift(semitones=2), sample=sample)(**fields, key="a")
    assert higher["f0"] == pytest.approx(493.88, abs=0.005) and higher["contour"]["hz"] == pytest.approx([493.8833])
    assert higher["mode"] == "F#:major" and higher["chords"][0]["chord"] == "B:min"
    assert higher["tempo"] == 120.0 and higher["events"] == fields["events"]


# refusals


@pytest.mark.parametrize(
    ("step", "sample", "message"),
    [
        (steps.audio.reverse, {"words": "words"}, "cannot follow: words played backwards are none"),
        (steps.pitch_shift, {"who": {"label": {"sensitive_to": ["voice"]}}}, "changes voice, and 'who' depends on it"),
        (steps.pitch_shift, {"who": {"label": {"sensitive_to": ["gender"]}}}, "changes gender"),
        (steps.speed, {"who": {"label": {"sensitive_to": ["speaker"]}}}, "changes speaker"),
        (steps.speed, {"mode": {"label": {"sensitive_to": ["key"]}}}, "changes key"),
        (steps.splice, {"bpm": {"value": {"quantity": "tempo"}}}, "changes tempo, and 'bpm' depends on it"),
        (steps.add_noise, {"lufs": {"value": {"quantity": "db"}}}, "changes noise, and 'lufs' depends on it"),
        (steps.pitch_shift, {"mode": "key"}, "part of a semitone.*on_conflict: redraw"),
        (steps.speed, {"mode": "key"}, "leads to keys between.*on_conflict: redraw"),
        (steps.pitch_shift, {"notes": {"events": {"transpose": ["midi"]}}}, "part of a semitone"),
        (lambda: steps.shift(wrap=True), {"words": "words"}, "may cut a word at the seam.*on_conflict: redraw"),
        (steps.shift, {"words": "words"}, "may cut a word at the clip's edge.*on_conflict"),
        (lambda: steps.audio.crop(seconds=1), {"words": "words"}, "may cut a word.*on_conflict"),
        (lambda: steps.audio.crop(seconds=1, require="event"), {"events": "events"}, "leave no event.*on_conflict"),
        (lambda: steps.audio.crop(seconds=1, require="event"), {}, "needs a field of kind 'events'"),
        (lambda: steps.time_stretch(length="keep"), {"words": "words"}, "may cut a word at the clip's end"),
        (lambda: steps.audio.crop(seconds=1), {"at": {"value": {"quantity": "moment"}}}, "may cut away the moment"),
    ],
)
def test_refused_when_it_is_compiled(step, sample, message):
    with pytest.raises(CompileError, match=message):
        pipeline(step(), sample={"audio": "audio", **sample})


def test_what_need_not_be_refused_is_not():
    words = {"audio": "audio", "words": "words", "mode": "key", "keys": {"events": {"transpose": ["key"]}}}
    pipeline(steps.time_stretch(), steps.audio.pad(to=5), steps.time_mask(), sample=words)
    pipeline(steps.pitch_shift(semitones={"int": [-3, 3]}), sample=words)
    pipeline(steps.pitch_shift(semitones={"choice": [-2, 2]}, id="two"), sample=words)
    pipeline(steps.pitch_shift(semitones=3, id="three"), sample=words)
    rounded = {"audio": "audio", "mode": {"key": {"between": "round"}}}
    pipeline(steps.pitch_shift(), steps.speed(), sample=rounded)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: steps.audio.pad(), "left, right and to are missing"),
        (lambda: steps.audio.pad(to=3, left=1), "give one of both"),
        (lambda: steps.audio.crop(), "field 'seconds' is required"),
        (lambda: steps.pitch_shift(semitones=13), "above the highest allowed, 12"),
        (lambda: steps.speed(rate=0.1), "below the lowest allowed, 0.25"),
        (lambda: steps.time_mask(count=1.5), "whole numbers"),
    ],
)
def test_wrong_fields_are_refused(make, message):
    with pytest.raises(FieldError, match=message):
        make()


@pytest.mark.parametrize(
    ("step", "message"),
    [
        (steps.audio.crop(seconds=2, short="refuse"), "lasts 1 s, less than the 2 s to be cut.*`short: pad`"),
        (steps.audio.crop(seconds=0.5, start=0.8), r"from 0\.8 to 1\.3 s reaches beyond a clip of 1 s"),
        (steps.pitch_shift(semitones=2), "a clip at 100 Hz cannot be stretched"),
    ],
)
def test_clips_that_do_not_fit_are_refused(step, message):
    with pytest.raises(DataError, match=message):
        out_of(step, ramp())
