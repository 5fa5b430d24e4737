"""Maps of space: ``SpaceMap`` says where every point of a frame goes; ``Affine2D`` and ``Homography`` by a matrix."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, Self

import numpy as np

from augkit.errors import ReplayError
from augkit.fields import Size
from augkit.sample import SPACE, Axis, Frame
from augkit.transform import Params

Matrix = tuple[tuple[float, float, float], tuple[float, float, float], tuple[float, float, float]]
Interpolation = Literal["nearest", "linear", "cubic", "area"]
Border = Literal["constant", "reflect", "replicate", "wrap"]


class SpaceMap(Params):
    """Where every point of a frame goes: all that annotations need to follow, whatever the map is made of.

    A subclass is a frozen dataclass with ``size_in`` and ``size_out`` that defines ``points``. ``straight`` says that
    straight lines stay straight, so that moved corners alone bound a moved box.
    """

    axes = SPACE
    straight: ClassVar[bool] = False

    size_in: Size
    size_out: Size

    def points(self, xy: np.ndarray) -> np.ndarray:
        """Where points (n, 2) go; those that the output does not show may go anywhere outside the frame."""
        raise TypeError(f"{type(self).__name__} does not define points(xy).")

    def chord_px(self) -> float:
        """How far apart places on a line may be taken so that their chords, moved, tell where the line goes."""
        return math.inf

    def mirrors(self) -> bool:
        """Whether left and right change places, as under any odd number of flips."""
        return False

    def qualities(self) -> frozenset[str]:
        """A mirror changes handedness, whoever drew it."""
        return frozenset({"handedness"}) if self.mirrors() else frozenset()

    def frame(self, frame: Frame) -> Frame:
        """The output size; another input size than the drawn one raises ReplayError."""
        if tuple(frame[Axis.SPACE]) != tuple(self.size_in):
            raise ReplayError(
                f"drawn for a frame of {tuple(self.size_in)}, met one of {tuple(frame[Axis.SPACE])} (h, w)."
            )
        return {**frame, Axis.SPACE: self.size_out}

    @classmethod
    def from_log(cls, logged: Mapping[str, Any]) -> Self:
        made: Any = super().from_log(logged)
        sizes = {"size_in": Size(*made.size_in), "size_out": Size(*made.size_out)}
        return dataclasses.replace(made, **sizes)  # type: ignore[no-any-return]


@dataclass(frozen=True)
class PlanarMap(SpaceMap):
    """A 3×3 ``matrix`` from input to output coordinates (x, y, 1), and the frames on both sides.

    ``border`` says what pixels from outside the input become; ``fill`` (0 to 255, one number or one a channel) is what
    ``constant`` means. Masks are always moved with nearest, and filled with their ``ignore_index``.
    """

    straight = True

    matrix: Matrix
    size_in: Size
    size_out: Size
    interpolation: Interpolation = "linear"
    border: Border = "constant"
    fill: float | tuple[float, ...] = 0.0

    def array(self) -> np.ndarray:
        """The matrix as (3, 3) float64."""
        return np.array(self.matrix, dtype=np.float64)

    def points(self, xy: np.ndarray) -> np.ndarray:
        """Where points (n, 2) go."""
        m = self.array()
        moved = xy @ m[:, :2].T + m[:, 2]
        return np.asarray(moved[:, :2] / moved[:, 2:])

    def mirrors(self) -> bool:
        """Whether left and right change places, as under any odd number of flips."""
        (a, b, _), (c, d, _), _ = self.matrix
        return a * d - b * c < 0

    def inverse(self) -> Self:
        """The map back; pixels that had left the frame are gone."""
        back = np.linalg.inv(self.array())
        return dataclasses.replace(
            self, matrix=as_matrix(back / back[2, 2]), size_in=self.size_out, size_out=self.size_in
        )


def as_matrix(array: np.ndarray) -> Matrix:
    """A (3, 3) or (2, 3) array as nested tuples of plain floats, without negative zeros."""
    rows = (array + 0.0).tolist()
    full = rows if len(rows) == 3 else [*rows, [0.0, 0.0, 1.0]]
    return tuple(tuple(row) for row in full)  # type: ignore[return-value]


@dataclass(frozen=True)
class Homography(PlanarMap):
    """A perspective map; straight lines stay straight."""


@dataclass(frozen=True)
class Affine2D(PlanarMap):
    """Flips, turns, scalings, shears, shifts, crops, pads and resizes: parallel lines stay parallel.

    Turns by quarters, flips, crops and pads have whole-number matrices, which pixel kernels move without resampling.
    """

    def then(self, later: Params) -> Affine2D | None:
        """One map for both, when the later one starts where this one ends and they resample alike."""
        if not isinstance(later, Affine2D) or tuple(later.size_in) != tuple(self.size_out):
            return None
        if (later.interpolation, later.border, later.fill) != (self.interpolation, self.border, self.fill):
            return None
        return dataclasses.replace(later, matrix=as_matrix(later.array() @ self.array()), size_in=self.size_in)

    @classmethod
    def identity(cls, size: Size) -> Affine2D:
        """Nothing moves."""
        return cls(_rows(1, 0, 0, 0, 1, 0), size, size)

    @classmethod
    def hflip(cls, size: Size) -> Affine2D:
        """Left and right change places: x becomes W − x."""
        return cls(_rows(-1, 0, size.w, 0, 1, 0), size, size)

    @classmethod
    def vflip(cls, size: Size) -> Affine2D:
        """Top and bottom change places: y becomes H − y."""
        return cls(_rows(1, 0, 0, 0, -1, size.h), size, size)

    @classmethod
    def transpose(cls, size: Size) -> Affine2D:
        """x and y change places (a mirror along the main diagonal)."""
        return cls(_rows(0, 1, 0, 1, 0, 0), size, Size(size.w, size.h))

    @classmethod
    def rot90(cls, size: Size, quarter_turns: int) -> Affine2D:
        """Counter-clockwise quarter turns, as ``numpy.rot90``."""
        h, w = size
        rows, out = [
            (_rows(1, 0, 0, 0, 1, 0), size),
            (_rows(0, 1, 0, -1, 0, w), Size(w, h)),
            (_rows(-1, 0, w, 0, -1, h), size),
            (_rows(0, -1, h, 1, 0, 0), Size(w, h)),
        ][quarter_turns % 4]
        return cls(rows, size, out)

    @classmethod
    def window(cls, size: Size, top: int, left: int, out: Size, **resampling: Any) -> Affine2D:
        """A crop where the window lies inside, a pad where it reaches outside, or both."""
        return cls(_rows(1, 0, -left, 0, 1, -top), size, out, **resampling)

    @classmethod
    def resize(cls, size: Size, out: Size, **resampling: Any) -> Affine2D:
        """The whole frame scaled to ``out``."""
        return cls(_rows(out.w / size.w, 0, 0, 0, out.h / size.h, 0), size, out, **resampling)

    @classmethod
    def about_centre(
        cls,
        size: Size,
        degrees: float = 0.0,
        scale: tuple[float, float] = (1.0, 1.0),
        shear_degrees: tuple[float, float] = (0.0, 0.0),
        translate: tuple[float, float] = (0.0, 0.0),
        **resampling: Any,
    ) -> Affine2D:
        """Scale (x, y), shear (x, y), turn counter-clockwise about the centre, then shift by pixels (x, y); the frame
        stays.
        """
        sin, cos = _sincos(degrees)
        turn = np.array([[cos, sin], [-sin, cos]])
        shear_x, shear_y = (math.tan(math.radians(angle)) for angle in shear_degrees)
        linear = turn @ np.array([[1.0, shear_x], [shear_y, 1.0]]) @ np.diag(scale)
        centre = np.array([size.w / 2, size.h / 2])
        shift = centre - linear @ centre + np.array(translate)
        return cls(as_matrix(np.column_stack([linear, shift])), size, size, **resampling)


def _rows(a: float, b: float, c: float, d: float, e: float, f: float) -> Matrix:
    return (float(a), float(b), float(c)), (float(d), float(e), float(f)), (0.0, 0.0, 1.0)


def _sincos(degrees: float) -> tuple[float, float]:
    # Quarter turns are exact, so that a rotation by 90 is the same map as rot90 of a square.
    quarters = degrees / 90.0
    if quarters == round(quarters):
        return [(0.0, 1.0), (1.0, 0.0), (0.0, -1.0), (-1.0, 0.0)][round(quarters) % 4]
    return math.sin(math.radians(degrees)), math.cos(math.radians(degrees))
