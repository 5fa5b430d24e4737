"""Training: a recipe's ``train`` section, a pretrained backbone, a run. torch is imported on first use."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from augkit.train.backbones import Backbone as Backbone
    from augkit.train.backbones import build as build
    from augkit.train.classifier import Classifier as Classifier
    from augkit.train.config import RunConfig as RunConfig
    from augkit.train.config import TrainConfig as TrainConfig
    from augkit.train.learner import Learner as Learner
    from augkit.train.run import Run as Run
    from augkit.train.run import fit as fit
    from augkit.train.task import Task as Task
    from augkit.train.trained import Trained as Trained
    from augkit.train.trained import open_run as open_run

_HOMES = {
    "Backbone": "backbones",
    "Classifier": "classifier",
    "Learner": "learner",
    "Run": "run",
    "RunConfig": "config",
    "Task": "task",
    "TrainConfig": "config",
    "Trained": "trained",
    "build": "backbones",
    "fit": "run",
    "open_run": "trained",
}
__all__ = sorted(_HOMES)


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'augkit.train' has no attribute {name!r}")
    return getattr(importlib.import_module(f"augkit.train.{home}"), name)


def __dir__() -> list[str]:
    return __all__
