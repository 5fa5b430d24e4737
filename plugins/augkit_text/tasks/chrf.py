"""chrF: how alike translations are to what they should be, by the n-grams of their letters (Popović 2015)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

ORDER = 6
BETA = 2.0
"""How much more it counts to leave something out than to add something."""


@dataclass
class Chrf:
    """Sums over sentences, of each order: n-grams told, n-grams wanted, those in both."""

    told: list[int] = field(default_factory=lambda: [0] * ORDER)
    wanted: list[int] = field(default_factory=lambda: [0] * ORDER)
    both: list[int] = field(default_factory=lambda: [0] * ORDER)

    def add(self, told: str, wanted: str) -> None:
        """A translation, and what it should be. Whitespace counts nowhere."""
        told, wanted = "".join(told.split()), "".join(wanted.split())
        for order in range(ORDER):
            own, other = _grams(told, order + 1), _grams(wanted, order + 1)
            self.told[order] += own.total() if other else 0  # of a text too short for the order nothing was wanted
            self.wanted[order] += other.total()
            self.both[order] += (own & other).total()

    @property
    def score(self) -> float:
        """0 to 1, a hundredth of what sacrebleu tells of a whole corpus."""
        known = [each for each in zip(self.told, self.wanted, self.both, strict=True) if each[0] and each[1]]
        if not known:
            return 0.0
        precision = sum(both / told for told, _, both in known) / len(known)
        recall = sum(both / wanted for _, wanted, both in known) / len(known)
        below = BETA**2 * precision + recall
        return (1 + BETA**2) * precision * recall / below if below else 0.0


def chrf(told: Sequence[str], wanted: Sequence[str]) -> float:
    """Of all sentences together."""
    sums = Chrf()
    for each in zip(told, wanted, strict=True):
        sums.add(*each)
    return sums.score


def _grams(text: str, order: int) -> Counter[str]:
    return Counter(text[start : start + order] for start in range(len(text) - order + 1))
