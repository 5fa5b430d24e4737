"""Heads that learn several classes, or a number: their losses and scores, a run from a recipe, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from augkit.data.collate import collate_field
from augkit.errors import DataError, RecipeError
from augkit.sample import Labels, Sample
from augkit.train import Run, build, open_run
from augkit.train.classifier import Classifier
from augkit.train.config import Fields
from augkit.train.export import export
from augkit.train.given import given_in
from augkit.train.multilabel import MultilabelConfig
from augkit.train.objectives import Scaled
from augkit.train.regression import RegressionConfig
from augkit.train.tallies import LabelTally, NumberTally, average_precision, r2
from tests.train.conftest import quietly

CLASSES = ["blue", "green", "red"]


def test_average_precision_and_f1_are_those_of_scikit_learn() -> None:
    metrics = pytest.importorskip("sklearn.metrics")
    rng = np.random.default_rng(0)
    logits = np.round(rng.normal(size=(60, 3)), 1)  # many scores are the same
    there = rng.random((60, 3)) < (0.5, 0.2, 0.0)
    tally = LabelTally()
    for part in np.split(np.arange(60), 4):
        tally.add(torch.tensor(2.0), torch.tensor(logits[part]), torch.tensor(there[part], dtype=torch.float32))
    told = tally.metrics_by_class("val", CLASSES)
    want = [metrics.average_precision_score(there[:, n], logits[:, n]) for n in range(2)]
    assert told["per_class"] == pytest.approx(dict(zip(CLASSES, want, strict=False)))  # nothing is red
    assert told["val_mean_average_precision"] == pytest.approx(np.mean(want))
    assert told["val_f1"] == pytest.approx(metrics.f1_score(there, logits >= 0, average="micro"))
    assert told["val_random_average_precision"] == pytest.approx(there[:, :2].mean())
    assert told["val_loss"] == 2 and tally.metrics("train")["train_f1"] == told["val_f1"]
    shuffled = [average_precision(rng.random(400), np.arange(400) < 100) for _ in range(60)]
    assert np.mean(shuffled) == pytest.approx(0.25, abs=0.03)  # what a random order gets is the share of the class


def test_r2_and_error_are_those_of_scikit_learn() -> None:
    metrics = pytest.importorskip("sklearn.metrics")
    rng = np.random.default_rng(0)
    there, told = rng.normal(5, 3, (50, 1)), rng.normal(5, 3, (50, 1))
    tally = NumberTally()
    for part in np.split(np.arange(50), 5):
        tally.add(torch.tensor(1.0), torch.tensor(told[part]), torch.tensor(there[part]))
    assert tally.metrics("val")["val_r2"] == pytest.approx(metrics.r2_score(there, told))
    assert tally.metrics("val")["val_mae"] == pytest.approx(metrics.mean_absolute_error(there, told))
    same = np.ones((3, 1))
    assert (r2(same, same), r2(same + 1, same), r2(there[:0], there[:0])) == (1.0, 0.0, 0.0)


def learner(config: Any, classes: list[Any]) -> Classifier:
    torch.manual_seed(0)
    return Classifier(build("timm/test_resnet", False), config, Fields("image", "target"), classes, steps=10).eval()


@pytest.mark.parametrize("given", [[["red"], [], ["red", "blue"]], [("red",), (), ("blue", "red")]])
def test_labels_become_ones_and_cost_binary_cross_entropy(given: Any) -> None:
    model = learner(MultilabelConfig(backbone="timm/test_resnet"), CLASSES)
    images = torch.rand(3, 3, 32, 32, generator=torch.Generator().manual_seed(0))
    loss, logits, target = model._compare({"image": images, "target": given}, 0.0)
    assert target.tolist() == [[0, 0, 1], [0, 0, 0], [1, 0, 1]]
    odds = logits.detach().sigmoid()
    want = -(target * odds.log() + (1 - target) * (1 - odds).log()).mean()
    torch.testing.assert_close(loss.detach(), want)
    smooth = model._compare({"image": images, "target": given}, 0.2)[0].detach()
    soft = model._compare({"image": images, "target": target * 0.8 + 0.1}, 0.0)[0].detach()
    torch.testing.assert_close(smooth, soft)


def test_a_batch_in_which_nothing_has_a_class_is_of_zeros() -> None:
    model = learner(MultilabelConfig(backbone="timm/test_resnet"), CLASSES)
    for given in ([[]], [[], []]):
        collated = collate_field("labels", [Sample({"labels": Labels(each)}) for each in given])
        assert torch.equal(model.objective.target(model, collated), torch.zeros(len(given), len(CLASSES)))


def test_whole_numbers_are_classes_also_where_all_samples_have_equally_many() -> None:
    model = learner(MultilabelConfig(backbone="timm/test_resnet"), [3, 5, 9])
    assert model.objective.target(model, torch.tensor([[3, 9], [9, 5]])).tolist() == [[1, 0, 1], [0, 1, 1]]
    with pytest.raises(DataError, match="target: 4 is no class of the training split"):
        model.objective.target(model, [[4]])


@pytest.mark.parametrize(("loss", "cost"), [("mse", lambda e: e**2), ("mae", np.abs)])
def test_errors_are_counted_in_standard_deviations(loss: Any, cost: Any) -> None:
    model = learner(RegressionConfig(backbone="timm/test_resnet", loss=loss), [])
    assert isinstance(model.head, Scaled)
    model.head.fit([100.0, 300.0])
    images = torch.rand(2, 3, 32, 32, generator=torch.Generator().manual_seed(0))
    made, told, target = model._compare({"image": images, "target": torch.tensor([50, 250])}, 0.0)
    assert (model.head.centre.item(), model.head.scale.item()) == (200, 100)
    want = cost((told.detach().numpy() - target.numpy()) / 100).mean()
    assert made.item() == pytest.approx(want, rel=1e-4)
    assert "head.scale" in model.state_dict()  # a finished run's weights bring the scale


def pictures(root: Path) -> Path:
    """Forty pictures with a red, a green and a blue corner or not, and a table: which, and how bright it is."""
    rng, rows = np.random.default_rng(0), []
    for number in range(40):
        pixels = rng.integers(90, 110, (24, 24, 3))
        there = [name for name, chance in zip(CLASSES, rng.random(3), strict=True) if chance < 0.5]
        for place, name in enumerate(("red", "green", "blue")):
            if name in there:
                pixels[8 * place : 8 * place + 8, :, place] += 100
        bright = int(rng.integers(0, 40))
        Image.fromarray((pixels + bright).clip(0, 255).astype(np.uint8)).save(root / f"{number}.png")
        rows.append({"image": f"{number}.png", "colours": there, "bright": 1000 + 10.0 * bright, "name": f"n{number}"})
    (root / "table.jsonl").write_text("\n".join(map(json.dumps, rows)))
    return root / "table.jsonl"


def recipe(table: Path, learnt: dict[str, Any], **train: Any) -> dict[str, Any]:
    return {
        "augkit": 1,
        "seed": 1,
        "source": {"manifest": {"file": str(table)}},
        "sample": {"image": "image", **learnt},
        "split": {"val": 0.25, "stratify": False},
        "steps": [{"gaussian_noise": {"std": [0, 0.02]}}],
        "eval_steps": [],
        "loader": {"batch_size": 10},
        "train": {"backbone": "timm/test_resnet", "pretrained": False, "epochs": 12, "threads": 1, "lr": 5e-3}
        | {"schedule": "onecycle", "report": "off"}
        | train,
    }


def told_by(run: Run, *files: Path) -> list[Any]:
    """What the run, opened anew, tells of pictures."""
    trained = open_run(run.folder, "last")
    return [answer.told for answer in trained.answers(given_in(files, trained.schema.fields["image"]))]


def exported(run: Run, file: Path) -> torch.Tensor:
    """What the exported network of the run tells of a picture."""
    about = export(open_run(run.folder, "last"), run.folder / "net.pt2", "torch")
    assert about["output"] == ("probabilities" if run.model.classes else "values")
    pixels = torch.from_numpy(np.asarray(Image.open(file)).copy())[None]
    return torch.export.load(run.folder / "net.pt2").module()(pixels.expand(2, -1, -1, -1))[:1]


def test_a_run_learns_which_classes_a_picture_has(tmp_path: Path) -> None:
    given = recipe(pictures(tmp_path), {"colours": "labels"}, task="multilabel_classification")
    run = quietly(given, tmp_path / "run")
    last = json.loads((run.folder / "metrics.json").read_text())["last"]
    assert run.metrics["classes"] == CLASSES and run.metrics["scores"] == ("mean_average_precision", "f1")
    assert last["val_mean_average_precision"] > 0.9 > last["val_random_average_precision"] + 0.2
    assert run.task.guessing(run.metrics) == f"in a random order: {last['val_random_average_precision']:.3f}"
    [answer] = told_by(run, tmp_path / "0.png")
    odds = answer["probabilities"]
    assert answer["labels"] == [name for name in odds if odds[name] >= 0.5] and set(odds) == set(CLASSES)
    found = exported(run, tmp_path / "0.png")[0].tolist()
    assert found == pytest.approx([odds[name] for name in CLASSES], abs=1e-4)


def test_a_run_learns_a_number_in_its_own_unit(tmp_path: Path) -> None:
    given = recipe(pictures(tmp_path), {"bright": "value"}, task="regression", epochs=20)
    run = quietly(given, tmp_path / "run")
    last = run.metrics["last"]
    assert last["val_r2"] > 0.5 > run.metrics["mean_r2"] and last["val_mae"] < 0.7 * run.metrics["mean_mae"]
    assert run.metrics["mean"] == pytest.approx(1200, abs=60)
    assert run.task.guessing(run.metrics).startswith("always telling the mean: ")
    answers = told_by(run, *(tmp_path / f"{number}.png" for number in range(40)))
    there = [json.loads(line)["bright"] for line in (tmp_path / "table.jsonl").read_text().splitlines()]
    assert np.corrcoef([answer["value"] for answer in answers], there)[0, 1] > 0.6
    assert exported(run, tmp_path / "0.png").item() == pytest.approx(answers[0]["value"], abs=0.01)


def test_mixed_batches_are_learnt_from_as_weights(tmp_path: Path) -> None:
    given = recipe(pictures(tmp_path), {"colours": "labels"}, task="multilabel_classification", epochs=1)
    run = quietly(given | {"batch": [{"mixup": {"alpha": 1}}]}, tmp_path / "run")
    assert np.isfinite(run.metrics["last"]["train_loss"])


@pytest.mark.parametrize(
    ("target", "train", "complaint"),
    [
        ({"name": "label"}, {"task": "regression"}, r"name: got 'n\d+'; regression learns one finite number"),
        ({"bright": "value"}, {"task": "regression", "label_smoothing": 0.1}, "label_smoothing: smooths classes"),
        ({"bright": "value"}, {"task": "regression", "loss": "msee"}, "Did you mean 'mse'"),
        ({"name": "label"}, {"task": "multilabel_classification"}, "no fields of kind 'labels'"),
        ({"colours": "labels"}, {"task": "regression"}, "no fields of kind 'value' or 'label'"),
        ({"colours": "labels"}, {"task": "regression", "target": "colours"}, "'colours' is of kind 'labels'"),
        ({"bright": "labels"}, {"task": "multilabel_classification"}, "bright: got .*; expected a list of classes"),
    ],
)
def test_what_cannot_be_learnt_is_told(target: Any, train: Any, complaint: str, tmp_path: Path) -> None:
    given = recipe(pictures(tmp_path), target, **train)
    with pytest.raises((RecipeError, DataError), match=complaint):
        quietly(given, tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_a_number_that_never_changes_is_refused(tmp_path: Path) -> None:
    table = pictures(tmp_path)
    rows = [{**json.loads(line), "bright": 3} for line in table.read_text().splitlines()]
    table.write_text("\n".join(map(json.dumps, rows)))
    with pytest.raises(DataError, match="bright: is 3 in all of the training split"):
        quietly(recipe(table, {"bright": "value"}, task="regression"), tmp_path / "run")
