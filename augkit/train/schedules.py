"""How learning rates go: cosine and onecycle over the whole run, or any scheduler of torch by name."""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from typing import Any, Literal

from torch.optim import Optimizer, lr_scheduler
from torch.optim.lr_scheduler import CosineAnnealingLR, LRScheduler, OneCycleLR, ReduceLROnPlateau

from augkit.errors import FieldError
from augkit.train.config import RunConfig
from augkit.train.optimizers import checked_arguments
from augkit.words import suggestion

OF_SCHEDULERS = {
    "SequentialLR": "other schedulers",
    "ChainedScheduler": "other schedulers",
    "LambdaLR": "a function",
    "MultiplicativeLR": "a function",
}
"""Schedulers that a recipe cannot write down, and what they are made of."""

EACH_BATCH = ("OneCycleLR", "CyclicLR")
"""Schedulers whose arguments torch counts in batches; all others count epochs."""


@dataclass(frozen=True)
class Schedule:
    """A scheduler, and after what it is stepped: each optimizer ``step``, or each ``epoch``."""

    scheduler: LRScheduler
    interval: Literal["step", "epoch"]

    @property
    def watches(self) -> bool:
        """Whether it is told how the training goes, after each validation."""
        return isinstance(self.scheduler, ReduceLROnPlateau)


def names() -> list[str]:
    """Every scheduler of the installed torch that a recipe can write down."""
    found = [item for item in vars(lr_scheduler).values() if inspect.isclass(item) and issubclass(item, LRScheduler)]
    plain = {item.__name__ for item in found if not item.__name__.startswith("_")}
    return sorted(plain - {"LRScheduler", *OF_SCHEDULERS})


def build_schedule(config: RunConfig, optimizer: Optimizer, steps: int) -> Schedule | None:
    """The rates over ``steps`` optimizer steps: down a cosine to 0; up and down again (Smith 2018); as the scheduler of
    torch of that name has them; or None. Raises FieldError for a name or an argument torch lacks.
    """
    given = {"name": config.schedule} if isinstance(config.schedule, str) else dict(config.schedule)
    name = given.pop("name")
    if name == "none":
        return None
    if name == "cosine":
        return Schedule(CosineAnnealingLR(optimizer, T_max=max(1, steps)), "step")
    if name == "onecycle":
        return Schedule(_onecycle(optimizer, steps), "step")
    return _of_torch(name, given, optimizer)


def _onecycle(optimizer: Optimizer, steps: int) -> LRScheduler:
    rates = [group["lr"] for group in optimizer.param_groups]
    momentum = bool(optimizer.defaults.get("momentum")) or "betas" in optimizer.defaults
    return OneCycleLR(optimizer, max_lr=rates, total_steps=max(2, steps), cycle_momentum=momentum)


def _of_torch(name: str, given: dict[str, Any], optimizer: Optimizer) -> Schedule:
    if name in OF_SCHEDULERS:
        raise FieldError(
            f"schedule: {name} is made of {OF_SCHEDULERS[name]}, which a recipe cannot write down.", "schedule"
        )
    known = names()
    if name not in known:
        listing = ", ".join(("cosine", "onecycle", "none", *known))
        raise FieldError(f"schedule: torch has no {name!r}.{suggestion(name, known)} There are: {listing}.", "schedule")
    cls = getattr(lr_scheduler, name)
    checked_arguments("schedule", cls, given, ("optimizer", "last_epoch"))
    try:
        made = cls(optimizer, **given)
    except (TypeError, ValueError, ZeroDivisionError) as error:
        raise FieldError(f"schedule: {name}: {error}", "schedule") from error
    return Schedule(made, "step" if name in EACH_BATCH else "epoch")
