"""Reverb and rooms: what is convolved, where the direct path is, how fast it fades, and that events follow."""

import numpy as np
import pytest
import soundfile
from scipy.signal import fftconvolve

import augkit
from augkit import steps
from augkit.errors import FieldError, ReplayError
from augkit_audio.responses import direct_path, size_for
from augkit_audio.rooms import SPEED, response_in
from tests.plugins.audio.clips import tones

RATE = 16000
SAMPLE = {"audio": "audio", "events": "events"}


def response(delay, rate=RATE, channels=1):
    time = np.arange(rate // 4) / rate
    made = 0.1 * np.random.default_rng(0).standard_normal((len(time), channels)) * np.exp(-30 * time)[:, None]
    made[0] = 1
    return np.concatenate([np.zeros((delay, channels)), made])


@pytest.fixture
def folder(tmp_path):
    soundfile.write(tmp_path / "hall.wav", response(80), RATE, subtype="DOUBLE")
    return tmp_path


def traced(step, samples, rate=RATE, events=(), key="a"):
    aug = augkit.Pipeline([step], sample=SAMPLE, seed=1)
    out, trace = aug.traced(audio=(samples, rate), events=list(events), key=key)
    again = aug.replay(augkit.Trace.from_json(trace.to_json()), audio=(samples, rate), events=list(events))
    assert again["audio"][0].tobytes() == out["audio"][0].tobytes() and again["events"] == out["events"]
    return out["audio"][0], out["events"], trace.steps[0][2]


@pytest.mark.parametrize("wet", [0.25, 1.0])
@pytest.mark.parametrize("tail", ["cut", "extend"])
def test_it_is_scipys_convolution(folder, tail, wet):
    samples, _ = tones(RATE)
    made, _, drawn = traced(steps.reverb(folder=str(folder), wet=wet, tail=tail), samples)
    unit = response(80)[:, 0] / np.sqrt((response(80) ** 2).sum())
    unit *= wet
    unit[80] += 1 - wet
    whole = fftconvolve(samples, unit)
    assert len(made) == (len(samples) if tail == "cut" else len(whole))
    assert made == pytest.approx(whole[: len(made)], abs=1e-5)
    assert drawn["delay"] == 80 / RATE


def test_events_come_as_late_as_the_direct_path(folder):
    samples, onsets = tones(RATE)
    events = [{"onset": t, "offset": t, "label": "click"} for t in onsets]
    made, moved, _ = traced(steps.reverb(folder=str(folder)), samples, events=events)
    assert [e["onset"] for e in moved] == pytest.approx(onsets + 80 / RATE)
    for event in moved:
        place = round(event["onset"] * RATE)
        assert np.abs(np.diff(made))[place - 200 : place + 200].argmax() + place - 200 == pytest.approx(
            place - 1, abs=1
        )


def test_the_delay_is_that_of_the_sound_at_any_rate(folder):
    for rate in (8000, 22050, 44100):
        samples = np.zeros(rate, np.float32)
        samples[rate // 2] = 1
        made, _, drawn = traced(steps.reverb(folder=str(folder)), samples, rate)
        assert drawn["delay"] == pytest.approx(80 / RATE, abs=2 / rate)
        assert np.abs(made).argmax() / rate - 0.5 == pytest.approx(drawn["delay"], abs=1.01 / rate)


def test_channels_have_their_own_responses_where_there_are_as_many(tmp_path):
    both = response(40, channels=2)
    both[:, 1] = np.roll(both[:, 1], 100)
    soundfile.write(tmp_path / "two.wav", both, RATE, subtype="DOUBLE")
    clip = np.zeros((2, RATE), np.float32)
    clip[:, 1000] = 1
    made, _, _ = traced(steps.reverb(folder=str(tmp_path), wet=1), clip)
    assert np.abs(made).argmax(axis=1).tolist() == [1040, 1140]
    three, _, _ = traced(steps.reverb(folder=str(tmp_path), wet=1), np.repeat(clip[:1], 3, 0))
    assert np.abs(three).argmax(axis=1).tolist() == [1040] * 3


def test_nothing_wet_is_the_clip_as_it_was(folder):
    samples, _ = tones(RATE)
    for step in (steps.reverb(folder=str(folder), wet=0, tail="extend"), steps.room(wet=0, tail="extend")):
        made, _, drawn = traced(step, samples)
        assert made is samples or np.array_equal(made, samples)
        assert drawn["delay"] == 0


def test_noise_stays_as_loud(folder):
    noise = np.random.default_rng(0).standard_normal(8 * RATE).astype(np.float32)
    for step in (steps.reverb(folder=str(folder), wet=1), steps.room()):
        made, _, _ = traced(step, noise)
        assert np.std(made[RATE:]) == pytest.approx(1, rel=0.15)


def test_a_response_that_changed_is_noticed(folder):
    samples, _ = tones(RATE)
    aug = augkit.Pipeline([steps.reverb(folder=str(folder))], sample=SAMPLE, seed=1)
    _, trace = aug.traced(audio=(samples, RATE), events=[], key="a")
    soundfile.write(folder / "hall.wav", response(81), RATE, subtype="DOUBLE")
    other = augkit.Pipeline([steps.reverb(folder=str(folder))], sample=SAMPLE, seed=1)
    assert other.plan.hash != aug.plan.hash
    with pytest.raises(ReplayError, match="has changed since it was drawn"):
        other.replay(trace, audio=(samples, RATE), events=[])


def test_a_silent_response_is_refused(tmp_path):
    soundfile.write(tmp_path / "silent.wav", np.zeros(100), RATE)
    with pytest.raises(augkit.DataError, match=r"silent.wav.*no impulse response"):
        traced(steps.reverb(folder=str(tmp_path)), tones(RATE)[0])
    with pytest.raises(FieldError, match=r"folder.*is required"):
        steps.reverb()


def test_the_direct_path_is_found_behind_a_quiet_precursor():
    samples = np.zeros((1, 1000))
    samples[0, 300], samples[0, 350], samples[0, 100] = 0.5, 1.0, 0.05
    assert direct_path(samples) == 300


def test_sizes_are_shared_by_lengths_that_are_nearly_the_same():
    sizes = {size_for(n) for n in range(64000, 128000, 7)}
    assert len(sizes) <= 17 and all(size_for(n) >= n for n in (1, 2, 3, 17, 1000, 99999))


def drawn_room(rt60_s, rate=RATE, key="a", **fields):
    aug = augkit.Pipeline([steps.room(rt60_s=rt60_s, **fields)], sample={"audio": "audio"}, seed=1)
    _, trace = aug.traced(audio=(np.ones(rate, np.float32), rate), key=key)
    [action] = aug.plan.actions.values()
    return action.step.transform.params_type.from_log(trace.steps[0][2])


@pytest.mark.parametrize("rate", [8000, 16000, 44100])
@pytest.mark.parametrize("rt60_s", [0.2, 0.5, 1.5])
def test_a_room_fades_as_fast_as_it_says(rt60_s, rate):
    """Schroeder's backward integral falls from -5 to -25 dB in a third of the time."""
    found = []
    for key in "abcdef":
        made = response_in(drawn_room(rt60_s, rate, key)).samples[0].astype(np.float64)
        level = 10 * np.log10(np.cumsum(made[::-1] ** 2)[::-1] / np.sum(made**2) + 1e-30)
        first, last = (int(np.argmax(level < mark)) for mark in (-5, -25))
        found.append(3 * (last - first) / rate)
    assert np.median(found) == pytest.approx(rt60_s, rel=0.15)


@pytest.mark.parametrize("key", list("abcdefgh"))
def test_the_direct_sound_of_a_room_is_the_first_and_comes_when_it_must(key):
    room = drawn_room(0.4, key=key)
    made = response_in(room)
    distance = max(np.linalg.norm(np.subtract(room.source, room.ear)), 0.3)
    assert made.direct / RATE == room.delay == pytest.approx(distance / SPEED, abs=0.5 / RATE)
    assert not made.samples[0, : made.direct].any() and made.samples[0, made.direct] > 0
    assert (made.samples**2).sum() == pytest.approx(1)


def test_the_first_echo_of_a_room_is_that_of_the_nearest_wall():
    room = drawn_room(0.4)
    distances = []
    for axis in range(3):
        for wall in (0.0, room.size[axis]):
            image = list(room.source)
            image[axis] = 2 * wall - image[axis]
            distances.append(np.linalg.norm(np.subtract(image, room.ear)))
    made = response_in(room)
    after = made.samples[0, made.direct + 2 :]
    gap = (min(distances) - np.linalg.norm(np.subtract(room.source, room.ear))) / SPEED * RATE
    assert int(np.argmax(after > 0)) + 2 == pytest.approx(gap, abs=1.01)


@pytest.mark.parametrize("length", [1, 2, 50])
def test_clips_shorter_than_the_response(folder, length):
    samples = np.ones((2, length), np.float32)
    for step in (steps.reverb(folder=str(folder)), steps.room(), steps.room(tail="extend")):
        made, _, _ = traced(step, samples)
        assert np.isfinite(made).all() and made.shape[0] == 2 and made.shape[1] >= length
