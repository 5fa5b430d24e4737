"""PitchShift: higher or lower in place."""

from __future__ import annotations

from dataclasses import dataclass

from augkit.sample import Axis
from augkit.transform import Params


@dataclass(frozen=True)
class PitchShift(Params):
    """Every frequency times 2^(``semitones`` / 12), at the time it was; ``method`` names how a sound is shifted.

    What is given in Hz is multiplied, MIDI numbers are added to, names of keys and chords are transposed. Frames stay
    in place; what lives on the frequency axis and has no kernel is refused.
    """

    axes = frozenset({Axis.FREQUENCY})

    semitones: float
    method: str = "default"

    @property
    def ratio(self) -> float:
        """By what frequencies are multiplied."""
        return float(2.0 ** (self.semitones / 12.0))

    def then(self, later: Params) -> PitchShift | None:
        """One shift for two of one method."""
        same = isinstance(later, PitchShift) and later.method == self.method
        return PitchShift(self.semitones + later.semitones, self.method) if same else None  # type: ignore[attr-defined]

    def inverse(self) -> PitchShift:
        """As far the other way."""
        return PitchShift(-self.semitones, self.method)
