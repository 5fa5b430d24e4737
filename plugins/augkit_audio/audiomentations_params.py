"""Heard: what audiomentations drew for itself, kept as JSON so that it can be replayed to the byte."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from augkit.errors import PluginError
from augkit.sample import TIME, Axis, Frame
from augkit.transform import Params
from augkit.vocab.timeline.moves import same_clip


@dataclass(frozen=True, eq=False)
class Heard(Params):
    """``drawn`` are the library's own parameters, those of the transforms it is made of after them; ``subseed`` is what
    it is lent where it draws while applying. Barriers: two of them never compose.
    """

    axes = TIME

    name: str
    samples_in: int
    samples_out: int
    rate: int
    subseed: int
    drawn: tuple[Mapping[str, Any], ...]

    def frame(self, frame: Frame) -> Frame:
        """The output's length; another clip length or rate than the drawn one raises ReplayError."""
        return {**same_clip(frame, self.samples_in, self.rate), Axis.TIME: (self.samples_out, self.rate)}


def plain(value: Any, name: str) -> Any:
    """As JSON gives it back: numpy's scalars become Python's, so that a replay computes with the same types."""
    if isinstance(value, np.generic):
        return value.item()
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, list | tuple):
        return tuple(plain(item, name) for item in value)
    if isinstance(value, Mapping):
        return {str(key): plain(item, name) for key, item in value.items()}
    raise PluginError(f"audiomentations drew {name!r} as {type(value).__name__}, which no trace can keep.")
