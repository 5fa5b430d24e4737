"""Steps that silence stretches of a clip."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from augkit.fields import Limits, Range
from augkit.rng import Stream
from augkit.sample import Axis, Frame, Target
from augkit.transform import Transform
from augkit.vocab.timeline import TimeErase


class TimeMask(Transform[TimeErase]):
    """``count`` stretches of ``seconds`` each are silenced, anywhere in the clip; time stays (Park et al. 2019, in
    sound).

    By ``policy``, events of which more than ``max_hidden`` is masked are dropped, masked frames get the ignore value
    and masked pitch is unvoiced, or all is kept. Beats and words stay as they are.
    """

    changes = {"composition"}

    seconds: Annotated[
        Range, Limits(0, 86400, neutral=0, strongest=0.5, unit="s", doc="of each stretch; cut at the clip's length")
    ] = Range(0.05, 0.2)
    count: Annotated[Range, Limits(0, 1000, whole=True, doc="how many; [1, 3] draws 1, 2 or 3")] = Range(1)
    policy: Annotated[
        Literal["keep", "ignore"], Limits(doc="what becomes of annotations under it: kept, or ignored and dropped")
    ] = "ignore"
    max_hidden: Annotated[
        float, Limits(0, 1, unit="fraction of the duration", doc="events masked further are dropped")
    ] = 0.7

    @classmethod
    def law_examples(cls) -> list[dict[str, Any]]:
        """Settings to prove the laws with."""
        return [{}, {"count": [0, 3], "policy": "keep"}]

    def keeps_frame(self) -> bool:
        """Always."""
        return True

    def draw(self, rng: Stream, frame: Frame, content: Mapping[str, Target] | None = None) -> TimeErase:
        samples, rate = frame[Axis.TIME]
        spans = []
        for _ in range(self.count.draw_int(rng)):
            size = min(round(self.seconds.draw(rng) * rate), samples)
            first = rng.integer(0, samples - size)
            spans.append((first / rate, (first + size) / rate))
        return TimeErase(tuple(span for span in spans if span[1] > span[0]), self.policy, self.max_hidden)
