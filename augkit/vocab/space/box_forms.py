"""Boxes at the door: the formats in which the field writes them, and back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

import numpy as np

from augkit.columns import check_lengths, form_of, like_given
from augkit.errors import DataError
from augkit.tensors import from_tensor

FORMATS = ("xyxy", "xywh", "cxcywh_norm")
BoxFormat = Literal["xyxy", "xywh", "cxcywh_norm", "pascal_voc", "coco", "yolo"]
_SYNONYMS = {"pascal_voc": "xyxy", "coco": "xywh", "yolo": "cxcywh_norm"}


class BoxForm(NamedTuple):
    """How boxes came: their format, whether under its name with columns beside, and what held the numbers."""

    format: str
    mapping: bool
    given: str
    dtype: Any


def read_boxes(value: Any, format: str, size: Any) -> tuple[np.ndarray, dict[str, Any], BoxForm]:
    """xyxy (n, 4) float64, the columns, and the form. A plain array is in ``format``, a mapping names its own."""
    named, columns = _SYNONYMS.get(format, format), {}
    mapping = isinstance(value, Mapping)
    if mapping:
        named = _named(value)
        columns = {name: column for name, column in value.items() if name != named}
        value = value[named]
    held = form_of(value)
    xyxy = _to_xyxy(_numbers(value), named, size)
    _check_order(xyxy, named)
    if columns:
        check_lengths("boxes", len(xyxy), columns)
    return xyxy, columns, BoxForm(named, mapping, held["given"], held["dtype"])


def write_boxes(xyxy: np.ndarray, columns: Mapping[str, Any], form: BoxForm, size: Any) -> Any:
    """The reverse."""
    numbers = like_given(_from_xyxy(xyxy, form.format, size).astype(form.dtype, copy=False), form.given)
    return {form.format: numbers, **columns} if form.mapping else numbers


def _named(value: Mapping[str, Any]) -> str:
    named = [name for name in FORMATS if name in value]
    if len(named) != 1:
        raise DataError(
            f"boxes: got keys {list(value)}; expected exactly one of {', '.join(FORMATS)}, and columns beside it."
        )
    return named[0]


def _numbers(given: Any) -> np.ndarray:
    try:
        numbers = np.asarray(from_tensor(given), dtype=np.float64)
    except (TypeError, ValueError):
        raise DataError(f"boxes: got {given!r}; expected numbers of shape (n, 4).") from None
    if numbers.size == 0:
        return np.zeros((0, 4))
    if numbers.ndim != 2 or numbers.shape[1] != 4:
        raise DataError(
            f"boxes: got shape {numbers.shape}; expected (n, 4). Labels go in columns: {{xyxy: …, label: [...]}}."
        )
    return numbers


def _check_order(xyxy: np.ndarray, form: str) -> None:
    """Refuse what is not finite and what ends before it starts."""
    if not len(xyxy):
        return
    # Extremes are no number where one of the numbers is none.
    if not (np.minimum.reduce(xyxy, axis=None) > -np.inf and np.maximum.reduce(xyxy, axis=None) < np.inf):
        row = int(np.argmin(np.isfinite(xyxy).all(axis=1)))
        raise DataError(f"boxes: row {row} is not finite: xyxy {xyxy[row].tolist()}.")
    backwards = xyxy[:, 2:] < xyxy[:, :2]
    if not np.logical_or.reduce(backwards, axis=None):
        return
    row = int(np.argmax(backwards.any(axis=1)))
    raise DataError(f"boxes: row {row} ends before it starts: xyxy {xyxy[row].tolist()}. Is it {form}, as given?")


def refuse_fractions(xyxy: np.ndarray, form: BoxForm) -> None:
    """DataError where boxes that were given as pixels all lie within 0 and 1: such would fall away in silence."""
    if form.format == "cxcywh_norm" or xyxy.min() < 0 or xyxy.max() > 1 or not (xyxy % 1).any():
        return
    raise DataError(
        f"boxes: all lie within 0 and 1, as fractions do, and {form.format} is in pixels: at that size they fall away. "
        'Fractions go in as {"cxcywh_norm": (centre x, centre y, width, height)}, or with the field\'s `format: '
        "cxcywh_norm`; else multiply them by the picture's width and height. For boxes that really are smaller than "
        "a pixel, write `min_size: 0`."
    )


def _to_xyxy(numbers: np.ndarray, form: str, size: Any) -> np.ndarray:
    if form == "xyxy":
        return numbers
    xyxy = numbers.copy()
    if form == "xywh":
        xyxy[:, 2:] += numbers[:, :2]
        return xyxy
    half = numbers[:, 2:] / 2
    xyxy[:, :2] -= half
    np.add(numbers[:, :2], half, out=xyxy[:, 2:])
    return np.asarray(xyxy * _scale(size))


def _from_xyxy(xyxy: np.ndarray, form: str, size: Any) -> np.ndarray:
    if form == "xyxy":
        return xyxy
    other = xyxy.copy()
    other[:, 2:] -= xyxy[:, :2]
    if form == "xywh":
        return other
    other[:, :2] += other[:, 2:] / 2
    return np.asarray(other / _scale(size))


def _scale(size: Any) -> np.ndarray:
    if size is None:
        raise DataError("boxes: yolo's cxcywh_norm needs the size of an image in the same sample.")
    return np.array([size[1], size[0], size[1], size[0]], dtype=np.float64)
