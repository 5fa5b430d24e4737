"""Another clip heard at the same time: levels, places, events and labels."""

import numpy as np
import pytest

import augkit
from augkit import steps
from augkit.errors import CompileError, DataError

RATE = 1000
SAMPLE = {"clip": "audio", "events": "events", "label": "label"}


def clip(seed, length, label, **changed):
    samples = np.random.default_rng(seed).uniform(-1, 1, length).astype(np.float32)
    events = [{"onset": 0.2 * length / RATE, "offset": 0.4 * length / RATE, "label": label}]
    return {"clip": (samples, RATE), "events": events, "label": label} | changed


def mixed(own, other, **fields):
    aug = augkit.Pipeline([steps.audio.mix(**fields)], sample=SAMPLE, seed=1)
    out, trace = aug.traced(**own, key="k", partners=[other])
    again = aug.replay(augkit.Trace.from_json(trace.to_json()), **own, partners=[other])
    assert again["clip"][0].tobytes() == out["clip"][0].tobytes() and again["events"] == out["events"]
    return out, trace.steps[0][2]


def test_a_longer_partner_is_cut_and_its_events_with_it():
    own, other = clip(1, 500, "dog"), clip(2, 5000, "cat")
    other["events"] = [{"onset": t, "offset": t + 0.05, "label": f"{t:g}"} for t in np.arange(0, 4.9, 0.1).tolist()]
    out, drawn = mixed(own, other, snr_db=6)
    added = out["clip"][0] - own["clip"][0]
    assert 20 * np.log10(np.std(own["clip"][0]) / np.sqrt(np.mean(added**2))) == pytest.approx(6, abs=0.05)
    start = round(drawn["offset"] * 4500)
    assert np.corrcoef(added, other["clip"][0][start : start + 500])[0, 1] > 0.999999
    assert out["events"][0] == own["events"][0]
    for event in out["events"][1:]:
        assert event["onset"] == pytest.approx(max(float(event["label"]) - start / RATE, 0), abs=1e-6)
    assert 4 <= len(out["events"]) - 1 <= 6


def test_a_shorter_partner_begins_somewhere():
    own, other = clip(1, 5000, "dog"), clip(2, 500, "cat")
    out, _ = mixed(own, other, snr_db=0)
    added = out["clip"][0] - own["clip"][0]
    first = int(np.argmax(np.abs(added) > 1e-6))
    assert np.corrcoef(added[first : first + 500], other["clip"][0])[0, 1] > 0.999999
    assert not added[first + 500 :].any()
    assert out["events"][1]["onset"] == pytest.approx(first / RATE + 0.1, abs=1.01 / RATE)


def test_labels_are_weighted_by_amplitude():
    out, _ = mixed(clip(1, 500, "dog"), clip(2, 500, "cat"), snr_db=20)
    assert out["label"].weights == pytest.approx({"dog": 10 / 11, "cat": 1 / 11})


def test_over_silence_the_partner_is_as_loud_as_it_was():
    other = clip(2, 500, "cat")
    out, _ = mixed(clip(1, 500, "dog", clip=(np.zeros(500, np.float32), RATE)), other, snr_db=30)
    assert np.array_equal(out["clip"][0], other["clip"][0])


def test_other_rates_and_what_cannot_be_mixed_are_refused():
    with pytest.raises(DataError, match="cannot be mixed with one of 1 at 2000 Hz"):
        mixed(clip(1, 500, "dog"), clip(2, 500, "cat", clip=(np.ones(500, np.float32), 2000)))
    with pytest.raises(CompileError, match="of 'said': a target of kind 'text' has no rule for it"):
        augkit.Pipeline([steps.audio.mix()], sample={"clip": "audio", "said": "text"})
