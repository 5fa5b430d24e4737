"""How masks, boxes and keypoints follow a transform of albumentations: its own way where that is right, ours where not.

Its boxes are fractions of the frame, its points pixel indices (ours minus 0.5); a row number rides along in a column
of its own, so that labels and the other columns never leave our hands.
"""

from __future__ import annotations

import copy
import dataclasses
from typing import Any

import numpy as np

from augkit.errors import DataError
from augkit.fields import Size
from augkit.sample import Target
from augkit.transform import Kernel
from augkit.vocab.space import Boxes, Erase, Keypoints, Mask
from augkit_image.bridge_map import boxes_by_map, points_by_map, source_map
from augkit_image.bridge_params import Foreign
from augkit_image.bridge_table import BY_MAP, CONTINUOUS, NEAREST_EXACT, PAINTERS, RESIZERS, mirrors


def move_mask(inner: Any, mask: Mask, params: Foreign, fill_given: bool) -> Mask:
    """By the library's own nearest. Classes of other types than uint8 travel as numbers, and come back in their own."""
    fill = mask.outside
    if fill_given or params.name in PAINTERS:
        fill = _class_number(params.drawn.get("fill_mask"), fill)
    codes, classes = _coded(mask.classes, fill)
    if classes is not None and params.name in ("PixelDropout", "OverlayElements"):
        raise DataError(f"mask: it paints class numbers into uint8 masks only, this one is {mask.classes.dtype}.")
    code = fill if classes is None else len(classes) - 1
    filling = copy.copy(inner)
    filling.fill_mask = code
    if params.name in RESIZERS:
        filling.mask_interpolation = NEAREST_EXACT
    moved = np.asarray(filling.apply_to_mask(codes, **{**params.drawn, "fill_mask": code}))
    moved = moved.reshape(moved.shape[:2])
    if tuple(moved.shape) != tuple(params.size_out):
        raise DataError(f"mask: came out as {moved.shape} beside an image of {tuple(params.size_out)} (h, w).")
    settled = moved.astype(np.uint8, copy=False) if classes is None else classes[np.rint(moved).astype(np.intp)]
    return dataclasses.replace(mask, classes=settled)


def _class_number(value: Any, default: int) -> Any:
    return default if value is None else np.ravel(value)[0]


def _coded(classes: np.ndarray, fill: Any) -> tuple[np.ndarray, np.ndarray | None]:
    # OpenCV moves uint8 and float32 only; float32 holds the numbers of 16 million classes exactly.
    if classes.dtype == np.uint8:
        return np.ascontiguousarray(classes).copy(), None
    values, codes = np.unique(classes, return_inverse=True)
    known = np.append(values, np.asarray(fill).astype(classes.dtype))
    dtype = np.uint8 if len(known) <= 256 else np.float32
    return codes.reshape(classes.shape).astype(dtype), known


def move_boxes(inner: Any, boxes: Boxes, params: Foreign, library_way: bool) -> Boxes:
    """Moved, then cut by the frame and dropped by our policy; what the library dropped stays dropped."""
    if not len(boxes):
        return boxes
    if "boxes" in BY_MAP.get(params.name, ()) and not library_way:
        moved, found = boxes_by_map(source_map(inner, params), boxes.xyxy)
        return boxes.only(found).clipped(moved[found], params.size_out)
    if params.name in RESIZERS or library_way:
        moved, rows = _library_boxes(inner, boxes.xyxy, params)
        return boxes.only(rows).clipped(moved, params.size_out)
    return boxes.clipped(_round_corners(inner, boxes.xyxy, params), params.size_out)


def _library_boxes(inner: Any, xyxy: np.ndarray, params: Foreign) -> tuple[np.ndarray, np.ndarray]:
    fractions = np.column_stack([xyxy / _sides(params.size_in), np.arange(len(xyxy))])
    moved = np.asarray(_single(inner).apply_to_bboxes(fractions, **params.drawn), dtype=np.float64).reshape(-1, 5)
    return moved[:, :4] * _sides(params.size_out), np.rint(moved[:, 4]).astype(np.intp)


def _round_corners(inner: Any, xyxy: np.ndarray, params: Foreign) -> np.ndarray:
    x0, y0, x1, y1 = xyxy.T
    corners = np.stack([x0, y0, x1, y0, x1, y1, x0, y1], axis=1).reshape(-1, 2)
    moved, rows = _library_points(inner, corners, params)
    if len(rows) != len(corners):
        raise DataError(f"boxes: {params.name} lost {len(corners) - len(rows)} of {len(corners)} corners.")
    moved = moved.reshape(-1, 4, 2)
    return np.concatenate([moved.min(axis=1), moved.max(axis=1)], axis=1)


def move_points(inner: Any, points: Keypoints, params: Foreign) -> Keypoints:
    """Moved; what left the frame, and what the library dropped, is dropped or hidden as the recipe says."""
    if not len(points):
        return points
    moved, found = moved_points(inner, points.xy, params)
    settled = dataclasses.replace(points, xy=moved)
    if not found.all():
        settled = settled.hidden(~found)
        moved = settled.xy
    settled = settled.settled(moved, params.size_out)
    return settled.mirrored() if mirrors(params.name, params.drawn) else settled


def erased(follow: Kernel, target: Target, params: Foreign) -> Target:
    """As annotations follow our own erasing, where the recipe asks for it."""
    rects = tuple(tuple(int(edge) for edge in hole) for hole in params.drawn["holes"])
    return follow(target, Erase(rects, policy="background"))  # type: ignore[arg-type]


def moved_points(inner: Any, xy: np.ndarray, params: Foreign) -> tuple[np.ndarray, np.ndarray]:
    """Where points (n, 2) went, and which of them (n,) were found again."""
    if "keypoints" in BY_MAP.get(params.name, ()):
        return points_by_map(source_map(inner, params), xy)
    if params.name in RESIZERS:
        boxes, rows = _library_boxes(inner, np.column_stack([xy, xy]), params)
        places = boxes[:, :2]
    else:
        places, rows = _library_points(inner, xy, params)
    moved, found = xy.copy(), np.zeros(len(xy), dtype=bool)
    moved[rows], found[rows] = places, True
    return moved, found


def _library_points(inner: Any, xy: np.ndarray, params: Foreign) -> tuple[np.ndarray, np.ndarray]:
    n = len(xy)
    shift = 0.0 if params.name in CONTINUOUS else 0.5
    if params.name in CONTINUOUS:  # the frame's far edge belongs to its last pixels
        xy = np.minimum(xy, np.nextafter(_sides(params.size_in)[:2], 0.0))
    rest = np.column_stack([np.zeros((n, 2)), np.ones(n), np.arange(n)])  # z, angle, scale, row
    moved = np.asarray(
        _single(inner).apply_to_keypoints(np.column_stack([xy - shift, rest]), **params.drawn), dtype=np.float64
    )
    moved = moved.reshape(-1, 6)
    return moved[:, :2] + shift, np.rint(moved[:, 5]).astype(np.intp)


def _single(inner: Any) -> Any:
    """The same transform, which annotates nothing twice where a border shows the picture again, mirrored."""
    plain = copy.copy(inner)
    plain.border_mode = 0
    return plain


def _sides(size: Size) -> np.ndarray:
    return np.array([size.w, size.h, size.w, size.h], dtype=np.float64)
