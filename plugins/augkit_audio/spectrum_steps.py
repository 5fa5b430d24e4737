"""Steps on spectrograms: SpecAugment (Park et al. 2019), and the numbers that networks read."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from augkit.fields import Limits, Range
from augkit.rng import Stream
from augkit.sample import Axis, Frame, Target
from augkit.transform import Params, Transform, moves
from augkit.vocab.timeline import Audio, Spectrogram, TimeMap

Content = Mapping[str, Target] | None
Fill = Literal["mean", "lowest"]
_FILL = Annotated[Fill, Limits(doc="what is there instead: the mean of the spectrogram, or its lowest value")]
_COUNT = Limits(0, 100, whole=True, doc="how many; [1, 3] draws 1, 2 or 3")
_EDGE = 0.25


@dataclass(frozen=True)
class BinsMasked(Params):
    """Bins ``bands[i][0]`` up to ``bands[i][1]`` are hidden; nothing moves."""

    bands: tuple[tuple[int, int], ...]
    fill: Fill


@moves(BinsMasked, Spectrogram)
def spectrogram_loses_bins(spectrogram: Spectrogram, masked: BinsMasked) -> Spectrogram:
    """These bins hold one value in all frames."""
    if not masked.bands:
        return spectrogram
    values = spectrogram.values.copy()
    fill = spectrogram.values.mean() if masked.fill == "mean" else spectrogram.values.min()
    for first, last in masked.bands:
        values[:, first:last] = fill
    return dataclasses.replace(spectrogram, values=values)


class FreqMask(Transform[BinsMasked]):
    """Hide ``count`` bands of up to ``bins`` neighbouring bins each, on all channels: no one band is to decide.

    A band is never wider than the spectrogram; bands may overlap. Events and contours stay.
    """

    bins: Annotated[
        Range, Limits(0, 1000, neutral=0, strongest=27, whole=True, unit="bins", doc="how wide each band is")
    ] = Range(0, 12, "int")
    count: Annotated[Range, _COUNT] = Range(2)
    fill: _FILL = "mean"
    changes = {"composition"}

    def draw(self, rng: Stream, frame: Frame, content: Content = None) -> BinsMasked:
        height = int(frame[Axis.FREQUENCY])
        drawn = [_stretch(rng, self.bins, height) for _ in range(self.count.draw_int(rng))]
        return BinsMasked(tuple((first, last) for first, last in drawn if last > first), self.fill)


def _stretch(rng: Stream, width: Range, length: int) -> tuple[int, int]:
    size = min(width.draw_int(rng), length)
    first = rng.integer(0, length - size)
    return first, first + size


class TimeWarp(Transform[TimeMap]):
    """Bend time within the clip: a drawn moment moves by ``shift``, both ends stay, and what is between is stretched.

    The moment lies in the middle half of the clip. Events, beats and contours move along. A spectrogram is read between
    its frames, so pitch stays; put ``log_mel`` or ``mfcc`` before.
    """

    shift: Annotated[
        Range,
        Limits(-0.2, 0.2, neutral=0, strongest=(-0.15, 0.15), unit="fraction of the clip", doc="above 0 is later"),
    ] = Range(-0.08, 0.08)
    changes = {"tempo"}

    def keeps_frame(self) -> bool:
        """The clip stays as long as it was."""
        return True

    def kernel(self, target: type[Target]) -> Callable[[Any, Any], Target] | None:
        """As declared, but no sound: its speed would vary."""
        return None if issubclass(target, Audio) else super().kernel(target)

    def why_not(self, target: type[Target]) -> str | None:
        return "its speed would vary; put log_mel or mfcc before" if issubclass(target, Audio) else None

    def draw(self, rng: Stream, frame: Frame, content: Content = None) -> TimeMap:
        samples, rate = frame[Axis.TIME]
        seconds = samples / rate
        moment = rng.uniform(_EDGE, 1 - _EDGE)
        moved = moment + float(self.shift.draw(rng))
        knots = [(0.0, moment * seconds, seconds), (0.0, moved * seconds, seconds)]
        return TimeMap(*knots, samples, samples, rate)
