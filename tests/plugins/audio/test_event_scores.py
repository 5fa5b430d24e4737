"""F1 over segments and events, and frames: cases that can be counted by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from augkit_audio.tasks.f1 import Counts, Event, event_counts, segment_counts, segments
from augkit_audio.tasks.frames import active_frames, smoothed, told_events


def test_segments_that_an_event_touches_are_active_and_one_that_ends_on_the_edge_does_not_touch_the_next():
    active = segments([Event(0.9, 2.0, 0), Event(3.2, 3.3, 1)], 3.5, 2)
    assert active.T.tolist() == [[True, True, False, False], [False, False, False, True]]


def test_segment_counts_of_a_worked_example():
    truth = segments([Event(0.0, 2.0, 0), Event(2.5, 4.0, 1)], 4.0, 2)
    found = segments([Event(1.0, 3.0, 0), Event(3.0, 4.0, 1)], 4.0, 2)
    # class 0: segment 1 is right, 2 is false, 0 is missed; class 1: 3 is right, 2 is missed
    assert segment_counts(truth, found) == [Counts(1, 1, 1), Counts(1, 0, 1)]
    total = sum(segment_counts(truth, found), Counts())
    assert total == Counts(2, 1, 2) and total.f1 == pytest.approx(4 / 7)


@pytest.mark.parametrize(
    ("found", "counts"),
    [
        ([Event(1.0, 2.0, 0)], Counts(1, 0, 0)),
        ([Event(1.2, 2.0, 0)], Counts(1, 0, 0)),  # on the collar
        ([Event(1.21, 2.0, 0)], Counts(0, 1, 1)),  # beyond it
        ([Event(1.0, 2.5, 0)], Counts(1, 0, 0)),  # the end within half of the length
        ([Event(1.0, 2.51, 0)], Counts(0, 1, 1)),
        ([Event(1.0, 2.0, 1)], Counts(0, 1, 1)),  # another class
        ([], Counts(0, 0, 1)),
        ([Event(0.9, 2.0, 0), Event(1.1, 2.0, 0)], Counts(1, 1, 0)),  # found twice
    ],
)
def test_an_event_of_a_second_is_found_by_its_onset_its_end_and_its_class(found, counts):
    assert event_counts([Event(1.0, 2.0, 0)], found) == counts


def test_the_end_of_a_short_event_may_be_off_by_the_collar():
    assert event_counts([Event(1.0, 1.0, 0)], [Event(1.1, 1.2, 0)]) == Counts(1, 0, 0)
    assert event_counts([Event(1.0, 1.0, 0)], [Event(1.1, 1.21, 0)]) == Counts(0, 1, 1)


def test_pairs_are_chosen_so_that_there_are_most():
    truth = [Event(1.0, 1.5, 0), Event(1.3, 1.8, 0)]
    # the first guess fits both, the second the first alone: taking the nearest first would leave one over
    assert event_counts(truth, [Event(1.15, 1.6, 0), Event(0.85, 1.5, 0)]) == Counts(2, 0, 0)


def test_nothing_there_and_nothing_found_is_no_success():
    assert event_counts([], []) == Counts() and Counts().f1 == 0.0


events = st.lists(
    st.tuples(st.floats(0, 9), st.floats(0, 1), st.integers(0, 1)).map(lambda e: Event(e[0], e[0] + e[1], e[2])),
    max_size=7,
)


@given(events, events)
def test_as_many_pairs_as_scipys_matching_finds(truth, found):
    from scipy.optimize import linear_sum_assignment

    fits = np.array([[event_counts([t], [f]).right for t in truth] for f in found]).reshape(len(found), len(truth))
    rows, columns = linear_sum_assignment(-fits)
    counts = event_counts(truth, found)
    assert counts.right == int(fits[rows, columns].sum())
    assert (counts.right + counts.false, counts.right + counts.missed) == (len(found), len(truth))


def test_frames_whose_middle_an_event_covers_are_active():
    active = active_frames([Event(0.105, 0.3, 0), Event(0.5, 0.5, 1)], 61, 0.01, 2)
    assert active[:, 0].nonzero()[0].tolist() == list(range(11, 30))
    assert active[:, 1].nonzero()[0].tolist() == [50]


def test_events_that_are_short_reach_as_far_as_the_shortest_round_their_middle():
    active = active_frames([Event(0.5, 0.5, 0), Event(0.01, 0.01, 1)], 61, 0.01, 2, shortest=0.08)
    assert active[:, 0].nonzero()[0].tolist() == list(range(46, 54))
    assert active[:, 1].nonzero()[0].tolist() == list(range(5))


@given(st.lists(st.tuples(st.integers(1, 20), st.integers(1, 20)), min_size=1, max_size=5))
def test_what_frames_tell_is_the_events_they_were_made_of(gaps):
    hop, at, made = 0.01, 0, []
    for gap, length in gaps:
        at += gap
        made.append(Event((at - 0.5) * hop, (at + length - 0.5) * hop, 0))
        at += length
    told = told_events(active_frames(made, at + 5, hop, 1) > 0, hop)
    np.testing.assert_allclose(np.array(told), np.array(made), atol=1e-9)


def test_the_majority_closes_gaps_and_drops_specks():
    active = np.array([0, 1, 0, 0, 0, 1, 1, 0, 1, 1, 0, 0], dtype=bool)[:, None]
    assert smoothed(active, 3)[:, 0].astype(int).tolist() == [0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 0, 0]
    assert smoothed(active, 1) is active
