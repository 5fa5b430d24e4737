"""Steps that change how loud each frequency is. All of them run forwards and backwards: nothing is delayed.

What that costs is ringing before a click as well as after it, as low as the filter's edge is steep.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from augkit.errors import DataError, FieldError
from augkit.fields import Limits, Range
from augkit.rng import Stream
from augkit.sample import Axis, Frame, Target
from augkit.transform import Params, Transform, moves
from augkit.vocab.timeline import Audio

Content = Mapping[str, Target] | None

EQUALIZER_HZ = (60.0, 150.0, 400.0, 1000.0, 2400.0, 6000.0, 15000.0)
_EQUALIZER_Q = 0.9
_SHELF_Q = 0.7071067811865476


@dataclass(frozen=True)
class Filters(Params):
    """Bands (shape, Hz, dB, Q), each as ``augkit_audio.biquads`` has it."""

    bands: tuple[tuple[str, float, float, float], ...]


@moves(Filters, Audio)
def audio_follows_filters(audio: Audio, params: Filters) -> Audio:
    """Through all bands, without delay; the same clip where none does anything."""
    acting = [band for band in params.bands if _acts(band, audio.rate)]
    if not acting or not audio.samples.size:
        return audio
    from augkit_audio.biquads import filtered

    return dataclasses.replace(audio, samples=filtered(audio.samples, audio.rate, acting))


def _acts(band: tuple[str, float, float, float], rate: int) -> bool:
    shape, hz, db, _ = band
    if shape in ("low_pass", "high_pass"):
        return hz < rate / 2
    return db != 0.0 and (hz < rate / 2 or shape == "low_shelf")


def _below_half(hz: float, frame: Frame, name: str) -> float:
    rate = frame[Axis.TIME][1]
    if hz >= rate / 2:
        raise DataError(
            f"{name}: a clip at {rate} Hz has nothing above {rate / 2:g} Hz, so {hz:g} would leave silence."
        )
    return float(hz)


_EDGE = "Hz"
_DB = Limits(-60, 60, neutral=0, strongest=(-15, 15), unit="dB", doc="0 changes nothing")


class LowPass(Transform[Filters]):
    """What is above ``hz`` gets quieter: 3 dB there, 24 dB an octave beyond. No frequency is delayed.

    From half of the clip's rate on nothing changes.
    """

    hz: Annotated[Range, Limits(10, 192000, unit=_EDGE, doc="lower is duller")] = Range(1500, 7500, "loguniform")
    changes = {"timbre"}

    def draw(self, rng: Stream, frame: Frame, content: Content = None) -> Filters:
        return Filters((("low_pass", float(self.hz.draw(rng)), 0.0, _SHELF_Q),))


class HighPass(Transform[Filters]):
    """What is below ``hz`` gets quieter: 3 dB there, 24 dB an octave beyond. No frequency is delayed.

    A draw of half of the clip's rate or more raises DataError.
    """

    hz: Annotated[Range, Limits(5, 192000, unit=_EDGE, doc="higher is thinner")] = Range(50, 1000, "loguniform")
    changes = {"timbre"}

    def draw(self, rng: Stream, frame: Frame, content: Content = None) -> Filters:
        return Filters((("high_pass", _below_half(self.hz.draw(rng), frame, "hz"), 0.0, _SHELF_Q),))


class BandPass(Transform[Filters]):
    """Only what is between ``low_hz`` and ``high_hz`` stays: 3 dB less there, 24 dB an octave beyond. No delay.

    A telephone is ``low_hz: 300, high_hz: 3400``. A ``low_hz`` of half of the clip's rate or more raises DataError.
    """

    low_hz: Annotated[Range, Limits(5, 192000, unit=_EDGE, doc="higher is thinner")] = Range(100, 500, "loguniform")
    high_hz: Annotated[Range, Limits(10, 192000, unit=_EDGE, doc="lower is duller")] = Range(2000, 7000, "loguniform")
    changes = {"timbre"}

    def validate(self) -> None:
        low, high = max(self.low_hz.ends()), min(self.high_hz.ends())
        if low >= high:
            raise FieldError(f"low_hz goes up to {low:g}, which is not below high_hz, from {high:g} on.", "low_hz")

    def draw(self, rng: Stream, frame: Frame, content: Content = None) -> Filters:
        low, high = _below_half(self.low_hz.draw(rng), frame, "low_hz"), float(self.high_hz.draw(rng))
        return Filters((("high_pass", low, 0.0, _SHELF_Q), ("low_pass", high, 0.0, _SHELF_Q)))


class LowShelf(Transform[Filters]):
    """Everything below ``hz`` is made louder or quieter by ``db``, half of it at ``hz``. No frequency is delayed."""

    db: Annotated[Range, _DB] = Range(-12, 12)
    hz: Annotated[Range, Limits(10, 192000, unit=_EDGE, doc="where it turns")] = Range(50, 1000, "loguniform")
    changes = {"timbre", "loudness"}

    def draw(self, rng: Stream, frame: Frame, content: Content = None) -> Filters:
        db = float(self.db.draw(rng))
        return Filters((("low_shelf", float(self.hz.draw(rng)), db, _SHELF_Q),))


class HighShelf(Transform[Filters]):
    """Everything above ``hz`` is made louder or quieter by ``db``, half of it at ``hz``. No frequency is delayed."""

    db: Annotated[Range, _DB] = Range(-12, 12)
    hz: Annotated[Range, Limits(10, 192000, unit=_EDGE, doc="where it turns")] = Range(1500, 7500, "loguniform")
    changes = {"timbre", "loudness"}

    def draw(self, rng: Stream, frame: Frame, content: Content = None) -> Filters:
        db = float(self.db.draw(rng))
        return Filters((("high_shelf", float(self.hz.draw(rng)), db, _SHELF_Q),))


class Peak(Transform[Filters]):
    """What is around ``hz`` is made louder or quieter by ``db``, the narrower the higher ``q``. Nothing is delayed."""

    db: Annotated[Range, _DB] = Range(-12, 12)
    hz: Annotated[Range, Limits(10, 192000, unit=_EDGE, doc="the middle")] = Range(100, 7000, "loguniform")
    q: Annotated[Range, Limits(0.1, 50, doc="the middle over the width: 1.4 is an octave")] = Range(0.5, 3)
    changes = {"timbre", "loudness"}

    def draw(self, rng: Stream, frame: Frame, content: Content = None) -> Filters:
        db, hz = float(self.db.draw(rng)), float(self.hz.draw(rng))
        return Filters((("peak", hz, db, float(self.q.draw(rng))),))


class Equalizer(Transform[Filters]):
    """Seven bands made louder or quieter by ``db``, each drawn for itself: a shelf below 60 Hz, peaks at 150, 400,
    1000, 2400 and 6000 Hz, a shelf above 15 kHz. Bands above half of the clip's rate do nothing. Nothing is
    delayed.
    """

    db: Annotated[Range, _DB] = Range(-6, 6)
    changes = {"timbre", "loudness"}

    def draw(self, rng: Stream, frame: Frame, content: Content = None) -> Filters:
        shapes = ("low_shelf", *["peak"] * (len(EQUALIZER_HZ) - 2), "high_shelf")
        quality = [_SHELF_Q if "shelf" in shape else _EQUALIZER_Q for shape in shapes]
        drawn = [float(self.db.draw(rng)) for _ in shapes]
        return Filters(tuple(zip(shapes, EQUALIZER_HZ, drawn, quality, strict=True)))
