"""A transform of albumentations that keeps straight lines straight, as a map of space: what our own kernels follow."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from augkit.errors import DataError
from augkit.fields import Size
from augkit.vocab.space import SpaceMap
from augkit_image.bridge_params import Foreign
from augkit_image.bridge_table import BY_MAP, INEXACT, PAINTERS, mirrors
from augkit_image.bridge_targets import moved_points

FOLLOWING = ("masks", "oriented_boxes", "polygons")
"""Kinds without a word in albumentations, which follow such a map."""


def why_not_straight(name: str) -> str | None:
    """Why those kinds cannot follow a transform, or None."""
    if name in BY_MAP:
        return f"{name} bends the picture by a map that is known within the frame only. Use our `elastic` or such"
    return f"{name} moves no points" if name in PAINTERS or name in INEXACT else None


@dataclass(frozen=True, eq=False)
class StraightMap(SpaceMap):
    """``drawn`` as ``inner``, the library's transform, moves points by it; they may come out beyond the frame."""

    straight = True

    size_in: Size
    size_out: Size
    drawn: Foreign
    inner: Any

    def points(self, xy: np.ndarray) -> np.ndarray:
        moved, found = moved_points(self.inner, xy, self.drawn)
        if not found.all():
            raise DataError(f"{self.drawn.name} lost {int((~found).sum())} of {len(xy)} points.")
        return moved

    def mirrors(self) -> bool:
        return mirrors(self.drawn.name, self.drawn.drawn)
