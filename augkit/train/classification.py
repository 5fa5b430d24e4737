"""Classification: one class for each sample, from what a backbone for pictures reads."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from augkit.data.classes import in_order
from augkit.errors import DataError, Where
from augkit.plugins import catalogue
from augkit.train.config import Fields, RunConfig, TrainConfig
from augkit.train.task import Task, choose

if TYPE_CHECKING:
    from augkit.data import Opened
    from augkit.train.classifier import Classifier
    from augkit.train.design import Design
    from augkit.train.job import Job

READS = "picture"
"""What backbones are fed: a field of any kind whose batches are ``fed_as`` that, an image or a spectrogram made one."""


class Classification(Task):
    """A new head on a pretrained backbone learns the classes of a label."""

    config_type: ClassVar[type[TrainConfig]] = TrainConfig
    scores: ClassVar[tuple[str, ...]] = ("accuracy",)

    def fields(self, config: TrainConfig, kinds: Mapping[str, str], where: Where | None = None) -> Fields:
        """The picture and the label that ``config`` names, or the only ones there are."""
        return choose_fields(config, kinds, where)

    def classes(self, opened: Opened, fields: Fields) -> list[Any]:
        """As ``class_names``."""
        return class_names(opened, fields.target)

    def learner(self, design: Design) -> Classifier:
        """The backbone with its weights, and a new head."""
        from augkit.train.backbones import build
        from augkit.train.classifier import Classifier
        from augkit.train.evidence import start

        config: TrainConfig = design.config  # type: ignore[assignment]
        assert design.shape is not None
        height, width = design.shape[-2:]
        backbone = build(config.backbone, config.pretrained, config.stride, (height, width), config.backbone_args)
        begun = start(design, backbone)
        return Classifier(backbone, config, design.fields, design.classes, design.steps, design.recipe.seed, begun)

    def network(self, config: TrainConfig) -> str:
        """The backbone, as far as it is used, and its weights."""
        given = config.pretrained
        weights = given if isinstance(given, str) else ("random", "pretrained")[given]
        stage = f" up to stride {config.stride}" if config.stride else ""
        return f"{config.backbone}{stage} with {weights} weights"

    def facts(self, job: Job) -> dict[str, Any]:
        """The backbone, and how often the commonest class is right."""
        labels = job.opened.dataset("val").labels(job.fields.target)
        commonest = max(labels.count(label) for label in job.classes) / len(labels)
        return {"backbone": job.config.backbone, "majority_accuracy": commonest}  # type: ignore[attr-defined]

    def guessing(self, metrics: Mapping[str, Any]) -> str:
        """The accuracy of the commonest class."""
        return f"always guessing the commonest class: {metrics['majority_accuracy']:.3f}"


def choose_fields(
    config: TrainConfig, kinds: Mapping[str, str], where: Where | None = None, learnt: Sequence[str] = ("label",)
) -> Fields:
    """The fields that ``config`` names, or the only ones there are. ``kinds`` maps fields to kinds of target;
    ``learnt`` are those that a target may be of.
    """
    pictures = [name for name, kind in kinds.items() if catalogue().load("target", kind).fed_as == READS]
    return Fields(
        choose("input", config.input, kinds, pictures, "that a backbone reads, a picture", config.task, where),
        choose_target(config, kinds, learnt, where),
    )


def choose_target(config: RunConfig, kinds: Mapping[str, str], learnt: Sequence[str], where: Where | None) -> str:
    """The target that ``config`` names, or the only one of the first of the kinds ``learnt`` that there is."""
    fitting = [name for name, kind in kinds.items() if kind in learnt]
    of_kind = ([name for name in fitting if kinds[name] == kind] for kind in learnt)
    usual = fitting if config.target else next((names for names in of_kind if names), [])
    listing = " or ".join(map(repr, learnt))
    return choose("target", config.target, kinds, usual, f"of kind {listing}", config.task, where)


def class_names(opened: Opened, target: str) -> list[Any]:
    """The classes of the training split in order, from metadata alone; DataError where validation has others."""
    seen = {split: opened.dataset(split, augment=False).labels(target) for split in ("train", "val")}
    check_names(target, [*seen["train"], *seen["val"]])
    classes = in_order(seen["train"])
    if len(classes) < 2:
        raise DataError(f"{target}: the training split has one class only, {classes[0]!r}; nothing can be learnt.")
    check_known(target, classes, seen["val"])
    return classes


def check_names(target: str, labels: Iterable[Any]) -> None:
    """DataError unless labels are classes that have a name each: 1 and "1" have one, and 1 and true are one."""
    by_name: dict[str, Any] = {}
    names: dict[Any, str] = {}
    for label in labels:
        if isinstance(label, list | dict | set):
            raise DataError(f"{target}: {label!r} is no class; several for each sample are of kind `labels`.")
        if label != label:
            raise DataError(f"{target}: {label!r} is no class; name it, or leave the sample out.")
        other, name = by_name.setdefault(str(label), label), names.setdefault(label, str(label))
        if other != label:
            raise DataError(f"{target}: {other!r} and {label!r} are two classes of one name; write them alike.")
        if name != str(label):
            raise DataError(f"{target}: {name} and {label} are one and the same number; write them alike.")


def check_known(target: str, classes: Iterable[Any], labels: Iterable[Any]) -> None:
    """DataError where the validation's labels are none of the ``classes``."""
    unknown = sorted({str(label) for label in labels} - {str(label) for label in classes})
    if unknown:
        raise DataError(
            f"{target}: the validation split has {_listed(unknown)}, which the training split has not: "
            "no network can know them. Use split: {stratify: true}, or more samples of these classes."
        )


def _listed(names: list[str]) -> str:
    return ", ".join(map(repr, names[:5])) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
