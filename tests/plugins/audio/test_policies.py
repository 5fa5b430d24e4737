"""Policies over sounds: events follow, magnitudes are exact, waveforms are blended."""

import numpy as np
import pytest

import augkit
from augkit_audio.policy import STEPS

pytest.importorskip("python_stretch")
RATE = 8000


def clip():
    rng = np.random.default_rng(3)
    return (rng.standard_normal(RATE) * 0.1).astype(np.float32), RATE


def test_a_recipe_of_sounds_and_events_works():
    sample = {"audio": "audio", "events": "events"}
    aug = augkit.load({"augkit": 1, "sample": sample, "steps": [{"rand_augment": {"n": 1, "magnitude": 0.5}}]})
    events = [{"onset": 0.25, "offset": 0.5, "label": "click"}]
    seen = {}
    for key in range(120):
        out, trace = aug.traced(audio=clip(), events=events, key=f"{key}")
        [(id, _, params)] = trace.steps
        seen.setdefault(id, []).append((params, out))
        again = aug.replay(trace, audio=clip(), events=events)
        assert again["audio"][0].tobytes() == out["audio"][0].tobytes() and again["events"] == out["events"]
    assert set(seen) == set(STEPS)
    assert {params["db"] for params, _ in seen["audio/gain"]} == {-6, 6}
    for _, out in seen["audio/time_stretch"]:
        speed = RATE / len(out["audio"][0])
        assert min(abs(speed - 0.85), abs(speed - 1.2)) < 1e-3
        assert out["events"][0]["onset"] == pytest.approx(0.25 / speed, abs=1e-3)


def test_augmix_mixes_waveforms_of_one_length():
    sample = {"audio": "audio", "events": "events", "label": "label"}
    read = augkit.recipe.read_recipe({"augkit": 1, "sample": sample, "steps": ["augmix"]})
    assert {child.id for child in read.steps[0].children} == set(STEPS) - {"audio/time_stretch"}
    assert (
        "without audio/time_stretch: moves time, and 'events' (of kind 'events') is annotated on it" in read.resolved()
    )
    out, trace = read.pipeline().traced(audio=clip(), events=[], label=1, key="a")
    assert out["audio"][0].shape == clip()[0].shape and out["audio"][0].dtype == np.float32
    assert (
        read.pipeline().replay(trace, audio=clip(), events=[], label=1)["audio"][0].tobytes()
        == out["audio"][0].tobytes()
    )


def test_a_stretch_that_keeps_the_length_may_be_mixed():
    given = {"augkit": 1, "sample": {"audio": "audio"}, "steps": [{"augmix": [{"time_stretch": {"length": "keep"}}]}]}
    assert augkit.load(given)(audio=clip(), key="a")["audio"][0].shape == clip()[0].shape
    given["steps"] = [{"augmix": ["time_stretch"]}]
    with pytest.raises(augkit.CompileError, match="may change how far time reaches"):
        augkit.load(given)


def test_augmix_says_what_it_cannot_blend_where_no_axis_is_moved():
    with pytest.raises(augkit.CompileError, match="several of 'level' \\(of kind 'value'\\) make no blend"):
        augkit.Pipeline(
            [augkit.steps.augmix([augkit.steps.gain()])],
            sample={"audio": "audio", "level": {"value": {"quantity": "db"}}},
        )
