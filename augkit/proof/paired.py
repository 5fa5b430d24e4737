"""Paired differences: what may be said of two arms that were run with the same seeds, and no more."""

from __future__ import annotations

import math
import statistics
from dataclasses import dataclass
from typing import Any

SURE = 0.95
"""How sure all intervals of one table are together."""


@dataclass(frozen=True)
class Paired:
    """Differences of two arms, seed by seed, in the score's own unit.

    The interval is Student's, and needs two pairs. Where several intervals are read together, ``among`` is their
    number, and each is as wide as it must be for all to hold at 95 % (Bonferroni).
    """

    differences: tuple[float, ...]
    among: int = 1

    @property
    def mean(self) -> float:
        """The mean difference."""
        return statistics.fmean(self.differences)

    @property
    def same(self) -> bool:
        """Whether all differences are one number other than 0: their spread is then below what the score resolves, and
        no interval can be had of it.
        """
        first = self.differences[0]
        return first != 0 and all(math.isclose(each, first, abs_tol=1e-12) for each in self.differences)

    @property
    def interval(self) -> tuple[float, float] | None:
        """Where the mean difference lies, if differences are normal; None for a single pair, or where all are one
        number.
        """
        count = len(self.differences)
        if count < 2 or self.same:
            return None
        from scipy.special import stdtrit  # type: ignore[import-untyped]

        quantile = float(stdtrit(count - 1, 1 - (1 - SURE) / (2 * self.among)))
        half = quantile * statistics.stdev(self.differences) / count**0.5
        return self.mean - half, self.mean + half

    @property
    def sign(self) -> int:
        """1 where the first arm is better, -1 where it is worse, 0 where no difference was found."""
        interval = self.interval
        return 0 if interval is None else (interval[0] > 0) - (interval[1] < 0)

    def turned(self) -> Paired:
        """The other arm against this one."""
        return Paired(tuple(-each for each in self.differences), self.among)

    def short(self) -> str:
        """The mean and its interval, for a table."""
        interval = self.interval
        return f"{self.mean:+.3f}" + (f"  {interval[0]:+.3f} to {interval[1]:+.3f}" if interval else "")

    def told(self) -> str:
        """The mean, and its interval or why there is none."""
        interval = self.interval
        if interval is not None:
            return f"{self.mean:+.3f}, {_SURE} interval {interval[0]:+.3f} to {interval[1]:+.3f}"
        return f"{self.mean:+.3f} on {'every one of the seeds' if len(self.differences) > 1 else 'one seed'}"

    def verdict(self, arm: str, other: str) -> str:
        """What may be said of ``arm`` against ``other``."""
        count = len(self.differences)
        if count == 1:
            return f"{arm} {self.told()} against {other}. One seed is not proof: try --seeds 3 or more."
        if self.interval is None:
            why = "how much it varies cannot be told; more seeds or a larger validation split can"
            return f"No difference found: {arm} against {other} {self.told()}; {why}."
        told = f"{self.told()}, {count} paired seeds"
        if self.sign == 0:
            return f"No difference found: {arm} against {other} {told}; the interval contains 0."
        return f"{arm} is {'better' if self.sign > 0 else 'worse'} than {other}: {told}."

    def to_json(self) -> dict[str, Any]:
        """Everything as plain data."""
        return {"mean": self.mean, "interval": self.interval, "differences": self.differences, "sign": self.sign}


_SURE = f"{SURE:.0%}".replace("%", " %")
