"""Law L10: events sit on the clicks that were planted at their onsets, within 5 ms, whatever stretches are chained."""

import os
from pathlib import Path

import numpy as np
import pytest

import augkit
from augkit import steps
from augkit.combine import Step
from augkit.plugins import catalogue
from augkit.vocab.timeline import Audio, TimeMap
from tests.plugins.audio.clips import tones


def pipeline(*nodes):
    return augkit.Pipeline(list(nodes), sample={"audio": "audio", "events": "events"}, seed=1)


def onset_errors(samples, rate, onsets):
    """How far, in seconds, the loudest sample around each onset is from it."""
    reach, found = round(0.03 * rate), []
    for onset in onsets:
        first = max(round(onset * rate) - reach, 0)
        loudest = first + int(np.abs(samples[first : round(onset * rate) + reach]).argmax())
        found.append(loudest / rate - onset)
    return np.array(found)


def clicked(aug, rate, key):
    samples, onsets = tones(rate, seed=len(key))
    out = aug(audio=(samples, rate), events={"onset": onsets, "offset": onsets}, key=key)
    assert len(out["events"]["onset"]) == len(onsets)
    return onset_errors(out["audio"][0], rate, out["events"]["onset"])


@pytest.mark.parametrize("rate", [8000, 16000, 44100])
@pytest.mark.parametrize(
    "chain",
    [
        [steps.time_stretch(rate=0.5)],
        [steps.time_stretch(rate=2.0)],
        [steps.time_stretch(rate=[0.5, 2])],
        [steps.time_stretch(id="a"), steps.audio.gain(), steps.time_stretch(id="b"), steps.add_noise(snr_db=30)],
        [steps.time_stretch(rate=1.25, length="keep"), steps.time_stretch(id="b", rate=0.8)],
    ],
)
def test_events_sit_on_the_clicks_planted_at_their_onsets(chain, rate):
    errors = np.concatenate([clicked(pipeline(*chain), rate, key) for key in ("a", "bb", "ccc")])
    assert np.abs(errors).max() <= 0.005


class LateStretch(augkit.Transform[TimeMap]):
    """A stretch that forgets the latency of its engine."""

    def draw(self, rng, frame, content=None):
        return TimeMap.stretch(frame["time"], 0.8, round(frame["time"][0] / 0.8))

    def apply_audio(self, audio, params):
        moved = steps.time_stretch(rate=0.8).transform.kernel(Audio)(audio, params)
        return Audio(np.roll(moved.samples, round(0.01 * audio.rate), axis=1), audio.rate)


class LeftBehind(LateStretch):
    """A stretch that moves the sound and leaves the events."""

    def apply_audio(self, audio, params):
        return steps.time_stretch(rate=0.8).transform.kernel(Audio)(audio, params)

    def apply_events(self, events, params):
        return events


@pytest.mark.parametrize("fault", [LateStretch, LeftBehind])
def test_the_click_test_sees_a_stretch_that_is_late(fault):
    assert np.abs(clicked(pipeline(Step(fault(), "audio/time_stretch")), 16000, "a")).max() > 0.005


def spoken_prompts():
    """Recorded prompts, where the machine has them: $AUGKIT_TEST_DATA, or `shared/data` beside the project."""
    beside = Path(__file__).resolve().parents[4] / "shared" / "data"
    folder = Path(os.environ.get("AUGKIT_TEST_DATA", beside)) / "spoken-prompts"
    return sorted(folder.glob("*/*.wav"))[::60]


@pytest.mark.skipif(
    not spoken_prompts(), reason="no recorded speech: set AUGKIT_TEST_DATA to a folder with spoken-prompts/"
)
def test_clicks_in_recorded_speech_are_found_where_their_events_are():
    read = catalogue().load("reader", "audio")
    aug = pipeline(steps.time_stretch(id="a"), steps.audio.gain(), steps.time_stretch(id="b"))
    for path in spoken_prompts():
        samples, rate = read(path)
        clicks = np.arange(rate // 10, samples.shape[1] - rate // 10, rate // 5)
        samples[0, clicks] = 4 * np.abs(samples).max()
        out = aug(audio=(samples, rate), events={"onset": clicks / rate, "offset": clicks / rate}, key=path.name)
        assert np.abs(onset_errors(out["audio"][0][0], rate, out["events"]["onset"])).max() <= 0.005
