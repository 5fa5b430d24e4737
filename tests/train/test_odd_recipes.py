"""Recipes that read well and yet trained into a traceback: each trains now, or is refused in words at its place."""

from __future__ import annotations

import json

import numpy as np
import pytest
import soundfile
import torch
from PIL import Image
from torch import nn

from augkit.data import open_recipe
from augkit.errors import DataError, RecipeError
from augkit.train.classification import check_names
from augkit.train.classifier import lone
from augkit.train.config import TrainConfig
from augkit.train.progress import Progress
from augkit.train.record import Record
from augkit.train.regression import check_float32
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


@pytest.mark.parametrize(
    ("labels", "complaint"),
    [
        ([1, "1", 2], r"y: 1 and '1' are two classes of one name; write them alike"),
        ([True, 0, 1], "y: True and 1 are one and the same number"),
        ([1.0, 1], "y: 1.0 and 1 are one and the same number"),
        ([[1], [2]], r"y: \[1\] is no class; several for each sample are of kind `labels`"),
        ([{"a": 1}], "is no class"),
        ([float("nan"), 1.0], "y: nan is no class"),
    ],
)
def test_classes_have_one_name_each(labels, complaint):
    with pytest.raises(DataError, match=complaint):
        check_names("y", labels)


@pytest.mark.parametrize("labels", [[1, 2, 1], ["1", "a", ""], [0.5, 1.5], [True, False], [-1, 10**20], ["<b>", "é"]])
def test_classes_of_any_plain_kind_are_fine(labels):
    check_names("y", labels)


def test_two_classes_of_one_name_are_refused_before_there_is_a_folder(tmp_path):
    files = [tmp_path / f"{number}.png" for number in range(8)]
    for file in files:
        Image.new("RGB", (24, 24)).save(file)
    rows = [json.dumps({"image": file.name, "y": [1, "1"][number % 2]}) for number, file in enumerate(files)]
    (tmp_path / "table.jsonl").write_text("\n".join(rows))
    data = {"source": {"manifest": str(tmp_path / "table.jsonl")}, "sample": {"image": "image", "y": "label"}}
    with pytest.raises(DataError, match="two classes of one name"):
        quietly(recipe() | data | {"split": {"val": 0.25}}, tmp_path / "run")
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    ("numbers", "complaint"),
    [
        ([1e300, 2e300], "beyond float32; write them in a larger unit"),
        ([-1.7e308, 1.7e308], "beyond float32; write them in a larger unit"),
        ([1e-300, 2e-300], "beyond float32; write them in a smaller unit"),
        ([1.7e9, 1.7e9 + 60, 1.7e9 + 120], "cannot be told apart in float32; subtract .*, such as 1\\.7e\\+09"),
        ([1.0, 1 + 1e-12], "cannot be told apart"),
    ],
)
def test_numbers_that_float32_cannot_hold_are_refused(numbers, complaint):
    with pytest.raises(DataError, match=f"y: .*{complaint}"):
        check_float32("y", numbers, numbers)


@pytest.mark.parametrize("numbers", [[0.0, 1], [1e6, 2e6], [-3e-9, 2e-9], [1.7e9, 1.8e9], [1000.0, 1001, 1002]])
def test_numbers_of_usual_sizes_are_fine(numbers):
    check_float32("y", numbers, numbers)


@pytest.mark.parametrize(("monitor", "best"), [("val_loss", 1), ("val_accuracy", 2)])
def test_an_epoch_whose_validation_is_no_number_is_never_the_best(tmp_path, monitor, best):
    values = [float("nan"), 0.25, 0.75, float("nan")]
    history = [{"epoch": n, "train_loss": 1.0, "val_loss": each, "val_accuracy": each} for n, each in enumerate(values)]
    config = TrainConfig(backbone="timm/test_resnet", monitor=monitor, early_stop=2)
    record = Record(tmp_path, config, Progress(silent=True), {"scores": ["accuracy"]}, {}, history)
    assert record.best is history[best] and record.enough == (best == 1)


def test_no_file_of_the_test_split_is_read(tmp_path, monkeypatch):
    given = recipe(split={"train_per_class": 1, "val": 0.02, "test": 0.1}, epochs=1, checks="on", report="on")
    opened, read = open_recipe(given), set()
    load = type(opened.source).load

    def seen(source, key):
        read.add(key)
        return load(source, key)

    monkeypatch.setattr(type(opened.source), "load", seen)
    quietly(given, tmp_path / "run")
    assert read and not read & set(opened.keys("test"))
