"""Classifier: a pretrained backbone and a new head that learns classes or a number, as a LightningModule."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm

from augkit.train.backbones import Backbone
from augkit.train.checks.losses import Frequencies
from augkit.train.config import Fields, TrainConfig
from augkit.train.learner import Learner
from augkit.train.objectives import OBJECTIVES, Objective
from augkit.train.optimizers import Group, body_and_head


class Classifier(Learner):
    """Learns ``classes`` from batches of the loader. The head's first weights come from torch's global generator.

    A frozen backbone keeps its weights and runs in eval mode throughout, so that BatchNorm's statistics stay too.
    In training, the loss is smoothed as the recipe says; losses in ``metrics`` of the validation are not.
    """

    config: TrainConfig

    def __init__(
        self, backbone: Backbone, config: TrainConfig, fields: Fields, classes: Sequence[Any], steps: int, seed: int = 0
    ) -> None:
        super().__init__(config, list(classes), steps, seed)
        self.fields = fields
        self.backbone = backbone.requires_grad_(not config.freeze)
        self.dropout = nn.Dropout(config.dropout)
        self.head = self.objective.head(backbone.width, self.classes)
        self.train()  # the trainer restores modes as it found them, and may never call this itself

    def forward(self, images: Tensor) -> Tensor:
        """Logits (n, classes) of float32 (n, channels, h, w)."""
        return self.head(self.dropout(self.backbone(images)))  # type: ignore[no-any-return]

    def train(self, mode: bool = True) -> Classifier:
        """As any module's, but a frozen backbone stays in eval mode."""
        super().train(mode)
        if self.config.freeze:
            self.backbone.eval()
        return self

    @property
    def objective(self) -> Objective:
        """What the head learns."""
        return OBJECTIVES[self.config.learns]

    def sums(self) -> Any:
        """An empty tally."""
        return self.objective.sums()

    def judge(self, batch: dict[str, Any], split: str) -> Tensor:
        """What the objective says."""
        smoothing = self.config.label_smoothing if split == "train" else 0.0
        with lone(self, len(batch[self.fields.target])):
            loss, logits, target = self._compare(batch, smoothing)
        self.tallies[split].add(loss, logits, target)
        return loss

    def outputs(self, batch: dict[str, Any]) -> list[Any]:
        """As the objective has them."""
        return list(self.objective.answers(self(batch[self.fields.input].contiguous(memory_format=self.layout))))

    def exported(self) -> nn.Module:
        """Pictures (n, channels, h, w) to probabilities (n, classes)."""
        return nn.Sequential(self.backbone, self.head, nn.Softmax(1))

    def told(self, outputs: Sequence[Any]) -> dict[str, Any]:
        """As the objective says it."""
        return self.objective.told(self.classes, outputs)

    def frequencies(self, batch: dict[str, Any]) -> Frequencies | None:
        """As the objective counts them."""
        return self.objective.frequencies(self, batch[self.fields.target])

    def metrics(self, split: str) -> dict[str, Any]:
        """Loss and scores; of a validation also those of each class."""
        return self.tallies[split].metrics_by_class(split, self.classes)  # type: ignore[no-any-return]

    def groups(self) -> list[Group]:
        """The head, and the backbone unless it is frozen."""
        return body_and_head("backbone", self.backbone, self.head, self.config.lr, self.config.head_lr_factor)

    def _compare(self, batch: dict[str, Any], smoothing: float) -> tuple[Tensor, Tensor, Tensor]:
        target = self.objective.target(self, batch[self.fields.target])
        logits = self(batch[self.fields.input].contiguous(memory_format=self.layout))
        return self.objective.loss(self.head, logits, target, self.config, smoothing), logits, target


@contextmanager
def lone(module: nn.Module, count: int) -> Iterator[None]:
    """A batch of one picture has no statistics of its own: BatchNorm uses those that it has gathered so far."""
    layers = module.modules() if count == 1 else ()
    norms = [layer for layer in layers if isinstance(layer, _BatchNorm) and layer.training]
    for layer in norms:
        layer.eval()
    try:
        yield
    finally:
        for layer in norms:
            layer.train()
