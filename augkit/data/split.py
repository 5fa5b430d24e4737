"""Splits: which keys train, validate and test, as a pure function of keys, labels and groups.

Keys are put in the order of a hash of (seed, key), so that neither the order of the files nor a new sample shuffles
the rest: a new one displaces at most the few that sit on a border.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping, Sequence
from typing import Any

from augkit.errors import FieldError

PARTS = ("train", "val", "test")


def split_keys(
    keys: Sequence[str],
    *,
    val: float = 0.0,
    test: float = 0.0,
    labels: Mapping[str, Any] | None = None,
    groups: Mapping[str, Any] | None = None,
    train_per_class: int | None = None,
    seed: int = 0,
) -> dict[str, list[str]]:
    """``{"train": [...], "val": [...], "test": [...]}``, each in the order of ``keys``.

    With ``labels`` each class is divided alike: it gives ⌊n · fraction⌋, and what is missing to the total comes one
    each from the classes with the largest remainders. A class keeps at least one sample in train. With ``groups`` a
    group stays whole (its class is its commonest one), so fractions are met as nearly as whole groups allow.
    ``train_per_class`` keeps the first n of each class in train, so that 5 of a class are among its 20. Fractions
    that leave nothing raise FieldError.
    """
    _check_fractions(val, test)
    units = _units(keys, groups, seed)
    strata = _strata(units, labels)
    taken: dict[str, str] = {}
    for part, fraction in (("test", test), ("val", val)):
        if fraction > 0:
            for unit in _take(strata, taken, fraction, len(keys), part):
                taken[unit] = part
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
        found = [repr(labels[key]) for key in members] if labels is not None else [""]
        commonest = max(sorted(set(found)), key=found.count)
        strata.setdefault(commonest, {})[unit] = len(members)
    return {name: strata[name] for name in sorted(strata)}


def _take(
    strata: Mapping[str, Mapping[str, int]], taken: Mapping[str, str], fraction: float, total: int, part: str
) -> list[str]:
    """The units of one part: each class fills its quota in hash order, then what is still missing comes from any."""
    left = {label: {unit: size for unit, size in units.items() if unit not in taken} for label, units in strata.items()}
    goal = max(1, math.floor(total * fraction + 0.5))
    quotas = _quotas({label: sum(units.values()) for label, units in strata.items()}, fraction, goal)
    chosen: list[str] = []
    for label, units in left.items():
        chosen += _fill(units, quotas[label], len(units) - 1)
    chosen += _rest(left, set(chosen), goal)
    if not chosen:
        raise FieldError(
            f"{part}: no class has two samples (or groups) to divide, and each needs one in train. "
            "Write `stratify: false`, or check the label.",
            part,
        )
    return chosen


def _quotas(sizes: Mapping[str, int], fraction: float, goal: int) -> dict[str, int]:
    exact = {label: size * fraction for label, size in sizes.items()}
    quotas = {label: math.floor(share) for label, share in exact.items()}
    by_remainder = sorted(sizes, key=lambda label: (quotas[label] - exact[label], label))
    for label in by_remainder[: max(0, goal - sum(quotas.values()))]:
        quotas[label] += 1
    return quotas


def _fill(units: Mapping[str, int], quota: int, most: int) -> list[str]:
    """Units in hash order while taking one comes nearer to ``quota`` samples; at most ``most`` of them."""
    chosen: list[str] = []
    filled = 0
    for unit, size in units.items():
        if len(chosen) < most and filled + size / 2 <= quota:
            chosen.append(unit)
            filled += size
    return chosen


def _rest(left: Mapping[str, Mapping[str, int]], chosen: set[str], goal: int) -> list[str]:
    """More units, from classes that keep another in train, until the part has ``goal`` samples; one at least if it
    has none.
    """
    spare: dict[str, int] = {}
    for units in left.values():
        free = [unit for unit in units if unit not in chosen]
        spare |= {unit: units[unit] for unit in free[: max(0, len(free) - 1)]}
    filled = sum(size for units in left.values() for unit, size in units.items() if unit in chosen)
    more = _fill(spare, goal - filled, len(spare))
    if not chosen and not more and spare:
        return [min(spare, key=lambda unit: spare[unit])]
    return more


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
