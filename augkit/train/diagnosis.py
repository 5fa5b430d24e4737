"""What learning curves say: a verdict with its evidence, and what to change in the recipe."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

Verdict = Literal[
    "underfit_flat",
    "underfit_still_falling",
    "overfit",
    "unrepresentative_train",
    "unrepresentative_val",
    "good_fit",
    "inconclusive",
]

CLEAR = 6.0
"""Validation that rose by so many of its jumps did rise."""

FEWEST = 5
"""Validations that it takes to say anything."""

FLAT, FALLING, RISING, APART, BELOW, NOISY = 0.55, 0.01, 0.08, 0.15, 0.06, 0.012
"""All in parts of the loss of guessing, and most about midway, by ratio, between what was met on either side in the
runs that they were chosen on. A training loss that stays above FLAT learnt little; one that falls by more than FALLING
over the last quarter still falls. A validation loss RISING above its least is rising; losses that end APART have a gap.
A validation loss BELOW the clean training loss, or one that jumps by NOISY, is of too few samples or of others.
"""

BLOWN, HUGE = 1e9, 1e100
"""A loss so many times that of guessing, or so large that no sum of its squares is a number, is that of a run that
diverged."""

ROUGHER = 1.7
"""Validation jumps so many times as far as training where it is of too few samples; a high rate shakes both."""


@dataclass(frozen=True)
class Diagnosis:
    """``verdict``, the ``evidence`` in words, ``advice`` in terms of the recipe, and ``turning``: of an overfit run the
    epoch (from 1) whose validation loss was the least.
    """

    verdict: Verdict
    evidence: Sequence[str]
    advice: str
    turning: int | None = None
    numbers: Mapping[str, float] = field(default_factory=dict)

    def lines(self) -> list[str]:
        """As plain text."""
        return [
            f"{self.verdict}: {SAID[self.verdict]}",
            *(f"  seen: {one}" for one in self.evidence),
            f"  try: {self.advice}",
        ]

    def to_json(self) -> dict[str, Any]:
        """For machines."""
        told = {"verdict": self.verdict, "evidence": list(self.evidence), "advice": self.advice}
        return told | {"turning": self.turning, "numbers": dict(self.numbers)}


def diagnose(
    train: Sequence[float],
    val: Sequence[float],
    clean: Sequence[float] | None = None,
    *,
    epochs: Sequence[int] | None = None,
    guessing: float | None = None,
    augmented: bool = False,
) -> Diagnosis:
    """Of the losses after each validated epoch. ``epochs`` numbers them, from 1 unless given.

    ``clean`` is the training loss without augmentation and in evaluation mode, where it is known; ``train`` may then
    lie anywhere above it and is only drawn. Without it, and ``augmented``, a training loss above the validation loss
    says nothing. ``guessing`` is the loss of knowing nothing, else the highest of the curves. Raises ValueError for
    curves of unequal length.
    """
    numbers = list(epochs) if epochs is not None else list(range(1, len(val) + 1))
    given = [curve for curve in (train, val, clean, numbers) if curve is not None]
    if len({len(curve) for curve in given}) != 1:
        raise ValueError(f"curves of {', '.join(str(len(curve)) for curve in given)} epochs; expected equal lengths.")
    if len(val) < FEWEST:
        return _unclear(f"{len(val)} validations; it takes {FEWEST} to say anything")
    if not all(math.isfinite(value) for curve in given for value in curve):
        return _unclear("a loss is no number: the run diverged", "a lower train.lr")
    scale = guessing if guessing is not None else max(float(train[0]), sorted(val[:3])[1])
    if not (math.isfinite(scale) and scale > 0):
        said = f"all is told in parts of the loss of guessing, which is {scale:g} here; it must be above 0"
        return _unclear(said, "a loss that guessing makes large and knowing brings to 0, such as cross entropy")
    largest = max(abs(value) for curve in given[:-1] for value in curve)
    if largest > min(BLOWN * scale, HUGE):
        said = f"a loss of {largest:.3g}, with {scale:.3g} that of guessing: the run diverged"
        return _unclear(said, "a lower train.lr")
    curves = _Curves.of(train, val, clean, scale)
    return _judge(curves, numbers, clean is None and augmented)


@dataclass(frozen=True)
class _Curves:
    """Smoothed, in parts of the loss of guessing; ``jumps`` is how far validation strays from its median,
    ``least`` where it was least."""

    fit: np.ndarray
    val: np.ndarray
    jumps: float
    fit_jumps: float
    scale: float
    least: int

    @classmethod
    def of(cls, train: Sequence[float], val: Sequence[float], clean: Sequence[float] | None, scale: float) -> _Curves:
        fit = np.asarray(train if clean is None else clean, dtype=np.float64)
        if clean is None:  # a mean over an epoch is as of its middle
            fit = np.append(
                (fit[:-1] + fit[1:]) / 2, fit[-1] - (fit[-2] - fit[-1]) / 2 if fit[-2] > fit[-1] else fit[-1]
            )
            fit = np.maximum(fit, 0)
        told = np.asarray(val, dtype=np.float64)
        smooth = [_smoothed(curve) / scale for curve in (fit, told)]
        half = len(told) // 2
        strays = [(curve - _middle(curve))[half:] / scale for curve in (fit, told)]  # 0 while a curve only falls
        jumps = [float(np.sqrt(np.mean(stray**2))) for stray in strays]
        reach, about = max(1, len(told) // 12), int(smooth[1].argmin())
        first = max(0, about - 2 * reach)  # the least of the raw losses near that of the smoothed
        least = first + int(told[first : about + 2 * reach + 1].argmin())
        return cls(smooth[0], smooth[1], jumps[1], jumps[0], scale, least)

    def end(self, curve: np.ndarray) -> float:
        """The mean of the last eighth."""
        return float(curve[-max(1, len(curve) // 8) :].mean())

    def fell(self, curve: np.ndarray) -> float:
        """By how much over the last quarter."""
        return float(curve[-1 - max(1, len(curve) // 4)] - curve[-1])


def _judge(curves: _Curves, epochs: Sequence[int], train_may_lie_above: bool) -> Diagnosis:
    facts, at = _facts(curves), epochs[curves.least]
    verdict, *evidence = _found(curves, facts, at, train_may_lie_above)
    ends = f"training ends at {facts['train_end']:.0%} of the loss of guessing ({curves.scale:.3g})"
    told = [f"{ends}, validation at {facts['val_end']:.0%}", *evidence]
    return Diagnosis(verdict, told, ADVICE[verdict], at if verdict == "overfit" else None, facts)  # type: ignore[arg-type, index]


def _facts(curves: _Curves) -> dict[str, float]:
    """What a verdict rests on; all but the loss of guessing in parts of it."""
    fit, val, lowest = curves.end(curves.fit), curves.end(curves.val), float(curves.val.min())
    return {
        "train_end": fit,
        "val_end": val,
        "val_least": lowest,
        "rose": val - lowest,
        "val_jumps": curves.jumps,
        "train_jumps": curves.fit_jumps,
        "train_fell": curves.fell(curves.fit),
        "val_fell": curves.fell(curves.val),
        "below": _below(curves),
        "guessing": curves.scale,
    }


def _found(curves: _Curves, facts: Mapping[str, float], at: int, train_may_lie_above: bool) -> tuple[str, ...]:
    """The verdict and what it rests on; what is asked first is clearest."""
    rose, gap, fell = facts["rose"], facts["val_end"] - facts["train_end"], (facts["train_fell"], facts["val_fell"])
    rises = _rises(curves, rose, int(curves.val.argmin()))
    rough = curves.jumps > NOISY and curves.jumps > ROUGHER * curves.fit_jumps
    if rough and not (rises and rose > CLEAR * curves.jumps):
        said = f"validation jumps by {curves.jumps:.1%} from epoch to epoch, training by {curves.fit_jumps:.1%}"
        return "unrepresentative_val", said
    if rises:
        said = f"validation was least, {facts['val_least']:.0%}, at epoch {at} and rose by {rose:.0%} since"
        return "overfit", said, "training went on falling"
    if facts["below"] > BELOW and not train_may_lie_above:
        return "unrepresentative_val", f"validation lies {facts['below']:.0%} below training over the second half"
    if min(fell) > FALLING:
        both = f"training {fell[0]:.0%}, validation {fell[1]:.0%}"
        return "underfit_still_falling", f"both still fall: over the last quarter {both}"
    if facts["train_end"] > FLAT:
        return "underfit_flat", f"over the last quarter training fell by {fell[0]:.1%}"
    if gap > APART:
        return "unrepresentative_train", f"a gap of {gap:.0%} stays; validation does not rise"
    return "good_fit", f"both are level, {gap:.0%} apart"


def _rises(curves: _Curves, rose: float, least: int) -> bool:
    """Whether validation turned while training went on."""
    count = len(curves.val)
    enough = max(RISING, 2 * curves.jumps / math.sqrt(max(1, count // 8)))
    falls = curves.fit[-1] <= curves.fit[least] + 0.01
    return rose > enough and least < count - max(2, count // 8) and bool(falls)


def _below(curves: _Curves) -> float:
    """How far the second half of validation lies below training, on the mean."""
    half = len(curves.val) // 2
    return float((curves.fit[half:] - curves.val[half:]).mean())


def _smoothed(curve: np.ndarray) -> np.ndarray:
    """The median of three or more neighbours, and then their mean."""
    return np.asarray(_windows(_middle(curve)).mean(1))


def _middle(curve: np.ndarray) -> np.ndarray:
    return np.asarray(np.median(_windows(curve), axis=1))


def _windows(curve: np.ndarray) -> np.ndarray:
    """Each value with its neighbours, a twelfth of the curve to each side and at least one."""
    reach = max(1, len(curve) // 12)
    return np.lib.stride_tricks.sliding_window_view(np.pad(curve, reach, mode="edge"), 2 * reach + 1)


def _unclear(why: str, advice: str | None = None) -> Diagnosis:
    return Diagnosis("inconclusive", [why], advice or ADVICE["inconclusive"])


SAID: Mapping[Verdict, str] = {
    "underfit_flat": "the network learns little, and no longer",
    "underfit_still_falling": "it was stopped while it was learning",
    "overfit": "it learns the training samples by heart",
    "unrepresentative_train": "the training split does not say enough about the validation split",
    "unrepresentative_val": "the validation split is too small, or easier than what is learnt from",
    "good_fit": "both losses came down and stay near each other",
    "inconclusive": "these curves do not say",
}

ADVICE: Mapping[Verdict, str] = {
    "underfit_flat": "a larger backbone or freeze: false; a higher train.lr; weaker augmentation (strength: 0.5) or "
    "less dropout and weight_decay; augkit preview, to see that the labels can be seen",
    "underfit_still_falling": "more train.epochs, or a higher train.lr",
    "overfit": "early_stop: 3 keeps the turning point; stronger augmentation, more samples, weight_decay, dropout, "
    "freeze: true or a smaller backbone",
    "unrepresentative_train": "more, and more varied, training samples; augmentation towards what validation is like; "
    "split: {stratify: true}",
    "unrepresentative_val": "a larger split: {val: 0.3}, with stratify and group, or several seeds (augkit compare)",
    "good_fit": "keep the recipe; a test split or other seeds say how well it does",
    "inconclusive": "more epochs, or validate_every: 1",
}
