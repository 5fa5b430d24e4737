"""Steps that change how loud a clip is, or where its zero lies."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

import numpy as np

from augkit.errors import SkipStep
from augkit.fields import Limits, Range
from augkit.rng import Stream
from augkit.sample import Frame, Target
from augkit.transform import Params, Transform, moves
from augkit.vocab.timeline import Audio, Gain

Content = Mapping[str, Target] | None


@dataclass(frozen=True)
class Polarity(Params):
    """Every sample times ``sign``, 1 or -1."""

    sign: int

    def then(self, later: Params) -> Polarity | None:
        """Twice is as it was."""
        return Polarity(self.sign * later.sign) if isinstance(later, Polarity) else None

    def inverse(self) -> Polarity:
        """The same."""
        return self


@dataclass(frozen=True)
class Offset(Params):
    """``amount`` added to every sample."""

    amount: float


@moves(Polarity, Audio)
def audio_follows_polarity(audio: Audio, params: Polarity) -> Audio:
    """Upside down."""
    return audio if params.sign == 1 else dataclasses.replace(audio, samples=-audio.samples)


@moves(Offset, Audio)
def audio_follows_offset(audio: Audio, params: Offset) -> Audio:
    """Shifted away from zero."""
    if params.amount == 0.0:
        return audio
    return dataclasses.replace(audio, samples=audio.samples + np.float32(params.amount))


class ChangeGain(Transform[Gain]):
    """Make the clip louder or quieter by ``db``. Samples are not clipped: values may leave [-1, 1]."""

    db: Annotated[
        Range, Limits(-120, 60, neutral=0, strongest=(-12, 12), unit="dB", doc="6 doubles the amplitude, -6 halves it")
    ] = Range(-6, 6)
    changes = {"loudness"}

    def draw(self, rng: Stream, frame: Frame, content: Content = None) -> Gain:
        return Gain(float(self.db.draw(rng)))


class NormalizeLoudness(Transform[Gain]):
    """Make the clip as loud as ``lufs``, as ITU-R BS.1770-5 measures it: K-weighted, gated, over all channels.

    Clips below 400 ms are measured as one block. What is too quiet to be measured (below -70 LUFS, silence) is left as
    it is. Samples are not clipped. Clips that move together get one gain, by the loudest. With 5, 6 or 8 channels those
    at the sides weigh 1.41 and the bass channel nothing, in the order of WAV files.
    """

    lufs: Annotated[Range, Limits(-70, 0, unit="LUFS", doc="-23 is broadcast, -14 streaming")] = Range(-23)
    changes = {"loudness"}
    needs = ("audio",)

    def draw(self, rng: Stream, frame: Frame, content: Content = None) -> Gain:
        from augkit_audio.loudness import loudness

        wanted = float(self.lufs.draw(rng))
        clips = [clip for clip in (content or {}).values() if isinstance(clip, Audio)]
        measured = max((loudness(clip.samples, clip.rate) for clip in clips), default=-math.inf)
        if measured == -math.inf:
            raise SkipStep("nothing is above -70 LUFS")
        return Gain(wanted - measured)


class InvertPolarity(Transform[Polarity]):
    """Turn the waveform upside down. Alone it sounds the same; mixed with others it does not. Use ``p: 0.5``."""

    changes = {"phase"}

    def draw(self, rng: Stream, frame: Frame, content: Content = None) -> Polarity:
        return Polarity(-1)


class DcOffset(Transform[Offset]):
    """Add ``amount`` to every sample, as cheap microphones do."""

    amount: Annotated[
        Range, Limits(-1, 1, neutral=0, strongest=(-0.1, 0.1), unit="fraction of full scale", doc="0 changes nothing")
    ] = Range(-0.05, 0.05)
    changes = {"offset"}

    def draw(self, rng: Stream, frame: Frame, content: Content = None) -> Offset:
        return Offset(float(self.amount.draw(rng)))
