"""Adjacent maps of time: one after the other in exact plans, as one in fast ones; annotations are the same in both."""

import numpy as np
import pytest

from augkit import Pipeline, steps
from augkit.carriers import How, Move
from augkit.testing import heard
from augkit.transform import kernel_for
from augkit.vocab.timeline import Audio, Speed, TimeMap
from augkit_audio.running import _joined, run_audio
from tests.plugins.audio.clips import tones

RATE = 16000
SAMPLE = {"audio": "audio", "events": "events", "frames": "frame_labels"}


def made_by(mode, fuse="strict"):
    chain = [steps.time_stretch(), steps.audio.crop(seconds=1), steps.time_stretch(id="again"), steps.shift()]
    return Pipeline(chain, sample=SAMPLE, plan={"mode": mode, "fuse": fuse})


def fields():
    samples, onsets = tones(RATE)
    events = [{"onset": t, "offset": t + 0.05} for t in onsets[:-1]]
    return {"audio": (samples, RATE), "events": events, "frames": {"labels": np.arange(300) // 50, "hop": 0.01}}


def test_annotations_are_the_same_and_what_is_heard_is_as_loud():
    for turn in range(6):
        exact, fast = (made_by(mode)(**fields(), key=str(turn)) for mode in ("exact", "fast"))
        assert exact["events"] == fast["events"]
        assert (exact["frames"]["labels"] == fast["frames"]["labels"]).all()
        assert exact["audio"][0].shape == fast["audio"][0].shape
        levels = [np.sqrt(np.mean(out["audio"][0] ** 2)) for out in (exact, fast)]
        assert levels[0] == pytest.approx(levels[1], rel=0.1)


def test_without_fusing_a_fast_plan_is_the_exact_one():
    out = [
        made_by(mode, fuse)(**fields(), key="a")["audio"][0] for mode, fuse in (("exact", "strict"), ("fast", "off"))
    ]
    assert out[0].tobytes() == out[1].tobytes()


def moves(*params):
    return [Move(f"step {place}", kernel_for(type(each), Audio), each) for place, each in enumerate(params)]


def test_what_is_stretched_and_cut_is_stretched_once_and_no_further_than_heard():
    first = TimeMap.stretch((4 * RATE, RATE), 1.25, round(4 * RATE / 1.25))
    cut = TimeMap.window((first.samples_out, RATE), RATE, RATE)
    [one] = _joined(moves(first, cut))
    assert one.params.source == pytest.approx((1.25, 2.5)) and one.step == "step 0 and step 1"
    speed = Speed.at((RATE, RATE), 2.0, RATE // 2)
    assert len(_joined(moves(first, speed))) == 2 and len(_joined(moves(cut, speed))) == 1


def test_stretches_are_joined_only_as_far_as_one_is_exact():
    half = TimeMap.stretch((4 * RATE, RATE), 1.6, round(4 * RATE / 1.6))
    for speed, left in ((1.2, 1), (1.3, 2), (0.5, 1)):
        later = TimeMap.stretch((half.samples_out, RATE), speed, round(half.samples_out / speed))
        assert len(_joined(moves(half, later))) == left


def test_a_kernel_of_its_own_is_not_joined():
    def quieter(audio, timemap):
        return Audio(kernel_for(TimeMap, Audio)(audio, timemap).samples / 2, audio.rate)

    cut = TimeMap.window((4 * RATE, RATE), RATE, RATE)
    own = Move("own", quieter, TimeMap.window((RATE, RATE), 0, RATE // 2))
    assert len(_joined([*moves(cut), own])) == 2


@pytest.mark.parametrize("mode", ["exact", "fast"])
def test_clicks_are_where_a_map_of_both_says(mode):
    at = np.arange(1, 8) * RATE // 2
    samples = np.zeros((1, 4 * RATE), np.float32)
    samples[:, at] = 0.9
    first = TimeMap.stretch((4 * RATE, RATE), 1.2, round(4 * RATE / 1.2))
    later = TimeMap.stretch((first.samples_out, RATE), 0.8, round(first.samples_out / 0.8))
    out = run_audio(Audio(samples, RATE), moves(first, later), How(mode=mode))
    assert np.abs(heard.clicks(out) - first.then(later).times(at / RATE)).max() <= 0.005
