"""The classifier: what a frozen backbone keeps, how fast what learns, and labels that nobody told it of."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from augkit.data import open_recipe
from augkit.errors import DataError, RecipeError
from augkit.train import Classifier, TrainConfig, build
from augkit.train.classification import class_names
from augkit.train.config import Fields
from tests.train.conftest import quietly, recipe


def classifier(**train: object) -> Classifier:
    config = TrainConfig(backbone="timm/test_resnet", pretrained=False, **train)  # type: ignore[arg-type]
    torch.manual_seed(0)
    return Classifier(build("timm/test_resnet", False), config, Fields("image", "species"), ["cat", "dog"], steps=10)


def changed(given: dict[str, object], tmp_path: Path) -> set[str]:
    """The tensors that a run has changed, without the head's."""
    before = quietly(given, tmp_path / "before", overrides={"train.lr": 0.0, "train.epochs": 1, "train.freeze": True})
    after = quietly(given, tmp_path / "after").model.backbone.state_dict()
    first = before.model.backbone.state_dict()
    return {name for name in first if not torch.equal(first[name], after[name])}


def test_a_frozen_backbone_keeps_every_weight_and_batchnorm_statistic(tmp_path: Path) -> None:
    assert changed(recipe(freeze=True, lr=0.1), tmp_path) == set()


def test_a_backbone_that_learns_changes_weights_and_statistics(tmp_path: Path) -> None:
    names = changed(recipe(lr=0.1), tmp_path)
    assert any("running_mean" in name for name in names) and any(name.endswith("conv1.weight") for name in names)


def test_only_the_head_is_handed_to_the_optimizer_when_the_backbone_is_frozen() -> None:
    model = classifier(freeze=True, lr=0.1, head_lr_factor=2.0)
    [group] = model.groups()
    assert group["name"] == "head" and group["lr"] == 0.2
    assert {id(p) for p in group["params"]} == {id(p) for p in model.head.parameters()}


def test_the_head_may_learn_at_another_rate_and_everything_learns() -> None:
    model = classifier(lr=0.01, head_lr_factor=10.0)
    rates = {group["name"]: group["lr"] for group in model.groups()}
    assert rates == {"backbone": 0.01, "head": pytest.approx(0.1)}
    assert sum(len(group["params"]) for group in model.groups()) == len(list(model.parameters()))


def test_classes_are_numbered_in_order_and_others_are_refused() -> None:
    model = classifier()
    assert model.numbers(["dog", "cat", "dog"]).tolist() == [1, 0, 1]
    with pytest.raises(DataError, match=r"species: 'dgo' is no class of the training split\. Did you mean 'dog'"):
        model.numbers(["cat", "dgo"])


def folder_of(root: Path, **counts: int) -> dict[str, object]:
    from tests.data.conftest import noise, write_image

    for name, count in counts.items():
        for number in range(count):
            write_image(root / name / f"{number}.png", noise(number))
    return recipe() | {"source": {"image_folder": {"root": str(root)}}, "sample": {"image": "image", "label": "label"}}


def test_a_class_that_only_validation_has_is_named(tmp_path: Path) -> None:
    given = folder_of(tmp_path / "data", cat=9, dog=9, emu=1)
    splits = [given | {"split": {"val": 0.3, "stratify": False, "seed": seed}} for seed in range(50)]
    lonely = next(opened for opened in map(open_recipe, splits) if any("emu" in key for key in opened.keys("val")))
    with pytest.raises(DataError, match="the validation split has 'emu', which the training split has not"):
        class_names(lonely, "label")


def test_one_class_is_not_enough(tmp_path: Path) -> None:
    given = folder_of(tmp_path / "data", cat=9) | {"split": {"val": 0.3}}
    with pytest.raises(DataError, match="one class only, 'cat'"):
        quietly(given, tmp_path / "run")


def test_without_a_validation_split_it_says_what_to_write(tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match=r"no 'val' split; write split: \{val: 0.2\}"):
        quietly(recipe(split={"val": 0}), tmp_path / "run")


def test_mistakes_below_the_train_section_are_placed(tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match=r"<recipe>:1:1: .*timm has no model 'resnet81'\. Did you"):
        quietly(recipe(backbone="timm/resnet81"), tmp_path / "run")
    with pytest.raises(RecipeError, match=r"train: optimizer: torch has no 'adamw'\. Did you mean 'AdamW'"):
        quietly(recipe(optimizer="adamw"), tmp_path / "run")
    assert not (tmp_path / "run").exists()
