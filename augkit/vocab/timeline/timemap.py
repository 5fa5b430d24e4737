"""TimeMap and Speed: where every moment of a clip goes, at the pitch it had or with its pitch."""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass
from itertools import pairwise
from typing import Self

import numpy as np

from augkit.errors import FieldError
from augkit.sample import TIME, Axis
from augkit.transform import Params
from augkit.vocab.timeline.moves import INSTANT, TimeMove


@dataclass(frozen=True)
class PiecewiseMap(TimeMove):
    """A rising, piecewise linear map of time: knots ``source[i]`` (seconds in) → ``output[i]`` (seconds out).

    What lies before the first or after the last knot is cut away; what no knot reaches in the ``samples_out`` of the
    output is silence. ``rate`` (Hz) is that of the clip, before and after.
    """

    source: tuple[float, ...]
    output: tuple[float, ...]
    samples_in: int
    samples_out: int
    rate: int

    def __post_init__(self) -> None:
        rising = all(a < b for knots in (self.source, self.output) for a, b in pairwise(knots))
        if len(self.source) != len(self.output) or len(self.source) < 2 or not rising:
            raise FieldError(
                f"{type(self).__name__}: got knots {self.source} → {self.output}; expected two or more on both sides, "
                "rising."
            )

    def is_identity(self) -> bool:
        """Whether every sample stays where it is."""
        whole = self.source[0] <= 0.0 and self.source[-1] >= self.samples_in / self.rate
        return whole and self.source == self.output and self.samples_in == self.samples_out

    def pieces(self) -> np.ndarray:
        """One for each pair of knots, as far as they lie within the clip and within the output."""
        source, output = np.array(self.source), np.array(self.output)
        low, high = (np.interp(end, source, output) for end in (0.0, self.seconds_in))
        ends = np.clip(output, max(low, 0.0), max(min(high, self.seconds_out), low, 0.0))
        source = np.clip(np.interp(ends, output, source), 0.0, self.seconds_in)
        pieces = np.stack([source[:-1], source[1:], ends[:-1], ends[1:]], axis=1)
        return np.asarray(pieces[(np.diff(ends) > 0.0) & (np.diff(source) > 0.0)])

    def times(self, seconds: np.ndarray) -> np.ndarray:
        """Where moments (n,) of the input go; those that are cut away go to the nearest end."""
        moved: np.ndarray = np.interp(seconds, self.source, self.output)
        return moved

    def sources(self, seconds: np.ndarray) -> np.ndarray:
        """Where moments (n,) of the output come from, the reverse of ``times``; silence comes from the nearest end."""
        found: np.ndarray = np.interp(seconds, self.output, self.source)
        return found

    def slopes(self) -> np.ndarray:
        """Output seconds for a second of input, piece by piece."""
        pieces: np.ndarray = np.diff(self.output) / np.diff(self.source)
        return pieces

    @property
    def rounding(self) -> float:
        """A sample where anything is stretched, since output lengths are whole samples."""
        return 1e-6 if self.is_rigid() else 1.000001 / self.rate

    def is_rigid(self) -> bool:
        """Whether nothing is made faster or slower: samples are cut, padded or moved as they are."""
        return bool(np.all(np.abs(self.slopes() - 1.0) <= 1e-9))

    def speed(self) -> float | None:
        """How many times as fast it is, where that is one number."""
        slopes = self.slopes()
        return None if np.ptp(slopes) > 1e-9 * slopes[0] else float(1.0 / slopes[0])

    def speeds(self, seconds: np.ndarray) -> np.ndarray:
        """How many times as fast it is at moments (n,) of the input."""
        piece = np.clip(np.searchsorted(self.source, seconds, side="right") - 1, 0, len(self.source) - 2)
        return np.asarray(1.0 / self.slopes()[piece])

    def inverse(self) -> Self:
        """The map back; what was cut away is gone."""
        return dataclasses.replace(
            self,
            source=self.output,
            output=self.source,
            samples_in=self.samples_out,
            samples_out=self.samples_in,
        )

    def then(self, later: Params) -> PiecewiseMap | None:
        """One map for both, without rounding between, when the later one starts where this one ends and both are made
        the same way. What makes nothing faster joins either way.
        """
        if not isinstance(later, PiecewiseMap) or (later.samples_in, later.rate) != (self.samples_out, self.rate):
            return None
        made = _made_alike(self, later)
        knots = _shared_knots(self, later) if made is not None else np.zeros(0)
        if made is None or len(knots) < 2:
            return None
        source, output = tuple(self.sources(knots).tolist()), tuple(later.times(knots).tolist())
        sizes = {"samples_in": self.samples_in, "samples_out": later.samples_out}
        return dataclasses.replace(made, source=source, output=output, **sizes)


@dataclass(frozen=True)
class TimeMap(PiecewiseMap):
    """A map of time that leaves the pitch: cuts, silence around, and stretches by a ``method`` where a slope is not 1.

    Frames follow by ``origins``: output frame j, around (j + 0.5) · hop, shows what was at the origin of that moment.
    """

    method: str = "default"

    @classmethod
    def stretch(cls, time: tuple[int, int], speed: float, samples_out: int, method: str = "default") -> TimeMap:
        """A clip of ``time`` = (samples, rate) played ``speed`` times as fast, cut or padded to ``samples_out``."""
        samples, rate = time
        seconds = samples / rate
        return cls((0.0, seconds), (0.0, seconds / speed), samples, samples_out, rate, method)

    @classmethod
    def window(cls, time: tuple[int, int], start: int, samples_out: int) -> TimeMap:
        """``samples_out`` samples of a clip of ``time`` = (samples, rate) from sample ``start`` on.

        A negative start is silence before the clip, an end beyond the clip silence after it: crop, pad and shift.
        """
        samples, rate = time
        first, last = min(max(start, 0), samples - 1), max(min(start + samples_out, samples), 1)
        source = first / rate, max(last, first + 1) / rate
        return cls(source, tuple(t - start / rate for t in source), samples, samples_out, rate)


@dataclass(frozen=True)
class Speed(PiecewiseMap):
    """A map of time made by resampling, as a tape that runs faster: where it is r times as fast, time is divided by r
    and the pitch rises by 12 · log2(r) semitones. Both axes move, so what only follows a ``TimeMap`` is refused.
    """

    axes = TIME | {Axis.FREQUENCY}

    @classmethod
    def at(cls, time: tuple[int, int], speed: float, samples_out: int) -> Speed:
        """A clip of ``time`` = (samples, rate) played ``speed`` times as fast, cut or padded to ``samples_out``."""
        samples, rate = time
        seconds = samples / rate
        return cls((0.0, seconds), (0.0, seconds / speed), samples, samples_out, rate)

    def semitones(self) -> float | None:
        """By how many semitones the pitch rises, where that is one number."""
        speed = self.speed()
        return None if speed is None else 12.0 * math.log2(speed)


def _made_alike(first: PiecewiseMap, later: PiecewiseMap) -> PiecewiseMap | None:
    """Which of both says how both together are made, or None."""
    if later.is_rigid():
        return first
    if first.is_rigid():
        return later
    same = type(first) is type(later) and getattr(first, "method", None) == getattr(later, "method", None)
    return later if same else None


def _shared_knots(first: PiecewiseMap, later: PiecewiseMap) -> np.ndarray:
    """The knots of both between the maps, within what both know and the clip between them holds."""
    low = max(first.output[0], later.source[0], 0.0)
    high = min(first.output[-1], later.source[-1], first.seconds_out)
    between = [knot for knot in (*first.output, *later.source) if low + INSTANT < knot < high - INSTANT]
    knots = np.unique([low, *between, high]) if low < high else np.zeros(0)
    return knots[np.diff(knots, prepend=-np.inf) > INSTANT]
