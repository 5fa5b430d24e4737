"""Segmentation: a class for every pixel, from an encoder that knows pictures and a new decoder."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, Literal

from augkit.errors import Where
from augkit.fields import Limits
from augkit.plugins import catalogue
from augkit.train.classification import READS
from augkit.train.config import Fields, RunConfig
from augkit.train.names import check_name
from augkit.train.task import Task, choose
from augkit.vocab.space import Mask
from augkit_image.tasks.mask_classes import mask_classes

if TYPE_CHECKING:
    from augkit.data import Opened
    from augkit.train.design import Design
    from augkit.train.job import Job
    from augkit_image.tasks.segmenter import Segmenter


class SegmentationConfig(RunConfig):
    """How to train a segmenter: from which encoder and weights, with which decoder.

    backbone           ``timm/<name>`` or ``pkg/<name>``: the encoder
    pretrained         true, false, or a file of weights (.safetensors, .pth)
    backbone_args      arguments of the encoder's constructor, such as {drop_path_rate: 0.1}
    freeze             true: the encoder keeps its weights and BatchNorm statistics, only the decoder learns
    stride             where the encoder ends: the picture is reduced so many times at most; empty: at its last stage
    decoder            unet (Ronneberger et al. 2015), or fpn (Kirillov et al. 2019)
    decoder_channels   unet: at full size, twice as many at each halving, 256 at most (16); fpn: of the pyramid (128)
    head_lr_factor     the decoder learns at ``lr * head_lr_factor``
    dice               how much of the loss is the soft Dice loss (Milletari et al. 2016); the rest is cross entropy
    label_smoothing    of the cross entropy, in training
    """

    task: Literal["segmentation"] = "segmentation"
    backbone: str
    pretrained: bool | str = True
    backbone_args: Mapping[str, Any] | None = None
    freeze: bool = False
    stride: Annotated[int | None, Limits(2, 64, unit="pixels per feature")] = None
    decoder: Literal["unet", "fpn"] = "unet"
    decoder_channels: Annotated[int | None, Limits(1, 1024, unit="channels")] = None
    head_lr_factor: Annotated[float, Limits(0)] = 1.0
    dice: Annotated[float, Limits(0, 1, unit="part of the loss")] = 0.0
    label_smoothing: Annotated[float, Limits(0, 0.99)] = 0.0
    monitor: Literal["val_loss", "val_mean_iou", "val_pixel_accuracy", "train_loss"] = "val_loss"

    def validate(self) -> None:
        """Refuse a family that does not exist; names inside a family are the business of whoever builds it."""
        super().validate()
        check_name(self.backbone, self.pretrained)


class Segmentation(Task):
    """Every pixel learns its class; those of ``ignore_index`` count nowhere.

    ``mean_iou``: intersection over union of each class over all pixels of the split, and the mean of those that are
    there or were told. ``pixel_accuracy``: how many pixels are right.
    """

    config_type = SegmentationConfig
    scores = ("mean_iou", "pixel_accuracy")

    def fields(self, config: SegmentationConfig, kinds: Mapping[str, str], where: Where | None) -> Fields:
        """The picture and the mask that ``config`` names, or the only ones there are."""
        types = {name: catalogue().load("target", kind) for name, kind in kinds.items()}
        pictures = [name for name, kind in types.items() if kind.fed_as == READS]
        masks = [name for name, kind in types.items() if issubclass(kind, Mask)]
        return Fields(
            choose("input", config.input, kinds, pictures, "that a backbone reads, a picture", config.task, where),
            choose("target", config.target, kinds, masks, "of kind 'mask'", config.task, where),
        )

    def classes(self, opened: Opened, fields: Fields) -> list[Any]:
        """The names that the mask's options give, or the numbers that the training masks hold."""
        return mask_classes(opened, fields.target)

    def learner(self, design: Design) -> Segmenter:
        """The encoder with its weights, and a new decoder."""
        from augkit_image.tasks.encoder import build_encoder
        from augkit_image.tasks.segmenter import Segmenter

        config: SegmentationConfig = design.config  # type: ignore[assignment]
        assert design.shape is not None
        height, width = design.shape[-2:]
        encoder = build_encoder(
            config.backbone, config.pretrained, config.stride, (height, width), config.backbone_args
        )
        options = design.recipe.schema.fields[design.fields.target].options
        return Segmenter(encoder, config, design.fields, design.classes, design.steps, design.recipe.seed, options)

    def network(self, config: SegmentationConfig) -> str:
        """The encoder, its weights and the decoder."""
        given = config.pretrained
        weights = given if isinstance(given, str) else ("random", "pretrained")[given]
        stage = f" up to stride {config.stride}" if config.stride else ""
        return f"{config.backbone}{stage} with {weights} weights and a decoder ({config.decoder})"

    def facts(self, job: Job) -> dict[str, Any]:
        """The backbone and the decoder."""
        config: SegmentationConfig = job.config  # type: ignore[assignment]
        return {"backbone": config.backbone, "decoder": config.decoder}

    def guessing(self, metrics: Mapping[str, Any]) -> str:
        """The scores of calling every pixel the commonest class."""
        last = metrics["last"]
        iou, accuracy = last["val_majority_mean_iou"], last["val_majority_pixel_accuracy"]
        return f"always guessing the commonest class: {iou:.3f} (pixel accuracy {accuracy:.3f})"
