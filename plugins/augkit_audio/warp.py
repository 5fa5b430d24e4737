"""Steps that bend time within a clip."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from augkit.fields import Limits, Range
from augkit.rng import Stream
from augkit.sample import Axis, Frame, Target
from augkit.transform import Kernel, Transform
from augkit.vocab.timeline import TimeMap
from augkit.vocab.timeline.quantities import Duration, Tempo

_EDGE = 0.25
"""Of the clip: the moment that moves is no nearer to an end, so that it stays within the clip."""


class TimeWarp(Transform[TimeMap]):
    """Bend time within the clip: a drawn moment moves by ``shift``, both ends stay, and what is between is stretched
    (SpecAugment, Park et al. 2019).

    The moment lies in the middle half of the clip. Annotations move along; pitch stays. After ``log_mel`` or ``mfcc``
    frames are read between the two nearest, which costs next to nothing; a sound is stretched piece by piece.
    """

    shift: Annotated[
        Range,
        Limits(-0.2, 0.2, neutral=0, strongest=(-0.15, 0.15), unit="fraction of the clip", doc="above 0 is later"),
    ] = Range(-0.08, 0.08)
    changes = {"tempo"}

    def keeps_frame(self) -> bool:
        """The clip stays as long as it was."""
        return True

    def kernel(self, target: type[Target]) -> Kernel | None:
        """What is one number for the whole clip cannot follow a speed that varies."""
        return None if issubclass(target, Tempo | Duration) else super().kernel(target)

    def draw(self, rng: Stream, frame: Frame, content: Mapping[str, Target] | None = None) -> TimeMap:
        samples, rate = frame[Axis.TIME]
        seconds = samples / rate
        moment = rng.uniform(_EDGE, 1 - _EDGE)
        moved = moment + float(self.shift.draw(rng))
        knots = [(0.0, moment * seconds, seconds), (0.0, moved * seconds, seconds)]
        return TimeMap(*knots, samples, samples, rate)
