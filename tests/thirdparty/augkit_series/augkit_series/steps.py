"""The steps: two that change values, two that move time (after Um et al. 2017)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated

import numpy as np

import augkit
from augkit.errors import SkipStep
from augkit.rng import field
from augkit.vocab.timeline import TimeMap
from augkit_series.series import Series


@dataclass(frozen=True)
class Jittered(augkit.Params):
    """Independent normal noise of ``std`` on every sample of every channel; ``subseed`` names the numbers."""

    std: float
    subseed: int


@augkit.moves(Jittered, Series)
def series_follows_jitter(series, jittered):
    if jittered.std == 0:
        return series
    noise = field(jittered.subseed).standard_normal(series.values.shape, dtype=np.float32)
    return replace(series, values=series.values + np.float32(jittered.std) * noise)


class Jitter(augkit.Transform[Jittered]):
    """Add normal noise of ``std``, in the unit of the values, as a poorer sensor would."""

    std: Annotated[augkit.Range, augkit.Limits(0, 1e6, neutral=0, strongest=0.2, unit="unit of the values")] = (
        augkit.Range(0, 0.05)
    )
    changes = {"noise"}

    def draw(self, rng, frame, content=None):
        return Jittered(self.std.draw(rng), rng.subseed())


@dataclass(frozen=True)
class Scaled(augkit.Params):
    """Channel c times ``factors[c]``."""

    factors: tuple[float, ...]


@augkit.moves(Scaled, Series)
def series_follows_scaling(series, scaled):
    factors = np.array(scaled.factors, dtype=np.float32)
    return series if (factors == 1).all() else replace(series, values=series.values * factors)


class Scaling(augkit.Transform[Scaled]):
    """Multiply every channel by a factor of its own, as a sensor that sits otherwise."""

    factor: Annotated[augkit.Range, augkit.Limits(0, 100, neutral=1, strongest=(0.6, 1.6), unit="times")] = (
        augkit.Range(0.9, 1.1)
    )
    changes = {"amplitude"}
    needs = ("series",)

    def draw(self, rng, frame, content=None):
        channels = max(target.values.shape[1] for target in content.values() if isinstance(target, Series))
        return Scaled(tuple(self.factor.draw(rng) for _ in range(channels)))


class TimeWarp(augkit.Transform[TimeMap]):
    """Run slower and faster by turns: ``knots`` moments inside move by up to ``shift`` of the gap between them, the
    ends stay. Intervals and frame labels move along.
    """

    shift: Annotated[
        augkit.Range, augkit.Limits(-0.45, 0.45, neutral=0, strongest=(-0.4, 0.4), unit="fraction of a gap")
    ] = augkit.Range(-0.2, 0.2)
    knots: Annotated[int, augkit.Limits(1, 50)] = 4
    changes = {"tempo"}

    def keeps_frame(self):
        return True

    def draw(self, rng, frame, content=None):
        samples, rate = frame["time"]
        gap = samples / rate / (self.knots + 1)
        source = [number * gap for number in range(self.knots + 1)] + [samples / rate]
        inner = [moment + self.shift.draw(rng) * gap for moment in source[1:-1]]
        return TimeMap(tuple(source), (0.0, *inner, samples / rate), samples, samples, rate)


class Window(augkit.Transform[TimeMap]):
    """Cut out ``samples`` from a drawn place; what is shorter is left in the middle of zeros."""

    samples: Annotated[int, augkit.Limits(1, 10**9, unit="samples", doc="how many there are afterwards")]
    changes = {"composition"}
    structural = True

    @classmethod
    def law_examples(cls):
        return [{"samples": 40}, {"samples": 400}]

    def draw(self, rng, frame, content=None):
        there, rate = frame["time"]
        if there == self.samples:
            raise SkipStep(f"is {there} samples long already")
        spare = there - self.samples
        return TimeMap.window((there, rate), rng.integer(0, spare) if spare > 0 else spare // 2, self.samples)


POLICY = ("series/jitter", "series/scaling", "series/time_warp")
"""What a policy chooses among by default."""
