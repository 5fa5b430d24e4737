"""Maps that shift places by a random field: a net of few random shifts, blended by B-splines. They never fold."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, ClassVar, Self

import numpy as np

from augkit import rng
from augkit.fields import Size
from augkit.vocab.space.field import FieldMap
from augkit.vocab.space.planar import Border, Interpolation
from augkit.vocab.space.spline import Cells, at_points, dense, steepest

STEEPEST = 0.85
"""Two places a pixel apart in the output lie at least a seventh of a pixel apart in the input, so nothing folds."""

_CUBIC_STD = 151 / 315  # of a cubic spline in the plane through nodes of standard deviation 1
_NEWTON_STEPS = 8
_NEAR_PX = 1e-3  # before the last step, which brings it nearer by far
_CLOSE_PX = 1e-6


@dataclass(frozen=True, kw_only=True)
class ShiftField(FieldMap):
    """Every place of the output shows the input at a small shift, which varies smoothly.

    ``subseed`` stands for the random net over ``cells`` (rows, columns), ``shift`` for how far its nodes move.
    ValueError: a shift so large that the picture would fold; ``drawn`` takes the largest one instead.
    """

    degree: ClassVar[int]

    shift: float
    cells: Cells
    subseed: int

    def __post_init__(self) -> None:
        largest = self.largest_shift(self.cells, self.subseed, self.size_in)
        if not 0 <= self.shift <= largest * (1 + 1e-9):
            raise ValueError(f"a shift of {self.shift:g} folds the picture; this field takes 0 to {largest:g}")

    @classmethod
    def drawn(
        cls,
        shift: float,
        cells: Cells,
        subseed: int,
        size: Size,
        interpolation: Interpolation = "linear",
        border: Border = "constant",
        fill: float | tuple[float, ...] = 0.0,
    ) -> Self:
        """The field with this shift, or the largest below it that does not fold."""
        return cls(
            shift=min(shift, cls.largest_shift(cells, subseed, size)),
            cells=cells,
            subseed=subseed,
            size_in=size,
            size_out=size,
            interpolation=interpolation,
            border=border,
            fill=fill,
        )

    @classmethod
    def unit_net(cls, cells: Cells, subseed: int, size: Size) -> np.ndarray:
        """The shifts (x, y) of the nodes in pixels where ``shift`` is 1."""
        raise TypeError(f"{cls.__name__} does not define unit_net(cells, subseed, size).")

    @classmethod
    def largest_shift(cls, cells: Cells, subseed: int, size: Size) -> float:
        """The largest ``shift`` at which this field does not fold; infinite where it moves nothing."""
        return cls._kept(cells, subseed, size)[1]

    @classmethod
    def _kept(cls, cells: Cells, subseed: int, size: Size) -> tuple[np.ndarray, float]:
        kind: Any = cls
        return _unit_net_and_largest_shift(kind, tuple(cells), subseed, tuple(size))

    def still(self) -> bool:
        return self.shift == 0

    def sources(self) -> tuple[np.ndarray, np.ndarray]:
        h, w = self.size_out
        x, y = dense(self._net(), self.cells, (h, w), self.degree)
        x += np.arange(0.5, w, dtype=np.float32)
        y += np.arange(0.5, h, dtype=np.float32)[:, None]
        return x, y

    def points(self, xy: np.ndarray) -> np.ndarray:
        """The places whose sources are ``xy``, within a thousandth of a pixel: Newton's method on the spline itself."""
        if self.still() or not len(xy):
            return xy
        place: np.ndarray = xy
        for _ in range(_NEWTON_STEPS):
            shift, slope = self._shifts(place)
            miss = place + shift - xy
            place = place - _solved(slope, miss)
            if np.abs(miss).max() <= _NEAR_PX:
                return place
        return self._by_contraction(place, xy)

    def _by_contraction(self, place: np.ndarray, xy: np.ndarray) -> np.ndarray:
        # Newton may run to and fro between two cells; this is slow, but each step takes away a seventh of the miss.
        for _ in range(math.ceil(math.log(_CLOSE_PX / (1 + sum(self.size_in))) / math.log(STEEPEST))):
            moved = xy - self._shifts(place)[0]
            if np.abs(moved - place).max() <= _CLOSE_PX:
                break
            place = moved
        return place

    def chord_px(self) -> float:
        cell = min(_cell(self.cells, self.size_out))
        return cell / 8 if self.degree == 3 else 2.0

    def _net(self) -> np.ndarray:
        return self._kept(self.cells, self.subseed, self.size_in)[0] * self.shift

    def _shifts(self, xy: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The shifts (n, 2) at ``xy`` in pixels, and their slopes (n, 2, 2) per pixel."""
        cell = np.array(_cell(self.cells, self.size_in)[::-1])
        shift, slope = at_points(self._net(), self.cells, xy / cell, self.degree)
        return shift, slope / cell


@dataclass(frozen=True, kw_only=True)
class Elastic(ShiftField):
    """``shift`` is the root mean square, in pixels, along x and along y.

    A normal random vector at every node, blended by cubic B-splines, which is noise smoothed by a Gaussian of 1/√3 of a
    cell (Simard, Steinkraus and Platt, Best Practices for Convolutional Neural Networks, 2003).
    """

    degree = 3

    @classmethod
    def unit_net(cls, cells: Cells, subseed: int, size: Size) -> np.ndarray:
        rows, columns = cells
        return rng.field(subseed).standard_normal((rows + 3, columns + 3, 2)) / _CUBIC_STD


@dataclass(frozen=True, kw_only=True)
class GridWarp(ShiftField):
    """``shift`` is the farthest that a node may move along x and along y, as a fraction of a cell.

    Nodes at the frame's edge stay on it, so nothing leaves the frame. Between nodes the shift is bilinear: lines of the
    grid stay straight from node to node.
    """

    degree = 1

    @classmethod
    def unit_net(cls, cells: Cells, subseed: int, size: Size) -> np.ndarray:
        rows, columns = cells
        net = rng.field(subseed).uniform(-1.0, 1.0, (rows + 1, columns + 1, 2))
        net[:, [0, -1], 0] = net[[0, -1], :, 1] = 0.0
        return np.asarray(net * np.array(_cell(cells, size)[::-1]))


@lru_cache(maxsize=16)
def _unit_net_and_largest_shift(
    kind: Any, cells: Cells, subseed: int, size: tuple[int, int]
) -> tuple[np.ndarray, float]:
    """Kept, since image, mask, boxes and points of one sample ask for the same ones."""
    net: np.ndarray = kind.unit_net(cells, subseed, Size(*size))
    net.flags.writeable = False
    steep = steepest(net, _cell(cells, size), kind.degree)
    return net, STEEPEST / steep if steep > 0 else math.inf


def _cell(cells: Cells, size: tuple[int, int]) -> tuple[float, float]:
    return size[0] / cells[0], size[1] / cells[1]


def _solved(slope: np.ndarray, miss: np.ndarray) -> np.ndarray:
    """(1 + slope)⁻¹ · miss for each of n places; the determinant is never 0, since slopes stay below STEEPEST."""
    a, b, c, d = 1 + slope[:, 0, 0], slope[:, 0, 1], slope[:, 1, 0], 1 + slope[:, 1, 1]
    x, y = miss[:, 0], miss[:, 1]
    return np.asarray(np.stack([d * x - b * y, a * y - c * x], axis=1) / (a * d - b * c)[:, None])
