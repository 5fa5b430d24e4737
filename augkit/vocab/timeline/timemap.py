"""TimeMap: where every moment of a clip goes."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from augkit.errors import FieldError, ReplayError
from augkit.sample import TIME, Axis, Frame
from augkit.transform import Params

_INSTANT = 1e-9
"""Knots closer than this, in seconds, are one: far below a sample, far above rounding."""


@dataclass(frozen=True)
class TimeMap(Params):
    """A rising, piecewise linear map of time: knots ``source[i]`` (seconds in) → ``output[i]`` (seconds out).

    What lies before the first or after the last knot is cut away; what no knot reaches in the ``samples_out`` of the
    output is silence. ``rate`` (Hz) is that of the clip; ``method`` names how a sound is stretched where the slope is
    not 1.
    """

    axes = TIME

    source: tuple[float, ...]
    output: tuple[float, ...]
    samples_in: int
    samples_out: int
    rate: int
    method: str = "default"

    def __post_init__(self) -> None:
        rising = all(a < b for knots in (self.source, self.output) for a, b in pairwise(knots))
        if len(self.source) != len(self.output) or len(self.source) < 2 or not rising:
            raise FieldError(
                f"TimeMap: got knots {self.source} → {self.output}; expected two or more on both sides, rising."
            )

    @classmethod
    def stretch(cls, time: tuple[int, int], speed: float, samples_out: int, method: str = "default") -> TimeMap:
        """A clip of ``time`` = (samples, rate) played ``speed`` times as fast, cut or padded to ``samples_out``."""
        samples, rate = time
        seconds = samples / rate
        return cls((0.0, seconds), (0.0, seconds / speed), samples, samples_out, rate, method)

    @property
    def seconds_out(self) -> float:
        """How long the output is."""
        return self.samples_out / self.rate

    def is_identity(self) -> bool:
        """Whether every sample stays where it is."""
        whole = self.source[0] <= 0.0 and self.source[-1] >= self.samples_in / self.rate
        return whole and self.source == self.output and self.samples_in == self.samples_out

    def frame(self, frame: Frame) -> Frame:
        """The output's length; another clip length or rate than the drawn one raises ReplayError."""
        met = tuple(frame[Axis.TIME])
        if met != (self.samples_in, self.rate):
            raise ReplayError(
                f"drawn for a clip of {self.samples_in} samples at {self.rate} Hz, met one of {met[0]} at {met[1]} Hz."
            )
        return {**frame, Axis.TIME: (self.samples_out, self.rate)}

    def times(self, seconds: np.ndarray) -> np.ndarray:
        """Where moments (n,) of the input go; those that are cut away go to the nearest end."""
        moved: np.ndarray = np.interp(seconds, self.source, self.output)
        return moved

    def sources(self, seconds: np.ndarray) -> np.ndarray:
        """Where moments (n,) of the output come from, the reverse of ``times``."""
        found: np.ndarray = np.interp(seconds, self.output, self.source)
        return found

    def window(self) -> tuple[float, float]:
        """The part of the input, in seconds, that is still in the output."""
        first, last = self.output[0], self.output[-1]
        inside = self.sources(np.array([max(first, 0.0), max(min(last, self.seconds_out), first)]))
        return float(inside[0]), float(inside[1])

    def slopes(self) -> np.ndarray:
        """Output seconds for a second of input, piece by piece."""
        pieces: np.ndarray = np.diff(self.output) / np.diff(self.source)
        return pieces

    def inverse(self) -> TimeMap:
        """The map back; what was cut away is gone."""
        return TimeMap(self.output, self.source, self.samples_out, self.samples_in, self.rate, self.method)

    def then(self, later: Params) -> TimeMap | None:
        """One map for both, without rounding between, when the later one starts where this one ends."""
        if not isinstance(later, TimeMap) or (later.samples_in, later.rate) != (self.samples_out, self.rate):
            return None
        if later.method != self.method:
            return None
        knots = _shared_knots(self, later)
        if len(knots) < 2:
            return None
        source, output = tuple(self.sources(knots).tolist()), tuple(later.times(knots).tolist())
        return dataclasses.replace(later, source=source, output=output, samples_in=self.samples_in)


def _shared_knots(first: TimeMap, later: TimeMap) -> np.ndarray:
    """The knots of both between the maps, within what both know and the clip between them holds."""
    low = max(first.output[0], later.source[0], 0.0)
    high = min(first.output[-1], later.source[-1], first.seconds_out)
    between = [knot for knot in (*first.output, *later.source) if low + _INSTANT < knot < high - _INSTANT]
    knots = np.unique([low, *between, high]) if low < high else np.zeros(0)
    return knots[np.diff(knots, prepend=-np.inf) > _INSTANT]
