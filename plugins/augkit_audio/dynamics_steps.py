"""Steps that change the dynamics of a clip: how far apart its loud and its quiet moments are."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from augkit.fields import Limits, Range
from augkit.rng import Stream
from augkit.sample import Frame, Target
from augkit.transform import Params, Transform, moves
from augkit.vocab.timeline import Audio

Content = Mapping[str, Target] | None


@dataclass(frozen=True)
class Compression(Params):
    """Levels above the threshold rise by 1 / ``ratio`` as much."""

    threshold_db: float
    ratio: float
    knee_db: float
    attack_ms: float
    release_ms: float
    makeup_db: float


@dataclass(frozen=True)
class Ceiling(Params):
    """No sample is beyond ``ceiling_db``."""

    ceiling_db: float
    release_ms: float


@moves(Compression, Audio)
def audio_follows_compression(audio: Audio, params: Compression) -> Audio:
    """Turned down where the envelope is above the threshold, by one gain for all channels."""
    from augkit_audio.dynamics import compressed

    if params.ratio == 1.0 and params.makeup_db == 0.0:
        return audio
    return dataclasses.replace(audio, samples=compressed(audio.samples, audio.rate, **vars(params)))


@moves(Ceiling, Audio)
def audio_follows_ceiling(audio: Audio, params: Ceiling) -> Audio:
    """Turned down shortly before, at and after what is beyond the ceiling; the same clip where nothing is."""
    from augkit_audio.dynamics import limited

    samples = limited(audio.samples, audio.rate, params.ceiling_db, params.release_ms)
    return audio if samples is audio.samples else dataclasses.replace(audio, samples=samples)


class Compress(Transform[Compression]):
    """Loud moments are turned down: ``ratio`` dB more above the threshold become 1 dB more. Nothing moves in time.

    The envelope follows the largest magnitude over the channels, which all get the same gain. Silence stays silent.
    With a ``ratio`` of 1 and no ``makeup_db`` nothing changes.
    """

    changes = {"loudness", "dynamics"}

    threshold_db: Annotated[Range, Limits(-100, 0, unit="dB of amplitude 1", doc="what is below is left alone")] = (
        Range(-30, -15)
    )
    ratio: Annotated[
        Range, Limits(1, 100, neutral=1, strongest=10, unit="dB in per dB out", doc="1 changes nothing")
    ] = Range(2, 6)
    knee_db: Annotated[Range, Limits(0, 40, unit="dB", doc="over how many dB around the threshold it sets in")] = Range(
        6
    )
    attack_ms: Annotated[Range, Limits(0, 1000, unit="ms", doc="until 99.8 % of a rise is followed")] = Range(1, 20)
    release_ms: Annotated[Range, Limits(0, 5000, unit="ms", doc="until 99.8 % of a fall is followed")] = Range(50, 300)
    makeup_db: Annotated[Range, Limits(-60, 60, neutral=0, strongest=6, unit="dB", doc="gain for the whole clip")] = (
        Range(0)
    )

    def draw(self, rng: Stream, frame: Frame, content: Content = None) -> Compression:
        fields = (
            self.threshold_db,
            self.ratio,
            self.knee_db,
            self.attack_ms,
            self.release_ms,
            self.makeup_db,
        )
        return Compression(*(float(field.draw(rng)) for field in fields))


class Limit(Transform[Ceiling]):
    """Peaks are turned down so that no sample is beyond ``ceiling_db``. Nothing moves in time.

    The gain falls over the 5 ms before a peak, which it sees ahead, and comes back within ``release_ms``; all channels
    get the same. A clip that stays below the ceiling comes back as it is.
    """

    changes = {"loudness", "dynamics"}

    ceiling_db: Annotated[Range, Limits(-60, 20, unit="dB of amplitude 1", doc="0 keeps samples within ±1")] = Range(-1)
    release_ms: Annotated[Range, Limits(0, 5000, unit="ms", doc="until 99.8 % of the gain is back")] = Range(100)

    def draw(self, rng: Stream, frame: Frame, content: Content = None) -> Ceiling:
        return Ceiling(float(self.ceiling_db.draw(rng)), float(self.release_ms.draw(rng)))
