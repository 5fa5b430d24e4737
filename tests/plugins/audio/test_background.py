"""Backgrounds: how loud, which part, whose events; and that what the folder holds is part of the recipe."""

import json
import pickle

import numpy as np
import pytest
import soundfile

import augkit
from augkit import steps
from augkit.errors import DataError, FieldError, RecipeError, ReplayError
from augkit.recipe import read_recipe
from augkit_audio import bank
from augkit_audio.bank import bank_of
from augkit_audio.laying import power
from augkit_audio.sounds import Sounds, cache_folder
from tests.plugins.audio.clips import tones

RATE = 16000


def decibels(signal, noise):
    return 10 * np.log10(np.mean(np.square(signal, dtype=np.float64)) / np.mean(np.square(noise, dtype=np.float64)))


@pytest.fixture
def folder(tmp_path):
    numbers = np.random.default_rng(0)
    (tmp_path / "noises" / "inner").mkdir(parents=True)
    for name, seconds, rate, channels in (
        ("b.wav", 9, RATE, 1),
        ("inner/a.flac", 7, 44100, 2),
        ("c.wav", 0.3, 8000, 1),
    ):
        noise = 0.2 * numbers.standard_normal((round(seconds * rate), channels))
        soundfile.write(tmp_path / "noises" / name, noise, rate)
    (tmp_path / "noises" / "notes.txt").write_text("no sound")
    return tmp_path / "noises"


def pipeline(sample=None, **fields):
    return augkit.Pipeline([steps.background(**fields)], sample=sample or {"audio": "audio"}, seed=1)


@pytest.mark.parametrize("channels", [1, 2, 5])
@pytest.mark.parametrize("rate", [8000, RATE, 44100])
def test_the_ratio_is_met_whatever_is_drawn(folder, rate, channels):
    clip = np.random.default_rng(1).uniform(-0.5, 0.5, (channels, 2 * rate)).astype(np.float32)
    aug, seen = pipeline(folder=str(folder), snr_db=7), set()
    for key in map(str, range(16)):
        out, trace = aug.traced(audio=(clip, rate), key=key)
        seen.add(trace.steps[0][2]["name"])
        added = out["audio"][0] - clip
        assert decibels(clip, added) == pytest.approx(7, abs=0.01)
        assert out["audio"][0].dtype == np.float32 and out["audio"][0].shape == clip.shape
    assert seen == {"b.wav", "inner/a.flac", "c.wav"}


def test_it_is_the_part_of_the_recording_that_was_drawn(folder):
    clip = np.random.default_rng(1).uniform(-0.5, 0.5, 2 * RATE).astype(np.float32)
    recording = soundfile.read(folder / "b.wav", dtype="float32")[0]
    for key in range(20):
        out, trace = pipeline(folder=str(folder), snr_db=0).traced(audio=(clip, RATE), key=str(key))
        drawn = trace.steps[0][2]
        if drawn["name"] == "b.wav":
            first = round(drawn["start"] * RATE)
            assert np.corrcoef(out["audio"][0] - clip, recording[first : first + len(clip)])[0, 1] > 0.999999
            return
    pytest.fail("b.wav was never drawn")


def test_a_short_recording_begins_again_and_a_stereo_one_keeps_its_sides(folder):
    opened = bank_of(Sounds.at(str(folder), "folder"), RATE)
    short, _ = opened.part(1, 4000, 12000)
    samples = opened.samples(1)
    assert samples == 4800 and np.array_equal(short[:, :800], short[:, samples : samples + 800])
    assert np.array_equal(short[:, 800:1600], opened.part(1, 0, 800)[0])
    clip = np.zeros((2, 4 * RATE), np.float32)
    clip[:, ::2] = 0.5
    for key in range(20):
        out, trace = pipeline(folder=str(folder), snr_db=0).traced(audio=(clip, RATE), key=str(key))
        if trace.steps[0][2]["name"] == "inner/a.flac":
            left, right = out["audio"][0] - clip
            assert abs(np.corrcoef(left, right)[0, 1]) < 0.05
            return
    pytest.fail("a.flac was never drawn")


def test_behind_silence_it_is_as_loud_as_it_was(manifest):
    out = pipeline(manifest=str(manifest), snr_db=40)(audio=(np.zeros(RATE, np.float32), RATE), key="a")
    assert np.std(out["audio"][0]) == pytest.approx(0.1, rel=0.05)


def test_what_the_bank_keeps_is_within_16_bits_of_the_loudest(folder):
    quiet = np.random.default_rng(0).standard_normal(5000) * 1e-4
    soundfile.write(folder / "b.wav", quiet, RATE, subtype="FLOAT")
    part, unit = bank_of(Sounds.at(str(folder), "folder"), RATE).part(0, 0, 5000)
    assert np.abs(part[0] * unit - quiet).max() < np.abs(quiet).max() / 60000
    assert power(part) * unit**2 == pytest.approx(np.mean(quiet**2), rel=1e-4)


def test_a_changed_folder_is_another_recipe(folder):
    given = {"augkit": 1, "sample": {"audio": "audio"}, "steps": [{"background": {"folder": str(folder)}}]}
    before, again = read_recipe(given).hash, read_recipe(given).hash
    soundfile.write(folder / "d.wav", np.ones(100), RATE)
    added = read_recipe(given).hash
    soundfile.write(folder / "d.wav", np.full(100, 0.5), RATE)
    changed = read_recipe(given).hash
    assert before == again and len({before, added, changed}) == 3


def test_the_folder_may_move_and_the_recipe_stays_the_same(folder, tmp_path):
    text = "augkit: 1\nsample: {audio: audio}\nsteps:\n  - background: {folder: %s}\n"
    (tmp_path / "recipe.yaml").write_text(text % "noises")
    here = read_recipe(tmp_path / "recipe.yaml")
    (tmp_path / "elsewhere").mkdir()
    folder.rename(tmp_path / "elsewhere" / "sounds")
    (tmp_path / "recipe.yaml").write_text(text % "elsewhere/sounds")
    there = read_recipe(tmp_path / "recipe.yaml")
    assert here.hash == there.hash
    (tmp_path / "resolved.yaml").write_text(there.resolved())
    (tmp_path / "elsewhere" / "resolved.yaml").write_text(there.resolved())
    assert read_recipe(tmp_path / "elsewhere" / "resolved.yaml").hash == there.hash


def test_replay_gives_the_same_bytes_and_refuses_a_file_that_changed(folder):
    clip = (tones(RATE)[0], RATE)
    out, trace = pipeline(folder=str(folder)).traced(audio=clip, key="a")
    soundfile.write(folder / "zz.wav", np.ones(100), RATE)
    again = pipeline(folder=str(folder)).replay(trace, audio=clip)
    assert again["audio"][0].tobytes() == out["audio"][0].tobytes()
    soundfile.write(folder / trace.steps[0][2]["name"], np.ones(100), RATE)
    with pytest.raises(ReplayError, match="has changed since it was drawn"):
        pipeline(folder=str(folder)).replay(trace, audio=clip)
    (folder / trace.steps[0][2]["name"]).unlink()
    with pytest.raises(ReplayError, match="has no sound"):
        pipeline(folder=str(folder)).replay(trace, audio=clip)


def test_a_pickle_names_the_folder_and_refuses_another(folder):
    aug = pipeline(folder=str(folder))
    packed = pickle.dumps(aug)
    assert len(packed) < 3000
    clip = (tones(RATE)[0], RATE)
    assert (
        pickle.loads(packed)(audio=clip, key="a")["audio"][0].tobytes()
        == aug(audio=clip, key="a")["audio"][0].tobytes()
    )
    (folder / "b.wav").unlink()
    with pytest.raises(DataError, match="has other sounds than when the recipe was read"):
        pickle.loads(packed)


SAMPLE = {"audio": "audio", "events": "events"}


@pytest.fixture
def manifest(tmp_path):
    soundfile.write(tmp_path / "street.wav", 0.1 * np.random.default_rng(0).standard_normal(2 * RATE), RATE)
    events = [{"onset": 0.5, "offset": 1.0, "label": "car"}, {"onset": 1.9, "offset": 2.0, "label": "bell"}]
    (tmp_path / "noises.jsonl").write_text(json.dumps({"audio": "street.wav", "events": events}))
    return tmp_path / "noises.jsonl"


def test_events_of_the_background_join_those_of_the_clip(manifest):
    aug = pipeline(SAMPLE, manifest=str(manifest))
    own = [{"onset": 0.1, "offset": 0.2, "label": "dog"}]
    clip = (tones(RATE, 5.0)[0], RATE)
    out, trace = aug.traced(audio=clip, events=own, key="a")
    start = trace.steps[0][2]["start"]
    expected = []
    for begin in (2.0 * n - start for n in range(4)):
        for onset, offset, label in ((0.5, 1.0, "car"), (1.9, 2.0, "bell")):
            first, last = max(begin + onset, 0), min(begin + offset, 5)
            if last - first > 0.1 * (offset - onset):
                expected.append((pytest.approx(first, abs=1e-3), pytest.approx(last, abs=1e-3), label))
    assert out["events"][0] == own[0]
    assert [(e["onset"], e["offset"], e["label"]) for e in out["events"][1:]] == expected
    again = aug.replay(trace, audio=clip, events=own)
    assert again["events"] == out["events"]


def test_events_may_be_left_out_and_folders_have_none(manifest, folder):
    own = [{"onset": 0.1, "offset": 0.2, "label": "dog"}]
    clip = (tones(RATE)[0], RATE)
    for fields in ({"manifest": str(manifest), "events": "leave"}, {"folder": str(folder)}):
        assert pipeline(SAMPLE, **fields)(audio=clip, events=own, key="a")["events"] == own


def test_a_bank_that_was_cut_is_refused(folder):
    sounds = Sounds.at(str(folder), "folder")
    numbers = len(bank_of(sounds, 11025).numbers)
    [file] = cache_folder().rglob(f"{sounds.digest}-11025*.i16")
    assert file.stat().st_size == 2 * numbers
    file.write_bytes(file.read_bytes()[:-2])
    bank._opened.cache_clear()
    with pytest.raises(DataError, match="is no whole bank"):
        bank_of(sounds, 11025)


def test_wrong_folders_and_tables_are_refused_when_the_recipe_is_read(folder, tmp_path):
    (tmp_path / "empty").mkdir()
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "x.wav").write_bytes(b"no sound")
    (tmp_path / "t.csv").write_text("file\nx.wav\n")
    (tmp_path / "u.csv").write_text("audio\nmissing.wav\n")
    (tmp_path / "v.jsonl").write_text(json.dumps({"audio": "noises/b.wav", "events": [{"onset": 1}]}))
    for fields, message in (
        ({}, "needs either `folder` or `manifest`"),
        ({"folder": str(folder), "manifest": "x.csv"}, "needs either"),
        ({"folder": str(tmp_path / "none")}, "there is no folder"),
        ({"folder": str(tmp_path / "empty")}, "holds no sounds"),
        ({"folder": str(tmp_path / "broken")}, "x.wav cannot be read as sound"),
        ({"manifest": str(tmp_path / "w.csv")}, "there is no file"),
        ({"manifest": str(tmp_path / "t.csv")}, "no column 'audio'"),
        ({"manifest": str(tmp_path / "u.csv")}, "there is no file .*missing.wav"),
        ({"manifest": str(tmp_path / "v.jsonl")}, "row 1: events"),
    ):
        with pytest.raises(FieldError, match=message):
            steps.background(**fields)
    (tmp_path / "r.yaml").write_text("augkit: 1\nsample: {audio: audio}\nsteps:\n  - background: {folder: none}\n")
    with pytest.raises(RecipeError, match=r"r.yaml:4:\d+: background: folder: there is no folder .*none"):
        read_recipe(tmp_path / "r.yaml")
