"""Samples of the kinds of space beyond image, mask, boxes and keypoints: as awkward as the boxes they are made from."""

from __future__ import annotations

from typing import Any

import numpy as np

FURTHER = ("masks", "polygons", "oriented_boxes", "heatmap", "depth", "image_sequence")

_BIG = 2**53 + 1  # no float64 holds it


def further_kinds(
    rng: np.random.Generator, xyxy: np.ndarray, image: np.ndarray, lenient: bool
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Fields and their spec: an instance, an outline and an oriented box for each box, and what is dense.

    ``lenient`` drops nothing that has an area. The film begins with the image itself.
    """
    h, w = image.shape[:2]
    policy = {"min_visible": 0.0, "min_size": 0.0} if lenient else {}
    fields = {
        "instances": {"masks": _instances(rng, xyxy, h, w), **named_columns(rng, len(xyxy))},
        "outlines": {"polygons": [_rings(rng, box) for box in xyxy], **named_columns(rng, len(xyxy))},
        "oriented": {"xywha": _oriented(rng, xyxy), **named_columns(rng, len(xyxy))},
        "heat": rng.standard_normal((h, w, int(rng.integers(1, 6)))).astype(np.float32),
        "depth": rng.uniform(0.5, 80.0, (h, w)).astype(np.float32),
        "film": np.stack([image, random_pixels(rng, image.shape, str(image.dtype))]),
    }
    spec = {
        "instances": {"masks": policy},
        "outlines": {"polygons": policy},
        "oriented": {"oriented_boxes": policy},
        "heat": "heatmap",
        "depth": {"depth": {"outside": -1.0, "interpolation": "nearest" if lenient else "linear"}},
        "film": "image_sequence",
    }
    return fields, spec


def _instances(rng: np.random.Generator, xyxy: np.ndarray, h: int, w: int) -> np.ndarray:
    """Some of the pixels within each box, which may be none."""
    masks = np.zeros((len(xyxy), h, w), dtype=bool)
    for mask, (x0, y0, x1, y1) in zip(masks, np.clip(np.rint(xyxy), 0, [w, h, w, h]).astype(int), strict=True):
        mask[y0:y1, x0:x1] = rng.random((y1 - y0, x1 - x0)) < 0.8
    return masks


def _rings(rng: np.random.Generator, box: np.ndarray) -> list[np.ndarray]:
    """A five-sided ring with a dent in a box, and now and then a triangle as a second part."""
    x0, y0, x1, y1 = box
    x, y = (x0 + x1) / 2, (y0 + y1) / 2
    ring = np.array([[x0, y0], [x1, y0], [x, y], [x1, y1], [x0, y1]])
    triangle = np.array([[x, y], [x1, y0], [x1, y1]])
    return [ring, triangle] if rng.random() < 0.3 else [ring[:: -1 if rng.random() < 0.5 else 1]]


def _oriented(rng: np.random.Generator, xyxy: np.ndarray) -> np.ndarray:
    centre, sides = (xyxy[:, :2] + xyxy[:, 2:]) / 2, xyxy[:, 2:] - xyxy[:, :2]
    degrees = rng.choice([0.0, 90.0, -45.0, 30.125, -89.875], len(xyxy))
    return np.column_stack([centre, sides, degrees])


def named_columns(rng: np.random.Generator, count: int) -> dict[str, Any]:
    """Columns of every type that has broken somebody's augmentation, whole numbers beyond float64 among them."""
    return {
        "label": [f"thing {i % 2}" for i in range(count)],
        "id": np.arange(count, dtype=np.int64) + _BIG,
        "crowd": rng.random(count) < 0.5,
        "track": tuple((i, None) for i in range(count)),
    }


def random_pixels(rng: np.random.Generator, shape: tuple[int, ...], dtype: str) -> np.ndarray:
    """Noise in blocks, so that there are edges as well as noise; float32 lies within [0, 1] and reaches both ends."""
    pixels = rng.integers(0, 256, shape, dtype=np.uint8)
    pixels[: shape[0] // 2, : shape[1] // 2] //= 4
    pixels.flat[0], pixels.flat[-1] = 0, 255
    return pixels if dtype == "uint8" else (pixels / np.float32(255)).astype(np.float32)


def eighths(rng: np.random.Generator, low: float, high: float, size: Any = None) -> Any:
    """Random multiples of 1/8 within [low, high]."""
    return rng.integers(int(low * 8), int(high * 8) + 1, size) / 8.0
