"""Steps that change how loud a clip is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from augkit.fields import Limits, Range
from augkit.rng import Stream
from augkit.sample import Frame, Target
from augkit.transform import Transform
from augkit.vocab.timeline import Gain


class ChangeGain(Transform[Gain]):
    """Make the clip louder or quieter by ``db``. Samples are not clipped: values may leave [-1, 1]."""

    db: Annotated[
        Range, Limits(-120, 60, neutral=0, strongest=(-12, 12), unit="dB", doc="6 doubles the amplitude, -6 halves it")
    ] = Range(-6, 6)
    changes = {"loudness"}

    def draw(self, rng: Stream, frame: Frame, content: Mapping[str, Target] | None = None) -> Gain:
        return Gain(float(self.db.draw(rng)))
