"""How every kind of annotation follows every change of time and pitch: one test a rule."""

import json

import numpy as np
import pytest

from augkit.errors import Conflict, DataError
from augkit.sample import Axis
from augkit.schema import read_field
from augkit.transform import kernel_for
from augkit.vocab.timeline import (
    Audio,
    Delayed,
    Gain,
    PitchShift,
    Reversed,
    Rolled,
    Speed,
    Spliced,
    TimeErase,
    TimeMap,
    Words,
)

RATE = 8000
TIME = (4 * RATE, RATE)
FRAME = {Axis.TIME: TIME}

STRETCH = TimeMap.stretch(TIME, 1.25, round(TIME[0] / 1.25))
FASTER = Speed.at(TIME, 1.25, round(TIME[0] / 1.25))
LATER = TimeMap.window(TIME, -RATE, TIME[0])
CROP = TimeMap.window(TIME, RATE, 2 * RATE)
PADDED = TimeMap.window(TIME, -RATE, 6 * RATE)
WRAPPED = Rolled(RATE, *TIME)
BACKWARDS = Reversed(*TIME)
BEHIND = Delayed(0.25, TIME[0], TIME[0], RATE)
CUT_OUT = Spliced(((0, RATE), (2 * RATE, 4 * RATE)), *TIME)
TWICE = Spliced(((0, 2 * RATE), (RATE, 4 * RATE)), *TIME)
UP = PitchShift(12.0)
MASKED = TimeErase(((1.0, 2.0),), "ignore", 0.5)


def moved(kind, value, params, **options):
    """One annotation through the door, moved, and through the door again."""
    field = read_field("field", {kind: options} if options else kind)
    target, form = field.type.read(value, field.options, FRAME)
    kernel = kernel_for(type(params), field.type)
    target = kernel(target, params) if kernel else target
    return target.write(form, params.frame(FRAME))


# events

DOG = [{"onset": 1.5, "offset": 2.5, "label": "dog"}]


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
        (TWICE, [(1.5, 3.5)]),
        (UP, [(1.5, 2.5)]),
        (MASKED, [(1.5, 2.5)]),
        (Gain(3.0), [(1.5, 2.5)]),
    ],
)
def test_events(params, times):
    out = moved("events", DOG, params)
    assert np.array([(row["onset"], row["offset"]) for row in out]) == pytest.approx(np.array(times))
    assert all(row["label"] == "dog" for row in out)


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

FRAMES = {"labels": np.repeat([1, 2, 3, 4], 10), "hop": 0.1}


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


# pitch contours

CONTOUR = {"times": [0.5, 1.5, 2.5, 3.5], "hz": [100.0, 200.0, 0.0, 400.0]}


@pytest.mark.parametrize(
    ("params", "times", "hz"),
    [
        (STRETCH, [0.4, 1.2, 2.0, 2.8], [100, 200, 0, 400]),
        (FASTER, [0.4, 1.2, 2.0, 2.8], [125, 250, 0, 500]),
        (LATER, [1.5, 2.5, 3.5], [100, 200, 0]),
        (CROP, [0.5, 1.5], [200, 0]),
        (PADDED, [1.5, 2.5, 3.5, 4.5], [100, 200, 0, 400]),
        (WRAPPED, [0.5, 1.5, 2.5, 3.5], [400, 100, 200, 0]),
        (BACKWARDS, [0.5, 1.5, 2.5, 3.5], [400, 0, 200, 100]),
        (BEHIND, [0.75, 1.75, 2.75, 3.75], [100, 200, 0, 400]),
        (CUT_OUT, [0.5, 1.5, 2.5], [100, 0, 400]),
        (TWICE, [0.5, 1.5, 2.5, 3.5, 4.5], [100, 200, 200, 0, 400]),
        (UP, [0.5, 1.5, 2.5, 3.5], [200, 400, 0, 800]),
        (MASKED, [0.5, 1.5, 2.5, 3.5], [100, 0, 0, 400]),
    ],
)
def test_contours(params, times, hz):
    out = moved("contour", CONTOUR, params)
    assert out["times"] == pytest.approx(times) and out["hz"] == pytest.approx(hz)


def test_a_contour_beyond_the_nyquist_frequency_is_unvoiced():
    given = {"times": [0.5, 1.0], "hz": [2500.0, 1000.0], "voiced": [True, True], "confidence": [0.9, 0.8]}
    out = moved("contour", given, UP)
    assert out == {"times": [0.5, 1.0], "hz": [5000.0, 2000.0], "voiced": [False, True], "confidence": [0.9, 0.8]}
    masked = moved("contour", given, TimeErase(((0.9, 1.1),)))
    assert masked["voiced"] == [True, False] and masked["hz"] == given["hz"]


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ({"times": [1.0, 0.5], "hz": [1, 2]}, "row 1, 0.5 s, is before"),
        ({"times": [1.0], "hz": [-3]}, "row 0 has -3 Hz"),
        ({"times": [9.0], "hz": [3]}, "is at 9 s, outside the clip of 4 s"),
        ({"times": [1.0], "hz": [3, 4]}, "'hz' has 2 values for 1 rows"),
        ({"times": [1.0]}, "expected 'hz', in Hz"),
        ({"times": [1.0], "hz": [1.0], "voiced": [7]}, "true or false"),
        ([1.0], "got list"),
    ],
)
def test_contours_that_cannot_be_meant_are_refused(value, message):
    with pytest.raises(DataError, match=message):
        moved("contour", value, UP)


# beats

BEATS = {"times": [0.5, 1.5, 2.5, 3.5], "positions": [1, 2, 3, 4], "bpm": 60.0}


@pytest.mark.parametrize(
    ("params", "times", "positions", "bpm"),
    [
        (STRETCH, [0.4, 1.2, 2.0, 2.8], [1, 2, 3, 4], 75.0),
        (FASTER, [0.4, 1.2, 2.0, 2.8], [1, 2, 3, 4], 75.0),
        (LATER, [1.5, 2.5, 3.5], [1, 2, 3], 60.0),
        (CROP, [0.5, 1.5], [2, 3], 60.0),
        (PADDED, [1.5, 2.5, 3.5, 4.5], [1, 2, 3, 4], 60.0),
        (WRAPPED, [0.5, 1.5, 2.5, 3.5], [4, 1, 2, 3], 60.0),
        (BACKWARDS, [0.5, 1.5, 2.5, 3.5], [4, 3, 2, 1], 60.0),
        (BEHIND, [0.75, 1.75, 2.75, 3.75], [1, 2, 3, 4], 60.0),
        (CUT_OUT, [0.5, 1.5, 2.5], [1, 3, 4], 60.0),
        (UP, [0.5, 1.5, 2.5, 3.5], [1, 2, 3, 4], 60.0),
        (MASKED, [0.5, 1.5, 2.5, 3.5], [1, 2, 3, 4], 60.0),
    ],
)
def test_beats(params, times, positions, bpm):
    out = moved("beats", BEATS, params)
    assert out["times"] == pytest.approx(times) and out["positions"] == positions and out["bpm"] == pytest.approx(bpm)
    each = moved("beats", {**BEATS, "bpm": [60.0] * 4}, params)
    assert each["bpm"] == pytest.approx([bpm] * len(times))
    assert moved("beats", np.array(BEATS["times"]), params).tolist() == pytest.approx(times)


def test_a_tempo_for_each_beat_follows_a_speed_that_varies_and_one_for_all_cannot():
    bent = TimeMap((0.0, 2.0, 4.0), (0.0, 1.0, 3.0), TIME[0], 3 * RATE, RATE)
    assert moved("beats", {**BEATS, "bpm": [60.0] * 4}, bent)["bpm"] == pytest.approx([120, 120, 60, 60])
    with pytest.raises(DataError, match="give `bpm` for each beat"):
        moved("beats", BEATS, bent)


# words

SAID = {"words": ["we", "go"], "start": [1.0, 2.0], "end": [1.5, 2.5]}


@pytest.mark.parametrize(
    ("params", "said", "start"),
    [
        (STRETCH, ["we", "go"], [0.8, 1.6]),
        (FASTER, ["we", "go"], [0.8, 1.6]),
        (LATER, ["we", "go"], [2.0, 3.0]),
        (CROP, ["we", "go"], [0.0, 1.0]),
        (TimeMap.window(TIME, 2 * RATE, 2 * RATE), ["go"], [0.0]),
        (PADDED, ["we", "go"], [2.0, 3.0]),
        (Rolled(2 * RATE, *TIME), ["go", "we"], [0.0, 3.0]),
        (BEHIND, ["we", "go"], [1.25, 2.25]),
        (CUT_OUT, ["go"], [1.0]),
        (TWICE, ["we", "we", "go"], [1.0, 2.0, 3.0]),
        (UP, ["we", "go"], [1.0, 2.0]),
        (MASKED, ["we", "go"], [1.0, 2.0]),
    ],
)
def test_words(params, said, start):
    out = moved("words", SAID, params)
    assert out["words"] == said and out["start"] == pytest.approx(start)
    rows = [{"word": word, "start": at, "end": at + 0.5} for word, at in (("we", 1.0), ("go", 2.0))]
    assert [row["word"] for row in moved("words", rows, params)] == said


@pytest.mark.parametrize(
    "params",
    [
        Rolled(round(1.75 * RATE), *TIME),
        TimeMap.window(TIME, round(1.25 * RATE), RATE * 2),
        Spliced(((0, RATE + 800), (RATE + 1600, TIME[0])), *TIME),
        Delayed(1.75, TIME[0], TIME[0], RATE),
        TimeMap.stretch(TIME, 0.6, TIME[0]),
    ],
)
def test_a_word_that_would_be_cut_is_a_conflict_and_only_whole_words_are_offered(params):
    with pytest.raises(Conflict, match=r"the word '(we|go)' would be cut") as conflict:
        moved("words", SAID, params)
    assert len(conflict.value.instead) < 2


def test_words_backwards_have_no_rule():
    assert kernel_for(Reversed, Words) is None


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ({"words": [1], "start": [0.0], "end": [1.0]}, "row 0 is 1; expected a text"),
        ({"start": [0.0], "end": [1.0]}, "expected words, start and end"),
        ({"words": ["a"], "start": [1.0], "end": [0.5]}, "row 0 ends at 0.5 s, before it starts"),
        ([{"word": "a", "start": 7.0, "end": 8.0}], "lasts from 7 to 8 s, outside the clip of 4 s"),
        ([{"word": "a", "start": 7.0}], "row 0 has no 'end'"),
        ("we go", "got str"),
    ],
)
def test_words_that_cannot_be_meant_are_refused(value, message):
    with pytest.raises(DataError, match=message):
        moved("words", value, STRETCH)


# what holds for all

MOVES = [STRETCH, FASTER, LATER, CROP, PADDED, WRAPPED, BACKWARDS, BEHIND, CUT_OUT, TWICE, UP, MASKED]
VALUES = {"events": DOG, "frame_labels": FRAMES, "contour": CONTOUR, "beats": BEATS, "words": SAID}


@pytest.mark.parametrize("params", MOVES, ids=lambda params: type(params).__name__)
def test_params_log_as_json(params):
    assert type(params).from_log(json.loads(json.dumps(params.log()))) == params


@pytest.mark.parametrize("kind", ["events", "contour", "beats", "frame_labels"])
def test_twice_backwards_and_round_and_back_again_are_nothing(kind):
    once = moved(kind, VALUES[kind], BACKWARDS)
    for there, back in ((BACKWARDS, BACKWARDS), (WRAPPED, WRAPPED.inverse())):
        again = moved(kind, moved(kind, VALUES[kind], there), back)
        assert json.dumps(again, default=np.ndarray.tolist) == json.dumps(VALUES[kind], default=np.ndarray.tolist)
    assert once is not VALUES[kind]


def test_rolls_and_shifts_compose():
    assert WRAPPED.then(WRAPPED) == Rolled(2 * RATE, *TIME) and WRAPPED.then(STRETCH) is None
    assert UP.then(PitchShift(-12.0)) == PitchShift(0.0) and UP.inverse() == PitchShift(-12.0)
    assert CROP.then(TimeMap.window((2 * RATE, RATE), RATE, RATE)) == TimeMap.window(TIME, 2 * RATE, RATE)
    half = (2 * RATE, RATE)
    both = CROP.then(Speed.at(half, 2.0, RATE))
    assert isinstance(both, Speed) and both.semitones() == pytest.approx(12.0)
    assert FASTER.then(TimeMap.stretch((FASTER.samples_out, RATE), 2.0, 9)) is None


@pytest.mark.parametrize("kind", VALUES)
@pytest.mark.parametrize(
    "params",
    [
        TimeMap.window(TIME, 0, TIME[0]),
        TimeMap.stretch(TIME, 1.0, TIME[0]),
        Speed.at(TIME, 1.0, TIME[0]),
        Rolled(4 * RATE, *TIME),
        Spliced(((0, RATE), (RATE, 4 * RATE)), *TIME),
        Delayed(0.0, TIME[0], TIME[0], RATE),
        PitchShift(0.0),
        TimeErase(()),
    ],
    ids=lambda params: type(params).__name__,
)
def test_what_moves_nothing_gives_the_identical_object(kind, params):
    field = read_field("field", kind)
    target, _ = field.type.read(VALUES[kind], field.options, FRAME)
    kernel = kernel_for(type(params), field.type)
    assert kernel is None or kernel(target, params) is target


@pytest.mark.parametrize("kind", VALUES)
def test_batches_and_forms(kind):
    field = read_field("field", kind)
    target, form = field.type.read(VALUES[kind], field.options, FRAME)
    batched = field.type.batch([target, target])
    assert len(batched["labels"] if kind == "frame_labels" else batched) == 2
    assert json.dumps(target.write(form, FRAME), default=np.ndarray.tolist) == json.dumps(
        VALUES[kind], default=np.ndarray.tolist
    )
    assert field.type.read(target, field.options, FRAME)[0] is target


def test_audio_lies_in_time_and_in_frequency():
    assert Audio.axes == {Axis.TIME, Axis.FREQUENCY}
