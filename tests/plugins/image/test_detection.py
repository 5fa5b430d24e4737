"""What a detector is made of: pictures of any size, boxes that are learnt and those that are not, and its way back."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

import augkit
from augkit.errors import DataError
from augkit.train.config import Fields
from augkit.train.undo import undone
from augkit.vocab.space import Boxes
from augkit_image.tasks.box_classes import plain_labels
from augkit_image.tasks.detection import DetectionConfig
from augkit_image.tasks.detector import Detector, Found
from augkit_image.tasks.encoder import build_encoder


@pytest.fixture(autouse=True)
def one_thread() -> Any:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def detector(**train: Any) -> Detector:
    torch.manual_seed(0)
    config = DetectionConfig(backbone="timm/test_resnet", pretrained=False, pyramid_channels=32, **train)
    encoder = build_encoder(config.backbone, False, config.stride, (48, 64))
    return Detector(encoder, config, Fields("image", "boxes"), ["cat", "dog"], 10, 0)


def batch(*boxes: dict[str, Any], size: tuple[int, int] = (48, 64)) -> dict[str, Any]:
    generator = torch.Generator().manual_seed(1)
    return {"image": torch.randn((len(boxes), 3, *size), generator=generator), "boxes": list(boxes)}


def of(rows: list[list[float]], **columns: Any) -> dict[str, Any]:
    return {"xyxy": torch.tensor(rows, dtype=torch.float32).reshape(-1, 4), **columns}


NOTHING = of([], label=[])


def test_pictures_without_boxes_train() -> None:
    model = detector()
    loss = model.judge(batch(NOTHING, of([])), "train")
    loss.backward()
    slopes = [parameter.grad for parameter in model.parameters() if parameter.grad is not None]
    assert float(loss.detach()) > 0 and slopes and all(bool(torch.isfinite(slope).all()) for slope in slopes)


def test_thin_boxes_and_crowds_are_not_learnt() -> None:
    model = detector().eval()
    good = of([[5, 5, 30, 30]], label=["dog"])
    thin = of([[5, 5, 30, 30], [3, 3, 3.9, 40], [7, 9, 30, 9]], label=["dog", "cat", "cat"])
    crowd = of([[5, 5, 30, 30], [0, 0, 40, 40]], label=["dog", "dog"], iscrowd=torch.tensor([0, 1]))
    losses = {float(model.judge(batch(boxes), "val").detach()) for boxes in (good, thin, crowd)}
    assert len(losses) == 1 and float(model.judge(batch(NOTHING), "val").detach()) not in losses
    assert [len(truth.xyxy) for truth in model.tallies["val"].true] == [1, 1, 2, 0]


def test_the_loss_is_torchvisions_own_on_the_pictures_as_they_are() -> None:
    """With torchvision's whole model around the same weights, its own resizing and normalisation made to do nothing."""
    from torchvision.models.detection.transform import GeneralizedRCNNTransform

    model = detector(stride=16).train()
    given = batch(of([[5, 5, 30, 30]], label=["dog"]), of([[8, 2, 60, 40], [30, 20, 40, 36]], label=["cat", "dog"]))

    class Maps(torch.nn.Module):
        def forward(self, images: torch.Tensor) -> dict[str, torch.Tensor]:
            maps = model.backbone(images)[model.head.first :]
            return model.head.pyramid({str(n): each for n, each in enumerate(maps)})  # type: ignore[no-any-return]

    whole = model.head.fcos
    whole.transform = GeneralizedRCNNTransform(48, 64, [0, 0, 0], [1, 1, 1], size_divisible=16, _skip_resize=True)
    whole.backbone = Maps()
    targets = [model._learnt(model.truth(boxes)) for boxes in given["boxes"]]
    theirs = sum(whole(list(given["image"]), targets).values())
    torch.testing.assert_close(model.judge(given, "train"), theirs)


@pytest.mark.parametrize("size", [(48, 64), (33, 47), (20, 90)])
def test_boxes_of_pictures_of_any_size_lie_in_them(size: tuple[int, int]) -> None:
    model = detector(min_score=0.0).eval()
    with torch.inference_mode():
        [found] = model.outputs(batch(NOTHING, size=size))
    assert 0 < len(found.xyxy) <= 100 and float(found.xyxy.min()) >= 0
    assert bool((found.xyxy.reshape(-1, 2) <= torch.tensor([size[1], size[0]])).all())


def test_a_frozen_backbone_stays_as_it_is() -> None:
    model = detector(freeze=True)
    assert not any(module.training for module in model.backbone.modules()) and model.head.training
    assert [group["name"] for group in model.groups()] == ["head"]


def found(*rows: tuple[list[float], int, float]) -> Found:
    xyxy, numbers, scores = zip(*rows, strict=True)
    return Found(torch.tensor(xyxy, dtype=torch.float32), torch.tensor(numbers), torch.tensor(scores))


def test_boxes_move_back_through_what_was_drawn() -> None:
    """A mirrored and enlarged picture: what is found there is told where it is on the picture as given."""
    given = {"augkit": 1, "sample": {"image": "image"}, "steps": [{"hflip": {"p": 1}}, {"resize": {"size": 96}}]}
    _, trace = augkit.load(given).traced(image=np.zeros((48, 48, 3), np.uint8), key="a")
    model = detector()
    output = found(([10, 20, 30, 60], 1, 0.75))
    back = model.from_target(undone(trace, model.as_target(output)))
    assert model.told([back]) == {"boxes": [{"xyxy": [33, 10, 43, 30], "label": "dog", "score": 0.75}]}


def test_views_are_merged_by_class() -> None:
    first = found(([0, 0, 10, 10], 0, 0.5), ([30, 30, 40, 40], 1, 0.25))
    second = found(([0, 0, 10, 11], 0, 0.75), ([0, 0, 10, 10], 1, 0.125))
    told = detector().told([first, second])["boxes"]
    assert [(box["label"], box["score"]) for box in told] == [("cat", 0.75), ("dog", 0.25), ("dog", 0.125)]


def test_a_report_shows_the_sure_ones_by_name() -> None:
    shown = detector().shown(found(([0, 0, 10, 10], 1, 0.5), ([3, 3, 9, 9], 0, 0.1)), Boxes(np.zeros((0, 4))))
    assert shown.columns["label"] == ["dog"] and shown.xyxy.tolist() == [[0, 0, 10, 10]]


def test_labels_that_are_no_class_and_boxes_without_any_are_told() -> None:
    model = detector()
    with pytest.raises(DataError, match=r"'dogg' is no class of the training split.*Did you mean 'dog'"):
        model.judge(batch(of([[5, 5, 30, 30]], label=["dogg"])), "train")
    with pytest.raises(DataError, match="no column 'label'"):
        model.judge(batch(of([[5, 5, 30, 30]])), "train")


def test_whole_numbers_are_labels_too() -> None:
    assert plain_labels(torch.tensor([2.0, 3.0])) == [2, 3] and plain_labels(np.array(["a"])) == ["a"]
