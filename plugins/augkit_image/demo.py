"""Two demos: real handwritten digits, and drawn scenes with everything that can be annotated."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Self

import numpy as np

from augkit.errors import FieldError, MissingDependency
from augkit.fields import Checked, Limits, check_names
from augkit_image.scenes import draw_scene

_INSTALL = "pip install 'augkit[train]'"
_DIGITS = 1797


class DigitFields(Checked):
    """What a recipe may say of the digits."""

    count: Annotated[int, Limits(1, doc="how many of the 1797")] = _DIGITS
    size: Annotated[int, Limits(8, 512, unit="px", doc="side; multiples of 8 suit")] = 8

    def validate(self) -> None:
        if self.count > _DIGITS:
            raise FieldError(f"count: there are {_DIGITS} digits, got {self.count}.", "count")


class ShapeFields(Checked):
    """What a recipe may say of the scenes."""

    count: Annotated[int, Limits(1, doc="how many scenes")] = 200
    size: Annotated[int, Limits(8, 512, unit="px", doc="side")] = 96

    def validate(self) -> None:
        if self.size < 32:
            raise FieldError(f"size: a scene needs at least 32 pixels, got {self.size}.", "size")


class Digits:
    """``demo: digits``: 1797 real handwritten digits of 43 people (UCI, through scikit-learn), 8 × 8 gray, shown as RGB
    uint8; fields ``image`` and ``digit`` (0 to 9). ``size`` enlarges them without smoothing.
    """

    fields_type = DigitFields
    shorthand = "size"
    root = Path()
    fields: Mapping[str, str] = {"image": "image", "digit": "label"}

    def __init__(self, count: int, size: int) -> None:
        self.count = count
        self.size = size

    @classmethod
    def from_fields(cls, given: Mapping[str, Any], base: Path) -> Self:
        """The digits as a recipe wants them."""
        check_names(DigitFields, given)
        fields = DigitFields(**given)
        return cls(fields.count, fields.size)

    @property
    def keys(self) -> list[str]:
        return [f"digits/{number:04d}" for number in range(self.count)]

    def meta(self, key: str) -> dict[str, Any]:
        """The digit."""
        return {"digit": int(self._digits[1][_number(key)])}

    def load(self, key: str) -> dict[str, Any]:
        images, digits = self._digits
        return {"image": _enlarged(images[_number(key)], self.size), "digit": int(digits[_number(key)])}

    @cached_property
    def _digits(self) -> tuple[np.ndarray, np.ndarray]:
        """(n, 8, 8) uint8 and (n,)."""
        try:
            from sklearn.datasets import load_digits
        except ImportError as error:
            raise MissingDependency(f"demo: digits needs scikit-learn. Install it: {_INSTALL}") from error
        found = load_digits()
        return np.rint(found.images * (255 / 16)).astype(np.uint8), found.target

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in self.__dict__.items() if name != "_digits"}


class Shapes:
    """``demo: shapes``: *synthetic* scenes, circles, squares and triangles drawn on crops of the photos that come with
    scikit-image; fields ``image``, ``mask`` (0 is background), ``boxes`` and ``keypoints`` (the centres), both with a
    ``label`` column. A scene is a pure function of its number.
    """

    fields_type = ShapeFields
    shorthand = "size"
    root = Path()
    fields: Mapping[str, str] = {"image": "image", "mask": "mask", "boxes": "boxes", "keypoints": "keypoints"}

    def __init__(self, count: int, size: int) -> None:
        self.count = count
        self.size = size

    @classmethod
    def from_fields(cls, given: Mapping[str, Any], base: Path) -> Self:
        """The scenes as a recipe wants them."""
        check_names(ShapeFields, given)
        fields = ShapeFields(**given)
        return cls(fields.count, fields.size)

    @property
    def keys(self) -> list[str]:
        return [f"shapes/{number:04d}" for number in range(self.count)]

    def meta(self, key: str) -> dict[str, Any]:
        """That the scene is synthetic."""
        return {"synthetic": True}

    def load(self, key: str) -> dict[str, Any]:
        return draw_scene(_number(key), self.size)


def _number(key: str) -> int:
    return int(key.rpartition("/")[2])


def _enlarged(pixels: np.ndarray, size: int) -> np.ndarray:
    """(size, size, 3), each output pixel the nearest of the 8 × 8."""
    nearest = np.arange(size) * len(pixels) // size
    return np.repeat(pixels[np.ix_(nearest, nearest)][:, :, None], 3, axis=2)
