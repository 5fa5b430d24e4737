"""Every transform of audiomentations: it works and annotations sit where they are heard, or the table says why not."""

import random
import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

import augkit
from augkit.plugins import catalogue
from augkit.trace import Trace
from augkit.vocab.timeline import TimeErase
from augkit_audio.audiomentations_bridge import Audiomentations
from augkit_audio.audiomentations_library import classes, make
from augkit_audio.audiomentations_table import CHANGES, COMPOSITIONS, NEEDS, REFUSED
from tests.plugins.audio.bridged import RATE, files, heard, lateness, moving, still, ticks, unknown
from tests.plugins.audio.clips import tones
from tests.plugins.audio.heard import cents, onset_errors

pytest.importorskip("audiomentations", reason="pip install 'augkit[audiomentations]'")

TIMED = {"audio": "audio", "events": "events"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return files(tmp_path_factory.mktemp("bridge"))


def pipeline(fields, sample=TIMED):
    return augkit.load({"augkit": 1, "seed": 5, "sample": sample, "steps": [{"audiomentations": fields}]})


def there(variants):
    """Those whose libraries are installed."""
    return [one for one in variants if one["name"] not in NEEDS or find_spec(NEEDS[one["name"]][0])]


def at(seconds, label="x"):
    return {"onset": seconds, "offset": seconds, "label": [label] * len(seconds)}


def test_every_transform_works_or_says_why_not(folder):
    works = {one["name"] for one in (*still(folder), *moving(folder))}
    known = {name for name in classes() if name not in COMPOSITIONS}
    assert known - works == REFUSED.keys() and works <= CHANGES.keys()
    for name in REFUSED:
        with pytest.raises(augkit.FieldError, match="cannot be used: "):
            make(name, {})


def test_what_is_named_instead_is_ours():
    ours = {full.partition("/")[2] for full in catalogue().names("transform")}
    for step in re.findall(r"`(?:audio/)?(\w+)`", " ".join(REFUSED.values())):
        assert step in ours, step


@pytest.mark.parametrize("rate", [8000, RATE, 44100])
def test_where_the_table_says_that_time_stays_hisses_are_heard_when_they_were(folder, rate):
    for fields in there(still(folder)):
        aug = pipeline(fields)
        for key in ("a", "bb", "ccc"):
            samples, begins = ticks(rate, seed=len(key))
            events = at(begins)
            out = aug(audio=(samples, rate), events=events, key=key)
            made = out["audio"][0]
            assert made.dtype == np.float32 and made.shape == samples.shape, fields
            assert np.array_equal(out["events"]["onset"], begins)
            assert np.isfinite(made).all() and not np.array_equal(made, samples), fields
            if fields["name"] not in ("AddShortNoises", "ClippingDistortion"):  # louder than hisses; memoryless
                assert np.median(np.abs(lateness(samples, made, rate, begins))) <= 0.005, (fields, key)


def test_the_sweep_sees_a_filter_that_is_late():
    samples, begins = ticks()
    assert np.median(lateness(samples, np.roll(samples, 100), RATE, begins)) == 100 / RATE
    assert not lateness(samples, samples, RATE, begins).any()


@pytest.mark.parametrize("rate", [8000, RATE, 44100])
def test_events_sit_on_the_clicks_that_were_planted_at_their_onsets(folder, rate):
    for fields in there(moving(folder)):
        aug, seen = pipeline(fields), 0
        for key in ("a", "bb", "ccc", "dddd", "eeeee", "ffffff"):
            samples, onsets = tones(rate, seed=len(key))
            out = aug(audio=(samples, rate), events=at(onsets), key=key)
            made, moved = out["audio"][0], np.asarray(out["events"]["onset"])
            audible = moved[[heard(made, rate, moment) for moment in moved]]
            seen += len(audible)
            assert np.abs(onset_errors(made, rate, audible)).max(initial=0) <= 0.005, (fields, key)
            assert len(audible) >= len(moved) - 4, (fields, key)
        assert seen > 12, fields


def test_repeated_clicks_are_annotated_as_often_as_they_are_heard():
    aug = pipeline({"name": "RepeatPart", "crossfade_duration": 0.0})
    for key in ("a", "bb", "ccc"):
        samples, onsets = tones(RATE, seed=len(key))
        out = aug(audio=(samples, RATE), events=at(onsets), key=key)
        assert (np.abs(out["audio"][0]) > 0.6).sum() == len(out["events"]["onset"]) > len(onsets)


def test_pitch_moves_contours_and_keys():
    shift = {"name": "PitchShift", "min_semitones": 3, "max_semitones": 3}
    aug = pipeline(shift, {"audio": "audio", "contour": "contour", "tonic": "key"})
    tone = (0.3 * np.sin(2 * np.pi * 880 * np.arange(3 * RATE) / RATE)).astype(np.float32)
    contour = {"times": np.arange(30) / 10, "hz": np.full(30, 880.0)}
    out = aug(audio=(tone, RATE), contour=contour, tonic="C major", key="a")
    assert np.allclose(out["contour"]["hz"], 880 * 2 ** (3 / 12)) and out["tonic"] == "D# major"
    assert abs(cents(out["audio"][0], RATE, 880 * 2 ** (3 / 12))) < 30
    with pytest.raises(augkit.CompileError, match="part of a semitone"):
        pipeline({"name": "PitchShift"}, {"audio": "audio", "tonic": "key"})


def test_masks_are_what_our_own_erasing_makes_of_events():
    aug = pipeline({"name": "TimeMask", "min_band_part": 0.2, "max_band_part": 0.2, "fade_duration": 0.0})
    samples, onsets = tones(RATE)
    out, trace = aug.traced(audio=(samples, RATE), events=at(onsets), key="a")
    [(_, _, params)] = trace.steps
    start, count = params["drawn"][0]["t0"], params["drawn"][0]["t"]
    erased = TimeErase(((start / RATE, (start + count) / RATE),))
    assert not out["audio"][0][start : start + count].any()
    assert np.array_equal(out["events"]["onset"], onsets[~erased.covers(onsets)]) and erased.covers(onsets).any()


def test_where_nobody_knows_the_move_labels_stay_and_events_are_refused(folder):
    for fields in there(unknown(folder)):
        with pytest.raises(augkit.CompileError, match=r"cannot follow: .*class labels may stay, or use a step of our"):
            pipeline(fields)
        aug = pipeline(fields, {"audio": "audio", "word": "label"})
        samples, _ = tones(RATE)
        out = aug(audio=(samples, RATE), word="yes", key="a")
        assert out["word"] == "yes" and not np.array_equal(out["audio"][0], samples)


@pytest.mark.parametrize("channels", [1, 2])
def test_every_transform_is_replayed_from_json_whatever_the_globals_are(folder, channels):
    for fields in there((*still(folder), *moving(folder))):
        if channels == 2 and fields["name"] in ("AddBackgroundNoise", "AddShortNoises"):
            continue
        aug = pipeline(fields)
        samples, onsets = tones(RATE)
        given = np.stack([samples, samples[::-1]])[:channels]
        kept = given.copy()
        random.seed(1)
        np.random.seed(1)
        before = random.getstate(), np.random.get_state()[1].tolist()
        out, trace = aug.traced(audio=(given, RATE), events=at(onsets), key="a")
        assert (random.getstate(), np.random.get_state()[1].tolist()) == before
        random.seed(2)
        np.random.seed(2)
        again = Trace.from_json(trace.to_json())
        replayed = aug.replay(again, audio=(given, RATE), events=at(onsets))
        assert np.array_equal(replayed["audio"][0], out["audio"][0]), fields
        assert np.array_equal(replayed["events"]["onset"], out["events"]["onset"]), fields
        assert np.array_equal(given, kept) and out["audio"][0].flags.c_contiguous, fields


def test_stereo_is_refused_where_the_library_takes_one_channel(folder):
    aug = pipeline({"name": "AddBackgroundNoise", "sounds_path": str(folder / "noises")})
    with pytest.raises(augkit.DataError, match=r"takes 1 channel\(s\), got 2; put `mono` before it"):
        aug(audio=(np.ones((2, RATE), np.float32), RATE), events=at(np.zeros(0)), key="a")


def test_files_are_seen_from_the_recipe(folder):
    recipe = folder / "recipe.yaml"
    recipe.write_text(
        "augkit: 1\nseed: 1\nsample: {audio: audio}\n"
        "steps: [{audiomentations: {name: AddBackgroundNoise, sounds_path: noises}}]\n"
    )
    samples, _ = tones(RATE)
    assert not np.array_equal(augkit.load(recipe)(audio=(samples, RATE), key="a")["audio"][0], samples)


@pytest.mark.parametrize(
    ("fields", "complaint"),
    [
        ({"name": "AddGausianSNR"}, r"has no transform 'AddGausianSNR'. Did you mean 'AddGaussianSNR'\?"),
        ({"name": "AddGaussianSNR", "min_snr": 5}, r"unknown field 'min_snr'. Did you mean 'min_snr_db'\?"),
        ({"name": "AddGaussianSNR", "arguments": {"p": 0.5}}, "How often it runs is the step's own `p`"),
        ({"name": "AddGaussianSNR", "min_snr_db": 50}, "min_snr_db must not be greater than max_snr_db"),
        ({"name": "Clip", "a_min": float("nan")}, "expected a finite value"),
        ({"name": "Compose"}, "combining is our own: use `seq`"),
        ({"name": "AddBackgroundNoise"}, "field 'sounds_path' is required"),
        ({"name": "AddBackgroundNoise", "sounds_path": "nowhere"}, "there is no nowhere"),
        ({"name": "AddBackgroundNoise", "sounds_path": ["a"]}, "expected one folder or file"),
        ({"name": "RepeatPart", "part_transform": "x"}, "It holds a function"),
        ({"min_snr_db": 1}, "field 'name' is required"),
        ({"name": "Gain", "min_gain_db": 1, "arguments": {"min_gain_db": 1}}, "stands in `arguments` and beside it"),
    ],
)
def test_wrong_names_and_arguments_are_errors(fields, complaint):
    with pytest.raises(augkit.FieldError, match=complaint):
        Audiomentations.from_fields(fields)


def test_a_clip_too_short_to_repeat_is_left_alone_and_the_trace_says_so():
    aug = pipeline({"name": "RepeatPart"})
    samples = np.ones(1000, np.float32)
    out, trace = aug.traced(audio=(samples, RATE), events=at(np.zeros(0)), key="a")
    assert np.array_equal(out["audio"][0], samples) and "too short" in trace.to_json()


def test_the_page_lists_every_setting_that_is_swept(folder):
    page = (Path(__file__).resolve().parents[3] / "docs" / "audiomentations.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (\w+) \| .* \| \w+ \| ([\d.]+) \|$", page, re.MULTILINE)
    swept = [one["name"] for one in (*still(folder), *moving(folder))]
    assert sorted(name for name, _ in rows) == sorted(swept) and max(float(off) for _, off in rows) <= 5.0
    known = len([name for name in classes() if name not in COMPOSITIONS])
    assert f"{known - len(REFUSED)} of the {known} transforms" in page
    assert all(f"`{name}`" in page for name in REFUSED)


def test_it_is_imported_on_use_only():
    code = (
        "import sys, augkit; from augkit.plugins import catalogue;"
        "catalogue().load('transform', 'audio/audiomentations');"
        "assert not {'audiomentations', 'librosa', 'torch'} & sys.modules.keys()"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
