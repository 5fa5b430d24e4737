"""Audio at the door and in batches, maps of time, and events that follow them."""

import json
import pickle
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from augkit.errors import DataError, FieldError, ReplayError
from augkit.sample import Axis
from augkit.transform import kernel_for
from augkit.vocab.timeline import Audio, EventOptions, Events, Gain, Noise, TimeMap

RATE = 8000
TIME = (16000, RATE)


def clip(shape=(16,), dtype=np.float32):
    return np.linspace(-1, 1, int(np.prod(shape))).reshape(shape).astype(dtype)


def read_audio(value):
    return Audio.read(value, Audio.options_type(), {})


def stretch(speed, keep=False):
    return TimeMap.stretch(TIME, speed, TIME[0] if keep else round(TIME[0] / speed))


def events(value, frame=None, **options):
    return Events.read(value, EventOptions(**options), {Axis.TIME: TIME} if frame is None else frame)[0]


def follow(target, params):
    return kernel_for(type(params), type(target))(target, params)


@pytest.mark.parametrize("shape", [(1,), (16,), (1, 16), (2, 16), (6, 1)])
@pytest.mark.parametrize("make", [lambda s: (s, RATE), lambda s: [s, RATE], lambda s: {"samples": s, "rate": RATE}])
def test_audio_comes_back_in_its_form(shape, make):
    given_ = make(clip(shape))
    audio, form = read_audio(given_)
    assert audio.samples.ndim == 2
    assert audio.frame() == {Axis.TIME: (shape[-1], RATE)}
    back = audio.write(form, audio.frame())
    assert type(back) is type(given_)
    samples, rate = back.values() if isinstance(back, dict) else back
    assert (samples.shape, samples.dtype, rate) == (shape, np.float32, RATE)
    assert np.shares_memory(samples, given_["samples"] if isinstance(given_, dict) else given_[0])


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ((clip(dtype=np.int16), RATE), r"int16; expected float32. Write \(samples / 32768\).astype"),
        ((clip(dtype=np.float64), RATE), r"float64; expected float32. Write samples.astype\('float32'\)"),
        ((clip().astype(np.uint8), RATE), r"uint8; .*\(samples - 128.0\) / 128"),
        ((clip((0,)), RATE), "not empty"),
        ((clip((0, 4)), RATE), "not empty"),
        ((clip((2, 2, 2)), RATE), "expected"),
        ((clip((200, 2)), RATE), "200 channels.*samples.T"),
        ((clip(), 0), "the rate is 0"),
        ((clip(), 8000.5), "the rate is 8000.5"),
        ((clip(), True), "the rate is True"),
        ((clip(), "8000"), "the rate is '8000'"),
        (clip(), "The rate is missing"),
        ({"samples": clip()}, "got the keys samples"),
        (([0.0, 0.1], RATE), "samples are list"),
        ("a.wav", "got str"),
    ],
)
def test_audio_that_cannot_be_meant_is_refused(value, message):
    with pytest.raises(DataError, match=message):
        read_audio(value)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_values_that_are_not_finite_are_refused(bad):
    samples = clip((2, 8)).copy()
    samples[1, 3] = bad
    with pytest.raises(DataError, match=r"1 samples are not finite, the first at \[1, 3\]"):
        read_audio((samples, RATE))


def test_a_batch_pads_short_clips_and_says_how_long_they_were():
    made = Audio.batch([Audio(clip((2, 4)), RATE), Audio(clip((2, 6)), RATE)])
    assert (made["samples"].shape, made["samples"].dtype) == ((2, 2, 6), np.float32)
    assert (made["lengths"].tolist(), made["lengths"].dtype) == ([4, 6], np.int64)
    assert (made["samples"][0, :, :4] == clip((2, 4))).all()
    assert not made["samples"][0, :, 4:].any()
    with pytest.raises(DataError, match="one rate and as many channels"):
        Audio.batch([Audio(clip((2, 4)), RATE), Audio(clip((2, 4)), 16000)])


ROWS = [{"onset": 0.25, "offset": 0.5, "label": "dog"}, {"onset": 1.0, "offset": 2.0, "id": 3}]


def test_events_come_back_in_their_form():
    made, form = Events.read(ROWS, EventOptions(), {Axis.TIME: TIME})
    assert made.write(form, {}) == ROWS
    columns = {"onset": np.float32([0.25, 1]), "offset": np.float32([0.5, 2]), "label": ("a", "b")}
    made, form = Events.read(columns, EventOptions(), {Axis.TIME: TIME})
    back = made.write(form, {})
    assert back["onset"].dtype == np.float32
    assert {name: list(column) for name, column in back.items()} == {k: list(v) for k, v in columns.items()}
    assert Events.batch([made])[0]["offset"].tolist() == [0.5, 2.0]


def test_rows_that_lack_a_column_have_none_in_a_batch():
    [batched] = Events.batch([events(ROWS)])
    assert (batched["label"], batched["id"], batched["onset"].dtype) == (["dog", None], [None, 3], np.float32)


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({"onset": 1.5, "offset": 1.25}, "row 1 ends at 1.25 s, before it starts at 1.5 s"),
        ({"onset": 7.0, "offset": 8.0}, "row 1 lasts from 7 to 8 s, outside the clip of 2 s"),
        ({"onset": -2, "offset": -1}, "outside the clip"),
        ({"onset": float("nan"), "offset": 1}, "row 1 has onset nan"),
        ({"onset": "early", "offset": 1}, "expected seconds"),
        ({"onset": 1}, "row 1 has no 'offset'"),
        (7, "row 1 is 7"),
    ],
)
def test_wrong_events_are_refused(row, message):
    with pytest.raises(DataError, match=message):
        events([ROWS[0], row])


def test_events_over_the_edge_are_cut_at_the_door_by_the_policy():
    made = events([{"onset": -0.5, "offset": 0.5}, {"onset": 1.9, "offset": 5.0}])
    assert (made.onset.tolist(), made.offset.tolist()) == ([0.0], [0.5])
    assert made.kept.tolist() == [0.5]


@pytest.mark.parametrize("speed", [0.5, 0.8, 1.25, 2.0])
def test_events_follow_a_stretch(speed):
    made = follow(events([*ROWS, {"onset": 0.125, "offset": 0.125}]), stretch(speed))
    assert made.onset == pytest.approx([0.25 / speed, 1.0 / speed, 0.125 / speed], abs=1e-9)
    assert made.offset == pytest.approx([0.5 / speed, 2.0 / speed, 0.125 / speed], abs=1e-9)
    assert made.columns["label"][0] == "dog"


def test_events_end_with_the_real_length_and_do_not_lose_by_rounding():
    timemap = TimeMap.stretch((10001, RATE), 1.3, round(10001 / 1.3))
    whole = events([{"onset": 0.0, "offset": 10001 / RATE}], {Axis.TIME: (10001, RATE)}, min_fraction=1.0)
    assert timemap.samples_out / RATE < 10001 / RATE / 1.3
    made = follow(whole, timemap)
    assert made.offset == pytest.approx([timemap.samples_out / RATE], abs=1e-9)
    assert made.kept.tolist() == [1.0]


def test_a_stretch_of_fixed_length_cuts_and_drops_events():
    made = follow(events([*ROWS, {"onset": 1.5, "offset": 1.75}]), stretch(0.8, keep=True))
    assert made.onset.tolist() == pytest.approx([0.3125, 1.25, 1.875])
    assert made.offset.tolist() == pytest.approx([0.625, 2.0, 2.0])
    assert made.kept.tolist() == pytest.approx([1.0, 0.6, 0.4])
    assert made.columns["id"][1] == 3
    again = follow(made, TimeMap((0.0, 1.7), (0.0, 1.7), 16000, 13600, RATE))
    assert again.kept.tolist() == pytest.approx([1.0, 0.36])


@pytest.mark.parametrize(
    ("options", "left"), [({"min_fraction": 0.7}, 1), ({"min_fraction": 0.5}, 2), ({"min_seconds": 0.5}, 1)]
)
def test_the_policy_decides_what_is_dropped(options, left):
    made = follow(events([{**row, "label": "x"} for row in ROWS], **options), stretch(0.8, keep=True))
    assert len(made) == left
    assert len(made.columns["label"]) == left


def test_a_shorter_fixed_length_leaves_events_before_the_silence():
    made = follow(events(ROWS), stretch(1.25, keep=True))
    assert made.offset.tolist() == pytest.approx([0.4, 1.6])


def test_the_identity_and_no_events_give_the_identical_objects():
    made = events(ROWS)
    assert follow(made, stretch(1.0)) is made
    assert follow(made, stretch(1.0, keep=True)) is made
    none = events([])
    assert follow(none, stretch(1.25)) is none
    assert not stretch(1.0001, keep=True).is_identity()


@pytest.mark.parametrize(("source", "samples_out"), [((0.5, 1.5), 16000), ((0.0, 1.0), 16000), ((0.0, 2.0), 8000)])
def test_what_stays_in_place_but_is_cut_is_no_identity(source, samples_out):
    assert not TimeMap(source, source, 16000, samples_out, RATE).is_identity()


@given(st.integers(1, 5000), st.floats(0.5, 2.0))
def test_no_event_reaches_beyond_the_clip(samples, speed):
    timemap = TimeMap.stretch((samples, RATE), speed, max(round(samples / speed), 1))
    made = follow(events([{"onset": 0.0, "offset": samples / RATE}], {Axis.TIME: (samples, RATE)}), timemap)
    assert len(made) == 1
    assert 0 <= made.onset[0] < made.offset[0] <= timemap.samples_out / RATE


def test_maps_log_as_json_pickle_and_fit_only_their_clip():
    timemap = stretch(1.1)
    assert TimeMap.from_log(json.loads(json.dumps(timemap.log()))) == timemap
    assert pickle.loads(pickle.dumps(timemap)) == timemap
    assert timemap.frame({Axis.TIME: TIME}) == {Axis.TIME: (14545, RATE)}
    with pytest.raises(ReplayError, match="16000 samples at 8000 Hz, met one of 16001 at 8000 Hz"):
        timemap.frame({Axis.TIME: (16001, RATE)})
    for params in (Gain(-3.0), Noise(10.0, "pink", 7)):
        assert type(params).from_log(json.loads(json.dumps(params.log()))) == params


@pytest.mark.parametrize(
    ("source", "output"), [((0.0,), (0.0,)), ((0, 1), (0, 1, 2)), ((0, 0), (0, 1)), ((0, 1), (1, 0))]
)
def test_maps_that_do_not_rise_are_refused(source, output):
    with pytest.raises(FieldError, match="rising"):
        TimeMap(source, output, 8000, 8000, RATE)


@st.composite
def maps(draw, samples_in):
    """A rising map: some part of the clip, at changing speeds, put somewhere in an output of some length."""
    count = draw(st.integers(2, 4))
    steps = st.lists(st.integers(1, 40), min_size=count, max_size=count)
    source = (np.cumsum(draw(steps)) - draw(st.integers(1, 40))) / 80
    output = (np.cumsum(draw(steps)) - draw(st.integers(1, 40))) / 80
    return TimeMap(tuple(source.tolist()), tuple(output.tolist()), samples_in, draw(st.integers(1, 24000)), RATE)


@given(st.data())
def test_two_maps_compose_into_one(data):
    first = data.draw(maps(16000))
    later = data.draw(maps(first.samples_out))
    times = data.draw(st.lists(st.integers(0, 80), min_size=2, max_size=9, unique=True).map(sorted))
    spans = [{"onset": a / 40, "offset": b / 40} for a, b in pairwise(times)]
    loose = events(spans, min_fraction=0.0)
    step_by_step = follow(follow(loose, first), later)
    both = first.then(later)
    if both is None:
        assert not len(step_by_step)
        return
    assert both.frame(first_frame(first)) == later.frame(first.frame(first_frame(first)))
    assert_same_events(follow(loose, both), step_by_step)


def first_frame(timemap):
    return {Axis.TIME: (timemap.samples_in, timemap.rate)}


def assert_same_events(one, other):
    """Equal but for what is shorter than rounding can tell."""
    one, other = (e.only(e.offset - e.onset > 1e-6) for e in (one, other))
    assert one.onset == pytest.approx(other.onset, abs=1e-9)
    assert one.offset == pytest.approx(other.offset, abs=1e-9)


def test_maps_compose_without_rounding_between():
    both = stretch(1.1).then(TimeMap.stretch((14545, RATE), 0.9, round(14545 / 0.9)))
    assert both.slopes() == pytest.approx([1 / 0.99], abs=1e-12)
    assert stretch(1.1).then(stretch(0.9)) is None
    other = TimeMap.stretch((14545, RATE), 0.9, 9, method="other")
    assert stretch(1.1).then(other) is None
    assert Gain(2.0).then(Gain(3.0)) == Gain(5.0)
    assert Gain(2.0).then(stretch(1.1)) is None


@given(st.floats(0.5, 2.0), st.floats(0.0, 2.0))
def test_the_inverse_leads_back(speed, moment):
    timemap = stretch(speed)
    there = timemap.times(np.array([moment]))
    assert timemap.inverse().times(there) == pytest.approx([moment], abs=1e-9)
    assert timemap.inverse().inverse() == timemap
    assert Gain(3.0).inverse() == Gain(-3.0)
