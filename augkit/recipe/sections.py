"""The sections of a recipe that have a fixed set of fields."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from augkit.carriers import How, how_of
from augkit.errors import FieldError
from augkit.fields import Checked, Limits

VERSION = 1
"""The format that this augkit reads: the value of ``augkit:``."""


class Settings(Checked):
    """The top-level keys that hold one value.

    ``views`` is how often each sample is drawn for contrastive learning; ``plan`` is ``exact``, ``fast`` or a mapping
    of the fields of ``How``.
    """

    description: str = ""
    seed: int = 0
    views: Annotated[int, Limits(1)] = 1
    decoder: str | None = None
    plan: str | Mapping[str, Any] = "exact"

    @property
    def how(self) -> How:
        """How carriers are changed."""
        return how_of(self.plan)

    def validate(self) -> None:
        try:
            how_of(self.plan)
        except FieldError as error:
            raise FieldError(f"plan: {str(error).removeprefix('mode: ')}", "plan") from None


class SplitConfig(Checked):
    """How keys are dealt to train, val and test: a pure function of the keys, so that adding data moves few of them.

    ``val``, ``test``: fractions. ``group``: a column whose equal values stay on one side (a patient, a recording).
    ``stratify``: the same mix of classes on every side, by the sample's only label (``true``) or by a named one.
    ``train_per_class``: keep only so many training samples of each class. ``seed``: the recipe's unless given.
    """

    val: Annotated[float, Limits(0, 1, unit="fraction")] = 0.2
    test: Annotated[float, Limits(0, 1, unit="fraction")] = 0.0
    group: str | None = None
    stratify: bool | str = True
    train_per_class: Annotated[int | None, Limits(1)] = None
    seed: int | None = None

    def validate(self) -> None:
        if self.val + self.test >= 1:
            raise FieldError(f"val {self.val:g} and test {self.test:g} leave nothing to train on.", "val")


class LoaderConfig(Checked):
    """How samples become batches.

    ``balance``: draw the classes of a label equally often (``class``: the sample's only label). ``copies``: how often
    an epoch visits each sample. ``on_error: skip`` counts and reports samples that cannot be read instead of stopping.
    ``persistent``: workers live on between epochs. ``start``: how worker processes start. ``bucket_by_length``: a
    column of lengths that is known without opening samples (``seconds``), or a field that the source measures
    (``audio``, by the headers of its files): a batch is then of about equally long ones.
    """

    batch_size: Annotated[int, Limits(1)] = 32
    workers: Annotated[int, Limits(0)] = 0
    shuffle: bool = True
    balance: str | None = None
    copies: Annotated[int, Limits(1)] = 1
    drop_last: bool = False
    on_error: Literal["raise", "skip"] = "raise"
    persistent: bool = True
    start: Literal["fork", "spawn", "forkserver"] | None = None
    bucket_by_length: str | None = None
