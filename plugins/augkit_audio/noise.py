"""Steps that add noise."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from augkit.fields import Limits, Range
from augkit.rng import Stream
from augkit.sample import Frame, Target
from augkit.transform import Transform
from augkit.vocab.timeline import Noise
from augkit.vocab.timeline.level import NoiseColor


class AddNoise(Transform[Noise]):
    """Add noise so that the clip's mean power, over all its channels, is ``snr_db`` above the noise's, exactly.

    Digital silence stays silent. No signal-to-noise ratio means "no noise", so ``strength`` scales how often noise is
    added rather than how much.
    """

    snr_db: Annotated[Range, Limits(-60, 120, unit="dB", doc="lower is noisier; 0 is as loud as the clip")] = Range(
        10, 30
    )
    color: Annotated[NoiseColor, Limits(doc="power over frequency: white flat, pink -3 and brown -6 dB an octave")] = (
        "white"
    )
    changes = {"noise"}

    def draw(self, rng: Stream, frame: Frame, content: Mapping[str, Target] | None = None) -> Noise:
        return Noise(float(self.snr_db.draw(rng)), self.color, rng.subseed())
