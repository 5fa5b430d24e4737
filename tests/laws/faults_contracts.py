"""Broken steps that do not keep to the contract: fields, kernels, logs, pickles, `p`."""

from __future__ import annotations

import dataclasses
import threading
from dataclasses import dataclass
from typing import Any

import numpy as np

from augkit.combine import Step
from augkit.distributions import Range
from augkit.rng import field
from augkit.transform import Params, Transform
from augkit.vocab.space import Affine2D
from tests.laws.faults_space import HFlip, Rotate
from tests.laws.faults_streams import Brightness
from tests.laws.plant import planted


@planted("L14")
class SwallowsArguments(Brightness):
    """Unknown arguments are ignored, so that a typo changes nothing and says nothing."""

    @classmethod
    def from_fields(cls, given):
        return cls(**{name: value for name, value in given.items() if name == "factor"})


@planted("L14")
class TakesAnything(Brightness):
    """Its fields are not checked: a factor of -1 or of "red" is found out at sample 40,000."""

    def __post_init__(self):
        pass


@planted("L14")
class LeavesStrangersBehind(HFlip):
    """A kind without a rule passes unmoved, which the compile check can then not see."""

    def kernel(self, target):
        return super().kernel(target) or (lambda unmoved, params: unmoved)


@planted("L15")
class ForgetsToLog(Rotate):
    """The log rounds the angle away."""

    def draw(self, rng, frame, content=None):
        drawn = super().draw(rng, frame)
        return Unlogged(**drawn.__dict__)


@dataclass(frozen=True)
class Unlogged(Affine2D):
    """An affine map that logs whole numbers."""

    def log(self):
        return {**super().log(), "matrix": np.rint(self.array()).tolist()}


@dataclass(frozen=True)
class Incomplete(Params):
    """Logs no seed."""

    seed: int = 0

    def log(self):
        return {}


@planted("L15")
class LogsNoSeed(Transform[Incomplete]):
    """The sub-seed of the noise is missing from the log."""

    def draw(self, rng, frame, content=None):
        return Incomplete(rng.subseed())

    def apply_image(self, image, params):
        noise = field(params.seed).integers(0, 2, image.pixels.shape).astype(image.pixels.dtype)
        return dataclasses.replace(image, pixels=np.where(noise == 1, image.pixels, 0).astype(image.pixels.dtype))


@planted("L15", "L12")
class CannotBePickled(Brightness):
    """Holds a lock."""

    def __post_init__(self):
        super().__post_init__()
        object.__setattr__(self, "lock", threading.Lock())


class _AlwaysOn(Step):
    """A step that ignores `p`."""

    def __post_init__(self):
        super().__post_init__()
        object.__setattr__(self, "p", 1.0)


@planted("L16")
class IgnoresP(Brightness):
    """Runs whatever `p` says."""

    @classmethod
    def make(cls):
        return _AlwaysOn(cls(), "fault/IgnoresP")


class _Squared(Step):
    """A step that applies `p` twice."""

    def __post_init__(self):
        super().__post_init__()
        object.__setattr__(self, "p", self.p * self.p)


@planted("L16")
class TossesTwice(Brightness):
    """`p` is asked once outside and once inside, so that 0.5 acts on a quarter."""

    @classmethod
    def make(cls):
        return _Squared(cls(), "fault/TossesTwice")


class _Renamed(Step):
    """A step whose stream depends on `p`."""

    def __post_init__(self):
        super().__post_init__()
        object.__setattr__(self, "id", f"{self.name} at {self.p}")


@planted("L16")
class DrawsByP(Brightness):
    """Another `p` gives other draws."""

    @classmethod
    def make(cls):
        return _Renamed(cls(), "fault/DrawsByP")


@planted("L17")
class CopiesEverything(HFlip):
    """Copies whatever it has no rule for."""

    def kernel(self, target):
        return super().kernel(target) or _copy


def _copy(target: Any, params: Params) -> Any:
    return dataclasses.replace(target)


class DoublesWhenRead(Brightness):
    """Its factor means something else each time it is read; caught only where a recipe is written and read back."""

    @classmethod
    def from_fields(cls, given):
        return cls(factor=Range.parse(given["factor"]).toward(1.0, 2.0))
