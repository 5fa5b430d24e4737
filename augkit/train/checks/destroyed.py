"""Samples that augmentation leaves nothing of: one colour, silence, no text, no objects."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from augkit.sample import Target
from augkit.train.checks.finding import Finding, fine

FEW = {True: 0.01, False: 0.25}
"""Shares from which on there is a finding: of what the network reads, and of annotations (boxes, masks), which a crop
may well lose now and then."""


def destroyed(pairs: Iterable[tuple[Mapping[str, Target], Mapping[str, Target]]], fed: str | None = None) -> Finding:
    """Of pairs of a sample's targets before and after augmentation: ``samples-destroyed`` where targets that had
    something to learn from have nothing any more (``Target.lost``), or fine. ``fed`` is the field that the network
    reads; without it, every carrier counts as such.
    """
    counts: dict[str, Counter[str]] = {}
    read: dict[str, bool] = {}
    size = 0
    for before, after in pairs:
        size += 1
        for name, target in after.items():
            read[name] = before[name].carrier if fed is None else name == fed
            told = target.lost()
            if told is not None and before[name].lost() is None:
                counts.setdefault(name, Counter())[told] += 1
    found = {name: told for name, told in counts.items() if told.total() >= max(1, FEW[read[name]] * size)}
    numbers = {"samples": size, "lost": {name: dict(told) for name, told in counts.items()}}
    if not found:
        total = sum(told.total() for told in counts.values())
        return fine("augmented", f"{total} targets of {size} samples are lost to augmentation", **numbers)
    listing = "; ".join(f"{name}: {_listed(told)}" for name, told in found.items())
    seen = f"of {size} augmented samples nothing is left to learn from in some: {listing}"
    return Finding("samples-destroyed", "problem", seen, _MEANS, _ADVICE, numbers)


def _listed(told: Counter[str]) -> str:
    return ", ".join(f"{count} {what}" for what, count in told.most_common(3))


_MEANS = "a step that is too strong: a factor near 0, an erasure of all, a crop beside what matters"
_ADVICE = "augkit preview RECIPE shows what each step did; a weaker range, a lower p, or strength: 0.5"
