"""Steps that stretch time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from augkit.fields import Limits, Range
from augkit.rng import Stream
from augkit.sample import Axis, Frame, Target
from augkit.transform import Transform
from augkit.vocab.timeline import TimeMap
from augkit_audio.placing import cuts_words
from augkit_audio.signalsmith import FASTEST, SLOWEST


class TimeStretch(Transform[TimeMap]):
    """Play the clip faster or slower at the same pitch; events keep to what they mark.

    Clips become round(n / rate) samples long, or with ``length: keep`` stay as long as they were: slower ones are cut
    at the end (events there are cut or dropped), faster ones end in silence. See ``method``
    for how it is done.
    """

    rate: Annotated[
        Range,
        Limits(
            SLOWEST,
            FASTEST,
            neutral=1,
            strongest=(0.7, 1.4),
            unit="times as fast",
            doc="above 1 is faster, and shorter",
        ),
    ] = Range(0.8, 1.25)
    method: Annotated[
        Literal["default", "fast"],
        Limits(doc="default: Signalsmith Stretch; fast: a phase vocoder, in a fraction of the time"),
    ] = "default"
    length: Annotated[
        Literal["follow", "keep"],
        Limits(doc="whether the clip's length follows the rate, or is kept by cut or silence"),
    ] = "follow"
    changes = {"tempo"}

    @classmethod
    def law_examples(cls) -> list[dict[str, Any]]:
        """Settings to prove the laws with."""
        return [{}, {"method": "fast", "id": "fast"}]

    def keeps_frame(self) -> bool:
        """Only where the length is kept."""
        return self.length == "keep"

    def conflict(self, kinds: frozenset[str]) -> str | None:
        """A word may be cut where the length is kept."""
        slower = self.length == "keep" and min(self.rate.ends()) < 1
        return cuts_words(kinds, "may cut a word at the clip's end.") if slower else None

    def draw(self, rng: Stream, frame: Frame, content: Mapping[str, Target] | None = None) -> TimeMap:
        samples, hertz = frame[Axis.TIME]
        speed = float(self.rate.draw(rng))
        samples_out = samples if self.length == "keep" else max(round(samples / speed), 1)
        return TimeMap.stretch((samples, hertz), speed, samples_out, self.method)
