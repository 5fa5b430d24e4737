"""Detector: a small network that says of every frame which events it lies in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from augkit.sample import Target
from augkit.train.checks.losses import Frequencies
from augkit.train.config import Fields
from augkit.train.init import initialize
from augkit.train.learner import Learner
from augkit_audio.tasks.events import DetectionConfig
from augkit_audio.tasks.f1 import Counts, Event, event_counts, segment_counts, segments
from augkit_audio.tasks.frames import active_frames, agreed, annotated, smoothed, told_events


@dataclass
class Tally:
    """Sums over the batches of an epoch; ``everywhere``: as if every class had been marked in every segment."""

    classes: list[Any]
    loss: float = 0.0
    count: int = 0
    events: Counts = field(default_factory=Counts)
    everywhere: Counts = field(default_factory=Counts)
    per_class: list[Counts] = field(default_factory=list)

    def add(self, truth: Sequence[Event], found: Sequence[Event], seconds: float) -> None:
        """One clip."""
        number = len(self.classes)
        there, marked = (segments(events, seconds, number) for events in (truth, found))
        counts = segment_counts(there, marked)
        self.per_class = [a + b for a, b in zip(self.per_class, counts, strict=True)] if self.per_class else counts
        self.everywhere += sum(segment_counts(there, np.ones_like(there)), Counts())
        self.events += event_counts(truth, found)
        self.count += 1

    def metrics(self, split: str) -> dict[str, Any]:
        """Loss and scores; of a validation also the segments' F1 of each class, and of marking all."""
        total = sum(self.per_class, Counts())
        told = {"loss": self.loss / max(1, self.count), "segment_f1": total.f1, "event_f1": self.events.f1}
        named = {f"{split}_{name}": value for name, value in told.items()}
        if split != "val":
            return named
        per_class = {str(label): counts.f1 for label, counts in zip(self.classes, self.per_class, strict=False)}
        return {**named, "val_everywhere_segment_f1": self.everywhere.f1, "per_class": per_class}


class Detector(Learner):
    """Batches of spectrograms (b, channels, bins, frames) to logits (b, frames, classes).

    Layers of two dimensions fold the bins away, layers in time look half a second around. What is padded counts
    nowhere: it is zero in every layer, and has no loss.
    """

    config: DetectionConfig
    counted = None  # sounds overlap

    def __init__(
        self, config: DetectionConfig, fields: Fields, classes: Sequence[Any], channels: int, steps: int, seed: int = 0
    ) -> None:
        super().__init__(config, list(classes), steps, seed)
        self.fields = fields
        self.entry = nn.BatchNorm2d(channels)
        widths = [channels] + [config.width * (1 + (i > 0)) for i in range(config.layers)]
        self.folding = nn.ModuleList(
            _layer(nn.Conv2d(a, b, 3, padding=1, bias=False), nn.BatchNorm2d(b)) for a, b in pairwise(widths)
        )
        self.timing = nn.ModuleList(
            _layer(
                nn.Conv1d(widths[-1], widths[-1], 5, padding=2 * d, dilation=d, bias=False), nn.BatchNorm1d(widths[-1])
            )
            for d in (1, 3, 7)
        )
        self.dropout = nn.Dropout(config.dropout)
        self.head = nn.Linear(widths[-1], len(self.classes))
        initialize(self, scheme=config.init)

    def forward(self, values: Tensor, mask: Tensor) -> Tensor:
        """Logits (b, frames, classes); ``mask`` (b, frames) is true where there is sound."""
        there = mask[:, None, None, :].to(values.dtype)
        x = self.entry(values) * there
        for number, layer in enumerate(self.folding):
            x = layer(x) * there
            if number < len(self.folding) - 1:
                x = functional.max_pool2d(x, (4, 1), ceil_mode=True)
        x = x.mean(2)
        for layer in self.timing:
            x = x + layer(x) * there[:, 0]
        logits: Tensor = self.head(self.dropout(x.transpose(1, 2)))
        return logits

    def sums(self) -> Tally:
        """An empty one."""
        return Tally(self.classes)

    def judge(self, batch: dict[str, Any], split: str) -> Tensor:
        """Binary cross entropy over all frames and classes."""
        spectra, hop = batch[self.fields.input], float(batch[self.fields.input]["hop_seconds"])
        truth = [self.events(each) for each in batch[self.fields.target]]
        logits = self(spectra["values"].contiguous(memory_format=self.layout), spectra["mask"])
        count, shortest = len(self.classes), self.config.shortest_ms / 1000
        frames = [active_frames(events, logits.shape[1], hop, count, shortest) for events in truth]
        wanted = torch.from_numpy(np.stack(frames)).to(logits)
        mask = spectra["mask"][:, :, None].to(logits)
        costs = functional.binary_cross_entropy_with_logits(logits, wanted, reduction="none") * mask
        loss = costs.sum() / (mask.sum() * len(self.classes))
        self._add(self.tallies[split], loss, logits, truth, spectra["lengths"].tolist(), hop)
        return loss

    def outputs(self, batch: dict[str, Any]) -> list[Any]:
        """The events that are heard in each sound."""
        spectra = batch[self.fields.input]
        logits = self(spectra["values"].contiguous(memory_format=self.layout), spectra["mask"])
        found = self.found(logits, spectra["lengths"].tolist(), float(spectra["hop_seconds"]))
        return [annotated(events, self.classes) for events in found]

    def exported(self) -> nn.Module:
        """Spectrograms (n, channels, bins, frames) to probabilities (n, frames, classes)."""
        return _Unpadded(self)

    def told(self, outputs: Sequence[Any]) -> dict[str, Any]:
        """The events by onset; of several views those that at least half of them hear."""
        events = agreed([self.events({"onset": view.onset, "offset": view.offset, **view.columns}) for view in outputs])
        named = (event._replace(label=self.classes[event.label]) for event in events)
        return {"events": [event._asdict() for event in named]}

    def as_target(self, output: Any) -> Target | None:
        """Events follow time."""
        return output  # type: ignore[no-any-return]

    def from_target(self, target: Target) -> Any:
        """They are the output."""
        return target

    def frequencies(self, batch: dict[str, Any]) -> Frequencies:
        """How many frames lie in an event of each class."""
        spectra = batch[self.fields.input]
        hop, shortest = float(spectra["hop_seconds"]), self.config.shortest_ms / 1000
        lengths, total = spectra["lengths"].tolist(), float(spectra["lengths"].sum())
        events = [self.events(each) for each in batch[self.fields.target]]
        active = [
            active_frames(each, length, hop, len(self.classes), shortest).sum(0)
            for each, length in zip(events, lengths, strict=True)
        ]
        return Frequencies(np.sum(active, axis=0).tolist(), total, exclusive=False)

    def found(self, logits: Tensor, lengths: Sequence[int], hop: float) -> list[list[Event]]:
        """The events that logits (b, frames, classes) tell of."""
        sure = (logits.detach().sigmoid() >= self.config.threshold).cpu().numpy()
        size = 2 * round(self.config.median_ms / 1000 / hop / 2) + 1
        return [told_events(smoothed(active[:length], size), hop) for active, length in zip(sure, lengths, strict=True)]

    def events(self, columns: Mapping[str, Any]) -> list[Event]:
        """The events of one sample of a batch; DataError for a label that is no class."""
        times = (columns[name].tolist() for name in ("onset", "offset"))
        labels = columns.get("label", [])
        labels = labels.tolist() if isinstance(labels, Tensor) else labels
        return [Event(onset, offset, self.number(label)) for onset, offset, label in zip(*times, labels, strict=True)]

    def _add(
        self, tally: Tally, loss: Tensor, logits: Tensor, truth: Sequence[list[Event]], lengths: list[int], hop: float
    ) -> None:
        tally.loss += float(loss.detach()) * len(truth)
        for events, found, length in zip(truth, self.found(logits, lengths, hop), lengths, strict=True):
            tally.add(events, found, max(length - 1, 1) * hop)


class _Unpadded(nn.Module):
    """The detector on spectrograms that are sound from their first frame to their last."""

    def __init__(self, detector: Detector) -> None:
        super().__init__()
        self.detector = detector

    def forward(self, values: Tensor) -> Tensor:
        there = torch.ones_like(values[:, 0, 0], dtype=torch.bool)
        return self.detector(values, there).sigmoid()


def _layer(convolution: nn.Module, norm: nn.Module) -> nn.Sequential:
    return nn.Sequential(convolution, norm, nn.ReLU())
