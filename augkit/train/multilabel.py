"""Multi-label classification: any number of classes for each sample."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from augkit.data.alone import values_of
from augkit.data.classes import in_order
from augkit.errors import DataError, Where
from augkit.train.classification import Classification, check_known, check_names, choose_fields
from augkit.train.config import Fields, TrainConfig

if TYPE_CHECKING:
    from augkit.data import Opened
    from augkit.train.job import Job


class MultilabelConfig(TrainConfig):
    """As a classifier's. ``label_smoothing`` draws the target of every class towards a half."""

    task: Literal["multilabel_classification"] = "multilabel_classification"  # type: ignore[assignment]
    monitor: Literal["val_loss", "val_mean_average_precision", "val_f1", "train_loss"] = "val_loss"  # type: ignore[assignment]
    learns: ClassVar[str] = "classes"


class MultilabelClassification(Classification):
    """A new head on a pretrained backbone learns of each class whether a sample has it.

    ``mean_average_precision``: how well samples are ranked by each class (scikit-learn's ``average_precision_score``),
    the mean of the classes that are there. ``f1``: of all classes together, those told from a probability of 0.5 on.
    """

    config_type = MultilabelConfig
    scores = ("mean_average_precision", "f1")

    def fields(self, config: TrainConfig, kinds: Mapping[str, str], where: Where | None = None) -> Fields:
        """The picture and the labels that ``config`` names, or the only ones there are."""
        return choose_fields(config, kinds, where, ("labels",))

    def classes(self, opened: Opened, fields: Fields) -> list[Any]:
        """As ``label_names``."""
        return label_names(opened, fields.target)

    def facts(self, job: Job) -> dict[str, Any]:
        """The backbone."""
        return {"backbone": job.config.backbone}  # type: ignore[attr-defined]

    def guessing(self, metrics: Mapping[str, Any]) -> str:
        """The precision of a random order."""
        return in_random_order(metrics)


def in_random_order(metrics: Mapping[str, Any]) -> str:
    """What ranking at random would get."""
    return f"in a random order: {metrics['last']['val_random_average_precision']:.3f}"


def label_names(opened: Opened, target: str) -> list[Any]:
    """The classes that the training split's samples have, in order; DataError where validation has others."""
    seen = {split: _labels(opened, split, target) for split in ("train", "val")}
    check_names(target, [*in_order(seen["train"]), *in_order(seen["val"])])
    classes = in_order(seen["train"])
    if not classes:
        raise DataError(f"{target}: no sample of the training split has any class; nothing can be learnt.")
    check_known(target, classes, seen["val"])
    return classes


def _labels(opened: Opened, split: Any, target: str) -> set[Any]:
    found: set[Any] = set()
    for key, value in values_of(opened, opened.keys(split), target):
        labels = value.tolist() if hasattr(value, "tolist") else value
        if not isinstance(labels, list | tuple | set | frozenset):
            raise DataError(f"{target}: got {value!r}; expected a list of classes. One alone is of kind `label`.", key)
        odd = next((label for label in labels if isinstance(label, float | list | dict)), None)
        if odd is not None:
            raise DataError(f"{target}: {odd!r} is no class; classes are texts or whole numbers.", key)
        found.update(labels)
    return found
