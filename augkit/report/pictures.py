"""Images as HTML, with all that is annotated on them drawn over them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from html import escape

import numpy as np

from augkit.report.overlays import heat_colours, instance_colours, labels_of, outlined
from augkit.report.palette import Palette, class_colour, class_rgb
from augkit.report.png import data_uri
from augkit.sample import Axis, Target
from augkit.trace import Trace
from augkit.vocab.space import (
    Boxes,
    Depth,
    Image,
    ImageSequence,
    ImageSequenceTensor,
    ImageTensor,
    InstanceMasks,
    Keypoints,
    Mask,
    OrientedBoxes,
    Polygons,
)

_OVER = (Mask, InstanceMasks, Depth, Boxes, OrientedBoxes, Polygons, Keypoints)
_FRAMES = 3

SIDE = 220
"""The longer side of a picture on the page, in CSS pixels."""


def pictures(targets: Mapping[str, Target], trace: Trace | None, palette: Palette, side: int = 2 * SIDE) -> str:
    """The images of one group, each with the annotations of the group, of a film some frames; gray where there are
    annotations alone. The page holds at most ``side`` pixels a side of each.
    """
    over = [target for target in targets.values() if isinstance(target, _OVER)]
    grounds = {name: _levels(image, trace) for name, image in _images(targets)}
    carriers = [(name, target.frame()) for name, target in targets.items() if target in over and target.carrier]
    if not grounds and carriers:
        name, frame = carriers[0]
        grounds[name] = np.full((*frame[Axis.SPACE], 1), 128, np.uint8)
    return "".join(_picture(name, pixels, over, palette, side) for name, pixels in grounds.items())


def _images(targets: Mapping[str, Target]) -> Iterator[tuple[str, Image | ImageTensor]]:
    for name, target in targets.items():
        if isinstance(target, Image | ImageTensor):
            yield name, target
        if isinstance(target, ImageSequence | ImageSequenceTensor):
            frames = target.frames if isinstance(target, ImageSequence) else target.values
            for at in sorted({round(at) for at in np.linspace(0, len(frames) - 1, _FRAMES).tolist()}):
                shown = Image(frames[at]) if isinstance(target, ImageSequence) else ImageTensor(frames[at])
                yield f"{name} {at + 1}/{len(frames)}", shown


def _picture(name: str, pixels: np.ndarray, over: Iterable[Target], palette: Palette, side: int) -> str:
    h, w = pixels.shape[:2]
    scale = SIDE / max(h, w)
    style = f"width:{max(1, w * scale):.0f}px;height:{max(1, h * scale):.0f}px"
    layers = [_layer(_reduced(pixels, side), "image"), *(_over(target, h, w, palette) for target in over)]
    small = " small" if max(h, w) * 2 < SIDE else ""
    return (
        f'<div class="pic{small}" style="{style}" title="{escape(name)}, {h} × {w} px">{"".join(layers)}</div>'
        + "".join(_legend(target) for target in over if isinstance(target, Mask))
    )


def _legend(mask: Mask) -> str:
    """The names of the classes that the mask shows, where they have names."""
    there = set(np.unique(mask.classes).tolist()) - {0}
    named = [(name, number) for name, number in mask.options.numbers().items() if number in there]
    chips = "".join(
        f'<span><i style="background:{class_colour(number)}"></i>{escape(str(name))}</span>' for name, number in named
    )
    return f'<div class="legend">{chips}</div>' if chips else ""


def _over(target: Target, h: int, w: int, palette: Palette) -> str:
    match target:
        case Mask():
            return _layer(_mask_colours(target), "mask semantic")
        case InstanceMasks():
            return _layer(instance_colours(target, palette, 2 * SIDE), "mask masks") if len(target) else ""
        case Depth():
            return _layer(heat_colours(target, 2 * SIDE), f"mask {target.kind}")
        case Boxes():
            return _boxes(target, h, w, palette)
        case Keypoints():
            return _keypoints(target, h, w, palette)
        case OrientedBoxes() | Polygons():
            return outlined(target, h, w, palette)
    return ""


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


def _reduced(pixels: np.ndarray, side: int) -> np.ndarray:
    """At most ``side`` pixels a side, each the mean of a block."""
    block = math.ceil(max(pixels.shape[:2]) / side)
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
    labels = labels_of(boxes.columns, len(boxes))
    drawn = []
    for (x0, y0, x1, y1), label in zip(boxes.xyxy.tolist(), labels, strict=True):
        colour = palette.of(label)
        place = f"{_at(x0, y0, h, w)};width:{100 * (x1 - x0) / w:.2f}%;height:{100 * (y1 - y0) / h:.2f}%"
        name = f'<b style="background:{colour}">{escape(label)}</b>' if label else ""
        drawn.append(f'<i class="box" style="{place};border-color:{colour}">{name}</i>')
    return "".join(drawn)


def _keypoints(points: Keypoints, h: int, w: int, palette: Palette) -> str:
    labels = labels_of(points.columns, len(points))
    seen = [True] * len(points) if points.visibility is None else [bool(v) for v in points.visibility.tolist()]
    drawn = []
    for (x, y), label, visible in zip(points.xy.tolist(), labels, seen, strict=True):
        hidden = "" if visible else " hidden"
        style = f"{_at(x, y, h, w)};--c:{palette.of(label)}"
        drawn.append(f'<i class="dot{hidden}" style="{style}" title="{escape(label)} ({x:.1f}, {y:.1f})"></i>')
    return "".join(drawn)


def _at(x: float, y: float, h: int, w: int) -> str:
    return f"left:{100 * x / w:.2f}%;top:{100 * y / h:.2f}%"
