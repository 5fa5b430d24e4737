"""What every library is asked to do: the recipes, and one library's way of doing one of them."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

SIZE = 224
SCALE = (0.25, 1.0)
RATIO = (3 / 4, 4 / 3)
FACTORS = (0.6, 1.4)
HUE_TURNS = (-0.1, 0.1)
DEGREES, TRANSLATE, ZOOM = (-15.0, 15.0), (-0.1, 0.1), (0.9, 1.1)
MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
MIN_VISIBLE = 0.1

T = TypeVar("T")

FULL = ("crop", "flip", "jitter", "normalize")


@dataclass(frozen=True)
class Work:
    """``chain``: which changes, in order. ``files``: decode JPEGs of that set; else pictures are arrays already."""

    name: str
    chain: tuple[str, ...] = FULL
    hue: bool = False
    boxes: bool = False
    mask: bool = False
    files: str | None = None

    @property
    def pictures(self) -> str:
        """The set of pictures."""
        return self.files or "small"


WORKS = (
    Work("crop, flip, jitter, normalise"),
    Work("the same with hue", hue=True),
    Work("500 × 375 JPEG, decoded", files="small"),
    Work("2000 × 1500 JPEG, decoded", files="large"),
    Work("with 50 boxes, filtered", boxes=True),
    Work("with a mask", mask=True),
    Work("affine, crop, flip", chain=("affine", "crop", "flip")),
    Work("crop, flip, affine", chain=("crop", "flip", "affine")),
)


@dataclass(frozen=True)
class Form:
    """One way to do a work with one library: ``make(n)`` makes the pictures of turn n, ``pictures`` of them."""

    library: str
    how: str
    make: Callable[[int], object]
    pictures: int = 1


def installed(name: str) -> bool:
    """Whether a module can be imported; looked up, not imported."""
    return importlib.util.find_spec(name) is not None


def turn(items: Sequence[T], n: int) -> T:
    """Item n, starting over at the end."""
    return items[n % len(items)]
