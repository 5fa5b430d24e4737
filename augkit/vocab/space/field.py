"""FieldMap: a map of space that bends lines, told by where every pixel of the output comes from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from augkit.fields import Size
from augkit.vocab.space.planar import Border, Interpolation, SpaceMap


@dataclass(frozen=True, kw_only=True)
class FieldMap(SpaceMap):
    """One to one between the planes of input and output, but not by a matrix.

    A subclass defines ``sources`` (what pixels need) and ``points``, its inverse (what annotations need).
    ``interpolation``, ``border`` and ``fill`` as in ``PlanarMap``.
    """

    size_in: Size
    size_out: Size
    interpolation: Interpolation = "linear"
    border: Border = "constant"
    fill: float | tuple[float, ...] = 0.0

    def sources(self) -> tuple[np.ndarray, np.ndarray]:
        """The input's x and y, float32 (h, w) of the output each, that every output pixel's centre shows."""
        raise TypeError(f"{type(self).__name__} does not define sources().")

    def still(self) -> bool:
        """Whether nothing moves at all, so that targets may come back as they are."""
        return False
