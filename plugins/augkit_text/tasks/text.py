"""Text classification: one class for each text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from augkit.errors import Where
from augkit.train.classification import choose_target, class_names
from augkit.train.config import Fields, located_in
from augkit.train.task import Task, choose
from augkit_text.tasks.config import TextConfig, network

if TYPE_CHECKING:
    from augkit.data import Opened
    from augkit.train.design import Design
    from augkit.train.job import Job
    from augkit_text.tasks.learners import TextLearner


class TextClassification(Task):
    """A new head on a pretrained encoder learns the classes of a label."""

    config_type = TextConfig
    scores = ("accuracy",)
    learnt: ClassVar[tuple[str, ...]] = ("label",)

    def fields(self, config: TextConfig, kinds: Mapping[str, str], where: Where | None) -> Fields:
        """The text and the target that ``config`` names, or the only ones there are."""
        texts = [name for name, kind in kinds.items() if kind == "text"]
        return Fields(
            choose("input", config.input, kinds, texts, "of kind 'text'", config.task, where),
            choose_target(config, kinds, self.learnt, where),
        )

    def classes(self, opened: Opened, fields: Fields) -> list[Any]:
        """The labels of the training split, in order."""
        return class_names(opened, fields.target)

    def learner(self, design: Design) -> TextLearner:
        """The encoder with its weights, and a new head."""
        from augkit.train.evidence import start
        from augkit_text.tasks.encoder import Encoder
        from augkit_text.tasks.learners import TextLearner

        with located_in(design.section, self.config_type):
            encoder = Encoder.of(design.config)
            begun = start(design, encoder)
        return TextLearner(
            encoder, design.config, design.fields, design.classes, design.steps, design.recipe.seed, begun
        )

    def network(self, config: TextConfig) -> str:
        """The encoder and its weights."""
        return network(config)

    def facts(self, job: Job) -> dict[str, Any]:
        """The backbone, and how often the commonest class is right."""
        labels = job.opened.dataset("val").labels(job.fields.target)
        commonest = max(labels.count(label) for label in job.classes) / len(labels)
        return {"backbone": job.config.backbone, "majority_accuracy": commonest}

    def guessing(self, metrics: Mapping[str, Any]) -> str:
        """The accuracy of the commonest class."""
        return f"always guessing the commonest class: {metrics['majority_accuracy']:.3f}"
