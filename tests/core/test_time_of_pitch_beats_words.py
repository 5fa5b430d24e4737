"""How contours, beats and words follow every change of time and pitch: one test a rule."""

import numpy as np
import pytest

from augkit.errors import Conflict, DataError
from augkit.transform import kernel_for
from augkit.vocab.timeline import Delayed, Reversed, Rolled, Spliced, TimeErase, TimeMap, Words
from tests.core.time_moves import (
    BACKWARDS,
    BEATS,
    BEHIND,
    CONTOUR,
    CROP,
    CUT_OUT,
    FASTER,
    LATER,
    MASKED,
    PADDED,
    RATE,
    SAID,
    STRETCH,
    TIME,
    TWICE,
    UP,
    WRAPPED,
    moved,
)

# pitch contours


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
