"""Steps that rearrange the channels of a clip."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from augkit.errors import DataError
from augkit.rng import Stream
from augkit.sample import Frame, Target
from augkit.transform import Params, Transform, moves
from augkit.vocab.timeline import Audio

Content = Mapping[str, Target] | None

MIRRORED = {
    1: (0,),
    2: (1, 0),
    3: (1, 0, 2),
    4: (1, 0, 3, 2),
    5: (1, 0, 2, 4, 3),
    6: (1, 0, 2, 3, 5, 4),
    7: (1, 0, 2, 3, 4, 6, 5),
    8: (1, 0, 2, 3, 5, 4, 7, 6),
}
"""The order of WAV files seen in a mirror: L R; L R C; quad; L R C and two sides; 5.1; 6.1; 7.1."""


@dataclass(frozen=True)
class Mirrored(Params):
    """Left and right change places."""

    def inverse(self) -> Mirrored:
        """The same."""
        return self


@dataclass(frozen=True)
class Mixdown(Params):
    """All channels into one."""


@moves(Mirrored, Audio)
def audio_follows_mirroring(audio: Audio, params: Mirrored) -> Audio:
    """The channels in mirrored order; one channel is its own mirror image."""
    channels = len(audio.samples)
    if channels == 1:
        return audio
    if channels not in MIRRORED:
        raise DataError(f"of {channels} channels nobody can say which is left; expected at most {max(MIRRORED)}.")
    return dataclasses.replace(audio, samples=audio.samples[list(MIRRORED[channels])])


@moves(Mixdown, Audio)
def audio_follows_mixdown(audio: Audio, params: Mixdown) -> Audio:
    """The mean of the channels."""
    if len(audio.samples) == 1:
        return audio
    return dataclasses.replace(audio, samples=audio.samples.mean(axis=0, dtype=np.float32, keepdims=True))


class ChannelSwap(Transform[Mirrored]):
    """Left and right change places; of surround sound (3 to 8 channels in the order of WAV files) every pair does.

    Centre and bass stay, one channel alone stays as it is, more than 8 raise DataError. Use ``p: 0.5``.
    """

    changes = {"handedness", "direction"}

    def draw(self, rng: Stream, frame: Frame, content: Content = None) -> Mirrored:
        return Mirrored()


class Mono(Transform[Mixdown]):
    """All channels become one, their mean."""

    changes = {"direction"}
    structural = True

    def draw(self, rng: Stream, frame: Frame, content: Content = None) -> Mixdown:
        return Mixdown()
