"""Actions: what a compiled step does to each group of fields."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from augkit.combine import Step
from augkit.schema import Group, Schema
from augkit.transform import Kernel


@dataclass(frozen=True)
class GroupAction:
    """What one step does to one group: a kernel per field that follows; ``sees`` are the fields given to ``draw``.

    ``waits`` are the carriers among them that have a runner, which makes their moves when they must be made.
    """

    group: Group
    kernels: Mapping[str, Kernel]
    sees: tuple[str, ...]
    waits: tuple[str, ...] = ()


@dataclass(frozen=True)
class Action:
    """One compiled step; ``schema`` is that of the sample as it meets the step."""

    step: Step
    groups: tuple[GroupAction, ...]
    schema: Schema
