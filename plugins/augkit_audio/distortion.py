"""Steps that distort: what is beyond is cut off or bent, what is fine is rounded."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

import numpy as np

from augkit.fields import Limits, Range
from augkit.rng import Stream
from augkit.sample import Frame, Target
from augkit.transform import Params, Transform, moves
from augkit.vocab.timeline import Audio

Content = Mapping[str, Target] | None
_WHOLE_BITS = 24
"""float32 tells no finer levels of full scale apart."""


@dataclass(frozen=True)
class CutOff(Params):
    """Samples end at ``db``, of amplitude 1 or (``relative``) of the clip's peak."""

    db: float
    relative: bool


@dataclass(frozen=True)
class Bent(Params):
    """A tanh into which the peak is ``drive`` deep."""

    drive: float


@dataclass(frozen=True)
class Crushed(Params):
    """Rounded to ``bits``, one sample in ``hold`` held."""

    bits: int
    hold: int


@moves(CutOff, Audio)
def audio_follows_cutting_off(audio: Audio, params: CutOff) -> Audio:
    """Samples beyond the ceiling become the ceiling; the same clip where none is."""
    peak = _peak(audio.samples)
    ceiling = np.float32(10.0 ** (params.db / 20.0)) * (peak if params.relative else np.float32(1))
    if peak <= ceiling:
        return audio
    return dataclasses.replace(audio, samples=np.clip(audio.samples, -ceiling, ceiling))


@moves(Bent, Audio)
def audio_follows_bending(audio: Audio, params: Bent) -> Audio:
    """peak · tanh(drive · x / peak) / tanh(drive); silence stays."""
    peak = _peak(audio.samples)
    if params.drive == 0.0 or peak == 0.0:
        return audio
    bent = np.tanh(audio.samples / peak * np.float32(params.drive))
    bent *= peak / np.float32(np.tanh(params.drive))
    return dataclasses.replace(audio, samples=bent)


@moves(Crushed, Audio)
def audio_follows_crushing(audio: Audio, params: Crushed) -> Audio:
    """The middle sample of every ``hold`` stands for all of them; then rounded."""
    samples, count = audio.samples, audio.samples.shape[1]
    if params.hold > 1:
        at = np.arange(count) // params.hold * params.hold + params.hold // 2
        samples = samples[:, np.minimum(at, count - 1)]
    if params.bits < _WHOLE_BITS:
        levels = np.float32(2 ** (params.bits - 1))
        samples = np.rint(samples * levels) / levels
    return audio if samples is audio.samples else dataclasses.replace(audio, samples=samples)


def _peak(samples: np.ndarray) -> np.float32:
    return np.float32(np.maximum(samples.max(initial=0.0), -samples.min(initial=0.0)))


class Clip(Transform[CutOff]):
    """Cut samples beyond ``ceiling_db`` off, as a converter or a file with whole numbers does."""

    ceiling_db: Annotated[Range, Limits(-60, 20, unit="dB of amplitude 1", doc="0 keeps samples within ±1")] = Range(0)
    changes = {"timbre", "loudness", "dynamics"}

    def draw(self, rng: Stream, frame: Frame, content: Content = None) -> CutOff:
        return CutOff(float(self.ceiling_db.draw(rng)), False)


class ClippingDistortion(Transform[CutOff]):
    """Cut the clip off ``depth_db`` below its own peak, as an overdriven input does. It gets quieter."""

    depth_db: Annotated[
        Range, Limits(0, 60, neutral=0, strongest=20, unit="dB", doc="below the peak; 0 changes nothing")
    ] = Range(0, 12)
    changes = {"timbre", "loudness", "dynamics"}

    def draw(self, rng: Stream, frame: Frame, content: Content = None) -> CutOff:
        return CutOff(-float(self.depth_db.draw(rng)), True)


class TanhDistortion(Transform[Bent]):
    """Bend loud samples towards the peak, as tubes and tape do: quiet ones get louder, and the peak stays."""

    drive: Annotated[
        Range,
        Limits(0, 100, neutral=0, strongest=6, doc="0 is straight, 1 bends gently, 10 is nearly a square wave"),
    ] = Range(0.5, 3)
    changes = {"timbre", "loudness", "dynamics"}

    def draw(self, rng: Stream, frame: Frame, content: Content = None) -> Bent:
        return Bent(float(self.drive.draw(rng)))


class BitCrush(Transform[Crushed]):
    """Round samples to ``bits`` and hold one in ``hold`` of them, without a filter: it hisses, and mirrors high tones.

    The middle sample of each group is held, so sounds stay within half a group of where they were; what is shorter than
    a group, such as a click, may vanish. Values beyond ±1 are not cut off.
    """

    bits: Annotated[
        Range,
        Limits(1, _WHOLE_BITS, neutral=_WHOLE_BITS, strongest=5, whole=True, unit="bits", doc="24 changes nothing"),
    ] = Range(6, 12, "int")
    hold: Annotated[
        Range,
        Limits(
            1,
            64,
            neutral=1,
            strongest=3,
            whole=True,
            unit="samples",
            doc="a rate this many times lower; 1 is as it was",
        ),
    ] = Range(1)
    changes = {"timbre", "noise"}

    def draw(self, rng: Stream, frame: Frame, content: Content = None) -> Crushed:
        return Crushed(self.bits.draw_int(rng), self.hold.draw_int(rng))
