"""The ``train`` section of a recipe, checked: a ``TrainConfig``, or an error that knows its place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Literal, Self

from augkit.errors import FieldError, RecipeError
from augkit.fields import Checked, Limits, check_names, fields_of
from augkit.recipe.grammar import place
from augkit.recipe.located import Map, plain
from augkit.train.names import check_name


class RunConfig(Checked):
    """How to train, whatever the task: how fast, how long.

    task             what is learnt: classification, or what a plugin brings
    target           the field to learn; may be left out when the sample has one that fits
    input            the field it is learnt from; may be left out when the sample has one that fits
    epochs           passes over the training split
    lr               learning rate
    optimizer        any of ``torch.optim``: a name, or ``{name: SGD, momentum: 0.9}``
    schedule         of the learning rate, per step: cosine, onecycle or none
    validate_every   epochs between two validations; the last epoch is always validated
    early_stop       validations without a better ``monitor`` before training stops; empty: never
    monitor          what the best epoch is chosen by: a loss, or a score of the task
    threads          torch threads; empty: as torch likes
    checks           on: look at data, network and steps before and during training, and say what is wrong; off: do not
    """

    task: str = "classification"
    target: str | None = None
    input: str | None = None
    epochs: Annotated[int, Limits(1)] = 20
    lr: Annotated[float, Limits(0)] = 1e-3
    optimizer: str | Mapping[str, Any] = "AdamW"
    weight_decay: Annotated[float | None, Limits(0)] = None
    schedule: Literal["cosine", "onecycle", "none"] = "cosine"
    dropout: Annotated[float, Limits(0, 0.99)] = 0.0
    validate_every: Annotated[int, Limits(1, unit="epochs")] = 1
    early_stop: Annotated[int | None, Limits(1, unit="validations")] = None
    monitor: str = "val_loss"
    threads: Annotated[int | None, Limits(1)] = None
    checks: Literal["on", "off"] = "on"

    @classmethod
    def from_recipe(cls, section: Map) -> Self:
        """The section as written, checked. Raises RecipeError at the value, or at the key when the name is wrong."""
        given = plain(section)
        with located_in(section, cls):
            check_names(cls, given)
            return cls(**given)

    def validate(self) -> None:
        """Refuse an optimizer without a name; names are the business of whoever builds it."""
        if isinstance(self.optimizer, Mapping) and not isinstance(self.optimizer.get("name"), str):
            raise FieldError("optimizer: expected a name, or {name: SGD, momentum: 0.9}.", "optimizer")


class TrainConfig(RunConfig):
    """How to train a classifier: from which backbone and weights, and what of it learns.

    backbone         ``timm/<name>`` or ``pkg/<name>``
    pretrained       true, false, or a file of weights (.safetensors, .pth)
    backbone_args    arguments of the network's constructor, such as {drop_path_rate: 0.1}
    freeze           true: the backbone keeps its weights and BatchNorm statistics, only the new head learns
    stride           take the features where the picture is reduced this many times (e.g. 16) instead of at the end
    head_lr_factor   the head learns at ``lr * head_lr_factor``
    """

    task: Literal["classification"] = "classification"
    backbone: str
    pretrained: bool | str = True
    backbone_args: Mapping[str, Any] | None = None
    freeze: bool = False
    stride: Annotated[int | None, Limits(1, 64, unit="pixels per feature")] = None
    head_lr_factor: Annotated[float, Limits(0)] = 1.0
    label_smoothing: Annotated[float, Limits(0, 0.99)] = 0.0
    monitor: Literal["val_loss", "val_accuracy", "train_loss"] = "val_loss"
    learns: ClassVar[str] = "class"

    def validate(self) -> None:
        """Refuse a family that does not exist; names inside a family are the business of whoever builds it."""
        super().validate()
        check_name(self.backbone, self.pretrained)


@contextmanager
def located_in(section: Map, cls: type[RunConfig] = TrainConfig) -> Iterator[None]:
    """Complaints about a field of ``train`` get the place where it is written."""
    try:
        yield
    except FieldError as error:
        known = error.field in fields_of(cls)
        raise RecipeError(f"train: {error}", place(section, error.field, of_key=not known)) from None


@dataclass(frozen=True)
class Fields:
    """Which fields of a sample are learnt from, and which is learnt."""

    input: str
    target: str
