"""Polygons at the door: rings of corners, and COCO's flat lists of numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from augkit.columns import check_lengths, form_of, like_given
from augkit.errors import DataError
from augkit.tensors import from_tensor, is_tensor

Rings = tuple[np.ndarray, ...]
NAMES = ("polygons", "segmentation")


class PolygonForm(NamedTuple):
    """How polygons came: under which name (None: without columns), an object as one ``ring``, as ``rings`` or as COCO's
    ``flat`` lists, and what held the numbers.
    """

    name: str | None
    objects: str
    given: str
    dtype: Any


def read_polygons(value: Any) -> tuple[tuple[Rings, ...], dict[str, Any], PolygonForm]:
    """Rings (k, 2) float64 by object, the columns, and the form."""
    name, columns = None, {}
    if isinstance(value, Mapping):
        named = [key for key in NAMES if key in value]
        if len(named) != 1:
            raise DataError(f"polygons: got keys {list(value)}; expected `polygons`, and columns beside it.")
        name = named[0]
        columns = {key: column for key, column in value.items() if key != name}
        value = value[name]
    if isinstance(value, str | bytes) or not hasattr(value, "__len__"):
        raise DataError(f"polygons: got {value!r}; expected a list of objects, each a ring (k, 2) or a list of rings.")
    read = [_read_object(each, row) for row, each in enumerate(value)]
    check_lengths("polygons", len(read), columns)
    shapes = {shape for _, shape, _ in read}
    held = next((first for _, _, first in read if first is not None), None)
    form = form_of(np.zeros(0) if held is None else held)
    objects = shapes.pop() if len(shapes) == 1 else "rings"
    return tuple(rings for rings, _, _ in read), columns, PolygonForm(name, objects, form["given"], form["dtype"])


def write_polygons(objects: Sequence[Rings], columns: Mapping[str, Any], form: PolygonForm) -> Any:
    """The reverse. Objects that came in several forms all come back as lists of rings."""
    written = [_written_object(rings, form) for rings in objects]
    return {form.name: written, **columns} if form.name else written


def _written_object(rings: Rings, form: PolygonForm) -> Any:
    flat = form.objects == "flat"
    out = [
        like_given((ring.reshape(-1) if flat else ring).astype(form.dtype, copy=False), form.given) for ring in rings
    ]
    return out[0] if form.objects == "ring" else out


def _read_object(value: Any, row: int) -> tuple[Rings, str, Any]:
    """The rings of one object, its shape, and the first thing that held numbers."""
    if isinstance(value, Mapping):
        raise DataError(f"polygons: object {row} is {sorted(value)}, COCO's run lengths? Those are of kind `masks`.")
    if _dimensions(value) == 2 and np.shape(value[0]) == (2,):
        return (_ring(value, row),), "ring", value
    if _dimensions(value) == 1:
        raise DataError(
            f"polygons: object {row} is one row of numbers; expected a ring (k, 2), or in COCO's form a list of such "
            "rows: [[x1, y1, x2, y2, …]]."
        )
    rings = list(value)
    flat = bool(rings) and all(_dimensions(ring) == 1 for ring in rings)
    made = tuple(_ring(ring, row) for ring in rings)
    return made, "flat" if flat else "rings", rings[0] if rings else None


def _dimensions(value: Any) -> int:
    """1 for a row of numbers, 2 for rows of numbers, else 0; lists of unequal rows are none of both."""
    if isinstance(value, np.ndarray) or is_tensor(value):
        return int(value.ndim) if value.ndim < 3 else 0
    if not isinstance(value, list | tuple) or not value:
        return 0
    if all(isinstance(item, int | float | np.number) for item in value):
        return 1
    inner = all(isinstance(item, list | tuple) or getattr(item, "ndim", 0) == 1 for item in value)
    return 2 if inner and {len(item) for item in value} == {2} else 0


def _ring(given: Any, row: int) -> np.ndarray:
    try:
        ring = np.asarray(from_tensor(given), dtype=np.float64)
    except (TypeError, ValueError):
        raise DataError(f"polygons: object {row} has a ring {given!r}; expected numbers (k, 2).") from None
    if ring.ndim == 1 and ring.size % 2 == 0:
        ring = ring.reshape(-1, 2)
    if ring.ndim != 2 or ring.shape[1] != 2 or len(ring) < 3:
        raise DataError(
            f"polygons: object {row} has a ring of shape {np.shape(given)}; expected at least 3 corners, (k, 2) or "
            "COCO's [x1, y1, x2, y2, …]."
        )
    if not np.isfinite(ring).all():
        raise DataError(f"polygons: object {row} has a corner that is not finite.")
    return ring
