"""The task ``series_classification``: one class for each series. Imported without torch, which trains."""

from __future__ import annotations

from typing import Annotated, Literal

import augkit
from augkit.train import RunConfig, Task
from augkit.train.classification import class_names
from augkit.train.config import Fields
from augkit.train.task import choose


class SeriesConfig(RunConfig):
    """How to train it.

    width            channels of the first layer; later ones have twice as many
    """

    task: Literal["series_classification"] = "series_classification"
    width: Annotated[int, augkit.Limits(1, 4096, unit="channels")] = 32
    monitor: Literal["val_loss", "val_accuracy", "train_loss"] = "val_loss"


class SeriesClassification(Task):
    """Three layers along time, their mean, and a head (the fully convolutional network of Wang et al. 2017)."""

    config_type = SeriesConfig
    scores = ("accuracy",)

    def fields(self, config, kinds, where):
        series, labels = ([name for name, kind in kinds.items() if kind == one] for one in ("series", "label"))
        return Fields(
            choose("input", config.input, kinds, series, "of kind 'series'", config.task, where),
            choose("target", config.target, kinds, labels, "of kind 'label'", config.task, where),
        )

    def classes(self, opened, fields):
        return class_names(opened, fields.target)

    def learner(self, design):
        from augkit_series.network import SeriesClassifier

        channels = design.shape[1]
        return SeriesClassifier(
            design.config, design.fields, design.classes, channels, design.steps, design.recipe.seed
        )

    def network(self, config):
        return f"3 layers of {config.width} channels and more"

    def facts(self, job):
        labels = job.opened.dataset("val").labels(job.fields.target)
        return {"majority_accuracy": max(labels.count(label) for label in job.classes) / len(labels)}

    def guessing(self, metrics):
        return f"always guessing the commonest class: {metrics['majority_accuracy']:.3f}"
