"""Steps that change the pitch and leave time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from augkit.fields import Limits, Range
from augkit.rng import Stream
from augkit.sample import Frame, Target
from augkit.transform import Transform
from augkit.vocab.timeline import PitchShift
from augkit_audio.speed import VOICE


class ShiftPitch(Transform[PitchShift]):
    """Raise or lower every frequency by ``semitones``; events stay where they are, what is annotated in Hz follows.

    Formants are not preserved: a voice becomes another's. Keys and chords are transposed where ``semitones`` are whole,
    as in ``{int: [-3, 3]}``. See ``method`` for how.
    """

    semitones: Annotated[
        Range, Limits(-12, 12, neutral=0, strongest=(-4, 4), unit="semitones", doc="12 is an octave up")
    ] = Range(-2, 2)
    method: Annotated[
        Literal["default", "fast"],
        Limits(doc="default: Signalsmith Stretch and soxr; fast: a phase vocoder, in a fraction of the time"),
    ] = "default"
    changes = VOICE | {"pitch", "key"}

    @classmethod
    def law_examples(cls) -> list[dict[str, Any]]:
        """Settings to prove the laws with."""
        return [{}, {"method": "fast", "id": "fast"}]

    def conflict(self, kinds: frozenset[str]) -> str | None:
        """Between semitones there is no key."""
        return (
            None
            if self._is_whole() or "key" not in kinds
            else "may shift by a part of a semitone, where there is no key."
        )

    def _is_whole(self) -> bool:
        written = self.semitones.items or self.semitones.ends()
        fixed = self.semitones.law in ("int", "choice") or self.semitones.high in (None, self.semitones.low)
        return self.semitones.law == "int" or (fixed and all(number == round(number) for number in written))

    def draw(self, rng: Stream, frame: Frame, content: Mapping[str, Target] | None = None) -> PitchShift:
        return PitchShift(float(self.semitones.draw(rng)), self.method)
