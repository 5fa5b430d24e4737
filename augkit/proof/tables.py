"""Tables: a comparison as lines of text, and what may be concluded from it."""

from __future__ import annotations

import statistics
from collections.abc import Iterator
from typing import TYPE_CHECKING

from augkit.proof.paired import Paired

if TYPE_CHECKING:
    from augkit.proof.comparison import Comparison

MOST_CLASSES = 20
"""More classes are not printed; ``comparison.json`` and the page have all."""


def lines_of(comparison: Comparison) -> list[str]:
    """Scores by arm and seed, the classes, and what may be concluded."""
    return [*_scores(comparison), *_classes(comparison), *_shifts(comparison), *conclusions(comparison)]


def conclusions(comparison: Comparison) -> list[str]:
    """A sentence for each other arm, and one on the classes where there are some."""
    first, pairs = comparison.first, comparison.against_first()
    said = []
    for other, pair in pairs.items():
        said.append(pair.verdict(first, other))
        if comparison.classes and pair.mean and len(pair.differences) > 1:
            said.append(harm(comparison, other))
        if comparison.shifted:
            said.append(f"On shifted data: {comparison.shifted_against_first()[other].verdict(first, other)}")
    if len(pairs) > 1:
        said.append(f"The {len(pairs)} intervals are as wide as it takes for all to hold at 95 % (Bonferroni).")
    return said


def _scores(comparison: Comparison) -> Iterator[str]:
    what = f"validation {comparison.score.replace('_', ' ')}"
    width = max(map(len, (*comparison.scores, what)))
    head = "".join(f"{f'seed {seed}':>9}" for seed in comparison.seeds)
    yield f"{what:<{width}}  {'mean':>6} {'sd':>6} {head}"
    for name, scores in comparison.scores.items():
        spread = f"{statistics.stdev(scores):>6.3f}" if len(scores) > 1 else f"{'–':>6}"
        each = "".join(f"{score:>9.3f}" for score in scores)
        yield f"{name:<{width}}  {statistics.fmean(scores):>6.3f} {spread} {each}"


def _classes(comparison: Comparison) -> Iterator[str]:
    """For each other arm the classes, the lowest first."""
    for other in comparison.others if comparison.classes and len(comparison.seeds) > 1 else ():
        better, loser, ordered = _ordered(comparison, other)
        together = f"{ordered[0][1].among} intervals that hold together at 95 % (Bonferroni)"
        yield f"by class, {better} minus {loser}; {together}:"
        width = max(len(name) for name, _ in ordered)
        yield from (f"  {name:<{width}}  {pair.short()}" for name, pair in ordered[:MOST_CLASSES])
        if len(ordered) > MOST_CLASSES:
            yield f"  and {len(ordered) - MOST_CLASSES} more, see comparison.json"


def _shifts(comparison: Comparison) -> Iterator[str]:
    """Means over seeds by corruption, arm and severity."""
    means = comparison.shifted_means()
    rows = [(f"{name}, {arm}", means[arm][name]) for name in next(iter(means.values()), {}) for arm in means]
    if rows:
        width = max(len(name) for name, _ in rows)
        yield f"{'shifted, mean over seeds':<{width}}  " + "".join(f"{number:>7}" for number in range(1, 6)) + "   mean"
        for name, scores in rows:
            yield f"{name:<{width}}  {''.join(f'{score:>7.3f}' for score in scores)} {statistics.fmean(scores):>6.3f}"
    yield from (f"left out of the shifts: {why}" for why in comparison.left_out)


def _ordered(comparison: Comparison, other: str) -> tuple[str, str, list[tuple[str, Paired]]]:
    """The arm with the higher mean, the one with the lower, the classes as seen from the former, worst first."""
    arms = [comparison.first, other]
    pairs = comparison.classes_against_first()[other]
    if comparison.against_first()[other].mean < 0:
        arms, pairs = arms[::-1], {name: pair.turned() for name, pair in pairs.items()}
    return arms[0], arms[1], sorted(pairs.items(), key=lambda item: item[1].mean)


def harm(comparison: Comparison, other: str) -> str:
    """Which classes the arm with the higher mean made worse, or that none is known to be."""
    better, loser, ordered = _ordered(comparison, other)
    worse = ", class ".join(f"{name} ({pair.mean:+.3f})" for name, pair in ordered if pair.sign < 0)
    if worse:
        return f"Made worse though the mean went up: class {worse}; {better} against {loser}."
    name, pair = ordered[0]
    return f"No class is found to be worse, {better} against {loser}; class {name} comes out lowest, {pair.mean:+.3f}."
