"""Steps that play a clip faster or slower with its pitch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from augkit.fields import Limits, Range
from augkit.rng import Stream
from augkit.sample import Axis, Frame, Target
from augkit.transform import Transform
from augkit.vocab.timeline import Speed
from augkit_audio.placing import cuts_words

SLOWEST, FASTEST = 0.25, 4.0
VOICE = frozenset({"voice", "timbre", "speaker", "gender", "emotion"})
"""What a change of pitch makes of a voice: formants move along with it."""


class ChangeSpeed(Transform[Speed]):
    """Play the clip ``rate`` times as fast, as a tape would: shorter, and 12 · log2(rate) semitones higher.

    Clips become round(n / rate) samples long, or with ``length: keep`` stay as long as they were: slower ones are cut
    at the end, faster ones end in silence. Resampled by soxr; what would lie above the Nyquist frequency is gone.
    """

    rate: Annotated[
        Range,
        Limits(
            SLOWEST, FASTEST, neutral=1, strongest=(0.7, 1.4), unit="times as fast", doc="above 1 is faster, higher"
        ),
    ] = Range(0.9, 1.1)
    length: Annotated[
        Literal["follow", "keep"],
        Limits(doc="whether the clip's length follows the rate, or is kept by cut or silence"),
    ] = "follow"
    changes = VOICE | {"tempo", "pitch", "key"}

    def keeps_frame(self) -> bool:
        """Only where the length is kept."""
        return self.length == "keep"

    def conflict(self, kinds: frozenset[str]) -> str | None:
        """Hardly any rate leads from key to key; a word may be cut where the length is kept."""
        if "key" in kinds:
            return "leads to keys between those that have names."
        slower = self.length == "keep" and min(self.rate.ends()) < 1
        return cuts_words(kinds, "may cut a word at the clip's end.") if slower else None

    def draw(self, rng: Stream, frame: Frame, content: Mapping[str, Target] | None = None) -> Speed:
        samples, hertz = frame[Axis.TIME]
        speed = float(self.rate.draw(rng))
        return Speed.at((samples, hertz), speed, samples if self.length == "keep" else max(round(samples / speed), 1))
