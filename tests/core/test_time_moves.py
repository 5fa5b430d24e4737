"""What holds for all changes of time and pitch, and all that is annotated on sounds."""

import json

import numpy as np
import pytest

from augkit.sample import Axis
from augkit.schema import read_field
from augkit.transform import kernel_for
from augkit.vocab.timeline import Audio, Delayed, PitchShift, Rolled, Speed, Spliced, TimeErase, TimeMap
from tests.core.time_moves import (
    BACKWARDS,
    BEATS,
    BEHIND,
    CONTOUR,
    CROP,
    CUT_OUT,
    DOG,
    FASTER,
    FRAME,
    FRAMES,
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
