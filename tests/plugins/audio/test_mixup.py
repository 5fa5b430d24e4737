"""Two clips laid over each other: samples, events and labels by their shares."""

import numpy as np
import pytest

import augkit
from augkit import steps
from augkit.errors import CompileError, DataError

SAMPLE = {"clip": "audio", "events": "events", "label": "label", "several": "labels"}


def clip(seed: int, length: int, label: str, **changed) -> dict:
    samples = np.random.default_rng(seed).uniform(-1, 1, length).astype(np.float32)
    events = [{"onset": 0.0, "offset": length / 2 / 1000, "label": label}]
    return {"clip": (samples, 1000), "events": events, "label": label, "several": [label, "noise"]} | changed


def test_samples_events_and_labels_go_by_their_shares():
    aug = augkit.Pipeline([steps.audio.mixup(alpha=1)], sample=SAMPLE)
    a, b = clip(1, 50, "dog"), clip(2, 80, "cat")
    out, trace = aug.traced(**a, key="k", partners=[b])
    share = trace.steps[0][2]["share"]
    want = (1 - share) * b["clip"][0]
    want[:50] += share * a["clip"][0]
    assert np.abs(out["clip"][0] - want).max() < 1e-6 and out["clip"][0].dtype == np.float32
    assert [event["label"] for event in out["events"]] == ["dog", "cat"]
    assert [event["offset"] for event in out["events"]] == [0.025, 0.04]
    assert [event["weight"] for event in out["events"]] == [share, 1 - share]
    assert out["label"].weights == pytest.approx({"dog": share, "cat": 1 - share})
    assert out["several"].weights == pytest.approx({"dog": share, "noise": 1, "cat": 1 - share})
    again = aug.replay(augkit.Trace.from_json(trace.to_json()), **a, partners=[b])
    assert np.array_equal(again["clip"][0], out["clip"][0]) and again["events"] == out["events"]


def test_later_steps_know_how_long_the_mix_is():
    aug = augkit.Pipeline([steps.audio.mixup(), steps.time_stretch(rate=1.0)], sample=SAMPLE)
    out = aug(**clip(1, 4000, "dog"), key="k", partners=[clip(2, 6000, "cat")])
    assert out["clip"][0].shape == (6000,)


def test_clips_of_other_rates_or_channels_are_refused():
    aug = augkit.Pipeline([steps.audio.mixup()], sample=SAMPLE)
    stereo = clip(2, 50, "cat", clip=(np.zeros((2, 50), np.float32), 1000))
    with pytest.raises(DataError, match="a clip of 1 channels at 1000 Hz cannot be mixed with one of 2 at 1000 Hz"):
        aug(**clip(1, 50, "dog"), key="k", partners=[stereo])


def test_a_transcript_is_not_mixed():
    with pytest.raises(CompileError, match="of 'said': a target of kind 'text' has no rule for it"):
        augkit.Pipeline([steps.audio.mixup()], sample={"clip": "audio", "said": "text"})
