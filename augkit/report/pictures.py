"""Images as HTML, with masks, boxes and keypoints drawn over them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from html import escape
from typing import Any

import numpy as np

from augkit.report.palette import Palette, class_rgb
from augkit.report.png import data_uri
from augkit.sample import Target
from augkit.trace import Trace
from augkit.vocab.space import Boxes, Image, ImageTensor, Keypoints, Mask

SIDE = 220
"""The longer side of a picture on the page, in CSS pixels; the file holds twice as many where there are."""


def pictures(targets: Mapping[str, Target], trace: Trace | None, palette: Palette) -> str:
    """The images of one group, each with the annotations of the group; a mask alone when there is no image."""
    images = {name: target for name, target in targets.items() if isinstance(target, Image | ImageTensor)}
    masks = {name: target for name, target in targets.items() if isinstance(target, Mask)}
    over = [target for target in targets.values() if isinstance(target, Mask | Boxes | Keypoints)]
    grounds = {name: _levels(target, trace) for name, target in images.items()}
    if not grounds and masks:
        name, mask = next(iter(masks.items()))
        grounds[name] = np.full((*mask.classes.shape[:2], 1), 128, np.uint8)
    return "".join(_picture(name, pixels, over, palette) for name, pixels in grounds.items())


def _picture(name: str, pixels: np.ndarray, over: Iterable[Target], palette: Palette) -> str:
    h, w = pixels.shape[:2]
    scale = SIDE / max(h, w)
    style = f"width:{max(1, w * scale):.0f}px;height:{max(1, h * scale):.0f}px"
    layers = [_layer(_reduced(pixels), "image")]
    for target in over:
        if isinstance(target, Mask):
            layers.append(_layer(_mask_colours(target), "mask"))
        elif isinstance(target, Boxes):
            layers.append(_boxes(target, h, w, palette))
        elif isinstance(target, Keypoints):
            layers.append(_keypoints(target, h, w, palette))
    small = " small" if max(h, w) * 2 < SIDE else ""
    return f'<div class="pic{small}" style="{style}" title="{escape(name)}, {h} × {w} px">{"".join(layers)}</div>'


def _layer(pixels: np.ndarray, kind: str) -> str:
    return f'<img class="{kind}" src="{data_uri(pixels)}" alt="">'


def _levels(target: Image | ImageTensor, trace: Trace | None) -> np.ndarray:
    """(h, w, c) uint8; a normalisation in the trace is undone."""
    if isinstance(target, Image):
        pixels = target.pixels
        return pixels if pixels.dtype == np.uint8 else np.rint(np.clip(pixels, 0, 1) * 255).astype(np.uint8)
    values = np.moveaxis(target.values, 0, 2).astype(np.float64)
    for entry in reversed(trace.entries if trace else ()):
        if entry.params and {"mean", "std"} <= entry.params.keys():
            values = values * np.array(entry.params["std"]) + np.array(entry.params["mean"])
            break
    return np.asarray(np.rint(np.clip(values, 0, 1) * 255), dtype=np.uint8)


def _reduced(pixels: np.ndarray) -> np.ndarray:
    """At most twice as many pixels a side as the page shows: each the mean of a block."""
    block = math.ceil(max(pixels.shape[:2]) / (2 * SIDE))
    if block == 1 or min(pixels.shape[:2]) < block:
        return pixels
    h, w = pixels.shape[0] // block * block, pixels.shape[1] // block * block
    blocks = pixels[:h, :w].reshape(h // block, block, w // block, block, pixels.shape[2])
    return np.asarray(np.rint(blocks.mean(axis=(1, 3))), dtype=np.uint8)


def _mask_colours(mask: Mask) -> np.ndarray:
    """RGBA: background clear, classes coloured, what is to be ignored hatched in gray."""
    step = math.ceil(max(mask.classes.shape) / (2 * SIDE))
    classes = mask.classes[::step, ::step].astype(np.int64)
    coloured = np.zeros((*classes.shape, 4), np.uint8)
    ignored = (classes == mask.outside) & (mask.outside != 0)
    for number in np.unique(classes[(classes != 0) & ~ignored]).tolist():
        coloured[classes == number] = (*class_rgb(number), 150)
    y, x = np.indices(classes.shape)
    stripe = max(1, max(classes.shape) // 60)
    coloured[ignored] = (128, 128, 128, 110)
    coloured[ignored & ((x + y) // stripe % 4 < 2)] = (30, 30, 30, 190)
    return coloured


def _boxes(boxes: Boxes, h: int, w: int, palette: Palette) -> str:
    labels = _labels(boxes.columns, len(boxes))
    drawn = []
    for (x0, y0, x1, y1), label in zip(boxes.xyxy.tolist(), labels, strict=True):
        colour = palette.of(label)
        place = f"{_at(x0, y0, h, w)};width:{100 * (x1 - x0) / w:.2f}%;height:{100 * (y1 - y0) / h:.2f}%"
        name = f'<b style="background:{colour}">{escape(label)}</b>' if label else ""
        drawn.append(f'<i class="box" style="{place};border-color:{colour}">{name}</i>')
    return "".join(drawn)


def _keypoints(points: Keypoints, h: int, w: int, palette: Palette) -> str:
    labels = _labels(points.columns, len(points))
    seen = [True] * len(points) if points.visibility is None else [bool(v) for v in points.visibility.tolist()]
    drawn = []
    for (x, y), label, visible in zip(points.xy.tolist(), labels, seen, strict=True):
        hidden = "" if visible else " hidden"
        style = f"{_at(x, y, h, w)};--c:{palette.of(label)}"
        drawn.append(f'<i class="dot{hidden}" style="{style}" title="{escape(label)} ({x:.1f}, {y:.1f})"></i>')
    return "".join(drawn)


def _at(x: float, y: float, h: int, w: int) -> str:
    return f"left:{100 * x / w:.2f}%;top:{100 * y / h:.2f}%"


def _labels(columns: Mapping[str, Any], count: int) -> list[str]:
    """The ``label`` column, or the first there is."""
    column = columns.get("label", next(iter(columns.values()), None))
    return [""] * count if column is None else [str(item) for item in column]
