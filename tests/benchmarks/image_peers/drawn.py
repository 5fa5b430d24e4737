"""What augkit drew, read from its trace, in words that every library understands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

import augkit
from augkit.data import open_recipe
from tests.benchmarks.image_peers import by_augkit
from tests.benchmarks.image_peers import work as w
from tests.benchmarks.image_peers.photographs import Photographs
from tests.benchmarks.image_peers.work import Work, turn


@dataclass(frozen=True)
class Made:
    """``image``: (h, w, 3) float levels. ``boxes``: xyxy by id, those that are left."""

    image: np.ndarray
    boxes: dict[int, np.ndarray]
    mask: np.ndarray | None = None


@dataclass(frozen=True)
class Drawn:
    """``changes``: (name, numbers) in the order applied.

    ``crop``: left, top, width, height. ``flip``: nothing. ``brightness``, ``contrast``, ``saturation``: a factor.
    ``hue``: turns. ``affine``: the 3 × 3 matrix in continuous coordinates. ``normalize``: nothing.
    """

    changes: tuple[tuple[str, Any], ...]


class Augkit:
    """augkit on one work: what it makes at turn n, and what it drew for that."""

    def __init__(self, work: Work, photos: Photographs, plan: str, decoder: str | None = None) -> None:
        self.work, self.photos = work, photos
        self._aug = augkit.load(by_augkit.recipe(work, plan))
        self._data: Any = None
        if work.files:
            source = {"image_folder": {"root": str(photos.folder)}}
            more = {"source": source, "decoder": decoder or by_augkit.decoders()[0]}
            self._data = open_recipe({**by_augkit.recipe(work, plan), **more}).dataset("all", augment=True)

    def __call__(self, n: int) -> tuple[Made, Drawn]:
        if self._data is not None:
            sample, trace = self._data.traced((n, n % len(self._data)))
            return Made(levels(sample.targets["image"].values), {}), read(trace)
        out, trace = self._aug.traced(key=str(n), **by_augkit.fields(self.work, self.photos, n))
        kept = out.get("boxes", {"xyxy": (), "id": ()})
        boxes = dict(zip(map(int, kept["id"]), kept["xyxy"], strict=True))
        return Made(levels(out["image"]), boxes, out.get("mask")), read(trace)


def levels(image: np.ndarray) -> np.ndarray:
    """Levels (h, w, 3) of a picture, or of (3, h, w) that was normalised."""
    if image.dtype == np.uint8:
        return image.astype(np.float64)
    return (np.moveaxis(image, 0, 2).astype(np.float64) * w.STD + w.MEAN) * 255


def read(trace: augkit.Trace) -> Drawn:
    """The trace in order, in the words of ``Drawn``."""
    return Drawn(tuple(change for _, name, params in trace.steps for change in _changes(name, params)))


def _changes(name: str, params: dict[str, Any]) -> list[tuple[str, Any]]:
    match name:
        case "image/random_resized_crop":
            (x, _, left), (_, y, top), _ = params["matrix"]
            height, width = params["size_out"]
            return [("crop", (round(-left / x), round(-top / y), round(width / x), round(height / y)))]
        case "image/hflip":
            return [("flip", None)]
        case "image/color_jitter":
            return [(op, value) for op, value in params["ops"]]
        case "image/affine":
            return [("affine", np.array(params["matrix"]))]
        case "image/normalize":
            return [("normalize", None)]
    raise ValueError(f"the comparison has no words for the step {name!r}")


def inputs(photos: Photographs, n: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Pixels, boxes and mask of turn n."""
    return turn(photos.pixels, n), turn(photos.boxes, n), turn(photos.masks, n)
