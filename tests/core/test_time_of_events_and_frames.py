"""How events and labels of frames follow every change of time and pitch: one test a rule."""

import numpy as np
import pytest

from augkit.errors import Conflict, DataError
from augkit.vocab.timeline import Delayed, Gain, PitchShift, Rolled, TimeErase, TimeMap
from tests.core.time_moves import (
    BACKWARDS,
    BEHIND,
    CROP,
    CUT_OUT,
    DOG,
    FASTER,
    FRAMES,
    LATER,
    MASKED,
    PADDED,
    RATE,
    STRETCH,
    TIME,
    TWICE,
    UP,
    WRAPPED,
    moved,
)

# events


@pytest.mark.parametrize(
    ("params", "times"),
    [
        (STRETCH, [(1.2, 2.0)]),
        (FASTER, [(1.2, 2.0)]),
        (LATER, [(2.5, 3.5)]),
        (CROP, [(0.5, 1.5)]),
        (PADDED, [(2.5, 3.5)]),
        (Rolled(2 * RATE, *TIME), [(0.0, 0.5), (3.5, 4.0)]),
        (BACKWARDS, [(1.5, 2.5)]),
        (BEHIND, [(1.75, 2.75)]),
        (CUT_OUT, [(1.0, 1.5)]),
        (TWICE, [(1.5, 2.0), (2.5, 3.5)]),
        (UP, [(1.5, 2.5)]),
        (MASKED, [(1.5, 2.5)]),
        (Gain(3.0), [(1.5, 2.5)]),
    ],
)
def test_events(params, times):
    out = moved("events", DOG, params)
    assert np.array([(row["onset"], row["offset"]) for row in out]) == pytest.approx(np.array(times))
    assert all(row["label"] == "dog" for row in out)


def test_an_event_that_goes_on_throughout_what_is_repeated_lasts_longer():
    out = moved("events", [{"onset": 0.5, "offset": 2.5}], TWICE)
    assert out == [{"onset": 0.5, "offset": 3.5}]


def test_an_event_that_is_repeated_whole_is_there_twice_and_one_beyond_it_is_not():
    rows = [{"onset": 1.25, "offset": 1.75, "label": "a"}, {"onset": 2.5, "offset": 3.0, "label": "b"}]
    out = moved("events", rows, TWICE)
    assert [(row["onset"], row["offset"], row["label"]) for row in out] == [
        (1.25, 1.75, "a"),
        (2.25, 2.75, "a"),
        (3.5, 4.0, "b"),
    ]


def test_events_say_that_they_were_cut_where_they_are_asked_to():
    rows = [{"onset": 0.5, "offset": 1.5}, {"onset": 1.5, "offset": 2.0}, {"onset": 0.0, "offset": 0.9}]
    out = moved("events", rows, CROP, truncated=True)
    assert out == [{"onset": 0.0, "offset": 0.5, "truncated": True}, {"onset": 0.5, "offset": 1.0, "truncated": False}]
    assert "truncated" not in moved("events", rows, CROP)[0]
    columns = {"onset": [0.5], "offset": [1.5], "truncated": np.array([False])}
    assert moved("events", columns, CROP, truncated=True)["truncated"].tolist() == [True]


def test_events_are_dropped_below_the_fraction_that_must_be_left():
    rows = [{"onset": 0.5, "offset": 1.2}, {"onset": 1.5, "offset": 2.0}]
    assert len(moved("events", rows, CROP, min_fraction=0.5)) == 1


def test_masked_events_are_dropped_or_kept_by_the_fraction_and_the_policy():
    rows = [{"onset": 1.1, "offset": 1.9}, {"onset": 1.5, "offset": 3.5}, {"onset": 1.5, "offset": 1.5}]
    assert [row["onset"] for row in moved("events", rows, MASKED)] == [1.5]
    assert moved("events", rows, TimeErase(((1.0, 2.0),), "keep")) == rows
    assert moved("events", rows, TimeErase(((1.0, 1.5), (1.25, 2.0)), "ignore", 1.0)) == rows


def test_a_click_belongs_to_the_piece_that_begins_with_it():
    click = [{"onset": 1.0, "offset": 1.0}, {"onset": 3.0, "offset": 3.0}, {"onset": 4.0, "offset": 4.0}]
    assert [row["onset"] for row in moved("events", click, CROP)] == [0.0]
    assert [row["onset"] for row in moved("events", click, TimeMap.window(TIME, 3 * RATE, RATE))] == [0.0, 1.0]


# events in frequency

CHIRP = {"onset": [0.0, 1.0], "offset": [1.0, 2.0], "low_hz": [1500.0, 100.0], "high_hz": [3000.0, None]}


def test_bands_follow_the_pitch_up_to_the_nyquist_frequency():
    out = moved("events", CHIRP, UP)
    assert (out["low_hz"], out["high_hz"]) == ([3000.0, 200.0], [4000.0, None])
    assert moved("events", CHIRP, PitchShift(24.0))["low_hz"] == [400.0]
    faster = moved("events", CHIRP, FASTER)
    assert faster["low_hz"] == pytest.approx([1875.0, 125.0]) and faster["offset"] == pytest.approx([0.8, 1.6])


@pytest.mark.parametrize(
    ("low", "high", "message"),
    [(-1.0, 5.0, "low_hz -1.0"), ("deep", 5.0, "low_hz 'deep'"), (9.0, 5.0, "reaches from 9 up to 5 Hz")],
)
def test_bands_that_cannot_be_are_refused(low, high, message):
    with pytest.raises(DataError, match=message):
        moved("events", {"onset": [0.0], "offset": [1.0], "low_hz": [low], "high_hz": [high]}, UP)


def test_columns_of_chords_and_notes_are_transposed():
    notes = {"onset": [0.0, 1.0], "offset": [1.0, 2.0], "chord": ["C:maj", "N"], "midi": np.array([60, 62])}
    out = moved("events", notes, PitchShift(2.0), transpose=["chord", "midi"])
    assert out["chord"] == ["D:maj", "N"] and out["midi"].tolist() == [62, 64]
    with pytest.raises(Conflict, match=r"1\.5 semitones leads to no key"):
        moved("events", notes, PitchShift(1.5), transpose=["chord"])
    bent = moved("events", notes, PitchShift(1.5), transpose=["chord", "midi"], between="round")
    assert bent["chord"] == ["D:maj", "N"] and bent["midi"].tolist() == [61.5, 63.5]
    with pytest.raises(DataError, match="names the column 'key'; there are chord, midi"):
        moved("events", notes, UP, transpose=["key"])


# frames


@pytest.mark.parametrize(
    ("params", "seconds"),
    [
        (STRETCH, [1, 2, 3, 4]),
        (FASTER, [1, 2, 3, 4]),
        (LATER, [-100, 1, 2, 3]),
        (CROP, [2, 3]),
        (PADDED, [-100, 1, 2, 3, 4, -100]),
        (WRAPPED, [4, 1, 2, 3]),
        (BACKWARDS, [4, 3, 2, 1]),
        (Delayed(1.0, *(TIME[0],) * 2, RATE), [-100, 1, 2, 3]),
        (CUT_OUT, [1, 3, 4]),
        (TWICE, [1, 2, 2, 3, 4]),
        (UP, [1, 2, 3, 4]),
        (MASKED, [1, -100, 3, 4]),
    ],
)
def test_frames(params, seconds):
    each = 8 if params in (STRETCH, FASTER) else 10
    out = moved("frame_labels", FRAMES, params)
    assert out["labels"].tolist() == np.repeat(seconds, each).tolist() and out["hop"] == 0.1
    soft = {"labels": (FRAMES["labels"][:, None] == np.arange(1, 5)).astype(np.float32), "hop": 0.1}
    weights = moved("frame_labels", soft, params)["labels"]
    found = np.where(weights[:, 0] == -100, -100, weights.argmax(axis=1) + 1)
    assert found.tolist() == out["labels"].tolist() and weights.dtype == np.float32


def test_soft_frames_are_averaged_over_what_each_shows_and_classes_are_not():
    soft = {"labels": [0.0, 1.0, 0.0, 1.0], "hop": 1.0}
    double = TimeMap.stretch(TIME, 2.0, TIME[0] // 2)
    assert moved("frame_labels", soft, double)["labels"] == pytest.approx([0.5, 0.5])
    half = moved("frame_labels", soft, TimeMap.window(TIME, -RATE // 2, TIME[0]), silence="background")
    assert half["labels"] == pytest.approx([0.0, 0.5, 0.5, 0.5])
    assert moved("frame_labels", {"labels": [0, 1, 0, 1], "hop": 1.0}, double)["labels"] == [1, 1]


def test_what_is_to_be_ignored_is_averaged_with_nothing():
    soft = {"labels": [0.25, -100.0, 0.75, 0.75], "hop": 1.0}
    double = TimeMap.stretch(TIME, 2.0, TIME[0] // 2)
    assert moved("frame_labels", soft, double)["labels"] == pytest.approx([0.25, 0.75])
    assert moved("frame_labels", soft, TimeMap.stretch(TIME, 4.0, RATE))["labels"] == pytest.approx([1.75 / 3])


@pytest.mark.parametrize("labels", [["a", "bb", "a", "bb"], np.array(["a", "bb", "a", "bb"])])
def test_frames_of_texts(labels):
    out = moved("frame_labels", {"labels": labels, "hop": 1.0}, LATER, ignore="nothing")["labels"]
    assert list(out) == ["nothing", "a", "bb", "a"]


@pytest.mark.parametrize(
    ("labels", "options", "message"),
    [
        (np.zeros(4, np.uint8), {}, "the ignore value -100, which uint8 cannot hold"),
        (np.zeros(4, bool), {}, "the ignore value -100, which bool"),
        (["a"] * 4, {"silence": "background"}, "the background value 0"),
    ],
)
def test_a_value_that_the_labels_cannot_hold_is_refused(labels, options, message):
    with pytest.raises(DataError, match=message):
        moved("frame_labels", {"labels": labels, "hop": 1.0}, LATER, **options)


def test_truth_values_may_have_a_background():
    out = moved("frame_labels", {"labels": np.ones((4, 2), bool), "hop": 1.0}, LATER, silence="background")["labels"]
    assert out.dtype == bool and out.tolist() == [[False] * 2, [True] * 2, [True] * 2, [True] * 2]


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ({"labels": [1] * 9, "hop": 1.0}, "9 frames of 1 s last 9 s; the clip lasts 4 s, which takes 4"),
        ({"labels": [1] * 4, "hop": 0}, "hop is 0"),
        ({"labels": [1] * 4}, "got the keys labels"),
        ([1, 2], "got list"),
        ({"labels": np.zeros((2, 2, 2)), "hop": 1.0}, "of shape"),
    ],
)
def test_frames_that_cannot_be_meant_are_refused(value, message):
    with pytest.raises(DataError, match=message):
        moved("frame_labels", value, STRETCH)


@pytest.mark.parametrize("count", [3, 4, 5])
def test_one_frame_more_or_less_than_the_clip_takes_stays_so(count):
    for seven in (7, 7.0):
        out = moved("frame_labels", {"labels": [seven] * count, "hop": 1.0}, CROP)
        assert out["labels"] == [7] * (count - 2)
    assert moved("frame_labels", {"labels": [7] * 4, "hop": 1.0}, TimeMap.window(TIME, 0, RATE + 800))["labels"] == [
        7,
        7,
    ]


def test_weights_without_frames_follow_as_classes_do():
    made = [
        moved("frame_labels", {"labels": labels, "hop": 5.0}, PADDED)["labels"]
        for labels in (np.zeros((0, 3), np.float32), np.zeros((0, 3), int))
    ]
    assert made[0].shape == made[1].shape and np.array_equal(*made)
