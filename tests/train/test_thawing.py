"""Policies at work: what changes and what stays, how fast, in runs and after a resume."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

from augkit.errors import FieldError, RecipeError
from augkit.train import Classifier, Run, TrainConfig, build
from augkit.train.config import Fields
from augkit.train.evidence import Start
from augkit.train.layers import by_depth, still
from augkit.train.transfer import Policy
from tests.train.conftest import quietly, recipe
from tests.train.test_resume import killed_in, same


def classifier(name: str = "timm/test_resnet", **train: Any) -> Classifier:
    torch.manual_seed(0)
    config = TrainConfig(backbone=name, pretrained=False, **train)
    return Classifier(build(name, False), config, Fields("image", "species"), ["cat", "dog"], steps=10)


def moved(run: Run, before: dict[str, torch.Tensor]) -> list[bool]:
    """Of each layer group, whether a weight or a statistic of BatchNorm is another than before."""
    backbone = run.model.backbone
    names = {id(parameter): name for name, parameter in backbone.named_parameters()}
    found = []
    for group in backbone.layer_groups():
        layers = {names[id(parameter)].rpartition(".")[0] for parameter in group.parameters}
        own = [name for name in before if name.rpartition(".")[0] in layers]
        found.append(any(not torch.equal(before[name], backbone.state_dict()[name]) for name in own))
    return found


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> dict[str, torch.Tensor]:
    """The backbone before it learns anything."""
    run = quietly(recipe(lr=0.0, epochs=1, transfer="linear"), tmp_path_factory.mktemp("first") / "run")
    return {name: tensor.clone() for name, tensor in run.model.backbone.state_dict().items()}


@pytest.mark.parametrize(
    ("policy", "learning"),
    [
        ("linear", [False] * 5),
        ({"stages": [2, 4]}, [False] * 5),
        ({"last": 2}, [False, False, False, True, True]),
        ("full", [True] * 5),
        ("lp_ft", [True] * 5),
        ("discriminative", [True] * 5),
    ],
)
def test_what_learns_changes_and_the_rest_keeps_weights_and_statistics(
    policy: Any, learning: list[bool], first: dict[str, torch.Tensor], tmp_path: Path
) -> None:
    run = quietly(recipe(lr=0.05, transfer=policy), tmp_path / "run")
    assert moved(run, first) == learning
    assert run.metrics["transfer"]["policy"] == policy


def test_gradually_one_more_group_learns_each_epoch(first: dict[str, torch.Tensor], tmp_path: Path) -> None:
    given = recipe(lr=0.05, transfer={"last": 3}, unfreeze_every=1, epochs=4)
    whole = quietly(given, tmp_path / "whole")
    assert moved(whole, first) == [False, False, True, True, True]
    model = whole.model
    for epoch, count in enumerate([0, 1, 2, 3]):
        model.thaw.begin(epoch)
        learning = [group.parameters[0].requires_grad for group in model.backbone.layer_groups()]
        assert learning == [False] * (5 - count) + [True] * count


@pytest.mark.parametrize(
    ("train", "epoch"),
    [
        ({"transfer": "lp_ft", "optimizer": "AdamW", "schedule": "onecycle"}, 2),
        ({"transfer": {"last": 2}, "unfreeze_every": 1, "optimizer": {"name": "SGD", "momentum": 0.9}}, 1),
        ({"transfer": {"last": 2}, "unfreeze_every": 1, "optimizer": "AdamW"}, 3),
        ({"transfer": {"discriminative": 0.5}, "optimizer": "AdamW"}, 2),
    ],
)
def test_a_resumed_run_thaws_as_the_uninterrupted_one(
    train: dict[str, Any], epoch: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = recipe(epochs=4, dropout=0.3, **train)
    whole = quietly(given, tmp_path / "whole")
    killed_in(epoch, monkeypatch, given, tmp_path / "resumed")
    assert same(whole, quietly(given, tmp_path / "resumed", resume=True))


def test_rates_fall_towards_the_input_and_groups_of_one_rate_are_one() -> None:
    model = classifier(transfer={"discriminative": 0.5}, lr=0.1, head_lr_factor=2.0)
    rates = [group["lr"] for group in model.groups()]
    assert rates == pytest.approx([0.1 / 32, 0.1 / 16, 0.1 / 8, 0.1 / 4, 0.1 / 2, 0.2])
    names = [group["name"] for group in model.groups()]
    assert names[0] == "backbone, group 1" and names[-1] == "head"
    [all_of_them] = classifier(transfer="full").groups()
    assert all_of_them["name"] == "all" and len(all_of_them["params"]) == len(list(model.parameters()))


def test_layer_groups_hold_every_parameter_once_from_the_input_to_the_head() -> None:
    for name in ("timm/test_resnet", "timm/test_vit", "timm/test_convnext", "pkg/efficientnet_lite0"):
        backbone = build(name, False, size=(32, 32))
        groups = backbone.layer_groups()
        held = [id(parameter) for group in groups for parameter in group.parameters]
        assert sorted(held) == sorted(map(id, backbone.parameters()))
        assert id(next(backbone.parameters())) in {id(parameter) for parameter in groups[0].parameters}


def test_a_model_with_a_list_of_layers_is_grouped_by_them() -> None:
    class Tower(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.embed = nn.Linear(2, 2)
            self.layers = nn.ModuleList(nn.Sequential(nn.Linear(2, 2), nn.Tanh()) for _ in range(3))
            self.last = nn.LayerNorm(2)

    groups = by_depth(Tower())
    assert [(group.name, len(group.parameters)) for group in groups] == [
        ("embeddings", 2),
        ("layer 1", 2),
        ("layer 2", 2),
        ("layer 3", 4),
    ]
    assert len(by_depth(nn.Sequential(nn.Linear(2, 2), nn.Tanh(), nn.Linear(2, 2)))) == 2


def test_only_what_learns_nothing_stands_still() -> None:
    net = nn.Sequential(
        nn.Sequential(nn.Linear(2, 2), nn.BatchNorm1d(2), nn.Dropout()), nn.BatchNorm1d(2), nn.Dropout()
    )
    net[0].requires_grad_(False)
    net.train()
    still(net)
    assert [module.training for module in net.modules()] == [True, False, False, False, False, True, True]


def test_the_head_reads_stages_scaled_as_measured(tmp_path: Path) -> None:
    run = quietly(recipe(epochs=1, transfer={"stages": [2, 4]}), tmp_path / "run")
    reading = run.model.reading
    assert run.model.head.in_features == reading.width == 32 + 192
    saved = torch.load(run.folder / "best.ckpt", weights_only=True)
    assert torch.equal(saved["state_dict"]["reading.mean"], reading.mean) and reading.spread.min() > 0
    assert saved["augkit"]["transfer"] == {"policy": {"stages": [2, 4]}}


def test_stages_at_the_end_are_the_features() -> None:
    for name in ("timm/test_resnet", "timm/test_vit", "pkg/efficientnet_lite0"):
        backbone = build(name, False, size=(32, 32)).eval()
        pictures = torch.randn(3, 3, 32, 32)
        with torch.no_grad():
            stages, some = backbone.stages(pictures), backbone.stages(pictures, 2)
            assert torch.equal(stages[-1], backbone.features(pictures))
        assert [stage.shape[1] for stage in stages] == backbone.stage_dims
        assert len(backbone.stage_names) == len(stages)
        assert len(some) == 2 and all(torch.equal(a, b) for a, b in zip(some, stages, strict=False))


def test_what_is_open_needs_data() -> None:
    with pytest.raises(FieldError, match="transfer: auto is measured on a training split"):
        Start.unmeasured(Policy("auto"), build("timm/test_resnet", False))


@pytest.mark.parametrize(
    ("train", "complaint"),
    [
        ({"transfer": "linaer"}, r"r:1:1: train: transfer: unknown 'linaer'. Did you mean 'linear'\?"),
        ({"transfer": {"last": 9}}, "train: transfer: last: 9: the backbone has 5 layer groups"),
        (
            {"transfer": "full", "freeze": True},
            "train: freeze: true says what transfer: linear says, beside transfer: full",
        ),
        (
            {"transfer": "linear", "unfreeze_every": 2},
            "train: unfreeze_every: transfer: linear thaws nothing gradually",
        ),
        ({"transfer": "lp_ft", "epochs": 1}, "the head alone for 1 of 1 epochs"),
    ],
)
def test_what_cannot_be_is_told_at_its_place(train: dict[str, Any], complaint: str, tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match=complaint.replace("r:1:1: ", "")):
        quietly(recipe(**train), tmp_path / "run")
    assert not (tmp_path / "run").exists()
