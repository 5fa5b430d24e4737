"""Recipes that read well and yet trained into a traceback: each trains now, or is refused in words at its place."""

from __future__ import annotations

import json

import numpy as np
import pytest
import soundfile
import torch
from torch import nn

from augkit.errors import RecipeError
from augkit.train.classifier import lone
from augkit.train.run import fit

from .conftest import quietly, recipe


def test_a_recipe_without_train_says_what_to_write_or_that_nothing_can_be():
    data = {"source": {"demo": "shapes"}, "steps": ["hflip"], "augkit": 1}
    digits = {"source": {"demo": "digits"}, "sample": {"image": "image", "digit": "label"}}
    with pytest.raises(RecipeError, match=r"there is no `train`; write train: {backbone: "):
        fit(data | digits)
    with pytest.raises(
        RecipeError, match=r"a sample of image: image, mask: mask has no label to learn: .*augkit\.loader"
    ):
        fit(data | {"sample": {"image": "image", "mask": "mask"}})


@pytest.mark.parametrize(
    ("source", "sample"),
    [
        ({"demo": "docstrings"}, {"text": "text", "package": "label"}),
        ({"audio_folder": "clips"}, {"audio": "audio", "label": "label"}),
    ],
)
def test_texts_and_sounds_with_a_label_are_not_told_to_take_a_backbone_for_pictures(tmp_path, source, sample):
    for name in ("a/1", "a/2", "b/1", "b/2"):
        file = tmp_path / "clips" / f"{name}.wav"
        file.parent.mkdir(parents=True, exist_ok=True)
        soundfile.write(file, np.zeros(800), 8000)
    given = tmp_path / "r.yaml"
    given.write_text(json.dumps({"augkit": 1, "source": source, "sample": sample, "steps": []}))
    with pytest.raises(
        RecipeError, match=r"no `train`.* has no picture for a backbone.*text_classification.*augkit init"
    ):
        fit(given)


def test_a_last_batch_of_one_picture_trains(tmp_path):
    given = recipe(split={"train_per_class": 3, "val": 0.02}, backbone="timm/resnet10t", epochs=1)
    given["loader"] = {"batch_size": 29}
    run = quietly(given, tmp_path / "run")
    assert run.metrics["steps_per_epoch"] == 2 and run.metrics["stopped"] == "finished"


def test_a_lone_picture_leaves_the_statistics_as_they_are_and_modes_as_they_were():
    norm = nn.BatchNorm2d(2)
    frozen = nn.BatchNorm2d(2).eval()
    both = nn.ModuleList([norm, frozen])
    with lone(both, 1):
        norm(torch.ones(1, 2, 1, 1))
        assert not norm.training
    assert norm.training and not frozen.training and norm.num_batches_tracked == 0
    with lone(both, 2):
        norm(torch.ones(2, 2, 1, 1))
    assert norm.num_batches_tracked == 1


def test_lbfgs_gets_its_closure_and_trains(tmp_path):
    run = quietly(recipe(optimizer="LBFGS", schedule="none", lr=0.1, epochs=1), tmp_path / "run")
    assert run.metrics["stopped"] == "finished"


@pytest.mark.parametrize(
    ("train", "said"),
    [
        ({"optimizer": "SparseAdam"}, r"SparseAdam needs sparse gradients"),
        ({"optimizer": {"name": "AdamW", "betas": [0.9]}}, r"optimizer: AdamW: "),
    ],
)
def test_optimizers_that_cannot_work_are_refused(tmp_path, train, said):
    with pytest.raises(RecipeError, match=said):
        fit(recipe(**train), tmp_path / "run")


def test_several_views_are_refused(tmp_path):
    with pytest.raises(RecipeError, match=r"views: 2 draws at once .*copies"):
        fit({**recipe(), "views": 2}, tmp_path / "run")


def test_what_was_skipped_is_kept_with_the_run(tmp_path):
    photos = _photos(tmp_path / "photos")
    given = recipe(epochs=2, backbone="timm/test_resnet") | {
        "source": {"image_folder": {"root": str(photos)}},
        "sample": {"image": "image", "label": "label"},
        "split": {"val": 0.25},
        "loader": {"batch_size": 4, "on_error": "skip"},
    }
    with pytest.warns(UserWarning, match="skipped 1 of"):
        run = quietly(given, tmp_path / "run")
    kept = json.loads((tmp_path / "run" / "metrics.json").read_text())
    skipped = [sum(row.get(f"{split}_skipped", 0) for split in ("train", "val")) for row in kept["epochs"]]
    assert skipped == [1, 1] and run.metrics["stopped"] == "finished"


def _photos(root):
    from PIL import Image

    for name, gray in (("dark", 20), ("light", 230)):
        (root / name).mkdir(parents=True)
        for number in range(8):
            Image.new("RGB", (24, 24), (gray + number,) * 3).save(root / name / f"{number}.png")
    (root / "dark" / "broken.png").write_bytes((root / "dark" / "0.png").read_bytes()[:40])
    return root
