"""Erase: rectangles that are painted over, and what that means for annotations."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from augkit.sample import SPACE
from augkit.transform import Params, moves
from augkit.vocab.space import outlines
from augkit.vocab.space.boxes import Boxes
from augkit.vocab.space.keypoints import Keypoints
from augkit.vocab.space.oriented import OrientedBoxes
from augkit.vocab.space.pixels import Mask
from augkit.vocab.space.polygons import Polygons


@dataclass(frozen=True)
class Erase(Params):
    """``rects``: whole-pixel (x0, y0, x1, y1), half-open, painted with ``fill``: 0 to 255, one number or one a channel,
    or ``mean`` (the image's own mean colour), or ``noise`` (of each pixel its own, decided by ``subseed``).

    ``policy`` holds for every annotation: ``keep`` leaves them all; ``ignore`` and ``background`` give erased mask
    pixels the ignore index or class 0, hide keypoints inside, and drop boxes, polygons and instances of which more than
    ``max_hidden`` is covered.
    """

    axes = SPACE

    rects: tuple[tuple[int, int, int, int], ...]
    fill: float | tuple[float, ...] | Literal["noise", "mean"] = 0.0
    policy: Literal["keep", "ignore", "background"] = "keep"
    max_hidden: float = 0.7
    subseed: int = 0


@moves(Erase, Mask)
def mask_follows_erase(mask: Mask, erase: Erase) -> Mask:
    """Untouched, or the erased pixels become the ignore index or background."""
    if erase.policy == "keep" or not erase.rects:
        return mask
    classes = mask.classes.copy()
    for x0, y0, x1, y1 in erase.rects:
        classes[y0:y1, x0:x1] = mask.outside if erase.policy == "ignore" else 0
    return dataclasses.replace(mask, classes=classes)


@moves(Erase, Boxes)
def boxes_follow_erase(boxes: Boxes, erase: Erase) -> Boxes:
    """Untouched, or without those that are hidden too far. Overlapping rectangles count once."""
    if erase.policy == "keep" or not len(boxes) or not erase.rects:
        return boxes
    keep = hidden_fractions(boxes.xyxy, erase.rects) <= erase.max_hidden
    return boxes if keep.all() else boxes.only(keep)


@moves(Erase, Keypoints)
def keypoints_follow_erase(points: Keypoints, erase: Erase) -> Keypoints:
    """Untouched, or without (or with visibility 0 for) those inside a rectangle."""
    if erase.policy == "keep" or not len(points) or not erase.rects:
        return points
    rects = np.array(erase.rects, dtype=np.float64)
    x, y = points.xy[:, :1], points.xy[:, 1:]
    inside = (x >= rects[:, 0]) & (x < rects[:, 2]) & (y >= rects[:, 1]) & (y < rects[:, 3])
    gone = np.asarray(inside.any(axis=1))
    return points.hidden(gone) if gone.any() else points


@moves(Erase, OrientedBoxes)
def oriented_boxes_follow_erase(boxes: OrientedBoxes, erase: Erase) -> OrientedBoxes:
    """Untouched, or without those that are hidden too far."""
    if erase.policy == "keep" or not len(boxes) or not erase.rects:
        return boxes
    keep = _seen([(ring,) for ring in boxes.corners()], erase)
    return boxes if keep.all() else boxes.only(keep)


@moves(Erase, Polygons)
def polygons_follow_erase(polygons: Polygons, erase: Erase) -> Polygons:
    """Untouched, or without those that are hidden too far; the outlines stay whole."""
    if erase.policy == "keep" or not len(polygons) or not erase.rects:
        return polygons
    keep = _seen(polygons.rings, erase)
    return polygons if keep.all() else polygons.only(keep)


def _seen(objects: Sequence[tuple[np.ndarray, ...]], erase: Erase) -> np.ndarray:
    """Which objects (n,), each of some rings, are not hidden too far."""
    hidden = [
        sum(outlines.covered_area(ring, erase.rects) for ring in rings) / max(sum(map(outlines.area, rings)), 1e-12)
        for rings in objects
    ]
    return np.array(hidden) <= erase.max_hidden


def hidden_fractions(xyxy: np.ndarray, rects: Sequence[Sequence[int]]) -> np.ndarray:
    """Which fraction (n,) of each box the rectangles cover together: exact, and overlapping ones count once.

    The rectangles' edges cut the frame into cells; the covered area above and to the left of a point is linear in x and
    in y within each. Four such areas, one a corner, make a box's.
    """
    edges = np.array([rect for rect in rects if rect[2] > rect[0] and rect[3] > rect[1]], dtype=np.float64)
    if not len(edges):
        return np.zeros(len(xyxy))
    covered_up_to = _covered_area(edges)
    x0, y0, x1, y1 = np.asarray(xyxy, dtype=np.float64).T
    hidden = covered_up_to(x1, y1) - covered_up_to(x0, y1) - covered_up_to(x1, y0) + covered_up_to(x0, y0)
    area = (x1 - x0) * (y1 - y0)
    return np.asarray(np.divide(hidden, area, out=np.zeros_like(area), where=area > 0))


def _covered_area(edges: np.ndarray) -> Callable[[np.ndarray, np.ndarray], np.ndarray]:
    """The area of the union of rectangles (n, 4) within x' < x, y' < y, as a function of points (x, y)."""
    xs, ys = np.unique(edges[:, ::2]), np.unique(edges[:, 1::2])
    covered = _covered_cells(np.searchsorted(xs, edges[:, ::2]), np.searchsorted(ys, edges[:, 1::2]), len(xs), len(ys))
    # Beyond the last edge on either side there is one more cell, of nothing.
    widths, heights = np.append(np.diff(xs), 0.0), np.append(np.diff(ys), 0.0)
    columns = _sums_before(covered * heights[:, None], axis=0)  # covered height above, in each column of cells
    rows = _sums_before(covered * widths, axis=1)  # covered width to the left, in each row of cells
    area = _sums_before(columns * widths, axis=1)

    def up_to(x: np.ndarray, y: np.ndarray) -> np.ndarray:
        x, y = np.maximum(x, xs[0]), np.maximum(y, ys[0])
        j, i = np.searchsorted(xs, x, side="right") - 1, np.searchsorted(ys, y, side="right") - 1
        dx, dy = x - xs[j], y - ys[i]
        return np.asarray(area[i, j] + dx * columns[i, j] + dy * rows[i, j] + dx * dy * covered[i, j])

    return up_to


def _covered_cells(columns: np.ndarray, rows: np.ndarray, width: int, height: int) -> np.ndarray:
    """Which cells lie under a rectangle, by counting how many begin and end before each."""
    count = np.zeros((height, width), dtype=np.int64)
    for row, column, change in ((0, 0, 1), (0, 1, -1), (1, 0, -1), (1, 1, 1)):
        np.add.at(count, (rows[:, row], columns[:, column]), change)
    return np.asarray(count.cumsum(axis=0).cumsum(axis=1) > 0)


def _sums_before(cells: np.ndarray, axis: int) -> np.ndarray:
    return np.asarray(cells.cumsum(axis=axis) - cells)
