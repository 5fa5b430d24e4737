"""Splits: which keys train, validate and test, as a pure function of keys, labels and groups.

Keys are put in the order of a hash of (seed, key), so that neither the order of the files nor a new sample shuffles
the rest: a new one displaces at most the few that sit on a border.
"""

from __future__ import annotations

import hashlib
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from augkit.errors import FieldError

PARTS = ("train", "val", "test")
_ALONE = (
    "there is one sample (or group), and it is needed in train. Write `split: {{{part}: 0}}`, or give more samples."
)
_INDIVISIBLE = (
    "no class has two samples (or groups) left to divide, and each needs one in train. "
    "Write `stratify: false` or `{part}: 0`, or check the label."
)


def split_keys(
    keys: Sequence[str],
    *,
    val: float = 0.0,
    test: float = 0.0,
    labels: Mapping[str, Any] | None = None,
    stratify: bool = True,
    groups: Mapping[str, Any] | None = None,
    train_per_class: int | None = None,
    seed: int = 0,
) -> dict[str, list[str]]:
    """``{"train": [...], "val": [...], "test": [...]}``, each in the order of ``keys``.

    With ``labels`` and ``stratify`` each class is divided alike: it gives ⌊n · fraction⌋, and what is missing to the
    total comes one each from the classes with the largest remainders. A class keeps at least one sample in train.
    With ``groups`` a group stays whole (its class is its commonest one), so fractions are met as nearly as whole
    groups allow. ``train_per_class`` keeps the first n of each class in train, so that 5 of a class are among its 20.
    Fractions that leave nothing raise FieldError.
    """
    _check_fractions(val, test)
    units = _units(keys, groups, seed)
    strata = _strata(units, labels if stratify else None)
    taken: dict[str, str] = {}
    for part, fraction, share in (("test", test, test / (val + test or 1)), ("val", val, 1.0)):
        if fraction > 0:
            chosen = _take(strata, taken, fraction, share)
            if not chosen:
                why = _ALONE if len(units) == 1 else _INDIVISIBLE
                raise FieldError(f"{part}: {why.format(part=part)}", part)
            taken |= dict.fromkeys(chosen, part)
    where = {key: taken.get(unit, "train") for unit, members in units.items() for key in members}
    parts = {part: [key for key in keys if where[key] == part] for part in PARTS}
    if train_per_class is not None:
        parts["train"] = _first_of_each(parts["train"], labels, train_per_class, seed)
    return parts


def _check_fractions(val: float, test: float) -> None:
    for name, fraction in (("val", val), ("test", test)):
        if not 0 <= fraction < 1:
            raise FieldError(f"{name}: {fraction:g} is no fraction; expected 0 up to, but not including, 1.", name)
    if val + test >= 1:
        raise FieldError(f"val {val:g} and test {test:g} leave nothing to train on; their sum must be below 1.", "val")


def _rank(seed: int, name: str) -> bytes:
    return hashlib.blake2b(f"split\x1f{seed}\x1f{name}".encode("utf-8", "surrogatepass"), digest_size=8).digest()


def _units(keys: Sequence[str], groups: Mapping[str, Any] | None, seed: int) -> dict[str, list[str]]:
    """What stays together, in hash order: single samples, or groups."""
    units: dict[str, list[str]] = {}
    for key in keys:
        units.setdefault(key if groups is None else repr(groups[key]), []).append(key)
    return {name: units[name] for name in sorted(units, key=lambda name: (_rank(seed, name), name))}


def _strata(units: Mapping[str, Sequence[str]], labels: Mapping[str, Any] | None) -> dict[str, dict[str, int]]:
    """Class → unit → samples in it; without labels there is one class."""
    strata: dict[str, dict[str, int]] = {}
    for unit, members in units.items():
        strata.setdefault(_class_of(members, labels), {})[unit] = len(members)
    return {name: strata[name] for name in sorted(strata)}


def _class_of(members: Sequence[str], labels: Mapping[str, Any] | None) -> str:
    """The commonest class in a unit; of several the first by name."""
    if labels is None:
        return ""
    if len(members) == 1:
        return repr(labels[members[0]])
    counts = Counter(repr(labels[key]) for key in members)
    return min(counts, key=lambda name: (-counts[name], name))


def _take(
    strata: Mapping[str, Mapping[str, int]], taken: Mapping[str, str], fraction: float, share: float
) -> list[str]:
    """The units of one part: each class fills its quota in hash order, then what is still missing comes from any.

    A class keeps one unit in train, and gives this part at most ``share`` of the others, or one.
    """
    left = {label: {unit: size for unit, size in units.items() if unit not in taken} for label, units in strata.items()}
    sizes = {label: sum(units.values()) for label, units in strata.items()}
    goal = max(1, math.floor(sum(sizes.values()) * fraction + 0.5))
    quotas = _quotas(sizes, fraction, goal)
    chosen: dict[str, int] = {}
    spare: dict[str, int] = {}
    for label, units in left.items():
        most = min(len(units) - 1, max(1, math.floor((len(units) - 1) * share)))
        own = _fill(units, quotas[label], most)
        others = [unit for unit in units if unit not in own]
        chosen |= own
        spare |= {unit: units[unit] for unit in others[: max(0, most - len(own))]}
    chosen |= _fill(spare, goal - sum(chosen.values()), len(spare))
    return list(chosen) or sorted(spare, key=lambda unit: spare[unit])[:1]


def _quotas(sizes: Mapping[str, int], fraction: float, goal: int) -> dict[str, int]:
    exact = {label: size * fraction for label, size in sizes.items()}
    quotas = {label: math.floor(share) for label, share in exact.items()}
    by_remainder = sorted(sizes, key=lambda label: (quotas[label] - exact[label], label))
    for label in by_remainder[: max(0, goal - sum(quotas.values()))]:
        quotas[label] += 1
    return quotas


def _fill(units: Mapping[str, int], quota: int, most: int) -> dict[str, int]:
    """Units in hash order while taking one comes nearer to ``quota`` samples; at most ``most`` of them."""
    chosen: dict[str, int] = {}
    filled = 0
    for unit, size in units.items():
        if len(chosen) < most and filled + size / 2 <= quota:
            chosen[unit] = size
            filled += size
    return chosen


def _first_of_each(keys: Sequence[str], labels: Mapping[str, Any] | None, count: int, seed: int) -> list[str]:
    if labels is None:
        raise FieldError("train_per_class: needs a label to count by; the sample has none.", "train_per_class")
    kept: set[str] = set()
    counts: dict[str, int] = {}
    for key in sorted(keys, key=lambda key: (_rank(seed, key), key)):
        label = repr(labels[key])
        counts[label] = counts.get(label, 0) + 1
        if counts[label] <= count:
            kept.add(key)
    return [key for key in keys if key in kept]
