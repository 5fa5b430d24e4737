"""What a segmenter is made of: its scores, its losses, its decoders, and pictures of any size."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from torch.nn import functional

from augkit.errors import DataError, FieldError
from augkit.train.config import Fields
from augkit.vocab.space import MaskOptions
from augkit_image.tasks.confusion import IGNORED, Confusion, iou
from augkit_image.tasks.encoder import Encoder, build_encoder, pad_to
from augkit_image.tasks.segmentation import SegmentationConfig
from augkit_image.tasks.segmenter import Segmenter, dice_loss, segmentation_loss


@pytest.fixture(autouse=True)
def one_thread() -> Any:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def segmenter(
    name: str = "test_resnet", size: tuple[int, int] = (40, 56), options: MaskOptions | None = None, **train: Any
) -> Segmenter:
    torch.manual_seed(0)
    config = SegmentationConfig(backbone=f"timm/{name}", pretrained=False, **train)
    encoder = build_encoder(config.backbone, False, config.stride, size)
    return Segmenter(encoder, config, Fields("image", "mask"), [0, 1, 2], 10, 0, options or MaskOptions()).eval()


def told(seed: int = 0, classes: int = 3) -> tuple[torch.Tensor, torch.Tensor]:
    """Logits (2, classes, 9, 7) and class numbers, of which a fifth are ignored."""
    generator = torch.Generator().manual_seed(seed)
    logits = torch.randn((2, classes, 9, 7), generator=generator)
    target = torch.randint(0, classes, (2, 9, 7), generator=generator)
    target[torch.rand((2, 9, 7), generator=generator) < 0.2] = IGNORED
    return logits, target


def test_scores_are_those_of_scikit_learn_and_torchmetrics_over_all_batches_together() -> None:
    sklearn_metrics = pytest.importorskip("sklearn.metrics")
    classification = pytest.importorskip("torchmetrics.classification")
    tally, truth, guesses = Confusion.empty("abc"), [], []
    macro = classification.MulticlassJaccardIndex(3, average="macro", ignore_index=IGNORED)
    for seed in range(3):
        logits, target = told(seed)
        tally.add(torch.tensor(1.0), logits, target)
        macro.update(logits.argmax(1), target)
        truth.append(target[target != IGNORED])
        guesses.append(logits.argmax(1)[target != IGNORED])
    there, guessed = torch.cat(truth).numpy(), torch.cat(guesses).numpy()
    metrics = tally.metrics("val")
    each = sklearn_metrics.jaccard_score(there, guessed, average=None)
    assert list(metrics["per_class"].values()) == pytest.approx(each)
    assert metrics["val_mean_iou"] == pytest.approx(each.mean()) == pytest.approx(float(macro.compute()))
    assert metrics["val_pixel_accuracy"] == pytest.approx((there == guessed).mean())
    commonest = np.full_like(there, np.bincount(there).argmax())
    dummy = sklearn_metrics.jaccard_score(there, commonest, average="macro")
    assert metrics["val_majority_mean_iou"] == pytest.approx(dummy)
    assert "per_class" not in tally.metrics("train")


def test_a_class_that_is_neither_there_nor_told_has_no_iou() -> None:
    assert np.isnan(iou(np.array([[3, 1, 0], [0, 2, 0], [0, 0, 0]]))).tolist() == [False, False, True]
    tally = Confusion("abc", np.array([[3, 1, 0], [0, 2, 0], [0, 0, 0]]), count=1)
    assert tally.metrics("val")["per_class"] == pytest.approx({"a": 3 / 4, "b": 2 / 3})


def test_the_loss_is_cross_entropy_of_the_pixels_that_are_not_ignored() -> None:
    logits, target = told()
    there = target != IGNORED
    chosen = logits.movedim(1, -1)[there]
    for smoothing in (0.0, 0.2):
        want = functional.cross_entropy(chosen, target[there], label_smoothing=smoothing)
        torch.testing.assert_close(segmentation_loss(logits, target, smoothing=smoothing), want)


def test_dice_is_twice_what_is_common_over_what_there_is_of_each_class() -> None:
    logits, target = told()
    there = target != IGNORED
    told_, truth = logits.softmax(1).movedim(1, -1)[there].numpy(), np.eye(3)[target[there].numpy()]
    want = 1 - np.mean([2 * (p * t).sum() / (p.sum() + t.sum()) for p, t in zip(told_.T, truth.T, strict=True)])
    assert float(dice_loss(logits, target)) == pytest.approx(want, rel=1e-5)
    mixed = 0.25 * dice_loss(logits, target) + 0.75 * segmentation_loss(logits, target)
    torch.testing.assert_close(segmentation_loss(logits, target, dice=0.25), mixed)
    without = target.masked_fill(target == 2, 1)  # a class that is not there has no say
    right = functional.one_hot(without.clamp(min=0), 3).movedim(-1, 1).float() * 100
    assert float(dice_loss(right, without)) == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize("dice", [0.0, 0.5, 1.0])
def test_ignored_pixels_teach_nothing_and_a_mask_of_them_alone_costs_nothing(dice: float) -> None:
    logits, target = told()
    logits.requires_grad_()
    segmentation_loss(logits, target, dice, 0.1).backward()
    slopes = logits.grad.abs().sum(1)
    assert (slopes[target == IGNORED] == 0).all() and (slopes[target != IGNORED] > 0).all()
    logits.grad = None
    nothing = segmentation_loss(logits, torch.full_like(target, IGNORED), dice)
    nothing.backward()
    assert nothing.item() == 0 and (logits.grad == 0).all()


@pytest.mark.parametrize("decoder", ["unet", "fpn"])
@pytest.mark.parametrize("name", ["test_resnet", "test_efficientnet", "test_convnext", "test_vit", "mobilevit_xxs"])
def test_any_backbone_gives_logits_of_the_pictures_own_size(name: str, decoder: str) -> None:
    model = segmenter(name, (41, 50), decoder=decoder)
    with torch.inference_mode():
        assert model(torch.zeros(2, 3, 41, 50)).shape == (2, 3, 41, 50)


@pytest.mark.long
@pytest.mark.parametrize(
    "name",
    "swin_tiny_patch4_window7_224 vit_small_patch14_dinov2 hrnet_w18_small inception_v3 levit_128s coat_lite_tiny "
    "xcit_nano_12_p8_224 densenet121 dla34 vgg11 maxvit_rmlp_nano_rw_256 efficientformerv2_s0".split(),
)
def test_odd_backbones_too(name: str) -> None:
    test_any_backbone_gives_logits_of_the_pictures_own_size(name, "unet")
    test_any_backbone_gives_logits_of_the_pictures_own_size(name, "fpn")


@pytest.mark.parametrize("decoder", ["unet", "fpn"])
def test_what_is_padded_is_the_last_row_and_column_and_is_cut_off_again(decoder: str) -> None:
    model = segmenter(decoder=decoder)
    picture = torch.randn((1, 3, 40, 56), generator=torch.Generator().manual_seed(0))
    larger = pad_to(picture, 32)
    assert larger.shape == (1, 3, 64, 64)
    assert torch.equal(larger[..., 40:, :], larger[..., 39:40, :].expand(1, 3, 24, 64))
    assert torch.equal(larger[..., 56:], larger[..., 55:56].expand(1, 3, 64, 8))
    with torch.inference_mode():
        torch.testing.assert_close(model(picture), model(larger)[:, :, :40, :56])
        assert pad_to(larger, 32) is larger


def test_the_maps_of_the_encoder_are_those_of_the_whole_network() -> None:
    timm = pytest.importorskip("timm")
    encoder = build_encoder("timm/test_efficientnet", False, 16).eval()
    whole = timm.create_model("test_efficientnet", features_only=True, out_indices=(0, 1, 2, 3)).eval()
    whole.load_state_dict(encoder.model.state_dict(), strict=False)  # it keeps blocks that lead to no map
    assert encoder.strides == [2, 4, 8, 16] and encoder.channels == whole.feature_info.channels()
    x = torch.randn((1, 3, 64, 64))
    with torch.inference_mode():
        for ours, theirs in zip(encoder(x), whole(x), strict=True):
            torch.testing.assert_close(ours, theirs)


def test_numbers_of_masks_become_places_and_others_are_refused() -> None:
    named = MaskOptions(classes={"sky": 7, "sea": 0, "land": 200}, ignore_index=1)
    config = SegmentationConfig(backbone="timm/test_resnet", pretrained=False)
    encoder = build_encoder(config.backbone, False)
    model = Segmenter(encoder, config, Fields("image", "mask"), ["sea", "sky", "land"], 10, 0, named)
    assert model.targets(torch.tensor([[[0, 7, 200, 1]]])).tolist() == [[[0, 1, 2, IGNORED]]]
    with pytest.raises(DataError, match=r"mask: a mask has 9, which is no class of the training split \(0, 7, 200\)"):
        model.targets(torch.tensor([[[0, 9]]]))


def test_the_decoder_alone_learns_from_a_frozen_encoder_whose_statistics_stay() -> None:
    model = segmenter(freeze=True, head_lr_factor=3.0, lr=0.01).train()
    before = {name: value.clone() for name, value in model.backbone.state_dict().items()}
    [group] = model.groups()
    assert group["lr"] == pytest.approx(0.03) and len(group["params"]) == len(list(model.head.parameters()))
    loss = model.judge(
        {"image": torch.randn(2, 3, 40, 56), "mask": torch.ones((2, 40, 56), dtype=torch.int64)}, "train"
    )
    loss.backward()
    assert all(parameter.grad is not None for parameter in model.head.parameters())
    assert all(torch.equal(before[name], value) for name, value in model.backbone.state_dict().items())
    tuned = segmenter(head_lr_factor=3.0)
    assert {group["name"]: group["lr"] for group in tuned.groups()} == pytest.approx({"backbone": 1e-3, "head": 3e-3})


def test_a_batch_of_one_small_picture_trains() -> None:
    model = segmenter().train()
    loss = model.judge({"image": torch.randn(1, 3, 9, 9), "mask": torch.ones((1, 9, 9), dtype=torch.int64)}, "train")
    assert bool(torch.isfinite(loss))


def test_stages_that_there_are_not_are_refused() -> None:
    with pytest.raises(FieldError, match=r"stride: the backbone has no stage of stride 3; it has 2, 4, 8, 16, 32"):
        build_encoder("timm/test_resnet", False, 3)
    with pytest.raises(FieldError, match="tells nothing of its stages"):
        Encoder(torch.nn.Linear(2, 2))


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        ({"classes": ["one"]}, "two classes or more"),
        ({"classes": ["a", "a"]}, "a name and a number of its own"),
        ({"classes": {"a": 1, "b": 1}}, "a name and a number of its own"),
        ({"classes": {"a": 1, "b": "2"}}, r"classes: b: got '2'; expected the class's whole number"),
        ({"classes": {"a": 0, "b": 255}}, "255 is the `ignore_index`.*ignore_index: 254"),
        ({"classes": ["a", "b"], "ignore_index": 0}, "0 is the `ignore_index`.*ignore_index: 255"),
    ],
)
def test_names_of_classes_are_checked(options: Any, complaint: str) -> None:
    with pytest.raises(FieldError, match=complaint):
        MaskOptions(**options)
