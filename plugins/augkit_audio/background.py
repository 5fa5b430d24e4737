"""Backgrounds: what is heard behind a clip, out of a folder of recordings."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import numpy as np

from augkit.errors import FieldError
from augkit.fields import Limits, Range
from augkit.rng import Stream
from augkit.sample import Axis, Frame, Target
from augkit.transform import Params, Transform
from augkit.vocab.blend import joined_events
from augkit.vocab.timeline import Audio, Events, TimeMap
from augkit.vocab.timeline.moves import same_clip
from augkit_audio.sounds import Sound, Sounds

Content = Mapping[str, Target] | None


@dataclass(frozen=True)
class Behind(Params):
    """The sound called ``name``, whose content has this ``digest``, from ``start`` (seconds) on, ``snr_db`` below."""

    name: str
    digest: str
    start: float
    snr_db: float
    samples: int
    rate: int

    def frame(self, frame: Frame) -> Frame:
        """As it was; another clip length or rate than the drawn one raises ReplayError."""
        return same_clip(frame, self.samples, self.rate)


class Background(Transform[Behind]):
    """Lay a recording behind the clip so that the clip's mean power is ``snr_db`` above that of what is laid there.

    From a ``folder`` of sounds, or a ``manifest`` (CSV, JSONL; a column ``audio`` with file names, and ``events`` with
    what is heard in them, which the clip's events are then joined by). Each is as likely; a part of it is drawn, and it
    begins again where it is shorter than the clip. A recording with as many channels as the clip is laid channel by
    channel, others as the mean of theirs; behind digital silence it is as loud as it was recorded. What the folder
    holds is part of the recipe's hash; it is resampled once, into $AUGKIT_CACHE or the user's folder for caches.
    """

    folder: Annotated[str | None, Limits(doc="of sound files, with those in the folders below")] = None
    manifest: Annotated[str | None, Limits(doc="CSV, TSV, JSONL or Parquet with a column audio, and maybe events")] = (
        None
    )
    snr_db: Annotated[Range, Limits(-60, 120, unit="dB", doc="lower is noisier; 0 is as loud as the clip")] = Range(
        3, 30
    )
    events: Annotated[
        Literal["union", "leave"], Limits(doc="whether the background's events join the clip's, or are left out")
    ] = "union"
    changes = {"noise"}
    paths = ("folder", "manifest")

    def validate(self) -> None:
        given = [name for name in self.paths if getattr(self, name) is not None]
        if len(given) != 1:
            raise FieldError(
                "needs either `folder` or `manifest`, as in {folder: ./noises, snr_db: [3, 30]}.", "folder"
            )
        path = getattr(self, given[0])
        if not isinstance(path, Sounds):
            object.__setattr__(self, given[0], Sounds.at(path, given[0]))

    @classmethod
    def law_examples(cls) -> list[dict[str, Any]]:
        """Settings to prove the laws with."""
        from augkit_audio.examples import noises

        return [{"folder": str(noises())}]

    @property
    def sounds(self) -> Sounds:
        """What is drawn among."""
        found: Any = self.folder if self.folder is not None else self.manifest
        return found  # type: ignore[no-any-return]

    def kernel(self, target: type[Target]) -> Any:
        """Sounds follow; events where the backgrounds have some."""
        if target.kind == "events" and not (self.events == "union" and any(each.events for each in self.sounds.listed)):
            return None
        return super().kernel(target)

    def draw(self, rng: Stream, frame: Frame, content: Content = None) -> Behind:
        samples, rate = frame[Axis.TIME]
        sound = self.sounds.listed[rng.index(len(self.sounds.listed))]
        room = sound.seconds - samples / rate
        start = rng.uniform(0.0, room if room > 0 else sound.seconds)
        return Behind(sound.name, sound.digest, start, float(self.snr_db.draw(rng)), samples, rate)

    def apply_audio(self, audio: Audio, params: Behind) -> Audio:
        """The clip, and behind it the part that was drawn."""
        from augkit_audio.bank import bank_of
        from augkit_audio.laying import laid_under

        place, _ = self.sounds.named(params.name, params.digest)
        samples = np.ascontiguousarray(audio.samples)
        other, unit = bank_of(self.sounds, audio.rate).part(place, round(params.start * audio.rate), samples.shape[1])
        if len(other) not in (1, len(samples)):
            other = other.mean(axis=0, keepdims=True, dtype=np.float32)
        return dataclasses.replace(audio, samples=laid_under(samples, other, params.snr_db, unit))

    def apply_events(self, events: Events, params: Behind) -> Events:
        """Those of the clip, then those that are heard of the background's, cut by the policy of the clip's."""
        _, sound = self.sounds.named(params.name, params.digest)
        added = list(heard(sound, params, events)) if sound.events else []
        return joined_events([events, *added]) if any(len(each) for each in added) else events


def heard(sound: Sound, params: Behind, events: Events) -> Iterator[Events]:
    """The events of a recording that begins at ``params.start``, once for every time that it begins again."""
    samples, start = round(sound.seconds * params.rate), round(params.start * params.rate)
    rows = [dict(event) for event in sound.events]
    made, _ = Events.read(rows, events.options, {Axis.TIME: (samples, params.rate)})
    for begin in range(start, start - params.samples - samples, -samples):
        if begin + params.samples > 0 and len(made):
            yield made.moved(TimeMap.window((samples, params.rate), begin, params.samples))
