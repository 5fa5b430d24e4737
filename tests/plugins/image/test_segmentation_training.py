"""``task: segmentation``: a run from a recipe to scores, a resume, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from augkit.errors import DataError, RecipeError
from augkit.recipe import read_recipe
from augkit.train import Run, open_run
from augkit.train.export import export
from augkit.train.given import given_in
from augkit.train.task import task_of
from augkit_image.rle import decode
from tests.train.conftest import quietly
from tests.train.test_resume import killed_in, same


def recipe(count: int = 12, mask: Any = "mask", **train: Any) -> dict[str, Any]:
    """A few small scenes."""
    return {
        "augkit": 1,
        "seed": 3,
        "source": {"demo": {"name": "shapes", "count": count, "size": 32}},
        "sample": {"image": "image", "mask": mask},
        "split": {"val": 0.34},
        "steps": [{"hflip": {}}, {"affine": {"degrees": [-10, 10], "scale": [0.9, 1.1]}}],
        "eval_steps": [],
        "loader": {"batch_size": 4},
        "train": {"task": "segmentation", "backbone": "timm/test_resnet", "pretrained": False, "epochs": 2}
        | {"decoder_channels": 4, "threads": 1, "lr": 0.005, "report": "off"}
        | train,
    }


def test_a_resumed_run_ends_as_if_it_had_never_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given = recipe(decoder="fpn", dropout=0.2, epochs=3)
    whole = quietly(given, tmp_path / "whole")
    killed_in(1, monkeypatch, given, tmp_path / "resumed")
    assert same(whole, quietly(given, tmp_path / "resumed", resume=True))


def lay_out(root: Path) -> Path:
    """Six pictures whose masks have 0, 7 and 255."""
    for number in range(6):
        for folder in ("images", "masks"):
            (root / folder).mkdir(exist_ok=True)
        mask = np.zeros((33, 47), dtype=np.uint8)
        mask[5:20, number : number + 15], mask[20:] = 7, 255
        bright = np.select([mask == 0, mask == 7], [30, 200], 100).astype(np.uint8)
        Image.fromarray(np.repeat(bright[:, :, None], 3, axis=2)).save(root / "images" / f"{number}.png")
        Image.fromarray(mask).save(root / "masks" / f"{number}.png")
    return root


@pytest.fixture
def scenes(tmp_path: Path) -> Path:
    return lay_out(tmp_path)


def of_files(scenes: Path, mask: Any = "mask", **train: Any) -> dict[str, Any]:
    source = {"image_folder": {"root": str(scenes / "images"), "masks": str(scenes / "masks")}}
    return {**recipe(mask=mask, epochs=1, **train), "source": source}


def test_the_classes_are_the_numbers_that_the_masks_hold(scenes: Path, tmp_path: Path) -> None:
    run = quietly(of_files(scenes), tmp_path / "run")
    assert run.metrics["classes"] == [0, 7] and list(run.metrics["last"]["per_class"]) == ["0", "7"]
    counted = run.model.tallies["train"].pixels.sum()
    assert counted == pytest.approx(4 * 20 * 47, rel=0.15)  # the rows of 255 count nowhere, whatever the warp
    named = {"mask": {"classes": {"sky": 0, "tree": 7, "bird": 9}}}
    assert quietly(of_files(scenes, named), tmp_path / "named").metrics["classes"] == ["sky", "tree", "bird"]
    other = {"mask": {"ignore_index": 7}}
    assert quietly(of_files(scenes, other), tmp_path / "other").metrics["classes"] == [0, 255]


@pytest.mark.parametrize(
    ("mask", "complaint"),
    [
        (
            {"mask": {"classes": ["a", "b"]}},
            r"the mask has 7, which `classes` does not name: a 0, b 1.*ignore_index: 7",
        ),
        ({"mask": {"classes": ["a"]}}, "two classes or more"),
    ],
)
def test_classes_that_do_not_fit_the_masks_are_told(scenes: Path, tmp_path: Path, mask: Any, complaint: str) -> None:
    with pytest.raises((DataError, RecipeError), match=complaint):
        quietly(of_files(scenes, mask), tmp_path / "run")


def test_masks_of_0_and_255_are_told_how_to_be_read(scenes: Path, tmp_path: Path) -> None:
    for file in (scenes / "masks").iterdir():
        Image.fromarray((np.asarray(Image.open(file)) == 7).astype(np.uint8) * 255).save(file)
    with pytest.raises(DataError, match=r"one class only, 0, .*say \{mask: \{ignore_index: 254\}\}"):
        quietly(of_files(scenes), tmp_path / "run")
    run = quietly(of_files(scenes, {"mask": {"ignore_index": 254}}), tmp_path / "run")
    assert run.metrics["classes"] == [0, 255]


def test_a_class_of_the_validation_alone_is_refused(scenes: Path, tmp_path: Path) -> None:
    [key] = read_keys(of_files(scenes), "val")[:1]
    mask = np.asarray(Image.open(scenes / "masks" / key)).copy()
    mask[0, 0] = 3
    Image.fromarray(mask).save(scenes / "masks" / key)
    with pytest.raises(DataError, match="the validation masks have 3, which the training masks have not"):
        quietly(of_files(scenes), tmp_path / "run")


def read_keys(given: dict[str, Any], split: Any) -> list[str]:
    from augkit.data import open_recipe

    return list(open_recipe(given).keys(split))


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"train": {"task": "segmentation"}}, "field 'backbone' is required"),
        ({"train": {"task": "segmentation", "backbone": "timm/resnet"}}, "timm has no model 'resnet'"),
        ({"train": {"task": "segmentation", "backbone": "resnet18"}}, "unknown 'resnet18'"),
        (
            {"train": {"task": "segmentation", "backbone": "timm/test_resnet", "decoder": "unett"}},
            "Did you mean 'unet'",
        ),
        (
            {"train": {"task": "segmentation", "backbone": "timm/test_resnet", "pretrained": False, "stride": 5}},
            r"no stage of stride 5; it has 2, 4, 8, 16, 32",
        ),
        ({"sample": {"image": "image", "boxes": "boxes"}}, "no fields of kind 'mask'; segmentation needs one"),
        ({"sample": {"mask": "mask"}}, "no fields that a backbone reads, a picture"),
    ],
)
def test_what_cannot_be_trained_is_refused_at_its_place(change: dict[str, Any], complaint: str, tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match=complaint):
        quietly({**recipe(), **change}, tmp_path / "run")


def test_the_shipped_recipe_reads_and_is_of_this_task() -> None:
    read = read_recipe(Path(__file__).parents[3] / "recipes" / "segmentation.yaml")
    assert task_of(read.train).scores == ("mean_iou", "pixel_accuracy")


@pytest.mark.long
def test_the_shipped_recipe_learns_more_than_its_floor(tmp_path: Path) -> None:
    file = Path(__file__).parents[3] / "recipes" / "segmentation.yaml"
    last = quietly(file, tmp_path / "run").metrics["last"]
    assert last["val_mean_iou"] > 0.55 > 2 * last["val_majority_mean_iou"]


@pytest.fixture(scope="module")
def learnt(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A run that is long enough to learn something, beside its data."""
    root = lay_out(tmp_path_factory.mktemp("learnt"))
    given = of_files(root, {"mask": {"classes": {"sky": 0, "tree": 7}}}, dice=0.5, stride=8)
    given |= {"steps": [{"resize": {"size": 32}}, {"hflip": {}}], "eval_steps": [{"resize": {"size": 32}}]}
    given["loader"] = {"batch_size": 2}
    given["train"] |= {"epochs": 30, "lr": 0.01, "schedule": "onecycle"}
    return quietly(given, root / "run")


def test_learns_the_class_of_every_pixel_and_writes_what_the_scores_are(learnt: Run) -> None:
    metrics = json.loads((learnt.folder / "metrics.json").read_text())
    assert metrics["task"] == "segmentation" and metrics["scores"] == ["mean_iou", "pixel_accuracy"]
    assert metrics["classes"] == ["sky", "tree"] and metrics["decoder"] == "unet"
    last = metrics["last"]
    assert last["val_mean_iou"] > 0.8 > 1.5 * last["val_majority_mean_iou"]
    assert set(last["per_class"]) == {"sky", "tree"} and last["val_pixel_accuracy"] > 0.9
    assert f"{last['val_majority_mean_iou']:.3f} (pixel accuracy" in learnt.task.guessing(metrics)


def test_a_run_tells_masks_of_pictures_as_they_were_given(learnt: Run) -> None:
    trained, root = open_run(learnt.folder), learnt.folder.parent
    assert list(trained.schema.fields) == ["image"]
    for tta in (0, 3):
        answers = list(trained.answers(given_in([root / "images"], trained.schema.fields["image"]), tta=tta))
        assert len(answers) == 6
        for answer in answers:
            assert answer.error is None and answer.told["size"] == [33, 47]
            truth = np.asarray(Image.open(root / "masks" / Path(answer.key).name))
            tree, known = decode(answer.told["masks"]["tree"], 33, 47), truth != 255
            overlap = (tree & (truth == 7))[known].sum() / (tree | (truth == 7))[known].sum()
            assert overlap > 0.8
            assert answer.told["shares"]["tree"] == pytest.approx(tree.mean(), abs=1e-5)
            assert sum(answer.told["shares"].values()) == pytest.approx(1, abs=1e-5)


def test_it_is_exported_with_the_padding_inside(learnt: Run) -> None:
    trained = open_run(learnt.folder)
    about = export(trained, learnt.folder / "net.pt2", "torch")
    assert about["classes"] == ["sky", "tree"] and about["input"]["shape"] == ["batch", 32, 32, 3]
    pixels = torch.randint(0, 256, (3, 32, 32, 3), dtype=torch.uint8, generator=torch.Generator().manual_seed(0))
    odds = torch.export.load(learnt.folder / "net.pt2").module()(pixels)
    assert odds.shape == (3, 2, 32, 32)
    torch.testing.assert_close(odds.sum(1), torch.ones(3, 32, 32))


def test_a_pixel_is_told_by_the_views_that_see_it() -> None:
    from tests.plugins.image.test_segmentation import segmenter

    model = segmenter()
    sure, unseen = torch.tensor([0.1, 0.2, 0.7]), torch.zeros(3)
    first = torch.stack([sure, unseen, torch.tensor([0.6, 0.4, 0.0])], 1)[:, None]
    second = torch.stack([unseen, unseen, torch.tensor([0.1, 0.9, 0.0])], 1)[:, None]
    told = model.told([first, second])
    assert {name: decode(mask, 1, 3).tolist() for name, mask in told["masks"].items()} == {
        "2": [[True, False, False]],
        "1": [[False, False, True]],
    }
    assert told["shares"] == pytest.approx({"0": 0, "1": 1 / 3, "2": 1 / 3}, abs=1e-5)
