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
from augkit.train.evidence import Reading, Start
from augkit.train.layers import Group
from augkit.train.learner import Learner
from augkit.train.objectives import OBJECTIVES, Answering, Objective


class Classifier(Learner):
    """Learns ``classes`` from batches of the loader. The head's first weights come from torch's global generator.

    What of the backbone is frozen keeps its weights and runs in eval mode, so that BatchNorm's statistics stay too.
    In training, the loss is smoothed as the recipe says; losses in ``metrics`` of the validation are not.
    """

    config: TrainConfig
    keeps_features = True

    def __init__(
        self,
        backbone: Backbone,
        config: TrainConfig,
        fields: Fields,
        classes: Sequence[Any],
        steps: int,
        seed: int = 0,
        start: Start | None = None,
    ) -> None:
        super().__init__(config, list(classes), steps, seed)
        self.fields = fields
        self.backbone = backbone
        begun = start or Start.unmeasured(config.policy, backbone)
        self.decision, self.reading = begun.decision, begun.reading
        self.dropout = nn.Dropout(config.dropout)
        self.head = self.objective.head(self.reading.width, self.classes)
        begun.begin(self.head, config.init)
        self.begins_fitted = begun.probe is not None
        self.thaw = begun.thaw(backbone, config)

    def forward(self, images: Tensor) -> Tensor:
        """Logits (n, classes) of float32 (n, channels, h, w)."""
        return self.head(self.dropout(self.reading(self.backbone, images)))  # type: ignore[no-any-return]

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
            loss, logits, target = self._compare(batch, smoothing, self.kept.of(batch, split, self.device))
        self.tallies[split].add(loss, logits, target)
        return loss

    def outputs(self, batch: dict[str, Any]) -> list[Any]:
        """As the objective has them."""
        return list(self.objective.answers(self(self.given(batch))))

    def given(self, batch: dict[str, Any]) -> Any:
        """What the backbone reads of a batch: pictures (n, channels, h, w)."""
        return batch[self.fields.input].contiguous(memory_format=self.layout)

    def exported(self) -> nn.Module | None:
        """Pictures (n, channels, h, w) to what the objective answers: probabilities (n, classes), or numbers (n,)."""
        return Answering(Network(self.backbone, self.reading, self.head), self.objective)

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
        """The head, and what of the backbone learns in some epoch."""
        assert self.thaw is not None
        return self.thaw.parameters("backbone", self.head, self.config.lr, self.config.head_lr_factor)

    def _compare(
        self, batch: dict[str, Any], smoothing: float, known: Tensor | None = None
    ) -> tuple[Tensor, Tensor, Tensor]:
        target = self.objective.target(self, batch[self.fields.target])
        logits = self(self.given(batch)) if known is None else self.head(self.dropout(known))
        return self.objective.loss(self.head, logits, target, self.config, smoothing), logits, target


class Network(nn.Module):
    """Pictures to the head's outputs: what is left of a classifier when all is learnt."""

    def __init__(self, backbone: Backbone, reading: Reading, head: nn.Module) -> None:
        super().__init__()
        self.backbone, self.reading, self.head = backbone, reading, head

    def forward(self, images: Tensor) -> Tensor:
        return self.head(self.reading(self.backbone, images))  # type: ignore[no-any-return]


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
