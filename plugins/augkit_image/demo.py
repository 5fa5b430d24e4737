"""Demos: small data that are there without a network, for trying a recipe out."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import numpy as np

from augkit.errors import FieldError, MissingDependency
from augkit.fields import Checked, Limits, check_names
from augkit_image.scenes import draw_scene

_INSTALL = "pip install 'augkit[train]'"
_DIGITS = 1797
_SCENES = 200


class DemoFields(Checked):
    """What a recipe may say of a demo."""

    name: Annotated[Literal["digits", "shapes"], Limits(doc="real handwritten digits, or drawn scenes with masks")]
    count: Annotated[int | None, Limits(1, doc="how many samples; all 1797 digits, or 200 scenes, if absent")] = None
    size: Annotated[int | None, Limits(8, 512, unit="px", doc="side; 8 for digits, 96 for scenes, if absent")] = None

    def validate(self) -> None:
        if self.name == "digits" and self.count is not None and self.count > _DIGITS:
            raise FieldError(f"count: there are {_DIGITS} digits, got {self.count}.", "count")
        if self.name == "shapes" and self.size is not None and self.size < 32:
            raise FieldError(f"size: a scene needs at least 32 pixels, got {self.size}.", "size")


class Demo:
    """``demo: digits`` or ``demo: shapes``.

    ``digits``: 1797 real handwritten digits of 43 people (UCI, through scikit-learn), 8 × 8 gray, shown as RGB uint8;
    fields ``image`` and ``digit`` (0 to 9). ``size`` enlarges them without smoothing, which suits multiples of 8.

    ``shapes``: *synthetic* scenes, circles, squares and triangles drawn on crops of the photos that come with
    scikit-image; fields ``image``, ``mask`` (0 is background), ``boxes`` and ``keypoints`` (the centres), both with a
    ``label`` column. A scene is a pure function of its number.
    """

    fields_type = DemoFields
    shorthand = "name"
    root = Path()

    def __init__(self, name: str, count: int | None = None, size: int | None = None) -> None:
        self.name = name
        self.count = count or (_DIGITS if name == "digits" else _SCENES)
        self.size = size or (8 if name == "digits" else 96)

    @classmethod
    def from_fields(cls, given: Mapping[str, Any], base: Path) -> Self:
        """The demo as a recipe names it."""
        check_names(DemoFields, given)
        fields = DemoFields(**given)
        return cls(fields.name, fields.count, fields.size)

    @property
    def fields(self) -> dict[str, str]:
        if self.name == "digits":
            return {"image": "image", "digit": "label"}
        return {"image": "image", "mask": "mask", "boxes": "boxes", "keypoints": "keypoints"}

    @property
    def keys(self) -> list[str]:
        return [f"{self.name}/{number:04d}" for number in range(self.count)]

    def meta(self, key: str) -> dict[str, Any]:
        """The digit; or that the scene is synthetic."""
        if self.name == "shapes":
            return {"synthetic": True}
        return {"digit": int(self._digits[1][_number(key)])}

    def load(self, key: str) -> dict[str, Any]:
        if self.name == "shapes":
            return draw_scene(_number(key), self.size)
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


def _number(key: str) -> int:
    return int(key.rpartition("/")[2])


def _enlarged(pixels: np.ndarray, size: int) -> np.ndarray:
    """(size, size, 3), each output pixel the nearest of the 8 × 8."""
    nearest = np.arange(size) * len(pixels) // size
    return np.repeat(pixels[np.ix_(nearest, nearest)][:, :, None], 3, axis=2)
