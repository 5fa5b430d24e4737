"""Another clip of the data set, heard at the same time."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated

import numpy as np

from augkit.fields import Limits, Range
from augkit.mixing import Mixture, mixes
from augkit.rng import Stream
from augkit.sample import Axis, Frame, Target
from augkit.transform import Transform
from augkit.vocab.blend import check_clips, joined_events
from augkit.vocab.timeline import Audio, Events, TimeMap
from augkit.vocab.timeline.moves import same_clip


@dataclass(frozen=True)
class Overlay(Mixture):
    """A partner's sound ``snr_db`` below the own, of ``samples`` at ``rate`` Hz; ``offset`` (0 to 1) says which part of
    a longer partner is heard, or where a shorter one begins.
    """

    snr_db: float
    offset: float
    samples: int
    rate: int

    def frame(self, frame: Frame) -> Frame:
        """As it was; another clip length or rate than the drawn one raises ReplayError."""
        return same_clip(frame, self.samples, self.rate)

    def met(self, groups: Sequence[Mapping[str, Target]]) -> Overlaid:
        """With the partner's length."""
        clips = [target for group in groups for target in group.values() if isinstance(target, Audio)]
        check_clips(clips)
        fields = {f.name: getattr(self, f.name) for f in dataclasses.fields(self)}
        return Overlaid(**fields, length=clips[1].samples.shape[1])

    def shares(self) -> tuple[float, ...]:
        """By amplitude."""
        added = 10.0 ** (-self.snr_db / 20.0)
        return 1.0 / (1.0 + added), added / (1.0 + added)


@dataclass(frozen=True, kw_only=True)
class Overlaid(Overlay):
    """An overlay whose partner is there, ``length`` samples long."""

    length: int

    def window(self) -> TimeMap:
        """How the partner's time goes into the own."""
        start = round(self.offset * (self.length - self.samples))
        return TimeMap.window((self.length, self.rate), start, self.samples)


class Mix(Transform[Overlay]):
    """Another clip of the data set heard at the same time, the own ``snr_db`` above it in mean power over what is heard
    of both; events of both stay, class labels are weighted by amplitude.

    The clip keeps its length: of a longer partner a part is heard, a shorter one begins somewhere in it. Silence has no
    power to be above: there, the partner is as loud as it was.
    """

    snr_db: Annotated[Range, Limits(-60, 120, unit="dB", doc="lower is louder; 0 is as loud as the clip")] = Range(
        -5, 20
    )
    changes = {"composition"}
    partners = 1

    def draw(self, rng: Stream, frame: Frame, content: Mapping[str, Target] | None = None) -> Overlay:
        samples, rate = frame[Axis.TIME]
        return Overlay(float(self.snr_db.draw(rng)), rng.random(), samples, rate)


@mixes(Overlay, Audio)
def audio_overlays(clips: Sequence[Audio], overlay: Overlaid) -> Audio:
    """The own clip and what is heard of the partner's."""
    from augkit_audio.laying import laid_under

    own, other = clips
    start = round(overlay.offset * (overlay.length - overlay.samples))
    heard = np.ascontiguousarray(other.samples[:, max(start, 0) : max(start, 0) + overlay.samples])
    first = max(-start, 0)
    made = own.samples.copy()
    part = slice(first, first + heard.shape[1])
    made[:, part] = laid_under(np.ascontiguousarray(own.samples[:, part]), heard, overlay.snr_db)
    return dataclasses.replace(own, samples=made)


@mixes(Overlay, Events)
def events_overlay(events: Sequence[Events], overlay: Overlaid) -> Events:
    """Those of the own clip, then those that are heard of the partner's."""
    own, other = events
    return joined_events([own, other.moved(overlay.window())])
