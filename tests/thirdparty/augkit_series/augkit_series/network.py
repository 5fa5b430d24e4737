"""The network of ``series_classification``."""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional

from augkit.train import Learner
from augkit.train.tallies import Tally


class SeriesClassifier(Learner):
    """Series (b, channels, samples) to logits (b, classes). What is padded counts nowhere."""

    def __init__(self, config, fields, classes, channels, steps, seed=0):
        super().__init__(config, list(classes), steps, seed)
        self.fields = fields
        widths = [channels, config.width, 2 * config.width, config.width]
        self.layers = nn.ModuleList(
            nn.Sequential(nn.Conv1d(a, b, size, padding=size // 2, bias=False), nn.GroupNorm(1, b), nn.ReLU())
            for a, b, size in zip(widths, widths[1:], (7, 5, 3), strict=False)
        )
        self.dropout = nn.Dropout(config.dropout)
        self.head = nn.Linear(config.width, len(self.classes))

    def forward(self, values, mask):
        there = mask[:, None].to(values.dtype)
        for layer in self.layers:
            values = layer(values) * there
        return self.head(self.dropout(values.sum(2) / there.sum(2)))

    def sums(self):
        return Tally()

    def judge(self, batch, split):
        series, target = batch[self.fields.input], self.numbers(batch[self.fields.target])
        logits = self(series["values"], series["mask"])
        loss = functional.cross_entropy(logits, target)
        self.tallies[split].add(loss, logits, target)
        return loss

    def outputs(self, batch):
        series = batch[self.fields.input]
        return list(self(series["values"], series["mask"]).softmax(1))

    def told(self, outputs):
        mean = torch.stack(list(outputs)).mean(0)
        return {"label": self.classes[int(mean.argmax())], "probability": float(mean.max())}

    def metrics(self, split):
        return self.tallies[split].metrics_by_class(split, self.classes)
