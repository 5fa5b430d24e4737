"""Tables: a comparison as lines of text, and what may be concluded from it."""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from augkit.train.paired import Paired

if TYPE_CHECKING:
    from augkit.train.comparison import Comparison

MOST_CLASSES = 20
"""More classes are not printed; ``comparison.json`` and the page have all."""


def lines_of(comparison: Comparison) -> list[str]:
    """Scores by arm and seed, the verdicts, and the classes."""
    first = comparison.first
    verdicts = [pair.verdict(first, name) for name, pair in comparison.against_first().items()]
    if len(verdicts) > 1:
        verdicts.append(f"The {len(verdicts)} intervals are as wide as it takes for all to hold at 95 % (Bonferroni).")
    return [*_scores(comparison), *verdicts, *_classes(comparison)]


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
    """For each other arm the classes, the lowest first, and which of them are known to be harmed."""
    for other, pairs in comparison.classes_against_first().items():
        better, worse = comparison.harmed()[other]
        loser = other if better == comparison.first else comparison.first
        up = {name: pair if better == comparison.first else pair.turned() for name, pair in pairs.items()}
        ordered = sorted(up.items(), key=lambda item: item[1].mean)
        together = f"{ordered[0][1].among} intervals that hold together at 95 % (Bonferroni)"
        yield f"per class, {better} minus {loser}; {together}:"
        width = max(len(name) for name in up)
        yield from (f"  {name:<{width}}  {pair.short()}" for name, pair in ordered[:MOST_CLASSES])
        if len(ordered) > MOST_CLASSES:
            yield f"  and {len(ordered) - MOST_CLASSES} more, see comparison.json"
        yield harm(better, loser, list(worse), ordered)


def harm(better: str, loser: str, worse: Sequence[str], ordered: Sequence[tuple[str, Paired]]) -> str:
    """Which classes the arm with the higher mean made worse, or that none is known to be; the lowest come first."""
    if worse:
        listing = ", ".join(f"{name} ({pair.mean:+.3f})" for name, pair in ordered if name in worse)
        return f"Made worse though the mean went up: with {better}, {listing}, against {loser}."
    name, pair = ordered[0]
    if len(pair.differences) < 2:
        return "One seed says nothing about single classes."
    return f"No class is found to be worse with {better} than with {loser}; {name} comes out lowest, {pair.mean:+.3f}."
