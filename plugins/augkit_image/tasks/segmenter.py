"""Segmenter: an encoder for pictures and a new decoder that learns the class of every pixel."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import product
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from augkit.sample import Target
from augkit.train.checks.losses import Frequencies, of_classes
from augkit.train.classifier import lone
from augkit.train.config import Fields
from augkit.train.layers import Group
from augkit.train.learner import Learner
from augkit.train.optimizers import body_and_head
from augkit.vocab.space import Heatmap, MaskOptions
from augkit_image.rle import encode
from augkit_image.tasks.confusion import IGNORED, Confusion
from augkit_image.tasks.decoders import build_decoder
from augkit_image.tasks.encoder import Encoder, pad_to
from augkit_image.tasks.mask_classes import unknown_number
from augkit_image.tasks.segmentation import SegmentationConfig


class Segmenter(Learner):
    """Pictures (b, c, h, w) to logits (b, classes, h, w), for any h and w: what the encoder's coarsest stage needs more
    is padded with the picture's last rows and columns, and cut off again.

    A frozen encoder keeps its weights and runs in eval mode throughout, so that BatchNorm's statistics stay too.
    """

    config: SegmentationConfig

    def __init__(
        self,
        encoder: Encoder,
        config: SegmentationConfig,
        fields: Fields,
        classes: Sequence[Any],
        steps: int,
        seed: int,
        options: MaskOptions,
    ) -> None:
        super().__init__(config, list(classes), steps, seed)
        self.fields = fields
        named = options.numbers()
        self.class_numbers = [named[name] for name in self.classes] if named else [int(name) for name in self.classes]
        self.ignore_index = options.ignore_index
        self.backbone = encoder.requires_grad_(not config.freeze)
        self.head = build_decoder(encoder, config, len(self.classes))
        self.train()

    def forward(self, images: Tensor) -> Tensor:
        """Logits (b, classes, h, w) of float32 (b, channels, h, w), normalised."""
        return segmented(self.backbone, self.head, images)

    def train(self, mode: bool = True) -> Segmenter:
        """As any module's, but a frozen encoder stays in eval mode."""
        super().train(mode)
        if self.config.freeze:
            self.backbone.eval()
        return self

    def sums(self) -> Confusion:
        """Nothing seen."""
        return Confusion.empty(self.classes)

    def groups(self) -> list[Group]:
        """The decoder, and the encoder unless it is frozen."""
        return body_and_head("backbone", self.backbone, self.head, self.config.lr, self.config.head_lr_factor)

    def judge(self, batch: dict[str, Any], split: str) -> Tensor:
        """Cross entropy, and as much of the Dice loss as the recipe says, over all pixels that are not ignored."""
        target = self.targets(batch[self.fields.target])
        with lone(self, len(target)):
            logits = self(batch[self.fields.input].contiguous(memory_format=self.layout))
        smoothing = self.config.label_smoothing if split == "train" else 0.0
        loss = segmentation_loss(logits, target, self.config.dice, smoothing)
        self.tallies[split].add(loss, logits, target)
        return loss

    def outputs(self, batch: dict[str, Any]) -> list[Any]:
        """(classes, h, w) probabilities."""
        return list(self(batch[self.fields.input].contiguous(memory_format=self.layout)).softmax(1))

    def exported(self) -> nn.Module:
        """Pictures (n, channels, h, w) to probabilities (n, classes, h, w)."""
        return nn.Sequential(_Bare(self.backbone, self.head), nn.Softmax(1))

    def frequencies(self, batch: dict[str, Any]) -> Frequencies | None:
        """Of the pixels that are not ignored; None where Dice's loss, which is not of single pixels, is mixed in."""
        target = self.targets(batch[self.fields.target])
        return of_classes(target[target != IGNORED], len(self.classes)) if self.config.dice == 0 else None

    def as_target(self, output: Tensor) -> Heatmap:
        """Probabilities as what moves with the picture; what comes in from outside has none."""
        return Heatmap(output.movedim(0, -1).cpu().numpy())

    def from_target(self, target: Heatmap) -> Tensor:
        """The reverse of ``as_target``."""
        return torch.from_numpy(np.ascontiguousarray(target.values)).movedim(-1, 0)

    counted = "pixels"

    def shown(self, output: Tensor, truth: Target) -> Target:
        """The likeliest class of each pixel, as a mask with the numbers that the truth has."""
        numbers = np.array(self.class_numbers)[output.argmax(0).cpu().numpy()]
        return replace(truth, classes=numbers.astype(truth.classes.dtype))  # type: ignore[attr-defined, call-arg]

    def confused(self, batch: dict[str, Any], outputs: Sequence[Any]) -> Counter[tuple[str, str]]:
        """Pixels that are not ignored."""
        seen = Confusion.empty(self.classes)
        seen.add(torch.zeros(()), torch.stack(list(outputs)), self.targets(batch[self.fields.target]))
        pairs = product(map(str, self.classes), repeat=2)
        return Counter(
            {pair: count for pair, count in zip(pairs, seen.pixels.flatten().tolist(), strict=True) if count}
        )

    def told(self, outputs: Sequence[Tensor]) -> dict[str, Any]:
        """``size``: [h, w]; ``shares``: how much of the picture each class takes; ``masks``: COCO's run lengths of each
        that there is. Of several views a pixel is told by those that see it, and of none where no view does.
        """
        total = torch.stack(list(outputs)).double().sum(0).numpy()
        best, seen = total.argmax(0), total.sum(0) > 0
        found = {str(name): seen & (best == place) for place, name in enumerate(self.classes)}
        return {
            "size": [int(side) for side in best.shape],
            "shares": {name: round(float(mask.mean()), 6) for name, mask in found.items()},
            "masks": {name: encode(mask) for name, mask in found.items() if mask.any()},
        }

    def targets(self, masks: Tensor) -> Tensor:
        """Masks (b, h, w) as places among ``classes``, or ``IGNORED``; DataError for numbers that are no class."""
        made = torch.full_like(masks, IGNORED)
        known = masks == self.ignore_index
        for place, number in enumerate(self.class_numbers):
            here = masks == number
            made[here], known = place, known | here
        if not bool(known.all()):
            raise unknown_number(int(masks[~known][0]), self.class_numbers, self.fields.target)
        return made


class _Bare(nn.Module):
    """The network alone, without what trains it."""

    def __init__(self, encoder: Encoder, decoder: nn.Module) -> None:
        super().__init__()
        self.encoder, self.decoder = encoder, decoder

    def forward(self, images: Tensor) -> Tensor:
        return segmented(self.encoder, self.decoder, images)


def segmented(encoder: Encoder, decoder: nn.Module, images: Tensor) -> Tensor:
    """Logits of pictures of any size, padded for the encoder and cut to what they were."""
    h, w = (int(side) for side in images.shape[-2:])
    x = pad_to(images, encoder.coarsest)
    logits = decoder(encoder(x), (int(x.shape[-2]), int(x.shape[-1])))
    return logits[:, :, :h, :w]  # type: ignore[no-any-return]


def segmentation_loss(logits: Tensor, target: Tensor, dice: float = 0.0, smoothing: float = 0.0) -> Tensor:
    """(1 - dice) · cross entropy + dice · (1 - soft Dice), over the pixels that are not ignored; 0 without any.

    Soft Dice: 2 · Σ p·t / (Σ p + Σ t) of each class that is there, over the whole batch; their mean.
    """
    there = (target != IGNORED).sum().clamp(min=1)
    entropy = functional.cross_entropy(logits, target, ignore_index=IGNORED, label_smoothing=smoothing, reduction="sum")
    loss = entropy / there
    return loss if dice == 0 else (1 - dice) * loss + dice * dice_loss(logits, target)


def dice_loss(logits: Tensor, target: Tensor) -> Tensor:
    """1 - the mean soft Dice of the classes that are there (Milletari et al. 2016, without squares)."""
    known = (target != IGNORED)[:, None]
    truth = functional.one_hot(target.clamp(min=0), logits.shape[1]).movedim(-1, 1) * known
    told = logits.softmax(1) * known
    axes = (0, 2, 3)
    both, size = (truth * told).sum(axes), truth.sum(axes) + told.sum(axes)
    present = truth.sum(axes) > 0
    if not bool(present.any()):
        return logits.sum() * 0
    return 1 - (2 * both[present] / size[present]).mean()
