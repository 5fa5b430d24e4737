"""Which classes there are in masks: those that the recipe names, or the numbers that are found in them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from augkit.data.alone import values_of
from augkit.errors import DataError
from augkit.vocab.space import Mask

if TYPE_CHECKING:
    from augkit.data import Opened

MOST_READ = 500
"""Masks of a split that are read to learn which classes there are; of more, evenly spread ones."""


def mask_classes(opened: Opened, field: str) -> list[Any]:
    """The names in order of their numbers, or the numbers that the training masks hold, in order.

    At most ``MOST_READ`` masks of each split are read. DataError for fewer than two classes, for numbers that have no
    name, and for classes that the validation has and the training split has not.
    """
    options = opened.recipe.schema.fields[field].options
    named = options.numbers()
    found = {split: numbers_in(opened, some(opened.keys(split)), field) for split in ("train", "val")}
    if named:
        _check_named(found, named, field, options.ignore_index)
        return sorted(named, key=named.__getitem__)
    if len(found["train"]) < 2:
        raise DataError(_one_class(found["train"], field, options.ignore_index))
    unknown = [number for number in found["val"] if number not in found["train"]]
    if unknown:
        raise DataError(
            f"{field}: the validation masks have {_listed(unknown)}, which the training masks have not: no network "
            "can know them. Divide otherwise (split: {seed: …}), or name all classes in the field's options: "
            "{mask: {classes: {background: 0, …}}}."
        )
    return list(found["train"])


def numbers_in(opened: Opened, keys: Sequence[str], field: str) -> dict[int, str]:
    """Number → the first sample that has it, in order of the numbers; those to be ignored left out."""
    options = opened.recipe.schema.fields[field].options
    seen: dict[int, str] = {}
    for key, value in values_of(opened, keys, field):
        mask, _ = Mask.read(value, options, {})
        ignored = options.ignore_index if mask.classes.dtype == bool else mask.outside
        for number in np.unique(mask.classes).tolist():
            if int(number) != ignored:
                seen.setdefault(int(number), key)
    return dict(sorted(seen.items()))


def some(keys: Sequence[str], most: int = MOST_READ) -> Sequence[str]:
    """All keys, or ``most`` evenly spread ones."""
    return keys[:: -(-len(keys) // most)]


def _check_named(found: dict[str, dict[int, str]], named: dict[str, int], field: str, ignored: int) -> None:
    for seen in found.values():
        for number, key in seen.items():
            if number not in named.values():
                raise DataError(
                    f"{field}: the mask has {number}, which `classes` does not name: "
                    f"{', '.join(f'{name} {n}' for name, n in named.items())}. Name it, or if it means nothing, say "
                    f"ignore_index: {number} (now {ignored}).",
                    key,
                )


def _one_class(found: dict[int, str], field: str, ignored: int) -> str:
    has = f"one class only, {next(iter(found))}" if found else "no class at all"
    other = 254 if ignored == 255 else 255
    return (
        f"{field}: the training masks have {has}, and nothing can be learnt. {ignored} is the `ignore_index` and no "
        f"class; where it is meant as one, as in masks of 0 and 255, say {{mask: {{ignore_index: {other}}}}}."
    )


def _listed(numbers: Sequence[int]) -> str:
    return ", ".join(map(str, numbers[:5])) + (f" and {len(numbers) - 5} more" if len(numbers) > 5 else "")


def unknown_number(number: int, numbers: Sequence[int], field: str) -> DataError:
    """What is to be said of a mask with a number that is no class."""
    return DataError(
        f"{field}: a mask has {number}, which is no class of the training split ({_listed(numbers)}). Only "
        f"{MOST_READ} masks were read beforehand; name all classes in the field's options: "
        "{mask: {classes: {background: 0, …}}}."
    )
