"""A new kind of target in time and in text, against what it marks; a kernel that is off by a sample or a letter."""

import dataclasses
from dataclasses import dataclass

import numpy as np
import pytest

import augkit
from augkit import steps, testing
from augkit.errors import FieldError
from augkit.vocab.text import Edits
from augkit.vocab.timeline import TimeMove


@dataclass(frozen=True, eq=False)
class Taps(augkit.Target):
    """``times`` (n,), seconds."""

    kind, axes = "taps", augkit.TIME
    times: np.ndarray


@dataclass(frozen=True, eq=False)
class LateTaps(Taps):
    kind = "late_taps"


@augkit.moves(TimeMove, Taps)
def taps_follow_time(taps, move):
    return dataclasses.replace(taps, times=np.sort(move.parts(taps.times, taps.times).start))


@augkit.moves(TimeMove, LateTaps)
def two_samples_late(taps, move):
    return dataclasses.replace(taps, times=taps_follow_time(taps, move).times + 2 / 8000)


@dataclass(frozen=True, eq=False)
class Letters(augkit.Target):
    """``at``: offsets."""

    kind, axes = "letters", augkit.TEXT
    at: tuple


@dataclass(frozen=True, eq=False)
class NextLetters(Letters):
    kind = "next_letters"


@augkit.moves(Edits, Letters)
def letters_follow_edits(letters, edits):
    moved = edits.spans((at, at + 1) for at in letters.at)
    return dataclasses.replace(letters, at=tuple(span[0] for span in moved if span))


@augkit.moves(Edits, NextLetters)
def one_further(letters, edits):
    return dataclasses.replace(letters, at=tuple(at + 1 for at in letters_follow_edits(letters, edits).at))


def taps(kind):
    return {"make": lambda seconds, frame: kind(seconds), "points": lambda target: target.times, "on": "audio"}


def letters(kind):
    return {"make": lambda at, length: kind(tuple(at.tolist())), "points": lambda target: target.at, "on": "text"}


@pytest.mark.parametrize("step", [steps.audio.shift(), steps.reverse(), steps.splice()], ids=lambda step: step.id)
def test_moments_agree_with_the_clicks(step):
    assert testing.assert_targets_agree(step, **taps(Taps), examples=4) > 10
    with pytest.raises(testing.LawBroken, match=r"late_taps.* ms away"):
        testing.assert_targets_agree(step, **taps(LateTaps), examples=4)


@pytest.mark.parametrize("step", [steps.word_delete(rate=0.3), steps.typo(rate=0.2)], ids=lambda step: step.id)
def test_offsets_agree_with_the_letters(step):
    assert testing.assert_targets_agree(step, **letters(Letters), examples=4) >= 8
    with pytest.raises(testing.LawBroken, match="next_letters: marks"):
        testing.assert_targets_agree(step, **letters(NextLetters), examples=4)


def test_a_carrier_that_nobody_has_marks_for_is_told():
    with pytest.raises(FieldError, match=r"marked in a 'audoi'\. Did you mean 'audio'\?"):
        testing.assert_targets_agree(steps.reverse(), **{**taps(Taps), "on": "audoi"})
