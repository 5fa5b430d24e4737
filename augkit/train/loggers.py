"""Loggers: TensorBoard and others, by Lightning; each is told what ``metrics.json`` holds, epoch by epoch."""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import lightning.pytorch as lightning
from lightning.pytorch import loggers as lightnings
from lightning.pytorch.loggers import Logger

from augkit.errors import FieldError
from augkit.train.config import RunConfig, named
from augkit.words import suggestion

CLASSES = {"csv": "CSVLogger", "tensorboard": "TensorBoardLogger", "wandb": "WandbLogger", "mlflow": "MLFlowLogger"}
PACKAGES = {"tensorboard": ("tensorboard", "tensorboardX"), "wandb": ("wandb",), "mlflow": ("mlflow",)}
OURS = {
    "csv": ("save_dir", "name", "version"),
    "tensorboard": ("save_dir", "name", "version", "sub_dir"),
    "wandb": ("save_dir", "dir", "experiment"),
    "mlflow": (),
}
"""Arguments that the folder of the run decides."""


def check_loggers(config: RunConfig) -> None:
    """Refuse names, arguments and packages that are not there; nothing is opened. Raises FieldError."""
    names = [named(given)[0] for given in config.loggers]
    for given in config.loggers:
        name, arguments = named(given)
        if name not in CLASSES:
            listing = ", ".join(CLASSES)
            raise FieldError(f"loggers: unknown {name!r}.{suggestion(name, CLASSES)} There are: {listing}.", "loggers")
        if names.count(name) > 1:
            raise FieldError(f"loggers: {name} stands there twice; write it once.", "loggers")
        packages = PACKAGES.get(name, ())
        if packages and not any(map(find_spec, packages)):
            needed = packages[0]
            raise FieldError(f"loggers: {name} needs {needed}. Install it: pip install {needed}", "loggers")
        _check_arguments(name, arguments)


def _check_arguments(name: str, arguments: Mapping[str, Any]) -> None:
    parameters = inspect.signature(getattr(lightnings, CLASSES[name]).__init__).parameters
    takes = [each for each, one in parameters.items() if one.kind is not one.VAR_KEYWORD and each != "self"]
    takes = [each for each in takes if each not in OURS[name]]
    any_other = any(one.kind is one.VAR_KEYWORD for one in parameters.values())
    for argument in arguments:
        if argument in OURS[name]:
            raise FieldError(f"loggers: {name}: {argument} is the folder of the run; leave it out.", "loggers")
        if argument not in takes and not any_other:
            hint = suggestion(argument, takes)
            raise FieldError(f"loggers: {name} takes no {argument!r}.{hint} It takes: {', '.join(takes)}.", "loggers")


def build_loggers(config: RunConfig, folder: Path, done: int = 0) -> list[Logger]:
    """Those of the recipe, writing into ``csv/``, ``tensorboard/``, ``wandb/``, ``mlruns/`` of ``folder``. What a run
    that goes on after ``done`` epochs had told TensorBoard of later ones is taken back.
    """
    return [_build(*named(given), folder, done) for given in config.loggers]


def _build(name: str, arguments: Mapping[str, Any], folder: Path, done: int) -> Logger:
    cls = getattr(lightnings, CLASSES[name])
    if name == "csv":
        return cls(folder, name=name, version="", **arguments)  # type: ignore[no-any-return]
    if name == "tensorboard":
        own: dict[str, Any] = {"default_hp_metric": False} | ({"purge_step": done + 1} if done else {})
        return cls(folder, name=name, version="", **{**own, **arguments})  # type: ignore[no-any-return]
    if name == "wandb":
        return cls(save_dir=folder, **{"name": folder.name, **arguments})  # type: ignore[no-any-return]
    own = {"save_dir": str(folder / "mlruns"), "run_name": folder.name}
    return cls(**{**own, **arguments})  # type: ignore[no-any-return]


class Telling(lightning.Callback):
    """Tells loggers the numbers of each epoch of ``history``, which is filled before this is called; steps are epochs,
    from 1. Of a resumed run, tables that are written anew get the epochs before it too; the others have them.
    """

    def __init__(self, history: Sequence[Mapping[str, Any]], facts: Mapping[str, Any]) -> None:
        self.history, self.facts = history, facts

    def on_train_start(self, trainer: lightning.Trainer, module: lightning.LightningModule) -> None:
        """What is known beforehand, as texts and numbers."""
        plain = {name: value for name, value in self.facts.items() if isinstance(value, str | int | float | bool)}
        for logger in trainer.loggers:
            logger.log_hyperparams(plain)
            if isinstance(logger, lightnings.CSVLogger):
                for row in self.history:
                    _tell(logger, row)

    def on_train_epoch_end(self, trainer: lightning.Trainer, module: lightning.LightningModule) -> None:
        """The newest row."""
        for logger in trainer.loggers:
            _tell(logger, self.history[-1])
            logger.save()


def _tell(logger: Logger, row: Mapping[str, Any]) -> None:
    numbers = {name: float(value) for name, value in row.items() if isinstance(value, int | float) and name != "epoch"}
    logger.log_metrics(numbers, step=row["epoch"] + 1)
