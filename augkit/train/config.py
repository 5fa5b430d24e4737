"""The ``train`` section of a recipe, checked: a ``TrainConfig``, or an error that knows its place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from augkit.errors import FieldError, RecipeError, Where
from augkit.fields import Checked, Limits, check_names, fields_of
from augkit.recipe.grammar import place
from augkit.recipe.located import Map, plain
from augkit.words import suggestion


class TrainConfig(Checked):
    """How to train: what learns, from which weights, how fast, how long.

    target           the label field to learn; may be left out when the sample has one
    input            the carrier it is learnt from; may be left out when the sample has one
    backbone         ``timm/<name>`` or ``pkg/<name>``
    pretrained       true, false, or a file of weights (.safetensors, .pth)
    backbone_args    arguments of the network's constructor, such as {drop_path_rate: 0.1}
    freeze           true: the backbone keeps its weights and BatchNorm statistics, only the new head learns
    stride           take the features where the picture is reduced this many times (e.g. 16) instead of at the end
    epochs           passes over the training split
    lr               learning rate of the backbone; the head's is ``lr * head_lr_factor``
    optimizer        any of ``torch.optim``: a name, or ``{name: SGD, momentum: 0.9}``
    schedule         of the learning rate, per step: cosine, onecycle or none
    validate_every   epochs between two validations; the last epoch is always validated
    early_stop       validations without a better ``monitor`` before training stops; empty: never
    threads          torch threads; empty: as torch likes
    """

    task: Literal["classification"] = "classification"
    target: str | None = None
    input: str | None = None
    backbone: str
    pretrained: bool | str = True
    backbone_args: Mapping[str, Any] | None = None
    freeze: bool = False
    stride: Annotated[int | None, Limits(1, 64, unit="pixels per feature")] = None
    epochs: Annotated[int, Limits(1)] = 20
    lr: Annotated[float, Limits(0)] = 1e-3
    head_lr_factor: Annotated[float, Limits(0)] = 1.0
    optimizer: str | Mapping[str, Any] = "AdamW"
    weight_decay: Annotated[float | None, Limits(0)] = None
    schedule: Literal["cosine", "onecycle", "none"] = "cosine"
    dropout: Annotated[float, Limits(0, 0.99)] = 0.0
    label_smoothing: Annotated[float, Limits(0, 0.99)] = 0.0
    validate_every: Annotated[int, Limits(1, unit="epochs")] = 1
    early_stop: Annotated[int | None, Limits(1, unit="validations")] = None
    monitor: Literal["val_loss", "val_accuracy", "train_loss"] = "val_loss"
    threads: Annotated[int | None, Limits(1)] = None

    @classmethod
    def from_recipe(cls, section: Map) -> TrainConfig:
        """The section as written, checked. Raises RecipeError at the value, or at the key when the name is wrong."""
        given = plain(section)
        with located_in(section):
            check_names(cls, given)
            return cls(**given)

    def validate(self) -> None:
        """Refuse a family that does not exist; names inside a family are the business of whoever builds it."""
        family, slash, name = self.backbone.partition("/")
        if not slash or not name or family not in ("timm", "pkg"):
            near = suggestion(family, ("timm", "pkg")) if slash else f" Did you mean 'timm/{self.backbone}'?"
            raise FieldError(f"backbone: got {self.backbone!r}; expected timm/<name> or pkg/<name>.{near}", "backbone")
        if isinstance(self.optimizer, Mapping) and not isinstance(self.optimizer.get("name"), str):
            raise FieldError("optimizer: expected a name, or {name: SGD, momentum: 0.9}.", "optimizer")
        if self.pretrained == "":
            raise FieldError("pretrained: expected true, false, or a file of weights.", "pretrained")


@contextmanager
def located_in(section: Map) -> Iterator[None]:
    """Complaints about a field of ``train`` get the place where it is written."""
    try:
        yield
    except FieldError as error:
        known = error.field in fields_of(TrainConfig)
        raise RecipeError(f"train: {error}", place(section, error.field, of_key=not known)) from None


@dataclass(frozen=True)
class Fields:
    """Which fields of a sample are learnt from, and which is learnt."""

    input: str
    target: str


def choose_fields(config: TrainConfig, kinds: Mapping[str, str], where: Where | None = None) -> Fields:
    """The fields that ``config`` names, or the only ones there are. ``kinds`` maps fields to kinds of target."""
    return Fields(
        _choose("input", config.input, kinds, "image", where), _choose("target", config.target, kinds, "label", where)
    )


def _choose(option: str, name: str | None, kinds: Mapping[str, str], kind: str, where: Where | None) -> str:
    fitting = [field for field, its in kinds.items() if its == kind]
    listing = ", ".join(f"{field} ({its})" for field, its in kinds.items())
    if name is None and len(fitting) == 1:
        return fitting[0]
    if name is None:
        count = "several" if fitting else "no"
        say = f"say which: {option}: {fitting[0]}" if fitting else f"classification needs one of kind {kind!r}"
        raise RecipeError(f"train: the sample has {count} fields of kind {kind!r}; {say}. It has: {listing}.", where)
    if name not in kinds:
        raise RecipeError(
            f"train: {option}: unknown field {name!r}.{suggestion(name, kinds)} It has: {listing}.", where
        )
    if name not in fitting:
        what = f"field {name!r} is of kind {kinds[name]!r}; classification needs {kind!r}"
        raise RecipeError(f"train: {option}: {what}. The sample has: {listing}.", where)
    return name
