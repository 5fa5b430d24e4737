"""Instances, outlines, oriented boxes and what is dense: they stay with the mask and with the picture."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from augkit.testing import markers
from augkit.testing.subject import Visit
from augkit.vocab.space import Affine2D, Heatmap, Image, ImageSequence, InstanceMasks, OrientedBoxes, Polygons, SpaceMap

_NEAR_PX = 1.001
_UNKNOWN_STRETCH = 3.0


def shapes_fit(visit: Visit) -> int:
    """What goes with each thing of a mask, against the pixels of the mask that came out."""
    mask, before = markers.classes(visit), visit.case.fields["mask"]
    return sum(
        _kind_fits(visit, kind, mask, before)
        for kind in ("instances", "outlines", "oriented")
        if kind in visit.after.targets
    )


def _kind_fits(visit: Visit, field: str, mask: np.ndarray, before: np.ndarray) -> int:
    target: Any = visit.after.targets[field]
    rows = {int(id): row for row, id in enumerate(target.columns["id"])}
    for id in visit.before.targets[field].columns["id"].tolist():  # type: ignore[attr-defined]
        seen = mask == id
        if id in rows:
            _FITS[type(target)](visit, target, rows[id], id, seen)
        elif seen.sum() > 0.5 * (before == id).sum():
            raise visit.broken(f"{field}: {id} was dropped, but {int(seen.sum())} pixels of its mask are left")
    return len(rows)


def _instance_fits(visit: Visit, target: InstanceMasks, row: int, id: int, seen: np.ndarray) -> None:
    differs = int((target.masks[row] != seen).sum())
    if differs:
        raise visit.broken(f"instances: {differs} pixels of {id} are not those of the mask")


def _outline_fits(visit: Visit, target: Polygons, row: int, id: int, seen: np.ndarray) -> None:
    rings = target.rings[row]
    inside = np.zeros(seen.size, dtype=bool)
    for ring in rings:
        inside ^= _within(ring, _centres(seen.shape))
    wrong = _centres(seen.shape)[inside != seen.ravel()]
    if not len(wrong):
        return
    off = np.min([_distance(ring, wrong) for ring in rings], axis=0)
    if off.max() > _NEAR_PX * max(1.0, _stretch(visit)):
        at = wrong[int(off.argmax())].tolist()
        raise visit.broken(f"outlines: the outline of {id} and its mask differ at {at}, {off.max():.2f} px from it")


def _oriented_fits(visit: Visit, target: OrientedBoxes, row: int, id: int, seen: np.ndarray) -> None:
    cx, cy, w, h, degrees = target.xywha[row].tolist()
    cos, sin = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    off = _centres(seen.shape)[seen.ravel()] - (cx, cy)
    beyond = np.abs(off @ np.array([[cos, -sin], [sin, cos]])) - (w / 2, h / 2)
    if len(beyond) and beyond.max() > 1.0:
        raise visit.broken(f"oriented: {target.xywha[row].round(2).tolist()} leaves out {beyond.max():.2f} px of {id}")
    grown = w * h / _sides(visit, id)
    told = _even_scale(visit)
    if told is not None and abs(grown / told**2 - 1) > 1e-6:
        raise visit.broken(f"oriented: {id} covers {grown / told**2:.3f} times what the map makes of it")


def _stretch(visit: Visit) -> float:
    """By how much a pixel, and with it the steps of a mask's edge, is enlarged at most."""
    h, w = visit.case.fields["mask"].shape
    xy, most = _centres((h, w)), 1.0
    for drawn in visit.params:
        if not isinstance(drawn, SpaceMap):
            return _UNKNOWN_STRETCH
        steps = [np.linalg.norm(drawn.points(xy + step) - drawn.points(xy), axis=1).max() for step in ((1, 0), (0, 1))]
        most *= float(max(steps))
    return most


def _sides(visit: Visit, id: int) -> float:
    x0, y0, x1, y1 = visit.case.fields["boxes"]["xyxy"][id - 1].tolist()
    return float((x1 - x0) * (y1 - y0))


def _even_scale(visit: Visit) -> float | None:
    """By how much maps that keep right angles and ratios enlarge; None for others."""
    scale = 1.0
    for drawn in visit.params:
        if not isinstance(drawn, Affine2D):
            return None
        a, b = drawn.array()[:2, :2].T
        if abs(a @ b) > 1e-9 or abs(math.hypot(*a) - math.hypot(*b)) > 1e-9:
            return None
        scale *= math.hypot(*a)
    return scale


_FITS: dict[type, Any] = {InstanceMasks: _instance_fits, Polygons: _outline_fits, OrientedBoxes: _oriented_fits}


def dense_agree(visit: Visit) -> int:
    """A picture that is a heatmap too must look the same in both, and a film whose first frame it is."""
    image, ran = visit.after.targets["image"], 0
    heat, film = visit.after.targets.get("heat"), visit.after.targets.get("film")
    if isinstance(image, Image) and isinstance(heat, Heatmap):
        off = np.abs(heat.values - image.pixels)
        if heat.values.shape != image.pixels.shape or off.max() > 0.05:
            raise visit.broken(f"heat: a picture moved as a heatmap differs from itself by up to {off.max():.2f}")
        ran += 1
    if isinstance(image, Image) and isinstance(film, ImageSequence):
        if film.frames[0].shape != image.pixels.shape or (film.frames[0] != image.pixels).any():
            raise visit.broken("film: its first frame and the same picture alone come out different")
        ran += 1
    return ran


def _centres(shape: tuple[int, ...]) -> np.ndarray:
    rows, columns = np.indices(shape)
    return np.stack([columns.ravel(), rows.ravel()], axis=1) + 0.5


def _within(ring: np.ndarray, xy: np.ndarray) -> np.ndarray:
    """Which places lie in a ring, by how often a line to the right crosses it."""
    a, b = ring[:, None], np.roll(ring, -1, axis=0)[:, None]
    spans = (a[..., 1] > xy[:, 1]) != (b[..., 1] > xy[:, 1])
    rise = np.where(b[..., 1] == a[..., 1], 1.0, b[..., 1] - a[..., 1])
    crossing = a[..., 0] + (xy[:, 1] - a[..., 1]) / rise * (b[..., 0] - a[..., 0])
    return np.asarray(((spans & (xy[:, 0] < crossing)).sum(axis=0) % 2) == 1)


def _distance(ring: np.ndarray, xy: np.ndarray) -> np.ndarray:
    """How far places lie from the nearest edge of a ring, pixels."""
    a, side = ring[:, None], (np.roll(ring, -1, axis=0) - ring)[:, None]
    length = np.maximum((side**2).sum(axis=2), 1e-12)
    along = np.clip(((xy - a) * side).sum(axis=2) / length, 0.0, 1.0)
    return np.asarray(np.linalg.norm(xy - (a + along[..., None] * side), axis=2).min(axis=0))
