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
from augkit.train.spans import seconds_in
from augkit.train.transfer import Policy
from augkit.words import suggestion

OWN_SCHEDULES = ("cosine", "onecycle", "none")

OPEN_EPOCHS = 1_000_000
"""What ``epochs`` is beside ``time``, until the number that fits is measured: enough for whatever wants a few."""


def named(given: str | Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """The name and the arguments of ``csv`` or ``{wandb: {project: birds}}``; FieldError for what is neither."""
    if isinstance(given, str):
        return given, {}
    name, arguments = next(iter(given.items()), ("", None))
    if len(given) != 1 or not isinstance(arguments, Mapping | None):
        raise FieldError(f"loggers: got {dict(given)}; expected a name, or {{wandb: {{project: birds}}}}.", "loggers")
    return str(name), dict(arguments or {})


def _open(given: Mapping[str, Any]) -> int:
    """The number of epochs beside ``time``, which must be the only word on how long."""
    time = given["time"]
    if "epochs" in given:
        raise FieldError(f"time: {time} beside epochs: {given['epochs']}: leave one of them out.", "time")
    if isinstance(time, int | float):
        raise FieldError(f"time: got {time}, which has no unit; expected such as 90s, 3m, 1.5h or 1h30m.", "time")
    return OPEN_EPOCHS


class RunConfig(Checked):
    """How to train, whatever the task: how fast, how long.

    task             what is learnt: classification, or what a plugin brings
    target           the field to learn; may be left out when the sample has one that fits
    input            the field it is learnt from; may be left out when the sample has one that fits
    epochs           passes over the training split
    time             how long to train instead, such as 90s, 3m or 1.5h: the number of epochs that fits is measured once
    lr               learning rate
    optimizer        any of ``torch.optim``: a name, or ``{name: SGD, momentum: 0.9}``
    schedule         of the learning rate: cosine or onecycle, per step, none, or any of ``torch.optim.lr_scheduler``:
                     {name: StepLR, step_size: 5}, which counts epochs (OneCycleLR and CyclicLR batches)
    clip_norm        gradients of a larger norm, over all weights, are scaled down to it; empty: never
    accumulate       batches whose gradients make one optimizer step
    ema              validate and keep the exponential moving average of the weights, of this decay; empty: the weights
    init             first weights of new layers: auto, by the activation that follows, or a scheme by name
    validate_every   epochs between two validations; the last epoch is always validated
    early_stop       validations without a better ``monitor`` before training stops; empty: never
    monitor          what the best epoch is chosen by: a loss, or a score of the task
    threads          torch threads; empty: as torch likes
    precision        32, or bf16-mixed, 16-mixed: operators that bear it compute in 16 bits, where the machine can
    loggers          where metrics go beside metrics.json: csv, tensorboard, {wandb: {project: x}}, {mlflow: {...}}
    checks           on: look at data, network and steps before and during training, and say what is wrong; off: do not
    report           on: write report.html, what was fed, found and learnt, into the folder of the run; off: do not
    """

    task: str = "classification"
    target: str | None = None
    input: str | None = None
    epochs: Annotated[int, Limits(1)] = 20
    time: str | None = None
    lr: Annotated[float, Limits(0)] = 1e-3
    optimizer: str | Mapping[str, Any] = "AdamW"
    weight_decay: Annotated[float | None, Limits(0)] = None
    schedule: Literal["cosine", "onecycle", "none"] | str | Mapping[str, Any] = "cosine"
    clip_norm: Annotated[float | None, Limits(1e-9)] = None
    accumulate: Annotated[int, Limits(1, unit="batches")] = 1
    ema: Annotated[float | None, Limits(0, 0.999999)] = None
    init: Literal["auto", "he", "xavier", "xavier_normalized", "orthogonal", "none"] = "auto"
    dropout: Annotated[float, Limits(0, 0.99)] = 0.0
    validate_every: Annotated[int, Limits(1, unit="epochs")] = 1
    early_stop: Annotated[int | None, Limits(1, unit="validations")] = None
    monitor: str = "val_loss"
    threads: Annotated[int | None, Limits(1)] = None
    precision: Literal[32, "bf16-mixed", "16-mixed"] = 32
    loggers: tuple[str | Mapping[str, Any], ...] = ()
    checks: Literal["on", "off"] = "on"
    report: Literal["on", "off"] = "on"

    @property
    def optimizer_name(self) -> str:
        """Of ``torch.optim``."""
        return self.optimizer if isinstance(self.optimizer, str) else str(self.optimizer["name"])

    @classmethod
    def from_recipe(cls, section: Map) -> Self:
        """The section as written, checked. Raises RecipeError at the value, or at the key when the name is wrong."""
        given = plain(section)
        with located_in(section, cls):
            check_names(cls, given)
            if given.get("time") is not None:
                given["epochs"] = _open(given)
            return cls(**given)

    def validate(self) -> None:
        """Refuse an optimizer or a schedule without a name; torch's names are the business of whoever builds them."""
        if isinstance(self.optimizer, Mapping) and not isinstance(self.optimizer.get("name"), str):
            raise FieldError("optimizer: expected a name, or {name: SGD, momentum: 0.9}.", "optimizer")
        if self.time is not None:
            seconds_in(self.time)
        for given in self.loggers:
            named(given)
        schedule = self.schedule if isinstance(self.schedule, str) else self.schedule.get("name")
        if not isinstance(schedule, str):
            raise FieldError("schedule: expected a name, or {name: StepLR, step_size: 5}.", "schedule")
        if schedule[:1].islower() and schedule not in OWN_SCHEDULES:
            raise FieldError(
                f"schedule: unknown {schedule!r}.{suggestion(schedule, OWN_SCHEDULES)} One of "
                f"{', '.join(OWN_SCHEDULES)}, or a scheduler of torch, as in {{name: StepLR, step_size: 5}}.",
                "schedule",
            )
        if isinstance(self.schedule, Mapping) and schedule in OWN_SCHEDULES and len(self.schedule) > 1:
            raise FieldError(f"schedule: {schedule} takes no arguments; torch's schedulers do.", "schedule")


class TransferConfig(RunConfig):
    """How to train a new head on a pretrained backbone: what learns, when, how fast.

    transfer         auto, linear, stages, {last: N}, discriminative, full or lp_ft; empty: full
    unfreeze_every   gradual unfreezing: first the head alone, then one more layer group every so many epochs
    freeze           true: the same as transfer: linear
    head_lr_factor   the head learns at ``lr * head_lr_factor``
    """

    transfer: str | Mapping[str, Any] | None = None
    unfreeze_every: Annotated[int | None, Limits(1, unit="epochs")] = None
    freeze: bool = False
    head_lr_factor: Annotated[float, Limits(0)] = 1.0
    learns: ClassVar[str] = "class"

    @property
    def policy(self) -> Policy:
        """``transfer`` and ``freeze``, which say the same, as one."""
        return Policy.parse(self.transfer or ("linear" if self.freeze else "full"))

    def validate(self) -> None:
        """Refuse what contradicts itself; what a backbone is too small for is the business of whoever builds it."""
        super().validate()
        policy = self.policy
        if self.freeze and self.transfer is not None:
            raise FieldError(
                f"freeze: true says what transfer: linear says, beside transfer: {policy}; leave freeze out.", "freeze"
            )
        if policy.open and self.learns != "class":
            raise FieldError(
                f"transfer: {policy} is measured on one class for each sample; here say linear, {{last: N}}, "
                "discriminative, full or lp_ft.",
                "transfer",
            )
        if self.unfreeze_every and policy.name not in ("last", "discriminative", "full"):
            raise FieldError(
                f"unfreeze_every: transfer: {policy} thaws nothing gradually; it goes with last, discriminative, full.",
                "unfreeze_every",
            )


class TrainConfig(TransferConfig):
    """How to train a classifier: from which backbone and weights, and what of it learns.

    backbone         ``timm/<name>`` or ``pkg/<name>``
    pretrained       true, false, or a file of weights (.safetensors, .pth)
    backbone_args    arguments of the network's constructor, such as {drop_path_rate: 0.1}
    stride           take the features where the picture is reduced this many times (e.g. 16) instead of at the end
    """

    task: Literal["classification"] = "classification"
    backbone: str
    pretrained: bool | str = True
    backbone_args: Mapping[str, Any] | None = None
    stride: Annotated[int | None, Limits(1, 64, unit="pixels per feature")] = None
    label_smoothing: Annotated[float, Limits(0, 0.99)] = 0.0
    monitor: Literal["val_loss", "val_accuracy", "train_loss"] = "val_loss"

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
    """Which fields of a sample are learnt from, and which is learnt; ``beside`` the input others are read."""

    input: str
    target: str
    beside: tuple[str, ...] = ()
