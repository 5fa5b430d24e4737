"""What can only be known per sample: a word that would be cut, the last event that would be lost."""

import numpy as np
import pytest

from augkit import Pipeline, steps
from augkit.errors import DataError
from augkit.trace import Trace

RATE = 1000
SPOKEN = {"audio": "audio", "words": "words"}


def sentence(rng, seconds=4.0):
    """Words of different lengths with pauses between them; each is a level of its own in the sound."""
    edges = np.sort(rng.choice(np.arange(1, round(seconds * RATE)), 12, replace=False))
    start, end = edges[::2] / RATE, edges[1::2] / RATE
    samples = np.zeros(round(seconds * RATE), np.float32)
    for row, (a, b) in enumerate(zip(edges[::2], edges[1::2], strict=True)):
        samples[a:b] = (row + 1) / 8
    words = {"words": [str(row + 1) for row in range(6)], "start": start, "end": end}
    return {"audio": (samples, RATE), "words": words}


def assert_whole(out, given):
    """Every word lasts as long as it did, and its own sound is all there is under it."""
    samples, _ = out["audio"]
    lasted = dict(zip(given["words"]["words"], given["words"]["end"] - given["words"]["start"], strict=True))
    for word, start, end in zip(*(out["words"][name] for name in ("words", "start", "end")), strict=True):
        assert end - start == pytest.approx(lasted[word], abs=1e-9)
        assert (samples[round(start * RATE) : round(end * RATE)] == int(word) / 8).all()
    heard = {round(8 * float(level)) for level in np.unique(samples)} - {0}
    assert heard == set(map(int, out["words"]["words"]))


def wrapping(turns, on_conflict="redraw"):
    aug = Pipeline([steps.shift(seconds=[-4, 4], wrap=True, on_conflict=on_conflict)], sample=SPOKEN)
    made = skipped = 0
    for turn in range(turns):
        given = sentence(np.random.default_rng(turn % 97))
        out, trace = aug.traced(**given, key=str(turn))
        assert_whole(out, given)
        made += bool(trace.steps)
        skipped += bool(trace.skipped)
    return made, skipped


def test_a_wrap_never_cuts_a_word():
    made, skipped = wrapping(500)
    assert made > 490 and made + skipped == 500


@pytest.mark.long
def test_a_wrap_never_cuts_a_word_in_ten_thousand_draws():
    made, skipped = wrapping(10_000)
    assert made > 9_900 and made + skipped == 10_000


def test_a_wrap_that_would_cut_a_word_is_skipped_or_lets_it_go():
    made, skipped = wrapping(60, "skip_step")
    assert made > 5 and skipped > 5
    aug = Pipeline([steps.shift(seconds=[-4, 4], wrap=True, on_conflict="drop")], sample=SPOKEN)
    dropped = 0
    for turn in range(60):
        given = sentence(np.random.default_rng(turn))
        out, trace = aug.traced(**given, key=str(turn))
        [entry] = trace.entries
        assert len(out["words"]["words"]) == 6 - bool(entry.dropped)
        assert not entry.dropped or "would be cut" in entry.dropped
        dropped += bool(entry.dropped)
        again = aug.replay(Trace.from_json(trace.to_json()), **given)
        assert (
            again["audio"][0].tobytes() == out["audio"][0].tobytes()
            and again["words"]["words"] == out["words"]["words"]
        )
    assert 5 < dropped < 55


@pytest.mark.parametrize(
    "step",
    [
        steps.shift(seconds=[-2, 2], on_conflict="redraw"),
        steps.audio.crop(seconds=2.5, on_conflict="redraw"),
        steps.splice(seconds=0.2, action="delete", fade_ms=0, on_conflict="redraw"),
    ],
)
def test_words_are_whole_or_gone_under_every_step_that_could_cut_one(step):
    aug = Pipeline([step], sample=SPOKEN)
    ran = 0
    for turn in range(150):
        given = sentence(np.random.default_rng(turn))
        out, trace = aug.traced(**given, key=str(turn))
        assert_whole(out, given)
        ran += bool(trace.steps)
    assert ran > 75


def test_a_word_as_long_as_the_clip_is_not_wrapped_and_the_trace_says_why():
    given = {"audio": (np.ones(1000, np.float32), RATE), "words": {"words": ["oh"], "start": [0.0], "end": [1.0]}}
    aug = Pipeline([steps.shift(seconds=[0.1, 0.9], wrap=True, on_conflict="redraw")], sample=SPOKEN)
    out, trace = aug.traced(**given, key="a")
    assert np.shares_memory(out["audio"][0], given["audio"][0])
    assert trace.skipped == [("audio/shift", "100 draws in a row were in conflict")]


LISTENED = {"audio": "audio", "events": "events"}


def barking(seconds=60.0):
    samples = np.zeros(round(seconds * RATE), np.float32)
    samples[30_000:30_500] = 1.0
    return {"audio": (samples, RATE), "events": [{"onset": 30.0, "offset": 30.5, "label": "dog"}]}


def test_a_crop_that_requires_an_event_has_one():
    aug = Pipeline([steps.audio.crop(seconds=5, require="event", on_conflict="redraw")], sample=LISTENED)
    starts = []
    for turn in range(200):
        out, trace = aug.traced(**barking(), key=str(turn))
        [(_, _, params)] = trace.steps
        starts.append(params["source"][0])
        [event] = out["events"]
        assert out["audio"][0][round(event["onset"] * RATE) : round(event["offset"] * RATE)].all()
        assert event["offset"] - event["onset"] >= 0.05 - 1e-9
    assert min(starts) < 26.0 and max(starts) > 29.5  # anywhere that holds it, evenly
    assert abs(np.mean(starts) - (25.05 + 30.45) / 2) < 0.5


def test_a_window_is_found_in_an_hour():
    samples = np.zeros(3600 * 100, np.float32)
    events = [{"onset": 1800.0, "offset": 1800.25}, {"onset": 3599.99, "offset": 3600.0}]
    aug = Pipeline([steps.audio.crop(seconds=0.5, require="event", on_conflict="skip_step")], sample=LISTENED)
    traces = [aug.traced(audio=(samples, 100), events=events, key=str(turn)) for turn in range(50)]
    assert all(len(out["events"]) == 1 and trace.steps for out, trace in traces)
    assert len({trace.steps[0][2]["source"][0] for _, trace in traces}) > 20


@pytest.mark.parametrize("options", [{}, {"min_fraction": 0.0}, {"min_fraction": 0.7}, {"min_seconds": 0.03}])
def test_windows_are_drawn_from_just_those_that_keep_an_event(options):
    rate, samples = 100, np.zeros(60, np.float32)
    rows = [{"onset": 0.1, "offset": 0.17}, {"onset": 0.3, "offset": 0.3}, {"onset": 0.51, "offset": 0.55}]
    sample = {"audio": "audio", "events": {"events": options}}
    aug = Pipeline([steps.audio.crop(seconds=0.06, require="event", on_conflict="skip_step")], sample=sample)
    drawn = {
        round(aug.traced(audio=(samples, rate), events=rows, key=str(turn))[1].steps[0][2]["source"][0] * rate)
        for turn in range(600)
    }
    kept = set()
    for first in range(55):
        still = Pipeline([steps.audio.crop(seconds=0.06, start=first / rate)], sample=sample)
        if still(audio=(samples, rate), events=rows, key="a")["events"]:
            kept.add(first)
    assert drawn == kept


def test_a_crop_keeps_as_much_of_the_event_as_its_policy_asks():
    sample = {"audio": "audio", "events": {"events": {"min_fraction": 1.0}}}
    aug = Pipeline([steps.audio.crop(seconds=1, require="event", on_conflict="redraw")], sample=sample)
    for turn in range(100):
        [event] = aug(**barking(), key=str(turn))["events"]
        assert event["offset"] - event["onset"] == pytest.approx(0.5)


def test_where_no_event_can_be_kept_the_crop_is_in_conflict():
    sample = {"audio": "audio", "events": {"events": {"min_fraction": 1.0}}}
    for on_conflict, reason in (
        ("redraw", "100 draws in a row"),
        ("skip_step", "none of the 1 events"),
        ("drop", "none"),
    ):
        aug = Pipeline([steps.audio.crop(seconds=0.2, require="event", on_conflict=on_conflict)], sample=sample)
        out, trace = aug.traced(**barking(), key="a")
        assert reason in trace.skipped[0][1] and len(out["audio"][0]) == 60_000


def test_a_clip_without_events_is_cut_anywhere():
    aug = Pipeline([steps.audio.crop(seconds=5, require="event", on_conflict="redraw")], sample=LISTENED)
    out = aug(audio=barking()["audio"], events=[], key="a")
    assert len(out["audio"][0]) == 5000 and out["events"] == []


def test_a_stretch_of_kept_length_leaves_a_clip_alone_whose_word_it_would_cut():
    words = {"words": ["oh"], "start": [0.0], "end": [1.0]}
    spoken = Pipeline([steps.time_stretch(rate=0.5, length="keep", on_conflict="skip_step")], sample=SPOKEN)
    out, trace = spoken.traced(audio=(np.ones(8000, np.float32), 8000), words=words, key="a")
    assert trace.skipped == [("audio/time_stretch", "conflict: the word 'oh' would be cut.")]
    assert out["words"] is not None


def test_a_key_between_two_names_is_redrawn_or_dropped_with_its_step():
    sample = {"audio": "audio", "mode": "key"}
    aug = Pipeline([steps.pitch_shift(semitones={"choice": [0.5, 2]}, on_conflict="redraw")], sample=sample)
    out = [aug(audio=(np.ones(800, np.float32), 8000), mode="C major", key=str(n))["mode"] for n in range(20)]
    assert set(out) == {"D major"}
    with pytest.raises(DataError, match="expected a note first"):
        aug(audio=(np.ones(800, np.float32), 8000), mode="H dur", key="a")
