"""Steps that hide bands of a spectrogram."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Literal

from augkit.fields import Limits, Range
from augkit.rng import Stream
from augkit.sample import Axis, Frame, Target
from augkit.transform import Params, Transform, moves
from augkit.vocab.timeline import Spectrogram

Content = Mapping[str, Target] | None
Fill = Literal["mean", "lowest"]
_FILL = Annotated[Fill, Limits(doc="what is there instead: the mean of the spectrogram, or its lowest value")]
_COUNT = Limits(0, 100, whole=True, doc="how many; [1, 3] draws 1, 2 or 3")


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
    """Hide ``count`` bands of ``bins`` neighbouring bins each, on all channels: no one band is to decide (SpecAugment,
    Park et al. 2019; its mask in time is ``time_mask``, its warp ``time_warp``).

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
