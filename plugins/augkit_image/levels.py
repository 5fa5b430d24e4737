"""From the channels and the depth of a file to those that were asked for."""

from __future__ import annotations

from typing import Literal

import numpy as np

from augkit_image.border import Array
from augkit_image.colour import LUMA

Mode = Literal["rgb", "gray", "rgba", "keep"]


def as_mode(pixels: Array, mode: Mode) -> Array:
    """(h, w, 1 to 4), uint8, uint16 or float32, as ``rgb``, ``gray``, ``rgba`` (uint8) or ``keep`` (or float32)."""
    if mode == "keep":
        return pixels if pixels.dtype != np.uint16 else pixels * np.float32(1 / 65535)
    levels = to_levels(pixels)
    colours, alpha = (levels[:, :, :-1], levels[:, :, -1:]) if levels.shape[2] in (2, 4) else (levels, None)
    if mode == "rgba":
        alpha = np.full((*levels.shape[:2], 1), 255, np.uint8) if alpha is None else alpha
        return np.concatenate([np.broadcast_to(colours, (*levels.shape[:2], 3)), alpha], axis=2)
    if alpha is not None:
        colours = _on_white(colours, alpha)
    if mode == "rgb":
        return np.repeat(colours, 3, axis=2) if colours.shape[2] == 1 else colours
    return _luma(colours) if colours.shape[2] == 3 else colours


def to_levels(pixels: Array) -> Array:
    """uint8 of uint8, uint16 (0 to 65535) or float32 (0 to 1), rounded."""
    if pixels.dtype == np.uint8:
        return pixels
    if pixels.dtype == np.uint16:
        return ((pixels.astype(np.uint32) + 128) // 257).astype(np.uint8)
    return np.rint(np.clip(pixels, 0, 1) * 255).astype(np.uint8)


def _on_white(colours: Array, alpha: Array) -> Array:
    covered = (255 - colours.astype(np.uint32)) * alpha
    return (255 - (covered + 127) // 255).astype(np.uint8)


def _luma(colours: Array) -> Array:
    return np.rint(colours @ np.array(LUMA)).astype(np.uint8)[:, :, None]
