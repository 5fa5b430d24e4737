"""Reverberation: clips as they are heard in a room, measured or made up; what is annotated follows the direct path."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import numpy as np

from augkit.fields import Limits, Range
from augkit.rng import Stream
from augkit.sample import Axis, Frame, Target
from augkit.transform import Transform, moves
from augkit.vocab.timeline import Audio, Delayed
from augkit_audio.sounds import Sounds

Content = Mapping[str, Target] | None

_WET = Limits(0, 1, neutral=0, strongest=1, unit="fraction", doc="of the room; 0 is the clip as it was")
_TAIL = Limits(doc="cut: as long as it was; extend: as long as anything is heard")
Tail = Literal["cut", "extend"]
HEARD_IN_ROOM = {"timbre", "reverberation", "distance"}


@dataclass(frozen=True)
class Reverberated(Delayed):
    """Heard through the response called ``name``, whose content has this ``digest``, ``wet`` of it."""

    name: str
    digest: str
    wet: float

    def is_identity(self) -> bool:
        """Whether it is the clip as it was."""
        return self.wet == 0.0


@dataclass(frozen=True)
class InRoom(Delayed):
    """Heard in a box of ``size`` (m, m, m) from ``source`` to ``ear`` (metres from a corner). Sound fades by 60 dB in
    ``rt60_s``; ``subseed`` names the numbers of its tail.
    """

    size: tuple[float, float, float]
    source: tuple[float, float, float]
    ear: tuple[float, float, float]
    rt60_s: float
    wet: float
    subseed: int

    def is_identity(self) -> bool:
        """Whether it is the clip as it was."""
        return self.wet == 0.0


class Reverb(Transform[Reverberated]):
    """Let the clip be heard through an impulse response out of ``folder``; each is as likely.

    Events move by the delay of the direct path, which is measured (ISO 3382-1: where the response first comes within 20
    dB of its peak). Responses are resampled to the clip's rate and have unit energy, so that noise stays as loud. One
    of as many channels as the clip is applied channel by channel, of others the first channel to all. ``wet`` below 1
    adds the clip itself, as late as the direct path. What the folder holds is part of the recipe's hash.
    """

    folder: Annotated[str, Limits(doc="of impulse responses as sound files, with those in the folders below")]
    wet: Annotated[Range, _WET] = Range(0.3, 1)
    tail: Annotated[Tail, _TAIL] = "cut"
    changes = HEARD_IN_ROOM
    paths = ("folder",)

    def validate(self) -> None:
        if not isinstance(self.folder, Sounds):
            object.__setattr__(self, "folder", Sounds.at(self.folder, "folder"))

    @classmethod
    def law_examples(cls) -> list[dict[str, Any]]:
        """Settings to prove the laws with."""
        from augkit_audio.examples import responses

        return [{"folder": str(responses())}, {"folder": str(responses()), "tail": "extend", "id": "extended"}]

    def keeps_frame(self) -> bool:
        """Only where the tail is cut."""
        return self.tail == "cut"

    def draw(self, rng: Stream, frame: Frame, content: Content = None) -> Reverberated:
        from augkit_audio.responses import read_response

        samples, rate = frame[Axis.TIME]
        sounds: Any = self.folder
        sound = sounds.listed[rng.index(len(sounds.listed))]
        wet = float(self.wet.draw(rng))
        if wet == 0.0:
            return Reverberated(0.0, samples, samples, rate, sound.name, sound.digest, wet)
        response = read_response(sound, rate)
        longer = response.samples.shape[1] - 1 if self.tail == "extend" else 0
        return Reverberated(response.direct / rate, samples, samples + longer, rate, sound.name, sound.digest, wet)

    def apply_audio(self, audio: Audio, params: Reverberated) -> Audio:
        """The clip through the response that was drawn."""
        if params.is_identity():
            return audio
        from augkit_audio.responses import convolved, read_response, read_spectrum, size_for

        sounds: Any = self.folder
        _, sound = sounds.named(params.name, params.digest)
        response = read_response(sound, audio.rate)
        size = size_for(audio.samples.shape[1] + response.samples.shape[1] - 1)
        made = convolved(audio.samples, read_spectrum(sound, audio.rate, size), size, params.samples_out)
        if params.wet < 1.0:
            _beside(made, audio.samples, response.direct, params.wet)
        return dataclasses.replace(audio, samples=made)


def _beside(made: np.ndarray, samples: np.ndarray, late: int, wet: float) -> None:
    """``wet`` of what was made and the rest of the clip itself, in place."""
    made *= np.float32(wet)
    room = made[:, late : late + samples.shape[1]]
    room += np.float32(1.0 - wet) * samples[:, : room.shape[1]]


class Room(Transform[InRoom]):
    """Let the clip be heard in a made-up room: a box of ``size_m`` by ``size_m`` (both drawn) and ``height_m``,
    in which sound fades by 60 dB in ``rt60_s``, with a source and an ear somewhere in it.

    Early echoes are those of the walls (image sources, Allen and Berkley 1979), later ones noise that fades, as strong
    as echoes are by then. Unit energy, so that noise stays as loud; all channels are heard alike. Events move by the
    time that sound takes from source to ear.
    """

    size_m: Annotated[Range, Limits(1, 100, unit="metres", doc="of each side of the floor")] = Range(3, 10)
    height_m: Annotated[Range, Limits(1, 50, unit="metres")] = Range(2.3, 4)
    rt60_s: Annotated[Range, Limits(0.05, 10, unit="seconds", doc="a living room 0.4, a hall 2, a church 6")] = Range(
        0.2, 0.8
    )
    wet: Annotated[Range, _WET] = Range(1)
    tail: Annotated[Tail, _TAIL] = "cut"
    changes = HEARD_IN_ROOM

    @classmethod
    def law_examples(cls) -> list[dict[str, Any]]:
        """Rooms so dry, and with the clip so much louder, that a click is one click."""
        quiet = {"rt60_s": 0.05, "wet": 0.02}
        return [quiet, {**quiet, "tail": "extend", "id": "extended"}]

    def keeps_frame(self) -> bool:
        """Only where the tail is cut."""
        return self.tail == "cut"

    def draw(self, rng: Stream, frame: Frame, content: Content = None) -> InRoom:
        from augkit_audio.rooms import direct_sample, place_in, response_length

        samples, rate = frame[Axis.TIME]
        size = (float(self.size_m.draw(rng)), float(self.size_m.draw(rng)), float(self.height_m.draw(rng)))
        source, ear = place_in(size, rng), place_in(size, rng)
        rt60_s, wet = float(self.rt60_s.draw(rng)), float(self.wet.draw(rng))
        late = direct_sample(source, ear, rate) if wet else 0
        longer = response_length(source, ear, rt60_s, rate) - 1 if wet and self.tail == "extend" else 0
        return InRoom(late / rate, samples, samples + longer, rate, size, source, ear, rt60_s, wet, rng.subseed())


@moves(InRoom, Audio)
def audio_follows_room(audio: Audio, room: InRoom) -> Audio:
    """The clip as it is heard there."""
    if room.is_identity():
        return audio
    import scipy.fft

    from augkit_audio.responses import convolved, size_for
    from augkit_audio.rooms import response_in

    response = response_in(room).mixed(room.wet)
    size = size_for(audio.samples.shape[1] + response.shape[1] - 1)
    made = convolved(audio.samples, scipy.fft.rfft(response, size), size, room.samples_out)
    return dataclasses.replace(audio, samples=made)
