"""Erase: rectangles that are painted over, and what that means for annotations."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Literal

import numpy as np

from augkit.sample import SPACE
from augkit.transform import Params, moves
from augkit.vocab.space.boxes import Boxes
from augkit.vocab.space.keypoints import Keypoints
from augkit.vocab.space.pixels import Mask


@dataclass(frozen=True)
class Erase(Params):
    """``rects``: whole-pixel (x0, y0, x1, y1), half-open, painted with ``fill`` (0 to 255).

    ``policy`` holds for every annotation: ``keep`` leaves them all; ``ignore`` and ``background`` give erased mask
    pixels the ignore index or class 0, hide keypoints inside, and drop boxes of which more than ``max_hidden`` is
    covered.
    """

    axes = SPACE

    rects: tuple[tuple[int, int, int, int], ...]
    fill: float | tuple[float, ...] = 0.0
    policy: Literal["keep", "ignore", "background"] = "keep"
    max_hidden: float = 0.7


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
    keep = np.array([_hidden_fraction(box, erase.rects) <= erase.max_hidden for box in boxes.xyxy])
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


def _hidden_fraction(box: np.ndarray, rects: tuple[tuple[int, int, int, int], ...]) -> float:
    """The covered fraction of one box, by the cells that the rectangles' edges cut it into."""
    xs = np.unique([*np.clip([edge for rect in rects for edge in rect[::2]], box[0], box[2]).tolist(), box[0], box[2]])
    ys = np.unique([*np.clip([edge for rect in rects for edge in rect[1::2]], box[1], box[3]).tolist(), box[1], box[3]])
    cells = np.outer(np.diff(ys), np.diff(xs))
    x, y = (xs[:-1] + xs[1:]) / 2, (ys[:-1] + ys[1:]) / 2
    covered = np.zeros(cells.shape, dtype=bool)
    for x0, y0, x1, y1 in rects:
        covered |= np.outer((y >= y0) & (y < y1), (x >= x0) & (x < x1))
    return float(cells[covered].sum() / max(cells.sum(), 1e-12))
