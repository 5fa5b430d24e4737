"""Synthetic scenes: shapes drawn on photos, with everything that can be annotated."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from augkit import rng
from augkit.errors import MissingDependency
from augkit.rng import Stream

PHOTOS = ("astronaut", "chelsea", "coffee", "rocket")
"""Those of scikit-image's photos that are in its wheel."""

SHAPES = ("circle", "square", "triangle")
"""Class n of a mask is the n-th of these, counted from 1; 0 is background."""

_TRIES = 20


def draw_scene(number: int, size: int) -> dict[str, Any]:
    """Scene ``number``: image (size, size, 3) uint8, mask uint8, boxes around the drawn pixels, keypoints at the
    centres.

    One to four shapes that do not touch, each in a colour of its own through which the photo shows a little.
    """
    draw = rng.stream(0, 0, f"shapes/{number}", path="demo/shapes")
    image = _background(draw, size).astype(np.float64)
    mask = np.zeros((size, size), dtype=np.uint8)
    boxes: list[list[int]] = []
    centres: list[list[float]] = []
    labels: list[str] = []
    for _ in range(draw.integer(1, 4)):
        label = draw.integer(1, len(SHAPES))
        placed = _placed(draw, SHAPES[label - 1], mask)
        if placed is None:
            continue
        inside, centre = placed
        _paint(draw, image, inside)
        mask[inside] = label
        boxes.append(_box(inside))
        centres.append(centre)
        labels.append(SHAPES[label - 1])
    return {
        "image": np.rint(image).astype(np.uint8),
        "mask": mask,
        "boxes": {"xyxy": boxes, "label": labels},
        "keypoints": {"xy": centres, "label": list(labels)},
    }


def _background(draw: Stream, size: int) -> np.ndarray:
    """A square crop of a photo, sampled to ``size`` by the nearest pixel."""
    photo = _photo(draw.choice(PHOTOS))
    side = draw.integer(min(size, min(photo.shape[:2])), min(photo.shape[:2]))
    top, left = draw.integer(0, photo.shape[0] - side), draw.integer(0, photo.shape[1] - side)
    nearest = np.arange(size) * side // size
    return photo[top + nearest][:, left + nearest]


def _placed(draw: Stream, shape: str, mask: np.ndarray) -> tuple[np.ndarray, list[float]] | None:
    """The pixels of a shape at a free place, and its centre as a pixel index; None when no place is found."""
    size = len(mask)
    for _ in range(_TRIES):
        radius = draw.uniform(0.08, 0.22) * size
        x, y = draw.uniform(radius + 1, size - radius - 1), draw.uniform(radius + 1, size - radius - 1)
        inside = _inside(shape, x, y, radius, size)
        if not mask[_grown(inside)].any():
            return inside, [x - 0.5, y - 0.5]
    return None


def _inside(shape: str, x: float, y: float, radius: float, size: int) -> np.ndarray:
    """(size, size) bool: the pixels whose centres lie in the shape around (x, y)."""
    centres = np.arange(size) + 0.5
    right, down = centres[None, :] - x, centres[:, None] - y
    if shape == "circle":
        return right**2 + down**2 <= radius**2
    if shape == "square":
        return (abs(right) <= 0.85 * radius) & (abs(down) <= 0.85 * radius)
    return (down <= 0.6 * radius) & (down + 0.95 * radius >= 1.6 * abs(right))


def _grown(inside: np.ndarray) -> tuple[slice, slice]:
    """The box of the pixels, two wider on every side."""
    x0, y0, x1, y1 = _box(inside)
    return slice(max(y0 - 2, 0), y1 + 2), slice(max(x0 - 2, 0), x1 + 2)


def _box(inside: np.ndarray) -> list[int]:
    rows, columns = np.flatnonzero(inside.any(axis=1)), np.flatnonzero(inside.any(axis=0))
    return [int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1]


def _paint(draw: Stream, image: np.ndarray, inside: np.ndarray) -> None:
    colour = np.array([draw.uniform(0, 255) for _ in range(3)])
    cover = draw.uniform(0.75, 0.95)
    image[inside] = (1 - cover) * image[inside] + cover * colour


@cache
def _photo(name: str) -> np.ndarray:
    try:
        from skimage import data
    except ImportError as error:
        raise MissingDependency("demo: shapes needs scikit-image. Install it: pip install 'augkit[train]'") from error
    return np.asarray(getattr(data, name)())[:, :, :3]
