"""``task: sound_events``: a run from a recipe to scores, what padding may change (nothing), and what is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
import torch

from augkit.data import open_recipe
from augkit.errors import DataError, RecipeError
from augkit.recipe import read_recipe
from augkit.recipe.located import located
from augkit.train import open_run
from augkit.train.config import Fields
from augkit.train.given import given_in
from augkit.train.task import task_of
from augkit_audio.tasks.detector import Detector
from augkit_audio.tasks.events import DetectionConfig
from augkit_audio.tasks.f1 import Counts, Event, segment_counts, segments
from augkit_audio.tasks.frames import agreed
from tests.train.conftest import quietly
from tests.train.test_resume import killed_in, same

SPECTRA = [{"log_mel": {"n_mels": 32, "fft_ms": 64, "hop_ms": 32}}, {"standardize": {"fit": True}}]


def recipe(count: int = 12, steps: list[Any] | None = None, **train: Any) -> dict[str, Any]:
    """A few scenes, seen coarsely."""
    return {
        "augkit": 1,
        "seed": 3,
        "source": {"demo": {"name": "sound_scenes", "count": count, "seconds": 3.0, "rate": 8000}},
        "sample": {"audio": "audio", "events": "events"},
        "split": {"val": 0.34},
        "steps": [*(steps or []), *SPECTRA],
        "eval_steps": SPECTRA,
        "loader": {"batch_size": 4},
        "train": {"task": "sound_events", "epochs": 2, "width": 8, "threads": 1, "lr": 0.01}
        | {"report": "off"}
        | train,
    }


def test_learns_where_events_are_and_writes_what_the_scores_are(tmp_path: Path) -> None:
    run = quietly(recipe(count=24, epochs=14, schedule="onecycle"), tmp_path / "run")
    metrics = json.loads((run.folder / "metrics.json").read_text())
    assert metrics["task"] == "sound_events" and metrics["scores"] == ["segment_f1", "event_f1"]
    assert metrics["classes"] == ["chirp", "click", "noise", "tone"]
    last = metrics["last"]
    assert last["val_segment_f1"] > 1.2 * last["val_everywhere_segment_f1"]
    assert last["val_segment_f1"] > metrics["epochs"][0]["val_segment_f1"]
    assert metrics["epochs"][-1]["train_loss"] < 0.5 * metrics["epochs"][0]["train_loss"]
    assert {path.name for path in run.folder.iterdir()} == {
        "recipe.yaml", "recipe.fitted.json", "metrics.json", "curves.png", "best.ckpt", "last.ckpt"
    }  # fmt: skip


def test_a_resumed_run_ends_as_if_it_had_never_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given = recipe(steps=[{"shift": {"wrap": True}}], dropout=0.2, epochs=3)
    whole = quietly(given, tmp_path / "whole")
    killed_in(1, monkeypatch, given, tmp_path / "resumed")
    assert same(whole, quietly(given, tmp_path / "resumed", resume=True))


def detector(**train: Any) -> Detector:
    torch.manual_seed(0)
    config = DetectionConfig(width=6, layers=2, **train)
    return Detector(config, Fields("audio", "events"), ["a", "b"], channels=1, steps=10).eval()


def batch(lengths: list[int], longest: int, fill: float = 0.0) -> dict[str, Any]:
    generator = torch.Generator().manual_seed(1)
    values = torch.full((len(lengths), 1, 16, longest), fill)
    mask = torch.zeros((len(lengths), longest), dtype=torch.bool)
    for row, length in enumerate(lengths):
        values[row, :, :, :length] = torch.randn((1, 16, length), generator=generator)
        mask[row, :length] = True
    events = [{"onset": torch.tensor([0.1]), "offset": torch.tensor([0.3]), "label": ["b"]} for _ in lengths]
    spectra = {"values": values, "mask": mask, "lengths": torch.tensor(lengths), "hop_seconds": 0.02}
    return {"audio": spectra, "events": events}


@pytest.mark.parametrize("fill", [0.0, 7.0])
def test_what_is_padded_changes_neither_logits_nor_loss(fill: float) -> None:
    model = detector()
    with torch.inference_mode():
        short = batch([40], 40)
        long = batch([40], 90, fill)
        alone, padded = (model(b["audio"]["values"], b["audio"]["mask"]) for b in (short, long))
        torch.testing.assert_close(padded[:, :40], alone)
        torch.testing.assert_close(model.judge(long, "val"), model.judge(short, "val"))


def test_the_loss_is_binary_cross_entropy_of_frames_and_classes() -> None:
    model = detector(shortest_ms=0)
    given = batch([40], 40)
    with torch.inference_mode():
        loss = model.judge(given, "val")
        probabilities = model(given["audio"]["values"], given["audio"]["mask"]).sigmoid()[0]
    want = np.zeros((40, 2))
    want[5:15, 1] = 1
    costs = torch.nn.functional.binary_cross_entropy(probabilities, torch.from_numpy(want).float())
    assert float(loss) == pytest.approx(float(costs), rel=1e-5)


def test_the_networks_word_is_turned_into_events_of_the_clip() -> None:
    logits = torch.full((1, 60, 2), -5.0)
    logits[0, 10:20, 1] = 5.0
    logits[0, 30, 0] = 5.0  # a speck
    [found] = detector(median_ms=60).found(logits, [50], 0.02)
    assert [(round(e.onset, 3), round(e.offset, 3), e.label) for e in found] == [(0.19, 0.39, 1)]
    [found] = detector(median_ms=0).found(logits, [15], 0.02)
    assert [(round(e.onset, 3), round(e.offset, 3), e.label) for e in found] == [(0.19, 0.28, 1)]


def test_clips_of_unequal_length_are_learnt_from(tmp_path: Path) -> None:
    steps = [{"time_stretch": {"rate": [0.7, 1.4]}}]
    run = quietly(recipe(steps=steps, epochs=1), tmp_path / "run")
    assert np.isfinite(run.metrics["last"]["val_loss"])


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"train": {"task": "sound_event"}}, r"unknown task 'sound_event'\. Did you mean 'sound_events'"),
        ({"train": {"task": 3}}, r"task: got .*3.*; expected one of classification, .*sound_events"),
        ({"train": {"task": "sound_events", "backbone": "timm/resnet18"}}, "unknown field 'backbone'"),
        ({"train": {"task": "sound_events", "layers": 4}}, r"4 layers divide the bins by 4 each, and there are 32"),
        ({"train": {"task": "sound_events", "monitor": "val_accuracy"}}, "monitor"),
        ({"train": {"task": "sound_events"}, "sample": {"audio": "audio"}}, "no fields of kind 'events'"),
        (
            {"train": {"task": "sound_events"}, "steps": [{"gain": {}}], "eval_steps": []},
            r"no fields of kind 'spectrogram'; sound_events needs one; .*audio/log_mel or audio/mfcc in `steps`",
        ),
    ],
)
def test_what_cannot_be_trained_is_refused_at_its_place(change: dict[str, Any], complaint: str, tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match=complaint):
        quietly({**recipe(), **change}, tmp_path / "run")


def test_events_without_labels_and_none_at_all_are_refused(tmp_path: Path) -> None:
    rows = [{"clip": str(n), "audio": "none.wav", "events": [{"onset": 0.1, "offset": 0.2}]} for n in range(6)]
    for events, complaint in [(rows[0]["events"], "have no `label`"), ([], "no event at all")]:
        (tmp_path / "clips.jsonl").write_text("\n".join(json.dumps({**row, "events": events}) for row in rows))
        source = {"manifest": {"file": str(tmp_path / "clips.jsonl"), "key": "clip"}}
        opened = open_recipe({**recipe(), "source": source, "steps": [], "eval_steps": []})
        with pytest.raises(DataError, match=complaint):
            task_of(located({"task": "sound_events"}, None)).classes(opened, Fields("audio", "events"))


def test_a_label_that_training_never_saw_is_named() -> None:
    given = batch([40], 40)
    given["events"][0]["label"] = ["c"]
    with pytest.raises(DataError, match="events: 'c' is no class of the training split"):
        detector().judge(given, "val")


def test_the_shipped_recipe_reads_and_is_of_this_task() -> None:
    read = read_recipe(Path(__file__).parents[3] / "recipes" / "sound_events.yaml")
    assert task_of(read.train).scores == ("segment_f1", "event_f1")


def test_a_run_tells_the_events_of_files_that_it_has_not_seen(tmp_path: Path) -> None:
    given = recipe(count=24, steps=[{"shift": {"seconds": [-0.3, 0.3]}}], epochs=14, schedule="onecycle")
    run = quietly(given, tmp_path / "run")
    scene = open_recipe(recipe(count=30)).dataset("all", augment=False).original(27).targets
    soundfile.write(tmp_path / "scene.wav", scene["audio"].samples.T, scene["audio"].rate)
    trained = open_run(run.folder, "last")
    truth = [Event(a, b, 0) for a, b in zip(scene["events"].onset, scene["events"].offset, strict=True)]
    for tta in (0, 6):
        [answer] = trained.answers(given_in([tmp_path / "scene.wav"], trained.schema.fields["audio"]), tta=tta)
        told = [Event(event["onset"], event["offset"], 0) for event in answer.told["events"]]
        heard, there = (segments(events, 3.0, 1, 0.1) for events in (told, truth))
        assert sum(segment_counts(there, heard), Counts()).f1 > 0.5


def test_views_agree_where_half_of_them_hear_it() -> None:
    views = [[Event(0.0, 1.0, 0), Event(2.0, 3.0, 1)], [Event(0.5, 1.5, 0)], [Event(0.6, 2.0, 0), Event(0.0, 0.1, 1)]]
    assert agreed(views) == [Event(0.5, 1.5, 0)]
    assert agreed(views[:1]) == views[0]
    assert agreed([[], []]) == []
