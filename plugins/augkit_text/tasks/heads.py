"""Several classes of each text, or a number: text classification with another head."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from augkit.train.config import Fields
from augkit.train.multilabel import in_random_order, label_names
from augkit.train.regression import NUMBERS, Loss, by_the_mean, check_numbers, mean_facts, refuse_smoothing, scaled
from augkit_text.tasks.config import TextConfig
from augkit_text.tasks.text import TextClassification

if TYPE_CHECKING:
    from augkit.data import Opened
    from augkit.train.design import Design
    from augkit.train.job import Job
    from augkit_text.tasks.learners import TextLearner


class TextMultilabelConfig(TextConfig):
    """As a classifier's of texts. ``label_smoothing`` draws the target of every class towards a half."""

    task: Literal["text_multilabel_classification"] = "text_multilabel_classification"
    monitor: Literal["val_loss", "val_mean_average_precision", "val_f1", "train_loss"] = "val_loss"
    learns: ClassVar[str] = "classes"


class TextMultilabelClassification(TextClassification):
    """A new head on a pretrained encoder learns of each class whether a text has it; scores as for pictures."""

    config_type = TextMultilabelConfig
    scores = ("mean_average_precision", "f1")
    learnt = ("labels",)

    def classes(self, opened: Opened, fields: Fields) -> list[Any]:
        """The classes that the training split's texts have, in order."""
        return label_names(opened, fields.target)

    def facts(self, job: Job) -> dict[str, Any]:
        """The backbone."""
        return {"backbone": job.config.backbone}

    def guessing(self, metrics: Mapping[str, Any]) -> str:
        """The precision of a random order."""
        return in_random_order(metrics)


class TextRegressionConfig(TextConfig):
    """As a classifier's of texts.

    loss    mse (squared), mae (absolute) or huber, of errors in standard deviations of the training targets
    """

    task: Literal["text_regression"] = "text_regression"
    loss: Loss = "mse"
    monitor: Literal["val_loss", "val_r2", "train_loss"] = "val_loss"
    learns: ClassVar[str] = "number"

    def validate(self) -> None:
        """Refuse what is about classes."""
        super().validate()
        refuse_smoothing(self)


class TextRegression(TextClassification):
    """A new head on a pretrained encoder learns a number; scores as for pictures."""

    config_type = TextRegressionConfig
    scores = ("r2", "mae")
    learnt = NUMBERS

    def classes(self, opened: Opened, fields: Fields) -> list[Any]:
        """None; DataError for what is no number."""
        check_numbers(opened, fields.target)
        return []

    def learner(self, design: Design) -> TextLearner:
        """The encoder with its weights, and a new head that knows the scale of the training targets."""
        return scaled(super().learner(design), design)

    def facts(self, job: Job) -> dict[str, Any]:
        """The backbone, and what always telling the training's mean gets."""
        return {"backbone": job.config.backbone, **mean_facts(job)}

    def guessing(self, metrics: Mapping[str, Any]) -> str:
        """The scores of the mean."""
        return by_the_mean(metrics)
