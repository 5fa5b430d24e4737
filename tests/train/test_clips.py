"""Clips through their spectrograms into a backbone for pictures; and what a recipe need not say for it."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
import torch

import augkit
from augkit.errors import CompileError, RecipeError
from augkit.proof import compare
from augkit.recipe import read_recipe
from augkit.train.classification import choose_fields
from augkit.train.config import TrainConfig
from augkit.train.progress import Progress
from tests.train.conftest import quietly

RATE = 8000


@pytest.fixture(scope="session")
def clips(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of rising and falling tones, each in noise of its own and as long as it likes."""
    root, rng = tmp_path_factory.mktemp("clips"), np.random.default_rng(0)
    for number in range(40):
        name, count = ("rising", "falling")[number % 2], int(rng.integers(3000, 5000))
        hertz = np.linspace(*sorted(rng.uniform(300, 3000, 2)), count)
        phase = np.cumsum(2 * np.pi * (hertz if name == "rising" else hertz[::-1]) / RATE)
        sound = 0.3 * np.sin(phase) + 0.02 * rng.standard_normal(count)
        (root / name).mkdir(exist_ok=True)
        soundfile.write(root / name / f"{number:02d}.wav", sound, RATE)
    return root


def recipe(root: Path, steps: list[Any] | None = None, **train: Any) -> dict[str, Any]:
    """Half a second of each clip as a small spectrogram."""
    return {
        "augkit": 1,
        "seed": 3,
        "source": {"audio_folder": {"root": str(root)}},
        "sample": {"audio": "audio", "label": "label"},
        "split": {"val": 0.4},
        "steps": [{"crop": {"seconds": 0.5}}, {"gain": {}}, *(steps or []), {"log_mel": {"n_mels": 32, "hop_ms": 16}}],
        "loader": {"batch_size": 8},
        "train": {"backbone": "timm/test_resnet", "pretrained": False, "epochs": 2, "threads": 1}
        | {"checks": "off", "report": "off"}
        | train,
    }


def test_the_backbones_picture_is_appended_to_both_lists(clips: Path) -> None:
    read = read_recipe(recipe(clips))
    assert [step.name for step in read.steps][-2:] == ["audio/log_mel", "spectrogram/picture"]
    names = [step.name for step in read.eval_steps]
    assert names == ["audio/center_crop", "audio/log_mel", "spectrogram/picture"]
    assert read_recipe(recipe(clips, steps=[])).resolved().count("picture: {like: timm/test_resnet") == 2
    own = recipe(clips)
    own["steps"] = [*own["steps"], {"picture": {"like": "timm/resnet18", "standardize": False}}]
    assert [step.name for step in read_recipe(own).steps].count("spectrogram/picture") == 1


def test_batches_are_pictures_of_three_channels(clips: Path) -> None:
    batch = next(iter(augkit.loader(recipe(clips))))
    assert batch["audio"].shape == (8, 3, 32, 32) and batch["audio"].dtype == torch.float32


def test_rising_and_falling_are_told_apart(clips: Path, tmp_path: Path) -> None:
    run = quietly(recipe(clips, epochs=12, lr=3e-3, schedule="onecycle"), tmp_path / "run")
    assert run.metrics["last"]["val_accuracy"] > 0.85
    assert run.metrics["classes"] == ["falling", "rising"]
    assert run.task.guessing(run.metrics) == "always guessing the commonest class: 0.500"


def test_compared_with_and_without_the_steps_that_change_sounds(clips: Path, tmp_path: Path) -> None:
    steps = [{"time_stretch": {"rate": [0.9, 1.1], "length": "keep"}}]
    result = compare(
        [recipe(clips, steps, epochs=1)], 1, tmp_path / "c", progress=Progress(silent=True), say=lambda line: None
    )
    assert result.lines()[0].startswith("validation accuracy")
    left_out = json.loads((tmp_path / "c" / "comparison.json").read_text())
    assert set(left_out["val_accuracy"]) == {"with augmentation", "without"}


def test_recipes_of_unlike_data_are_not_compared(clips: Path, tmp_path: Path) -> None:
    events = {
        "augkit": 1,
        "source": {"demo": {"name": "sound_scenes", "count": 4}},
        "sample": {"audio": "audio", "events": "events"},
        "steps": [{"log_mel": {}}],
        "train": {"task": "sound_events"},
    }
    (tmp_path / "events.yaml").write_text(json.dumps(events))
    (tmp_path / "clips.yaml").write_text(json.dumps(recipe(clips)))
    with pytest.raises(RecipeError, match=r"source is demo: .* in events and audio_folder: .* in clips"):
        compare([tmp_path / "clips.yaml", tmp_path / "events.yaml"], 1, tmp_path / "c")


def test_sounds_that_nothing_made_a_picture_of_are_refused_with_the_steps_that_do(clips: Path, tmp_path: Path) -> None:
    without = {**recipe(clips), "steps": [{"gain": {}}]}
    with pytest.raises(RecipeError, match=r"that a backbone reads, a picture; .* audio/log_mel or audio/mfcc"):
        quietly(without, tmp_path / "run")


def test_a_picture_must_always_be_made(clips: Path) -> None:
    given = recipe(clips)
    given["steps"] = [{"one_of": [{"log_mel": {}}, {"mfcc": {}}]}]
    with pytest.raises((CompileError, RecipeError), match="must always run"):
        augkit.loader(given)


def test_any_kind_that_is_fed_as_a_picture_will_do() -> None:
    config = TrainConfig(backbone="timm/resnet18")
    assert choose_fields(config, {"sound": "spectrogram_picture", "word": "label"}).input == "sound"
    with pytest.raises(RecipeError, match="several fields that a backbone reads, a picture; say which: input: sound"):
        choose_fields(config, {"sound": "spectrogram_picture", "film": "image_tensor", "word": "label"})


def test_the_shipped_recipe_learns_languages_from_real_clips(tmp_path: Path) -> None:
    root = Path(os.environ.get("AUGKIT_TEST_DATA", tmp_path / "nowhere")) / "spoken-prompts"
    file = Path(__file__).parents[2] / "recipes" / "spoken_language.yaml"
    assert read_recipe(file).train is not None
    if not root.is_dir():
        pytest.skip("no recorded speech: set AUGKIT_TEST_DATA to a folder with spoken-prompts/")
    small = {"vars.root": str(root), "train.epochs": 3, "train.threads": 1, "split.train_per_class": 30}
    run = quietly(file, tmp_path / "run", overrides=small)
    assert run.metrics["classes"] == ["en", "es", "fr"]
    assert run.metrics["epochs"][-1]["train_accuracy"] > 1 / 3
