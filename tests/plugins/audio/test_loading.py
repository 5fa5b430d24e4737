"""Clips and their events from a manifest through the DataLoader."""

import json

import numpy as np
import pytest
import soundfile
import torch

import augkit
from augkit.errors import DataError


@pytest.fixture
def recipe(tmp_path):
    lines = []
    for number in range(6):
        samples = np.zeros(8000 + 100 * number, np.float32)
        samples[4000] = 0.9
        soundfile.write(tmp_path / f"{number}.wav", samples, 8000)
        events = [{"onset": 0.5, "offset": 0.5, "label": "click"}]
        lines.append(json.dumps({"clip": f"{number}.wav", "audio": f"{number}.wav", "events": events}))
    (tmp_path / "clips.jsonl").write_text("\n".join(lines))
    return {
        "augkit": 1,
        "seed": 3,
        "source": {"manifest": {"file": str(tmp_path / "clips.jsonl"), "key": "clip"}},
        "sample": {"audio": "audio", "events": "events"},
        "split": {},
        "steps": [{"time_stretch": {"rate": [0.8, 1.25]}}, {"gain": {}}, {"add_noise": {"snr_db": 30}}],
        "loader": {"batch_size": 3},
    }


@pytest.mark.parametrize("workers", [0, 2])
def test_batches_hold_clips_lengths_and_events_on_their_clicks(recipe, workers):
    seen = 0
    for batch in augkit.loader(recipe, overrides={"loader.workers": workers}):
        audio = batch["audio"]
        assert audio["samples"].shape == (len(batch["key"]), 1, int(audio["lengths"].max()))
        assert audio["samples"].dtype == torch.float32
        for clip, events in zip(audio["samples"], batch["events"], strict=True):
            assert int(clip[0].abs().argmax()) / 8000 == pytest.approx(float(events["onset"][0]), abs=0.005)
            assert events["label"] == ["click"]
            seen += 1
    assert seen >= 3


def test_workers_give_the_same_bytes(recipe):
    alone, together = (
        [batch["audio"]["samples"] for batch in augkit.loader(recipe, overrides={"loader.workers": workers})]
        for workers in (0, 2)
    )
    assert all(torch.equal(one, other) for one, other in zip(alone, together, strict=True))


def test_a_file_that_is_cut_short_is_named(recipe, tmp_path):
    for number in range(6):
        whole = (tmp_path / f"{number}.wav").read_bytes()
        (tmp_path / f"{number}.wav").write_bytes(whole[:500])
    with pytest.raises(DataError, match=r"\d\.wav.*cut short"):
        list(augkit.loader(recipe))
