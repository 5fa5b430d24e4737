"""Which classes there are among boxes: the labels of the training split."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from augkit.data.alone import values_of
from augkit.errors import DataError
from augkit.vocab.space import Boxes

if TYPE_CHECKING:
    from augkit.data import Opened

COLUMN = "label"
"""The column of the boxes that says what each is."""


def box_classes(opened: Opened, field: str) -> list[Any]:
    """The labels of the training boxes, in order. One class is enough: it is to be found.

    DataError for boxes without labels, for no box at all, and for classes that only the validation has.
    """
    found = {split: _labels(opened, split, field) for split in ("train", "val")}
    if not found["train"]:
        raise DataError(f"{field}: no picture of the training split has a box, and nothing can be learnt.")
    unknown = {label: key for label, key in found["val"].items() if label not in found["train"]}
    if unknown:
        label, key = next(iter(unknown.items()))
        raise DataError(
            f"{field}: the validation has boxes of {label!r}, which the training split has not: no network can know "
            "them. Divide otherwise (split: {seed: …}).",
            key,
        )
    return sorted(found["train"], key=lambda label: (isinstance(label, str), label))


def _labels(opened: Opened, split: Any, field: str) -> dict[Any, str]:
    """Label → the first sample that has it."""
    seen: dict[Any, str] = {}
    for key, value in values_of(opened, opened.keys(split), field):
        columns = value.columns if isinstance(value, Boxes) else value
        if not isinstance(columns, Mapping):
            if len(value):
                raise unlabelled(field, key)
            continue
        if COLUMN not in columns and any(len(column) for column in columns.values()):
            raise unlabelled(field, key)
        for label in plain_labels(columns.get(COLUMN, ())):
            seen.setdefault(label, key)
    return seen


def plain_labels(column: Any) -> Sequence[Any]:
    """A column of labels as a list of strings or whole numbers."""
    listed = column.tolist() if hasattr(column, "tolist") else column
    return [int(label) if isinstance(label, float) and label.is_integer() else label for label in listed]


def unlabelled(field: str, key: str | None = None) -> DataError:
    """What is to be said of boxes that are of no class."""
    return DataError(
        f"{field}: a detector learns what each box is, and these boxes have no column {COLUMN!r}. Give them one: "
        "{xyxy: [[…]], label: [cat]}.",
        key,
    )
