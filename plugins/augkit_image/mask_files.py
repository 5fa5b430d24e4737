"""Instance masks as a file: JSON of run lengths, one text an object, with the columns beside."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from augkit.data.arrays import as_json, from_json
from augkit.errors import DataError
from augkit.vocab.space import InstanceMasks
from augkit_image.rle import decode, encode


def read_masks(path: Path) -> dict[str, Any]:
    """``masks`` (n, h, w) bool, and columns, of ``{"size": [h, w], "counts": [text, …], "columns": {name: […]}}``.

    ``counts`` are COCO's run lengths, packed or as lists. DataError for what is no such file.
    """
    try:
        whole = json.loads(path.read_bytes())
        h, w = whole["size"]
        counts, columns = whole["counts"], dict(from_json(whole.get("columns", {})))
        masks = np.array([_decoded(one, row, h, w) for row, one in enumerate(counts)], dtype=bool).reshape(-1, h, w)
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise DataError(f"is no file of masks ({type(error).__name__}: {error}).", file=str(path)) from None
    return {**columns, "masks": masks}


def write_masks(masks: InstanceMasks) -> tuple[str, bytes]:
    """``.json`` and what ``read_masks`` reads."""
    whole = {
        "size": list(masks.masks.shape[1:]),
        "counts": [encode(mask) for mask in masks.masks],
        "columns": as_json(masks.columns),
    }
    return ".json", json.dumps(whole, ensure_ascii=False, separators=(",", ":")).encode()


def _decoded(counts: Any, row: int, h: int, w: int) -> np.ndarray:
    try:
        return decode(counts, h, w)
    except DataError as error:
        raise DataError(f"object {row}: {error.message}") from None
