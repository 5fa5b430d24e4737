"""Classifier: a pretrained backbone and a new head that learns the classes, as a LightningModule."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from torch import Tensor, nn
from torch.nn import functional
from torch.nn.modules.batchnorm import _BatchNorm

from augkit.train.backbones import Backbone
from augkit.train.config import Fields, TrainConfig
from augkit.train.evidence import Reading, Start
from augkit.train.init import initialize
from augkit.train.layers import Group
from augkit.train.learner import Learner, told_class


@dataclass
class Tally:
    """Sums over the batches of an epoch."""

    loss: float = 0.0
    count: int = 0
    correct: int = 0
    per_class: dict[int, list[int]] = field(default_factory=dict)

    def add(self, loss: Tensor, logits: Tensor, target: Tensor) -> None:
        """One batch: its mean loss, (n, classes) logits, (n,) class numbers or (n, classes) weights, whose largest
        counts.
        """
        target = target if target.ndim == 1 else target.argmax(1)
        hits = (logits.argmax(1) == target).tolist()
        self.loss += float(loss.detach()) * len(hits)
        self.count += len(hits)
        self.correct += sum(hits)
        for number, hit in zip(target.tolist(), hits, strict=True):
            seen = self.per_class.setdefault(number, [0, 0])
            seen[0] += hit
            seen[1] += 1

    def metrics(self, split: str) -> dict[str, float]:
        """``{"val_loss": …, "val_accuracy": …}``."""
        count = max(1, self.count)
        return {f"{split}_loss": self.loss / count, f"{split}_accuracy": self.correct / count}

    def metrics_by_class(self, split: str, classes: Sequence[Any]) -> dict[str, Any]:
        """The same; of a validation also ``per_class``, the accuracy of each by its name."""
        if split == "train":
            return self.metrics(split)
        named = {str(classes[number]): hits / n for number, (hits, n) in sorted(self.per_class.items())}
        return {**self.metrics(split), "per_class": named}


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
        self.head = nn.Linear(self.reading.width, len(self.classes))
        initialize(self.head, scheme=config.init)
        self.thaw = begun.thaw(backbone, config)

    def forward(self, images: Tensor) -> Tensor:
        """Logits (n, classes) of float32 (n, channels, h, w)."""
        return self.head(self.dropout(self.reading(self.backbone, images)))  # type: ignore[no-any-return]

    def sums(self) -> Tally:
        """An empty tally."""
        return Tally()

    def judge(self, batch: dict[str, Any], split: str) -> Tensor:
        """Cross entropy."""
        with lone(self, len(batch[self.fields.target])):
            loss, logits, target = self._compare(batch, split)
        self.tallies[split].add(loss, logits, target)
        return loss

    def outputs(self, batch: dict[str, Any]) -> list[Any]:
        """(classes,) probabilities."""
        return list(self(batch[self.fields.input].contiguous(memory_format=self.layout)).softmax(1))

    def exported(self) -> nn.Module:
        """Pictures (n, channels, h, w) to probabilities (n, classes)."""
        return Network(self.backbone, self.reading, self.head)

    def told(self, outputs: Sequence[Any]) -> dict[str, Any]:
        """As ``told_class``."""
        return told_class(self.classes, outputs)

    def metrics(self, split: str) -> dict[str, Any]:
        """Loss and accuracy; of a validation also the accuracy of each class."""
        tally: Tally = self.tallies[split]
        return tally.metrics_by_class(split, self.classes)

    def groups(self) -> list[Group]:
        """The head, and what of the backbone learns in some epoch."""
        assert self.thaw is not None
        return self.thaw.parameters("backbone", self.head, self.config.lr, self.config.head_lr_factor)

    def _compare(self, batch: dict[str, Any], split: str) -> tuple[Tensor, Tensor, Tensor]:
        target = self.numbers(batch[self.fields.target])
        smoothing = self.config.label_smoothing if split == "train" else 0.0
        known = self.kept.of(batch, split, self.device)
        images = batch[self.fields.input].contiguous(memory_format=self.layout)
        logits = self(images) if known is None else self.head(self.dropout(known))
        return functional.cross_entropy(logits, target, label_smoothing=smoothing), logits, target


class Network(nn.Module):
    """Pictures to probabilities: what is left of a classifier when all is learnt."""

    def __init__(self, backbone: Backbone, reading: Reading, head: nn.Module) -> None:
        super().__init__()
        self.backbone, self.reading, self.head = backbone, reading, head

    def forward(self, images: Tensor) -> Tensor:
        return self.head(self.reading(self.backbone, images)).softmax(1)  # type: ignore[no-any-return]


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
