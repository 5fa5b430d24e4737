"""``task: object_detection``: a run from a recipe to scores, answers on pictures as given, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from augkit.errors import DataError, RecipeError
from augkit.train import Run, open_run
from augkit.train.export import export
from augkit.train.given import given_in
from augkit_image.tasks.average_precision import iou
from tests.plugins.image.shapes_to_find import lay_out
from tests.train.conftest import quietly
from tests.train.test_resume import killed_in, same


def recipe(root: Path, **train: Any) -> dict[str, Any]:
    """Shapes to find, mirrored and cropped anew in every epoch."""
    return {
        "augkit": 1,
        "seed": 3,
        "source": {"yolo": {"data": str(root / "data.yaml"), "split": "train"}},
        "sample": {"image": "image", "boxes": "boxes"},
        "split": {"val": 0.25},
        "steps": [{"hflip": {}}, {"random_resized_crop": {"size": 96, "scale": [0.6, 1.0]}}],
        "eval_steps": [{"resize": {"size": 96}}],
        "loader": {"batch_size": 4},
        "train": {"task": "object_detection", "backbone": "timm/test_resnet", "pretrained": False, "epochs": 1}
        | {"pyramid_channels": 32, "threads": 1, "report": "off", "checks": "off"}
        | train,
    }


@pytest.fixture(scope="module")
def shapes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return lay_out(tmp_path_factory.mktemp("shapes"), 12, empty_every=10)


@pytest.fixture(scope="module")
def short(shapes: Path) -> Run:
    """One epoch, with its report and its checks."""
    return quietly(recipe(shapes, report="on", checks="on", min_score=0.01), shapes / "short")


def test_one_epoch_writes_what_the_scores_are_and_a_report_with_boxes(short: Run) -> None:
    metrics = json.loads((short.folder / "metrics.json").read_text())
    assert metrics["task"] == "object_detection" and metrics["scores"] == ["map50", "map"]
    assert metrics["classes"] == ["disc", "square"]
    last = metrics["last"]
    assert 0 <= last["val_map"] <= last["val_map50"] <= 1 and last["val_loss"] > 0
    assert f"{last['val_usual_map50']:.3f}" in short.task.guessing(metrics)
    assert "Truth beside prediction" in (short.folder / "report.html").read_text()
    assert sum(not len(truth.xyxy) for truth in short.model.tallies["train"].true + short.model.tallies["val"].true)


def test_answers_are_plain_data_in_pixels_of_the_picture_as_given(short: Run, tmp_path: Path) -> None:
    Image.fromarray(np.full((50, 200, 3), 90, np.uint8)).save(tmp_path / "wide.png")
    trained = open_run(short.folder)
    for tta in (0, 2):
        [answer] = trained.answers(given_in([tmp_path / "wide.png"], trained.schema.fields["image"]), tta=tta)
        assert answer.error is None and answer.told["boxes"] and json.dumps(answer.told)
        xyxy = np.array([box["xyxy"] for box in answer.told["boxes"]])
        assert (xyxy >= 0).all() and (xyxy <= [200, 50, 200, 50]).all() and xyxy[:, 2].max() > 96
        scores = [box["score"] for box in answer.told["boxes"]]
        assert scores == sorted(scores, reverse=True) and {box["label"] for box in answer.told["boxes"]} <= {
            "disc",
            "square",
        }


def test_an_export_is_refused_with_the_reason(short: Run, tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match=r"no exported form yet.*augkit predict"):
        export(open_run(short.folder), tmp_path / "net.onnx")


def test_a_resumed_run_ends_as_if_it_had_never_stopped(
    shapes: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = recipe(shapes, epochs=2)
    whole = quietly(given, tmp_path / "whole")
    killed_in(1, monkeypatch, given, tmp_path / "resumed")
    assert same(whole, quietly(given, tmp_path / "resumed", resume=True))


@pytest.mark.parametrize(
    ("train", "complaint"),
    [
        ({"finest": 5}, "no stage of stride 5; it has 2, 4, 8, 16, 32"),
        ({"pyramid_channels": 40}, "got 40.*a multiple of 32, such as 64"),
        ({"dropout": 0.1}, "dropout: a detector's head has none"),
        ({"finest": 16, "stride": 8}, "no stage of stride 16; it has 2, 4, 8"),
        ({"backbone": "resnet18"}, "unknown 'resnet18'"),
        ({"monitor": "val_map5"}, "Did you mean 'val_map"),
        ({"decoder": "fpn"}, "decoder"),
    ],
)
def test_what_cannot_be_trained_is_refused_at_its_place(
    shapes: Path, tmp_path: Path, train: dict[str, Any], complaint: str
) -> None:
    with pytest.raises(RecipeError, match=complaint):
        quietly(recipe(shapes, **train), tmp_path / "run")


def test_a_sample_without_boxes_is_refused(shapes: Path, tmp_path: Path) -> None:
    given = recipe(shapes) | {"sample": {"image": "image"}}
    with pytest.raises(RecipeError, match="no fields of kind 'boxes'; object_detection needs one"):
        quietly(given, tmp_path / "run")


def test_a_class_of_the_validation_alone_and_no_box_at_all_are_refused(tmp_path: Path) -> None:
    from augkit.data import open_recipe

    root = lay_out(tmp_path / "shapes", 8)
    given = recipe(root)
    of_val = open_recipe(given).keys("val")[0]
    files = sorted((root / "labels" / "train").iterdir())
    for file in files:
        file.write_text("1 0.5 0.5 0.2 0.2\n" if file.stem == Path(of_val).stem else "0 0.5 0.5 0.2 0.2\n")
    with pytest.raises(DataError, match="the validation has boxes of 'square', which the training split has not"):
        quietly(given, tmp_path / "run")
    for file in files:
        file.write_text("")
    with pytest.raises(DataError, match="no picture of the training split has a box"):
        quietly(given, tmp_path / "run")


@pytest.mark.long
def test_a_short_training_finds_nine_of_ten_shapes(tmp_path: Path) -> None:
    """From a pretrained backbone, in half a minute of one core; the floor is what the usual boxes get."""
    root = lay_out(tmp_path / "shapes")
    given = recipe(root, backbone="pkg/efficientnet_lite0", pretrained=True, pyramid_channels=64, stride=16, epochs=9)
    given["train"] |= {"lr": 0.003, "schedule": "onecycle", "validate_every": 3}
    run = quietly(given, tmp_path / "run")
    last = run.metrics["last"]
    assert last["val_map50"] > 0.8 > 4 * last["val_usual_map50"] and last["val_map"] > 0.5

    (tmp_path / "large").mkdir()
    for file in (root / "images" / "train").iterdir():
        Image.open(file).resize((288, 192), Image.Resampling.NEAREST).save(tmp_path / "large" / file.name)
    trained = open_run(run.folder)
    for tta in (0, 3):
        answers = list(trained.answers(given_in([tmp_path / "large"], trained.schema.fields["image"]), tta=tta))
        right = [_finds(root, answer) for answer in answers]
        assert np.mean([each for some in right for each in some]) > 0.9


def _finds(root: Path, answer: Any) -> list[bool]:
    """Whether each shape of a picture that was made 288 x 192 is told where it is, with its name."""
    rows = (root / "labels" / "train" / f"{Path(answer.key).stem}.txt").read_text().splitlines()
    found = []
    for number, x, y, w, h in ([float(part) for part in row.split()] for row in rows):
        true = np.array([[x - w / 2, y - h / 2, x + w / 2, y + h / 2]]) * [288, 192, 288, 192]
        name = ("disc", "square")[int(number)]
        sure = [box["xyxy"] for box in answer.told["boxes"] if box["label"] == name and box["score"] > 0.3]
        found.append(bool(len(sure)) and float(iou(np.array(sure), true).max()) > 0.6)
    return found
