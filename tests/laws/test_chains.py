"""Chains of steps that move time and pitch: what is annotated is still where it is heard."""

import numpy as np
import pytest

from augkit import Pipeline, steps
from augkit.testing import heard
from augkit.vocab.timeline import Audio

RATE = 16000
SAMPLE = {"audio": "audio", "events": {"events": {"min_fraction": 0.0}}, "beats": "beats"}

BY_SAMPLES = {
    "shift": lambda rng: {"seconds": [-0.6, 0.6]},
    "shift~wrap": lambda rng: {"seconds": [-2, 2], "wrap": True},
    "crop": lambda rng: {"seconds": float(rng.uniform(1.5, 3.0))},
    "pad": lambda rng: {"left": [0, 0.5], "right": [0, 0.5]},
    "reverse": lambda rng: {},
    "splice": lambda rng: {"seconds": [0.05, 0.3], "count": [1, 3], "fade_ms": 0},
    "time_mask": lambda rng: {"policy": "ignore", "max_hidden": 0},
}
STRETCHING = {
    "time_stretch": lambda rng: {"rate": [0.8, 1.25], "length": str(rng.choice(["follow", "keep"]))},
    "speed": lambda rng: {"rate": [0.8, 1.25], "length": str(rng.choice(["follow", "keep"]))},
}


def chain(rng, stretches):
    """Up to six steps, of which at most so many stretch."""
    names = [str(name) for name in rng.choice(list(BY_SAMPLES), rng.integers(1, 7 - stretches))]
    for _ in range(stretches):
        names.insert(int(rng.integers(0, len(names) + 1)), str(rng.choice(list(STRETCHING))))
    made = {**BY_SAMPLES, **STRETCHING}
    return [
        getattr(steps.audio, name.partition("~")[0])(**made[name](rng), id=f"{name.replace('~', ' ')} {place}")
        for place, name in enumerate(names)
    ]


def clicks(rng):
    """A clip with a click at each of eight moments, which are events that last no time, and beats round each."""
    at = (np.arange(8) * 0.5 + rng.uniform(0.1, 0.4, 8)) * RATE
    at = at.astype(int)
    samples = np.zeros(4 * RATE, np.float32)
    samples[at] = 0.9
    times = at / RATE
    around = (times[:, None] + np.array([-0.03, -0.02, -0.01, 0.0, 0.01, 0.02, 0.03])).ravel()
    return {"audio": (samples, RATE), "events": {"onset": times, "offset": times}, "beats": around}


def off(these, those):
    """How far each of these is from the nearest of those, seconds."""
    return np.abs(these[:, None] - those).min(axis=1) if len(those) else np.full(len(these), np.inf)


def judge(out, tolerance):
    """How many clicks were compared: both ways, away from the ends and from clicks too near to be told apart."""
    samples, rate = out["audio"]
    found = heard.clicks(Audio(samples[None], rate))
    told = out["events"]["onset"]
    assert np.isin(told, out["beats"]).all()
    if found is None:
        assert not len(told) or not len(told[(told > 0.03) & (told < len(samples) / rate - 0.03)])
        return 0
    near = np.concatenate([told[heard.crowded(told)], cut_through(out["beats"], told)])
    clear = [
        moments[(moments > 0.03) & (moments < len(samples) / rate - 0.03) & (off(moments, near) > heard.APART_S)]
        for moments in (found, told)
    ]
    assert (off(clear[0], told) <= tolerance).all(), (clear[0], told)
    assert (off(clear[1], found) <= tolerance).all(), (clear[1], found)
    return len(clear[0])


def cut_through(beats, told):
    """Beats round clicks that are no longer whole: a click that a stretch has smeared may be heard in halves there."""
    whole = np.array([(np.abs(beats - moment) < 0.05).sum() == 7 for moment in told], dtype=bool)
    return beats[off(beats, told[whole]) > 0.05]


@pytest.mark.parametrize("mode", ["exact", "fast"])
def test_clicks_are_where_the_events_say_after_any_chain_that_moves_samples(mode):
    compared = 0
    for turn in range(60):
        rng = np.random.default_rng(turn)
        aug = Pipeline(chain(rng, 0), sample=SAMPLE, plan=mode)
        compared += judge(aug(**clicks(rng), key=str(turn)), 1.0001 / RATE)
    assert compared > 100


@pytest.mark.parametrize("mode", ["exact", "fast"])
@pytest.mark.parametrize("stretches", [1, 2, 3])
def test_clicks_are_within_5_ms_after_chains_that_stretch(stretches, mode):
    compared = 0
    for turn in range(25):
        rng = np.random.default_rng(turn)
        aug = Pipeline(chain(rng, stretches), sample=SAMPLE, plan=mode)
        compared += judge(aug(**clicks(rng), key=str(turn)), 0.005)
    assert compared > 50


@pytest.mark.parametrize("late", [3 / RATE, -3 / RATE])
def test_events_three_samples_off_are_seen(late):
    rng = np.random.default_rng(0)
    out = Pipeline(chain(rng, 0), sample=SAMPLE)(**clicks(rng), key="0")
    assert judge(out, 1.0001 / RATE)
    out["events"]["onset"] = out["events"]["onset"] + late
    out["beats"] = out["beats"] + late
    with pytest.raises(AssertionError):
        judge(out, 1.0001 / RATE)


@pytest.mark.parametrize("semitones", [[-12, 0], [0, 12], {"int": [-4, 4]}])
def test_a_tone_is_as_high_as_its_contour_after_any_chain(semitones):
    compared = 0
    for turn in range(8):
        rng = np.random.default_rng(turn)
        hz = float(rng.uniform(200, 800))
        samples = (0.5 * np.sin(2 * np.pi * hz * np.arange(3 * RATE) / RATE)).astype(np.float32)
        times = (np.arange(300) + 0.5) / 100
        moved = [steps.speed(rate=[0.8, 1.25]), steps.pitch_shift(semitones=semitones), steps.time_stretch()]
        aug = Pipeline([*moved, steps.audio.reverse(p=0.5)], sample={"audio": "audio", "contour": "contour"})
        out = aug(audio=(samples, RATE), contour={"times": times, "hz": np.full(300, hz)}, key=str(turn))
        told = out["contour"]["hz"]
        assert np.ptp(told) < 1e-9 * hz and np.diff(out["contour"]["times"]).min() > 0
        found = [each for _, _, each in heard.pitches(Audio(out["audio"][0][None], RATE))[2:-2]]
        assert (1200 * np.abs(np.log2(np.array(found) / told[0])) <= 5.0).all()
        compared += len(found)
    assert compared > 50
