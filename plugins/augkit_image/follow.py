"""How pixels follow what moves space: the kernels of Image and Mask."""

from __future__ import annotations

import dataclasses

import numpy as np

from augkit.transform import moves
from augkit.vocab.space import Erase, Image, Mask, PlanarMap
from augkit_image.border import Array
from augkit_image.colour import colour_channels
from augkit_image.filters import erase
from augkit_image.warp import warp


@moves(PlanarMap, Image)
def image_follows_map(image: Image, planar: PlanarMap) -> Image:
    """Resampled by the map; flips, quarter turns, crops and pads move whole pixels."""
    fill = image_fill(planar.fill, image.pixels)
    pixels = warp(image.pixels, planar.array(), planar.size_out, planar.interpolation, planar.border, fill)
    return dataclasses.replace(image, pixels=pixels)


@moves(PlanarMap, Mask)
def mask_follows_map(mask: Mask, planar: PlanarMap) -> Mask:
    """The same map with nearest; where the border is constant, the outside becomes the ignore index."""
    classes = warp(mask.classes, planar.array(), planar.size_out, "nearest", planar.border, mask.outside)
    return dataclasses.replace(mask, classes=classes)


@moves(Erase, Image)
def image_follows_erase(image: Image, params: Erase) -> Image:
    """Painted over in the rectangles."""
    return dataclasses.replace(image, pixels=erase(image.pixels, params.rects, image_fill(params.fill, image.pixels)))


def image_fill(fill: float | tuple[float, ...], pixels: Array) -> tuple[float, ...]:
    """``fill`` (0 to 255, one number or one a colour) for each channel in the range of ``pixels``.

    It is paint, so alpha is opaque unless it is given too. ValueError: another count of numbers than channels.
    """
    colours, channels = colour_channels(pixels), pixels.shape[2]
    values = (fill,) * colours if isinstance(fill, int | float) else tuple(fill)
    values = values * colours if len(values) == 1 else values
    values = (*values, 255.0) if len(values) == colours < channels else values
    if len(values) != channels:
        raise ValueError(f"fill {list(values)} has {len(values)} numbers for an image of {channels} channels")
    return tuple(value / 255 for value in values) if pixels.dtype == np.float32 else values
