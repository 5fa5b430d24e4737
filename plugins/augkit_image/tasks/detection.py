"""Object detection: a box and a class for every object of a picture. Experimental."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, Literal

from augkit.errors import FieldError, Where
from augkit.fields import Limits
from augkit.plugins import catalogue
from augkit.train.classification import READS
from augkit.train.config import Fields, RunConfig
from augkit.train.names import check_name
from augkit.train.task import Task, choose
from augkit.vocab.space import Boxes
from augkit_image.tasks.box_classes import box_classes

if TYPE_CHECKING:
    from augkit.data import Opened
    from augkit.train.design import Design
    from augkit.train.run import Job
    from augkit_image.tasks.detector import Detector


class DetectionConfig(RunConfig):
    """How to train a detector: from which backbone and weights, on which of its stages.

    backbone           ``timm/<name>`` or ``pkg/<name>``
    pretrained         true, false, or a file of weights (.safetensors, .pth)
    backbone_args      arguments of the backbone's constructor, such as {drop_path_rate: 0.1}
    freeze             true: the backbone keeps its weights and BatchNorm statistics, only the new layers learn
    finest             the finest stage that objects are looked for on: the picture is reduced so many times
    stride             where the backbone ends: the picture is reduced so many times at most; empty: at its last stage
    pyramid_channels   of each map of the feature pyramid (Lin et al. 2017), a multiple of 32
    head_lr_factor     the pyramid and the head learn at ``lr * head_lr_factor``
    min_score          what is found with a lower score is not told
    nms                of two boxes of one class that overlap more (intersection over union), the better is told
    max_boxes          told of a picture at most
    """

    task: Literal["object_detection"] = "object_detection"
    backbone: str
    pretrained: bool | str = True
    backbone_args: Mapping[str, Any] | None = None
    freeze: bool = False
    finest: Annotated[int, Limits(2, 64, unit="pixels per feature")] = 8
    stride: Annotated[int | None, Limits(2, 64, unit="pixels per feature")] = None
    pyramid_channels: Annotated[int, Limits(32, 1024, unit="channels")] = 128
    head_lr_factor: Annotated[float, Limits(0)] = 1.0
    min_score: Annotated[float, Limits(0, 1)] = 0.05
    nms: Annotated[float, Limits(0, 1, unit="intersection over union")] = 0.6
    max_boxes: Annotated[int, Limits(1, 1000)] = 100
    monitor: Literal["val_loss", "val_map50", "val_map", "train_loss"] = "val_loss"

    def validate(self) -> None:
        """Refuse a family that does not exist, and what a detector has no place for."""
        super().validate()
        check_name(self.backbone, self.pretrained)
        if self.pyramid_channels % 32:
            raise FieldError(
                f"pyramid_channels: got {self.pyramid_channels}; its 32 groups are normalised each by itself, so say a "
                f"multiple of 32, such as {-(-self.pyramid_channels // 32) * 32}.",
                "pyramid_channels",
            )
        if self.dropout:
            raise FieldError("dropout: a detector's head has none; leave it out.", "dropout")


class ObjectDetection(Task):
    """Every object learns its box and its class.

    ``map50``: average precision of boxes that overlap a true one by half, mean over the classes. ``map``: the mean of
    that over overlaps of 0.5, 0.55, …, 0.95, as COCO has it.
    """

    config_type = DetectionConfig
    scores = ("map50", "map")

    def fields(self, config: DetectionConfig, kinds: Mapping[str, str], where: Where | None) -> Fields:
        """The picture and the boxes that ``config`` names, or the only ones there are."""
        types = {name: catalogue().load("target", kind) for name, kind in kinds.items()}
        pictures = [name for name, kind in types.items() if kind.fed_as == READS]
        boxes = [name for name, kind in types.items() if issubclass(kind, Boxes)]
        return Fields(
            choose("input", config.input, kinds, pictures, "that a backbone reads, a picture", config.task, where),
            choose("target", config.target, kinds, boxes, "of kind 'boxes'", config.task, where),
        )

    def classes(self, opened: Opened, fields: Fields) -> list[Any]:
        """The labels of the training boxes, in order."""
        return box_classes(opened, fields.target)

    def learner(self, design: Design) -> Detector:
        """The backbone with its weights, a new pyramid and a new head."""
        from augkit_image.tasks.detector import Detector
        from augkit_image.tasks.encoder import build_encoder

        config: DetectionConfig = design.config  # type: ignore[assignment]
        assert design.shape is not None
        height, width = design.shape[-2:]
        encoder = build_encoder(
            config.backbone, config.pretrained, config.stride, (height, width), config.backbone_args
        )
        return Detector(encoder, config, design.fields, design.classes, design.steps, design.recipe.seed)

    def network(self, config: DetectionConfig) -> str:
        """The backbone, its weights and the head."""
        given = config.pretrained
        weights = given if isinstance(given, str) else ("random", "pretrained")[given]
        return f"{config.backbone} with {weights} weights, a feature pyramid and a head (FCOS); experimental"

    def facts(self, job: Job) -> dict[str, Any]:
        """The backbone."""
        config: DetectionConfig = job.config  # type: ignore[assignment]
        return {"backbone": config.backbone, "head": "fcos"}

    def guessing(self, metrics: Mapping[str, Any]) -> str:
        """The score of telling the median box of each class, whatever the picture."""
        last = metrics["last"]
        return f"always telling the median box of each class: {last['val_usual_map50']:.3f}"
