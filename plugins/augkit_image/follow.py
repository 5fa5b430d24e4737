"""How pixels follow what moves space: the kernels of Image and Mask."""

from __future__ import annotations

import dataclasses

import numpy as np

from augkit.rng import field
from augkit.transform import moves
from augkit.vocab.space import Erase, FieldMap, Image, Mask, PlanarMap
from augkit_image.border import Array
from augkit_image.colour import colour_channels
from augkit_image.filters import covered, erase, overlap
from augkit_image.remap import remapped
from augkit_image.warp import warp


@moves(PlanarMap, Image)
def image_follows_map(image: Image, planar: PlanarMap) -> Image:
    """Resampled by the map; flips, quarter turns, crops and pads move whole pixels."""
    fill = image_fill(planar.fill, image.pixels)
    pixels = warp(image.pixels, planar.matrix, planar.size_out, planar.interpolation, planar.border, fill)
    return Image(pixels, options=image.options)


@moves(PlanarMap, Mask)
def mask_follows_map(mask: Mask, planar: PlanarMap) -> Mask:
    """The same map with nearest; where the border is constant, the outside becomes the ignore index."""
    classes = warp(mask.classes, planar.matrix, planar.size_out, "nearest", planar.border, mask.outside)
    return Mask(classes, options=mask.options)


@moves(FieldMap, Image)
def image_follows_field(image: Image, field: FieldMap) -> Image:
    """Read where each output pixel comes from; the identical object where nothing moves."""
    if field.still():
        return image
    fill = image_fill(field.fill, image.pixels)
    pixels = remapped(image.pixels, field, field.interpolation, field.border, fill)
    return dataclasses.replace(image, pixels=pixels)


@moves(FieldMap, Mask)
def mask_follows_field(mask: Mask, field: FieldMap) -> Mask:
    """The same field with nearest; where the border is constant, the outside becomes the ignore index."""
    if field.still():
        return mask
    return dataclasses.replace(mask, classes=remapped(mask.classes, field, "nearest", field.border, mask.outside))


@moves(Erase, Image)
def image_follows_erase(image: Image, params: Erase) -> Image:
    """Painted over in the rectangles."""
    return dataclasses.replace(image, pixels=painted(image.pixels, params)) if params.rects else image


def painted(pixels: Array, params: Erase) -> Array:
    """The rectangles filled: with a colour, the image's mean colour, or noise. Paint is opaque."""
    if params.fill == "noise":
        return _noised(pixels, params)
    if params.fill == "mean":
        full = 1 if pixels.dtype == np.uint8 else 255
        colours = pixels[:, :, : colour_channels(pixels)].mean(axis=(0, 1), dtype=np.float64) * full
        return erase(pixels, params.rects, image_fill(tuple(colours.tolist()), pixels))
    assert not isinstance(params.fill, str)
    return erase(pixels, params.rects, image_fill(params.fill, pixels))


def _noised(pixels: Array, params: Erase) -> Array:
    rng, colours = field(params.subseed), colour_channels(pixels)
    out = pixels.copy()
    alpha = out[:, :, colours:]
    if overlap(params.rects, pixels.shape[0] * pixels.shape[1]):
        under = covered(params.rects, *pixels.shape[:2])
        levels = rng.integers(0, 256, (*under.shape, colours), dtype=np.uint8)[under]
        out[:, :, :colours][under] = levels if pixels.dtype == np.uint8 else levels / np.float32(255)
        alpha[under] = 255 if pixels.dtype == np.uint8 else 1
        return out
    for x0, y0, x1, y1 in params.rects:
        shape = out[y0:y1, x0:x1, :colours].shape
        levels = rng.integers(0, 256, shape, dtype=np.uint8)
        out[y0:y1, x0:x1, :colours] = levels if pixels.dtype == np.uint8 else levels / np.float32(255)
        alpha[y0:y1, x0:x1] = 255 if pixels.dtype == np.uint8 else 1
    return out


def image_fill(fill: float | tuple[float, ...], pixels: Array) -> tuple[float, ...]:
    """``fill`` (0 to 255, one number or one a colour) for each channel in the range of ``pixels``.

    It is paint, so alpha is opaque unless it is given too. ValueError: another count of numbers than channels.
    """
    if fill == 0 and pixels.shape[2] in (1, 3):
        return (0.0,)
    colours, channels = colour_channels(pixels), pixels.shape[2]
    values = (fill,) * colours if isinstance(fill, int | float) else tuple(fill)
    values = values * colours if len(values) == 1 else values
    values = (*values, 255.0) if len(values) == colours < channels else values
    if len(values) != channels:
        raise ValueError(f"fill {list(values)} has {len(values)} numbers for an image of {channels} channels")
    return tuple(value / 255 for value in values) if pixels.dtype == np.float32 else values
