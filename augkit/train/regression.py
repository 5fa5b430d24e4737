"""Regression: a number for each sample."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import numpy as np

from augkit.data.alone import values_of
from augkit.errors import DataError, FieldError, Where
from augkit.train.classification import Classification, choose_fields
from augkit.train.config import Fields, TrainConfig

if TYPE_CHECKING:
    from augkit.data import Opened
    from augkit.train.classifier import Classifier
    from augkit.train.design import Design
    from augkit.train.job import Job

Loss = Literal["mse", "mae", "huber"]
NUMBERS = ("value", "label")
"""Kinds that a number may be of."""

LARGEST, COARSE = 1e18, 0.01
"""The largest number that is learnt, and the reverse of the least spread; how much of the spread the rounding to
float32 may be.
"""


class RegressionConfig(TrainConfig):
    """As a classifier's.

    loss    mse (squared), mae (absolute) or huber, of errors in standard deviations of the training targets
    """

    task: Literal["regression"] = "regression"  # type: ignore[assignment]
    loss: Loss = "mse"
    monitor: Literal["val_loss", "val_r2", "train_loss"] = "val_loss"  # type: ignore[assignment]
    learns: ClassVar[str] = "number"

    def validate(self) -> None:
        """Refuse what is about classes."""
        super().validate()
        refuse_smoothing(self)


class Regression(Classification):
    """A new head on a pretrained backbone learns a number.

    ``r2``: the coefficient of determination, 1 where all is right and 0 where the mean would do as well. ``mae``: the
    mean absolute error, in the target's own unit.
    """

    config_type = RegressionConfig
    scores = ("r2", "mae")

    def fields(self, config: TrainConfig, kinds: Mapping[str, str], where: Where | None = None) -> Fields:
        """The picture and the number that ``config`` names, or the only ones there are; a ``value`` before a label."""
        return choose_fields(config, kinds, where, NUMBERS)

    def classes(self, opened: Opened, fields: Fields) -> list[Any]:
        """None; DataError for what is no number, and for numbers that are all the same."""
        check_numbers(opened, fields.target)
        return []

    def learner(self, design: Design) -> Classifier:
        """The backbone with its weights, and a new head that knows the scale of the training targets."""
        made: Classifier = scaled(super().learner(design), design)
        return made

    def facts(self, job: Job) -> dict[str, Any]:
        """The backbone, and what always telling the training's mean gets."""
        return {"backbone": job.config.backbone, **mean_facts(job)}  # type: ignore[attr-defined]

    def guessing(self, metrics: Mapping[str, Any]) -> str:
        """The scores of the mean."""
        return by_the_mean(metrics)


def refuse_smoothing(config: Any) -> None:
    """FieldError where labels are to be smoothed that there are not."""
    if config.label_smoothing:
        raise FieldError("label_smoothing: smooths classes, and a number is learnt; leave it out.", "label_smoothing")


def check_numbers(opened: Opened, target: str) -> None:
    """DataError for a target that is no number, and for training targets that are all the same."""
    found = {split: numbers_of(opened, split, target) for split in ("train", "val")}
    learnt = found["train"]
    if len(set(learnt)) < 2:
        raise DataError(f"{target}: is {learnt[0]:g} in all of the training split; nothing can be learnt.")
    check_float32(target, learnt, [*learnt, *found["val"]])


def check_float32(target: str, learnt: Sequence[float], numbers: Sequence[float]) -> None:
    """DataError for numbers that float32, in which networks learn, cannot square or tell apart."""
    farthest, spread = max(map(abs, numbers)), float(np.std(np.asarray(learnt) / max(map(abs, learnt))))
    spread *= max(map(abs, learnt))
    if farthest > LARGEST or spread < 1 / LARGEST:
        raise DataError(
            f"{target}: numbers of up to {farthest:.3g} that vary by {spread:.3g} are beyond float32; write them in "
            f"a {'larger' if farthest > LARGEST else 'smaller'} unit."
        )
    if farthest * 2**-24 > COARSE * spread:
        raise DataError(
            f"{target}: numbers of up to {farthest:.9g} that vary by {spread:.3g} cannot be told apart in float32; "
            f"subtract what they have in common, such as {learnt[0]:.9g}."
        )


def numbers_of(opened: Opened, split: Any, target: str) -> list[float]:
    """The target of every sample of a split, nothing else read; DataError with the key for what is no number."""
    found = []
    for key, value in values_of(opened, opened.keys(split), target):
        number = _number(value)
        if number is None:
            raise DataError(f"{target}: got {value!r}; regression learns one finite number for each sample.", key)
        found.append(number)
    return found


def scaled(learner: Any, design: Design) -> Any:
    """The learner, its head told the mean and spread of the training targets; a finished run's weights hold them."""
    opened = getattr(design, "opened", None)
    if opened is not None:
        learner.head.fit(numbers_of(opened, "train", learner.fields.target))
    return learner


def mean_facts(job: Job) -> dict[str, Any]:
    """``mean``: of the training targets; ``mean_r2`` and ``mean_mae``: what telling it for all the validation gets."""
    learnt, there = (numbers_of(job.opened, split, job.fields.target) for split in ("train", "val"))
    mean, own = sum(learnt) / len(learnt), sum(there) / len(there)
    spread = sum((value - own) ** 2 for value in there)
    of_mean = 1 - sum((value - mean) ** 2 for value in there) / spread if spread else 0.0
    return {"mean": mean, "mean_r2": of_mean, "mean_mae": sum(abs(value - mean) for value in there) / len(there)}


def by_the_mean(metrics: Mapping[str, Any]) -> str:
    """What always telling the mean gets."""
    return f"always telling the mean: {metrics['mean_r2']:.3f} (mean absolute error {metrics['mean_mae']:.3g})"


def _number(value: Any) -> float | None:
    if isinstance(value, str | bool):
        return None
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return number if math.isfinite(number) else None
