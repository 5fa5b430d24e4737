"""The train section: every mistake has its place and, where one is near, the word that was meant."""

from __future__ import annotations

from pathlib import Path

import pytest

import augkit
from augkit.errors import FieldError, RecipeError
from augkit.recipe.located import located
from augkit.train.classification import choose_fields
from augkit.train.config import TrainConfig
from augkit.train.optimizers import build_optimizer, names

HEAD = """augkit: 1
source: {demo: digits}
sample: {image: image, digit: label}
steps: [{resize: {size: 16}}]
"""


def read(tmp_path: Path, train: str) -> TrainConfig:
    (tmp_path / "r.yaml").write_text(HEAD + train)
    section = augkit.read_recipe(tmp_path / "r.yaml").train
    assert section is not None
    return TrainConfig.from_recipe(section)


@pytest.mark.parametrize(
    ("train", "place", "complaint"),
    [
        ("train: {backbone: timm/resnet18, epohcs: 3}", "5:34", "unknown field 'epohcs'. Did you mean 'epochs'?"),
        ("train: {backbone: timm/resnet18, epochs: 0}", "5:42", "below the lowest allowed, 1"),
        ("train: {backbone: timm/resnet18, epochs: many}", "5:42", "expected a whole number"),
        ("train: {backbone: timm/resnet18, schedule: cosin}", "5:44", "Did you mean 'cosine'?"),
        ("train: {backbone: timm/resnet18, freeze: 1}", "5:42", "expected true or false"),
        ("train: {backbone: timm/resnet18, task: classify}", "5:40", "Expected one of 'classification'"),
        ("train: {backbone: timm/resnet18, optimizer: {lr: 1}}", "5:45", "{name: SGD, momentum: 0.9}"),
        ("train: {epochs: 3}", "5:8", "field 'backbone' is required"),
    ],
)
def test_each_mistake_has_its_place(tmp_path: Path, train: str, place: str, complaint: str) -> None:
    with pytest.raises(RecipeError) as caught:
        read(tmp_path, train)
    assert f"r.yaml:{place}: train: " in str(caught.value)
    assert complaint in str(caught.value)


@pytest.mark.parametrize(("name", "hint"), [("resnet18", "timm/resnet18"), ("tim/resnet18", "timm")])
def test_a_backbone_without_its_family(name: str, hint: str) -> None:
    with pytest.raises(FieldError, match=f"Did you mean '{hint}'"):
        TrainConfig(backbone=name)


def test_every_optimizer_of_torch_is_known_by_name() -> None:
    assert {"Adadelta", "Adagrad", "Adam", "AdamW", "SparseAdam", "Adamax", "ASGD", "LBFGS"} < set(names())
    assert {"NAdam", "RAdam", "RMSprop", "Rprop", "SGD"} < set(names())


@pytest.mark.parametrize(
    ("optimizer", "complaint"),
    [
        ("AdmaW", "Did you mean 'AdamW'?"),
        ({"name": "SGD", "momentun": 0.9}, "SGD takes no 'momentun'. Did you mean 'momentum'?"),
        ({"name": "SGD", "momentum": -1}, "Invalid momentum"),
    ],
)
def test_optimizers_that_cannot_be(optimizer: object, complaint: str) -> None:
    import torch

    config = TrainConfig(backbone="timm/resnet18", optimizer=optimizer)  # type: ignore[arg-type]
    with pytest.raises(FieldError) as caught:
        build_optimizer(config, [{"params": [torch.zeros(1, requires_grad=True)], "lr": 0.1}])
    assert complaint in str(caught.value) and caught.value.field == "optimizer"


def test_the_fields_are_the_only_ones_or_named() -> None:
    config = TrainConfig(backbone="timm/resnet18")
    kinds = {"picture": "image", "mask": "mask", "species": "label"}
    assert choose_fields(config, kinds).input == "picture"
    assert choose_fields(config, kinds).target == "species"
    with pytest.raises(RecipeError, match="several fields of kind 'label'; say which: target: species"):
        choose_fields(config, kinds | {"sex": "label"})
    with pytest.raises(RecipeError, match=r"unknown field 'specis'\. Did you mean 'species'"):
        choose_fields(TrainConfig(backbone="timm/resnet18", target="specis"), kinds)
    with pytest.raises(RecipeError, match="field 'mask' is of kind 'mask'; classification needs one of kind 'label'"):
        choose_fields(TrainConfig(backbone="timm/resnet18", target="mask"), kinds)
    with pytest.raises(RecipeError, match="no fields of kind 'label'"):
        choose_fields(config, {"picture": "image"})


def test_a_section_of_plain_python_is_read_too() -> None:
    from augkit.errors import Where

    section = located({"backbone": "timm/resnet18", "lr": 1e-4}, Where("here", 1, 1))
    assert TrainConfig.from_recipe(section).lr == 1e-4  # type: ignore[arg-type]
