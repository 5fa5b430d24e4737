"""What is drawn over a picture as lines or as a veil: outlines, instance masks, heatmaps and depth."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from html import escape
from typing import Any

import numpy as np

from augkit.report.palette import Palette
from augkit.vocab.space import Depth, Heatmap, InstanceMasks, OrientedBoxes, Polygons

_VEIL = 150


def labels_of(columns: Mapping[str, Any], count: int) -> list[str]:
    """The ``label`` column, or the first there is."""
    column = columns.get("label", next(iter(columns.values()), None))
    return [""] * count if column is None else [str(item) for item in column]


def outlined(target: Polygons | OrientedBoxes, h: int, w: int, palette: Palette) -> str:
    """Lines round each object; of an oriented box the first side, along w, is thicker."""
    rings = target.rings if isinstance(target, Polygons) else [(corners,) for corners in target.corners()]
    labels = labels_of(target.columns, len(target))
    front = isinstance(target, OrientedBoxes)
    drawn = "".join(_outline(parts, label, palette, front) for parts, label in zip(rings, labels, strict=True))
    return f'<svg class="outline {target.kind}" viewBox="0 0 {w} {h}" preserveAspectRatio="none">{drawn}</svg>'


def _outline(rings: Iterable[np.ndarray], label: str, palette: Palette, front: bool) -> str:
    colour = palette.of(label)
    parts = [f'<polygon points="{_points(ring)}"/>' for ring in rings]
    if front:
        parts += [f'<polyline points="{_points(ring[:2])}"/>' for ring in rings]
    return f'<g style="--c:{colour}"><title>{escape(label)}</title>{"".join(parts)}</g>'


def _points(ring: np.ndarray) -> str:
    return " ".join(f"{x:.2f},{y:.2f}" for x, y in ring.tolist())


def instance_colours(target: InstanceMasks, palette: Palette, side: int) -> np.ndarray:
    """RGBA (h, w, 4) of at most ``side`` px: each object in its label's colour, later ones on top."""
    step = math.ceil(max(target.masks.shape[1:]) / side)
    masks = target.masks[:, ::step, ::step]
    coloured = np.zeros((*masks.shape[1:], 4), np.uint8)
    for mask, label in zip(masks, labels_of(target.columns, len(target)), strict=True):
        colour = palette.of(label)
        coloured[mask] = (*(int(colour[at : at + 2], 16) for at in (1, 3, 5)), _VEIL)
    return coloured


def heat_colours(target: Heatmap | Depth, side: int) -> np.ndarray:
    """RGBA (h, w, 4) of at most ``side`` px: the strongest channel, from clear to red, or depth from far (blue) to near
    (red); what is not known is clear.
    """
    step = math.ceil(max(target.values.shape[:2]) / side)
    values = np.nan_to_num(target.values[::step, ::step].astype(np.float64), nan=-np.inf).max(axis=2)
    known = np.isfinite(values)
    low, high = (float(values[known].min()), float(values[known].max())) if known.any() else (0.0, 0.0)
    share = np.where(known, (values - low) / (high - low) if high > low else 0.0, 0.0)
    heat = isinstance(target, Heatmap)
    red, alpha = (np.ones_like(share), share) if heat else (1 - share, np.ones_like(share))
    blue = np.zeros_like(share) if heat else share
    colours = np.stack([red * 255, np.full_like(share, 60), blue * 255, np.where(known, alpha, 0.0) * _VEIL], axis=2)
    return np.asarray(np.rint(colours), dtype=np.uint8)
