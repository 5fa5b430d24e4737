"""What tests of ``augkit pack`` share."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from augkit.data import open_recipe


def smooth(h: int, w: int) -> np.ndarray:
    """A picture that a JPEG keeps well."""
    y, x = np.mgrid[:h, :w]
    return np.stack([x * 255 / w, y * 255 / h, (x + y) * 255 / (h + w)], axis=2).astype(np.uint8)


def originals(recipe: str | Path, **changed: Any) -> dict[str, Any]:
    """Every sample of a recipe before its steps, by key."""
    data = open_recipe(recipe, changed or None).dataset("all", augment=False)
    return {key: data.original(index).targets for index, key in enumerate(data.keys)}
