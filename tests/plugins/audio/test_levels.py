"""Polarity, offset, fades, gain transitions, channels: small steps, to the sample."""

import numpy as np
import pytest

import augkit
from augkit import steps
from augkit.errors import CompileError, DataError
from augkit.recipe import read_recipe
from augkit.vocab.timeline import Audio, Gain
from augkit_audio.channel_steps import MIRRORED
from augkit_audio.level import Polarity

RATE = 8000


def run(step, samples, rate=RATE, **kwargs):
    aug = augkit.Pipeline([step], sample={"audio": "audio"}, seed=1)
    return aug(audio=Audio(np.asarray(samples, np.float32), rate), key="a", **kwargs)["audio"]


def noise(channels=1, count=RATE, seed=0):
    return np.random.default_rng(seed).uniform(-0.5, 0.5, (channels, count)).astype(np.float32)


def test_polarity_is_the_negative_and_twice_is_the_identical_clip():
    assert (run(steps.audio.polarity(), noise(2)).samples == -noise(2)).all()
    once = Polarity(-1)
    assert once.then(once) == Polarity(1) and once.then(Gain(1)) is None and once.inverse() == once
    audio = Audio(noise(), RATE)
    assert steps.audio.polarity().transform.kernel(Audio)(audio, Polarity(1)) is audio


def test_an_offset_is_added():
    assert (run(steps.audio.dc_offset(amount=0.25), noise(2)).samples == noise(2) + np.float32(0.25)).all()


def test_fades_begin_and_end_in_silence_and_leave_the_middle():
    for shape, quarter in (("linear", 0.25), ("cosine", (1 - np.cos(np.pi / 4)) / 2)):
        step = steps.audio.fade(in_seconds=0.2, out_seconds=0.1, shape=shape)
        out = run(step, np.ones((2, RATE))).samples
        assert (out[:, 0] == 0).all() and (out[:, 1600:7200] == 1).all()
        assert out[:, 400] == pytest.approx(quarter, abs=1e-6)
        assert out[:, 7200 + 600] == pytest.approx(quarter, abs=1e-6)
        assert (np.diff(out[0, :1600]) >= 0).all() and (np.diff(out[0, 7200:]) <= 0).all()


@pytest.mark.parametrize("count", [0, 1, 2, 100])
def test_fades_share_a_clip_that_is_too_short_for_them(count):
    out = run(steps.audio.fade(in_seconds=3, out_seconds=1), np.ones((1, count))).samples[0]
    assert out.shape == (count,) and np.isfinite(out).all()
    if count == 100:
        assert abs(int(out.argmax()) - 75) <= 1 and out.max() > 0.99


def test_one_fade_alone():
    out = run(steps.audio.fade(in_seconds=0, out_seconds=0.5), np.ones((1, RATE))).samples[0]
    assert (out[:4000] == 1).all() and out[-1] < 1e-3
    out = run(steps.audio.fade(in_seconds=0.5, out_seconds=0), np.ones((1, RATE))).samples[0]
    assert out[0] == 0 and (out[4000:] == 1).all()


@pytest.mark.parametrize("seconds", [0, 0.01, 0.5, 10])
def test_a_gain_transition_is_a_straight_line_in_decibels(seconds):
    aug = augkit.Pipeline(
        [steps.audio.gain_transition(from_db=-12, to_db=6, seconds=seconds)], sample={"audio": "audio"}, seed=1
    )
    for key in "abc":
        out, trace = aug.traced(audio=(np.ones((2, RATE), np.float32), RATE), key=key)
        begin, end = trace.steps[0][2]["seconds"]
        assert end - begin == pytest.approx(seconds) and 0 <= (begin + end) / 2 <= 1
        begin, end = round(begin * RATE), round(end * RATE)
        share = np.clip((np.arange(RATE) - begin) / (end - begin), 0, 1) if seconds else np.arange(RATE) >= begin
        assert 20 * np.log10(out["audio"][0]) == pytest.approx(np.tile(-12 + 18 * share, (2, 1)), abs=1e-4)


@pytest.mark.parametrize("channels", range(1, 9))
def test_mirrored_twice_is_as_it_was(channels):
    order = MIRRORED[channels]
    assert [order[place] for place in order] == list(range(channels))
    once = run(steps.audio.channel_swap(), noise(channels, 50)).samples
    assert (once == noise(channels, 50)[list(order)]).all()
    if channels > 1:
        assert (once[:2] == noise(channels, 50)[[1, 0]]).all()


def test_more_channels_than_have_names_are_refused():
    with pytest.raises(DataError, match="of 9 channels nobody can say which is left"):
        run(steps.audio.channel_swap(), noise(9, 50))


def test_a_label_that_depends_on_the_side_is_protected():
    for quality, step in (("handedness", steps.audio.channel_swap()), ("direction", steps.audio.mono())):
        with pytest.raises(CompileError, match=quality):
            augkit.Pipeline([step], sample={"audio": "audio", "side": {"label": {"sensitive_to": [quality]}}})


def test_mono_is_the_mean_and_one_channel_is_the_identical_clip():
    assert run(steps.audio.mono(), noise(8)).samples == pytest.approx(noise(8).mean(axis=0, keepdims=True), abs=1e-7)
    audio = Audio(noise(), RATE)
    aug = augkit.Pipeline([steps.audio.mono()], sample={"audio": "audio"})
    assert aug(audio=audio, key="a")["audio"] is audio


def test_steps_that_make_a_format_are_kept_for_evaluation():
    given = {"augkit": 1, "sample": {"audio": "audio"}, "steps": ["mono", {"resample": {"rate_hz": 4000}}, "gain"]}
    out = read_recipe(given).pipeline("test")(audio=(noise(2), RATE), key="a")["audio"]
    assert out[0].shape == (1, 4000) and out[1] == 4000


CHANGES = {
    "loudness": "gain normalize_loudness fade gain_transition compress limit low_shelf high_shelf peak equalizer clip "
    "clipping_distortion tanh_distortion",
    "dynamics": "fade gain_transition compress limit clip clipping_distortion tanh_distortion",
    "timbre": "low_pass high_pass band_pass low_shelf high_shelf peak equalizer clip clipping_distortion "
    "tanh_distortion bit_crush codec",
    "noise": "add_noise bit_crush codec",
    "phase": "polarity",
    "offset": "dc_offset",
}


@pytest.mark.parametrize(("quality", "name"), [(q, name) for q, names in CHANGES.items() for name in names.split()])
def test_a_label_that_depends_on_what_a_step_changes_refuses_it(quality, name):
    sample = {"audio": "audio", "heard": {"label": {"sensitive_to": [quality]}}}
    with pytest.raises(CompileError, match=f"changes {quality}, and 'heard' depends on it"):
        augkit.Pipeline([getattr(steps.audio, name)()], sample=sample)
    augkit.Pipeline([getattr(steps.audio, name)(accept="it is told by ear")], sample=sample)
