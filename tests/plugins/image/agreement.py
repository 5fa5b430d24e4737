"""How far annotations lie from what they annotate after a transform of albumentations: ours, and its own way.

Pictures of planted things are moved by one and the same draw: markers of 1 x 1 and 3 x 3 px at the keypoints, blobs
that fill a box or lie in it, a label map. Every keypoint is compared with where its marker is seen, every box with the
pixels of its blob, every mask with its picture.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import cv2
import numpy as np

from augkit.testing import markers
from augkit.vocab.space import Boxes, BoxOptions, KeypointOptions, Keypoints, Mask
from augkit_image.bridge_table import PAINTERS
from tests.plugins.image.agreement_cases import Case
from tests.plugins.image.agreement_scenes import Draw, draw

SIZES = ((96, 128), (57, 85), (120, 44))
LIMITS = {"mask": 0.03, "boxes": 1.0, "keypoints": 0.5}


"""1 - IoU; how far a blob's pixels reach out of its box, px; from a keypoint to its marker, px."""


LOST = float("inf")


_SEEN, _FOOT, _SHRUNK, _BENT, _TORN = 0.1, {1: 0.2, 3: 0.5}, {1: 1.05, 3: 1.2}, 0.2, 6.0


@dataclass
class Deviation:
    """The worst of each kind, and how many things were compared; inf is a lost (or a ghostly) annotation."""

    worst: dict[str, float] = field(default_factory=lambda: dict.fromkeys(LIMITS, 0.0))
    compared: dict[str, int] = field(default_factory=lambda: dict.fromkeys(LIMITS, 0))

    def add(self, kind: str, value: float) -> None:
        self.worst[kind] = max(self.worst[kind], float(value))
        self.compared[kind] += 1

    def merge(self, other: Deviation) -> None:
        for kind in LIMITS:
            self.worst[kind] = max(self.worst[kind], other.worst[kind])
            self.compared[kind] += other.compared[kind]


Mover = Callable[[Draw], dict[str, Any]]


def ours(drawn: Draw) -> dict[str, Any]:
    """What the bridge makes of the scene's annotations: the mask, boxes and points by number."""
    things, moved = drawn.scene, {}
    rows, numbers = np.arange(len(things.points)), np.arange(len(things.boxes))
    boxes = Boxes(things.boxes, {"row": numbers}, options=BoxOptions(min_visible=0.0, min_size=0.0))
    points = Keypoints(things.points, None, {"row": rows}, options=KeypointOptions(coords="continuous"))
    for kind, target in (("mask", Mask(things.mask)), ("boxes", boxes), ("keypoints", points)):
        kernel = drawn.transform.kernel(type(target))
        if kernel is not None:
            moved[kind] = kernel(target, drawn.params)
    found: dict[str, Any] = {}
    if "mask" in moved:
        found["mask"] = moved["mask"].classes
    if "boxes" in moved:
        found["boxes"] = dict(zip(moved["boxes"].columns["row"].tolist(), moved["boxes"].xyxy, strict=True))
    if "keypoints" in moved:
        found["keypoints"] = dict(zip(moved["keypoints"].columns["row"].tolist(), moved["keypoints"].xy, strict=True))
    return found


def theirs(drawn: Draw) -> dict[str, Any]:
    """What the library's own functions make of them; its points are pixel indices, its boxes fractions."""
    things, params, found = drawn.scene, drawn.params, {}
    claims = drawn.transform._claims()
    with drawn.transform._applying(params, things.points) as inner:
        if "mask" in claims:
            found["mask"] = np.asarray(inner.apply_to_mask(things.mask.copy(), **params.drawn)).squeeze()
        if "bboxes" in claims:
            h, w = params.size_in
            rows = np.column_stack([things.boxes / [w, h, w, h], np.arange(len(things.boxes))])
            moved = np.asarray(inner.apply_to_bboxes(rows, **params.drawn), np.float64).reshape(-1, 5)
            h, w = params.size_out
            found["boxes"] = {int(row[4]): np.clip(row[:4], 0, 1) * [w, h, w, h] for row in moved}
        if "keypoints" in claims:
            n = len(things.points)
            rows = np.column_stack([things.points - 0.5, np.zeros((n, 2)), np.ones(n), np.arange(n)])
            moved = np.asarray(inner.apply_to_keypoints(rows, **params.drawn), np.float64).reshape(-1, 6)
            found["keypoints"] = {int(row[5]): row[:2] + 0.5 for row in moved}
    return found


def measured(drawn: Draw, found: dict[str, Any], dtype: type) -> Deviation:
    """How far ``found`` is from what is seen."""
    deviation = Deviation()
    if "keypoints" in found:
        _points(drawn, found["keypoints"], dtype, deviation)
    if {"mask", "boxes"} & found.keys():
        _blobs(drawn, found, dtype, deviation)
    return deviation


def _points(drawn: Draw, found: dict[int, np.ndarray], dtype: type, deviation: Deviation) -> None:
    origins = _origins(drawn)
    for row, at in found.items():
        point, (h, w) = drawn.scene.points[row], drawn.scene.size
        mirrored = _mirrors_the_border(drawn) and not (5 < point[0] < w - 5 and 5 < point[1] < h - 5)
        if not mirrored and (at >= 0).all() and (at <= origins.x.shape[::-1]).all():
            deviation.add("keypoints", _off_its_place(origins, at, point))
    for side in (1, 3):
        for number, picture in enumerate(drawn.scene.marker_pictures(side, dtype)):
            moved = drawn.picture(picture)
            for channel in range(3):
                row = number * 3 + channel
                if _fair(drawn, row, side):
                    seen = _sightings(moved[:, :, channel], origins, side)
                    shown = origins.show(drawn.scene.points[row])
                    deviation.add("keypoints", _off_its_marker(drawn, seen, found.get(row), shown))


class Origins(NamedTuple):
    """Where the picture says that its pixels come from; nan for what comes from outside in part."""

    x: np.ndarray
    y: np.ndarray

    def shrinks(self, at: np.ndarray) -> float:
        """How many pixels of the input one pixel of the output steps over here, at most; nan at the edges."""
        i, j = int(at[1]), int(at[0])
        part = slice(max(i - 1, 0), i + 2), slice(max(j - 1, 0), j + 2)
        steps = [np.hypot(np.diff(self.x[part], axis=axis), np.diff(self.y[part], axis=axis)) for axis in (0, 1)]
        return max((float(each.max()) for each in steps if each.size), default=float("nan"))

    def show(self, point: np.ndarray) -> bool:
        """Whether a pixel comes from this very place."""
        away = np.hypot(self.x - point[0], self.y - point[1])
        return bool(np.nanmin(np.where(np.isnan(away), np.inf, away)) < 0.5)

    def bend(self, x0: int, y0: int, x1: int, y1: int) -> float:
        """How far the map is from a linear one within this part of the picture, px of the input."""
        part = slice(max(y0 - 1, 0), y1 + 1), slice(max(x0 - 1, 0), x1 + 1)
        x, y = self.x[part], self.y[part]
        rows, columns = np.mgrid[0 : x.shape[0], 0 : x.shape[1]]
        known = ~np.isnan(x)
        offsets = np.column_stack([np.ones(known.sum()), columns[known], rows[known]])
        places = np.column_stack([x[known], y[known]])
        return float(abs(places - offsets @ np.linalg.lstsq(offsets, places, rcond=None)[0]).max(initial=0.0))


def _origins(drawn: Draw) -> Origins:
    h, w = drawn.scene.size
    rows, columns = np.mgrid[0:h, 0:w]
    moved = drawn.picture(np.dstack([(columns + 0.5) / w, (rows + 0.5) / h, np.ones((h, w))]).astype(np.float32))
    moved = np.where(moved[:, :, 2:] > 0.999, moved.astype(np.float64), np.nan)
    return Origins(moved[:, :, 0] * w, moved[:, :, 1] * h)


def _off_its_place(origins: Origins, at: np.ndarray, point: np.ndarray) -> float:
    """From the place that is seen at ``at`` to the one that was annotated, px of whichever picture is smaller."""
    shrinks = origins.shrinks(np.clip(at, 0, np.array(origins.x.shape[::-1]) - 1))
    if not shrinks < _TORN:
        return 0.0
    x, y = (at - 0.5).astype(np.float32)
    seen = [
        cv2.remap(grid, np.array([[x]]), np.array([[y]]), cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)[0, 0]
        for grid in origins
    ]
    off = float(np.hypot(*(np.array(seen) - point))) / max(1.0, shrinks)
    return max(off - 0.71, 0.0) if _at_the_edge(origins, at) else off


def _at_the_edge(origins: Origins, at: np.ndarray) -> bool:
    h, w = origins.x.shape
    return bool((at < 0.5).any() or at[0] > w - 0.5 or at[1] > h - 0.5)


def _fair(drawn: Draw, row: int, side: int) -> bool:
    """A marker of 3 px that is cut by the frame, or by what is painted over it, has its middle elsewhere."""
    x, y = drawn.scene.points[row]
    h, w = drawn.scene.size
    return side == 1 or (drawn.transform.name not in PAINTERS and 1 < x < w - 1 and 1 < y < h - 1)


class Sighting(NamedTuple):
    """Where a marker is seen; ``clear``: not shrunk, nor bent so that its middle is not its mean."""

    place: np.ndarray
    clear: bool
    cut: bool


def _sightings(channel: np.ndarray, origins: Origins, side: int) -> list[Sighting]:
    count, labels = cv2.connectedComponents((channel > _SEEN).astype(np.uint8), connectivity=8)
    found = []
    for number in range(1, count):
        foot = _FOOT[side] * float(channel[labels == number].max())
        above = np.where((labels == number) & (channel > foot), channel - foot, 0.0)
        x0, y0, x1, y1 = markers.envelope(above > 0)
        cut = x0 == 0 or y0 == 0 or x1 == channel.shape[1] or y1 == channel.shape[0]
        place = np.array(markers.centroid(above))
        clear = origins.shrinks(place) < _SHRUNK[side] and origins.bend(x0, y0, x1, y1) < _BENT
        found.append(Sighting(place, clear, cut))
    return found


def _off_its_marker(drawn: Draw, seen: list[Sighting], at: np.ndarray | None, shown: bool) -> float:
    clear = [each for each in seen if each.clear]
    if any(each.cut for each in seen) or not clear:
        return 0.0
    if at is None:
        return LOST if shown and drawn.transform.name not in PAINTERS and not _mirrors_the_border(drawn) else 0.0
    off, nearest = min(((float(np.hypot(*(each.place - at))), each) for each in seen), key=lambda pair: pair[0])
    return 0.0 if not nearest.clear or (_mirrors_the_border(drawn) and off > 3) else off


def _blobs(drawn: Draw, found: dict[str, Any], dtype: type, deviation: Deviation) -> None:
    if "mask" in found:
        _classes(drawn, found["mask"], deviation)
    if "boxes" in found and not _mirrors_the_border(drawn):
        _boxes(drawn, found["boxes"], dtype, deviation)


def _mirrors_the_border(drawn: Draw) -> bool:
    return getattr(drawn.transform.inner, "border_mode", 0) not in (0, 1)  # the picture shows things again there


def _classes(drawn: Draw, mask: np.ndarray, deviation: Deviation) -> None:
    """Against the classes at the places that the picture, of its own coordinates, says that its pixels come from."""
    h, w = drawn.scene.size
    x, y = _origins(drawn)
    clear = (abs(x - np.rint(x)) > 0.05) & (abs(y - np.rint(y)) > 0.05)
    i, j = (np.clip(np.floor(np.nan_to_num(place)).astype(int), 0, side - 1) for place, side in ((y, h), (x, w)))
    expected = drawn.scene.mask[i, j]
    for number in range(1, len(drawn.scene.boxes) + 1):
        one, other = (mask == number) & clear, (expected == number) & clear
        if other.sum() >= 16:
            deviation.add("mask", 1.0 - (one & other).sum() / (one | other).sum())


def _boxes(drawn: Draw, found: dict[int, np.ndarray], dtype: type, deviation: Deviation) -> None:
    pictures = [drawn.picture(picture) for picture in drawn.scene.blob_pictures(dtype)]
    for row in range(len(drawn.scene.boxes)):
        around = markers.envelope(pictures[row // 3][:, :, row % 3] > 0.5)
        if around is None:
            continue
        if row in found:
            deviation.add("boxes", ((found[row] - around) * [1, 1, -1, -1]).max())
        elif drawn.transform.name not in PAINTERS and min(around[2] - around[0], around[3] - around[1]) > 2:
            deviation.add("boxes", LOST)


def measure(
    case: Case, mover: Mover, sizes: Any = SIZES, draws: int = 2, dtypes: Any = (np.uint8, np.float32)
) -> Deviation:
    """The worst deviations over sizes, draws and dtypes."""
    total = Deviation()
    for size in sizes:
        for seed in range(draws):
            for dtype in dtypes:
                drawn = draw(case, size, seed, dtype)
                if drawn is not None:
                    total.merge(measured(drawn, mover(drawn), dtype))
    return total
