"""Key and Chord: labels that are transposed when the pitch moves."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Self

from augkit.errors import DataError
from augkit.fields import Limits
from augkit.mixing import Mixture, keeps_out
from augkit.sample import Frame, Label, LabelOptions, Options
from augkit.transform import moves
from augkit.vocab.timeline.notes import Between, Spelling, transposed, whole
from augkit.vocab.timeline.pitch import PitchShift
from augkit.vocab.timeline.timemap import Speed


class KeyOptions(LabelOptions):
    """How keys and chords are named. ``between``: a shift that is not of whole semitones is a conflict, or is rounded
    to the nearest; ``cents`` then says how far the clip is from the name. ``spelling`` names all that is transposed, so
    that twelve names are never more.
    """

    sensitive_to: tuple[str, ...] | Mapping[str, Any] = ("key",)
    spelling: Annotated[Spelling, Limits(doc="C# or Db")] = "sharp"
    between: Annotated[Between, Limits(doc="what to do between two semitones")] = "conflict"

    def at_risk(self, kind: str) -> frozenset[str]:
        """Nothing where shifts are rounded."""
        return frozenset({"key"}) if self.between == "conflict" else frozenset()


@dataclass(frozen=True, eq=False)
class Key(Label):
    """The musical key of a clip by its name, ``C major``, ``F#:min``, ``bb minor``; ``N`` is none. ``cents`` is how
    much higher than that the clip is.
    """

    kind = "key"
    options_type = KeyOptions

    cents: float = 0.0

    @classmethod
    def read(cls, value: Any, options: Options, frame: Frame) -> tuple[Self, Any]:
        """From a name, or ``{"<kind>": name, "cents": …}``. DataError for what is no name of a note."""
        if isinstance(value, cls):
            return value, "target"
        given = value if isinstance(value, Mapping) else {cls.kind: value}
        name, cents = given.get(cls.kind), given.get("cents", 0.0)
        if not isinstance(name, str) or set(given) - {cls.kind, "cents"}:
            raise DataError(f"{cls.kind}: got {value!r}; expected a name, or {{{cls.kind!r}: …, 'cents': …}}.")
        transposed(name, 1)
        return cls(name, float(cents), options=options), "mapping" if isinstance(value, Mapping) else "plain"

    def write(self, form: Any, frame: Frame) -> Any:
        if form == "target":
            return self
        return {self.kind: self.value, "cents": self.cents} if form == "mapping" else self.value

    @classmethod
    def batch(cls, targets: Sequence[Self]) -> Any:
        """A list of names."""
        return [target.value for target in targets]

    def higher(self, semitones: float) -> Self:
        """The name so many semitones higher; Conflict between two names, unless they are rounded."""
        # Where names are rounded, cents add up: two shifts of half a semitone are one semitone.
        total = semitones + self.cents / 100.0 if self.options.between == "round" else semitones
        steps = whole(total, self.options.between)
        cents = 100.0 * (semitones - steps) + self.cents
        cents = 0.0 if abs(cents) < 1e-4 else cents
        return dataclasses.replace(self, value=transposed(self.value, steps, self.options.spelling), cents=cents)


@dataclass(frozen=True, eq=False)
class Chord(Key):
    """The chord of a clip: ``C:maj7``, ``Am``, ``F#:min/b3``, ``C/E``; degrees stay, notes are transposed."""

    kind = "chord"


@moves(PitchShift, Key)
def key_follows_pitch(key: Key, shift: PitchShift) -> Key:
    """Transposed."""
    return key if shift.semitones == 0.0 else key.higher(shift.semitones)


@moves(Speed, Key)
def key_follows_speed(key: Key, speed: Speed) -> Key:
    """Transposed by the resampling, which hardly ever is of whole semitones; DataError where the speed varies."""
    semitones = speed.semitones()
    if semitones is None:
        raise DataError(f"{key.kind}: the speed varies within the clip, so it has no one key.")
    return key if semitones == 0.0 else key.higher(semitones)


keeps_out(Mixture, Key, because="two clips at once have no one key.")
