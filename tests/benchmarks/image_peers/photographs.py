"""Real photographs of two sizes, as arrays and as JPEG files, with boxes and masks on the small ones."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from skimage import data
from sklearn.datasets import load_sample_images

SIDES = {"small": (500, 375), "large": (2000, 1500)}
BOXES = 50
_JPEG = [cv2.IMWRITE_JPEG_QUALITY, 90, cv2.IMWRITE_JPEG_SAMPLING_FACTOR, cv2.IMWRITE_JPEG_SAMPLING_FACTOR_420]
_GRAIN = 3.0
"""Noise of an enlarged photograph, levels: what brings a file to the size that cameras make."""


@dataclass(frozen=True)
class Photographs:
    """``files[i]`` holds ``pixels[i]`` before compression; ``folder`` is what ``image_folder`` reads."""

    folder: Path
    files: tuple[Path, ...]
    pixels: tuple[np.ndarray, ...]
    boxes: tuple[np.ndarray, ...]
    masks: tuple[np.ndarray, ...]


LABELS = np.arange(BOXES) % 7
IDS = np.arange(BOXES) + 1000


def photographs(name: str, folder: Path) -> Photographs:
    """The set ``small`` (500 × 375) or ``large`` (2000 × 1500): eight photographs, written below ``folder``."""
    rng = np.random.default_rng(0)
    pixels = tuple(_sized(photo, SIDES[name], rng) for photo in _originals())
    folder = folder / name
    (folder / "photos").mkdir(parents=True)
    files = tuple(folder / "photos" / f"{number}.jpg" for number in range(len(pixels)))
    for file, image in zip(files, pixels, strict=True):
        cv2.imwrite(str(file), cv2.cvtColor(image, cv2.COLOR_RGB2BGR), _JPEG)
    boxes = tuple(_boxes(SIDES[name], rng) for _ in pixels)
    return Photographs(folder, files, pixels, boxes, tuple(map(_classes, pixels)))


def _originals() -> list[np.ndarray]:
    china, flower = load_sample_images().images
    bundled = ("astronaut", "coffee", "chelsea", "rocket", "immunohistochemistry")
    return [*(getattr(data, name)() for name in bundled), data.stereo_motorcycle()[0], china, flower]


def _sized(photo: np.ndarray, sides: tuple[int, int], rng: np.random.Generator) -> np.ndarray:
    """The middle of the photograph at 4 : 3, reduced by averaging or enlarged with grain."""
    height, width = photo.shape[:2]
    h, w = min(height, width * 3 // 4), min(width, height * 4 // 3)
    middle = np.ascontiguousarray(photo[(height - h) // 2 :, (width - w) // 2 :][:h, :w])
    if w >= sides[0]:
        return cv2.resize(middle, sides, interpolation=cv2.INTER_AREA)
    enlarged = cv2.resize(middle, sides, interpolation=cv2.INTER_CUBIC)
    if w * 2 > sides[0]:
        return enlarged
    grain = rng.normal(0.0, _GRAIN, enlarged.shape)
    return np.clip(np.rint(enlarged + grain), 0, 255).astype(np.uint8)


def _boxes(sides: tuple[int, int], rng: np.random.Generator) -> np.ndarray:
    """xyxy of whole numbers, from 12 px to a third of the picture, so that crops cut some and lose some."""
    wide = rng.integers(12, np.array(sides) // 3, (BOXES, 2))
    start = (rng.random((BOXES, 2)) * (np.array(sides) - wide)).astype(int)
    return np.concatenate([start, start + wide], axis=1).astype(np.float64)


def _classes(image: np.ndarray) -> np.ndarray:
    """A label map with regions of natural shape: four bands of the blurred gray."""
    return cv2.GaussianBlur(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), (0, 0), 5) // 64
