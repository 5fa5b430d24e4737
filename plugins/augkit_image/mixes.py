"""How pixels of several pictures become one picture."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import cv2
import numpy as np

from augkit.errors import DataError
from augkit.mixing import keeps_out, mixes
from augkit.vocab.blend import Blend
from augkit.vocab.space import Image, ImageTensor, Mask
from augkit.vocab.space import blends as blends
from augkit.vocab.space.mosaic import Laid, Mosaic
from augkit.vocab.space.paste import Paste, Pasting
from augkit.vocab.space.patch import Patch
from augkit_image.border import Array
from augkit_image.warp import warp

keeps_out(
    Blend,
    Mask,
    because="two masks laid over each other are no mask. Use `cutmix`, which pastes classes with the pixels.",
)


@mixes(Blend, Image)
def images_blend(images: Sequence[Image], blend: Blend) -> Image:
    """Laid over each other, each with its share; uint8 is rounded."""
    pixels = _blended([image.pixels for image in images], blend)
    if pixels.dtype == np.float32 and pixels is not images[0].pixels:
        np.clip(pixels, 0.0, 1.0, out=pixels)  # rounding may leave the range by its last bit
    return dataclasses.replace(images[0], pixels=pixels)


@mixes(Blend, ImageTensor)
def tensors_blend(images: Sequence[ImageTensor], blend: Blend) -> ImageTensor:
    """Laid over each other, each with its share."""
    return dataclasses.replace(images[0], values=_blended([image.values for image in images], blend))


@mixes(Patch, Image)
def images_patch(images: Sequence[Image], patch: Patch) -> Image:
    """The partner's pixels in the rectangle."""
    own, other = (image.pixels for image in images)
    check_alike(own, other)
    x0, y0, x1, y1 = patch.rect
    pixels = own.copy()
    pixels[y0:y1, x0:x1] = other[y0:y1, x0:x1]
    return dataclasses.replace(images[0], pixels=pixels)


@mixes(Patch, ImageTensor)
def tensors_patch(images: Sequence[ImageTensor], patch: Patch) -> ImageTensor:
    """The partner's values in the rectangle."""
    own, other = (image.values for image in images)
    check_alike(own, other)
    x0, y0, x1, y1 = patch.rect
    values = own.copy()
    values[:, y0:y1, x0:x1] = other[:, y0:y1, x0:x1]
    return dataclasses.replace(images[0], values=values)


@mixes(Patch, Mask)
def masks_patch(masks: Sequence[Mask], patch: Patch) -> Mask:
    """The partner's classes in the rectangle."""
    own, other = (mask.classes for mask in masks)
    x0, y0, x1, y1 = patch.rect
    classes = own.astype(np.result_type(own, other))
    classes[y0:y1, x0:x1] = other[y0:y1, x0:x1]
    return dataclasses.replace(masks[0], classes=classes)


def check_alike(own: Array, other: Array) -> None:
    """Refuse pictures of other channels or another dtype."""
    if own.shape != other.shape or own.dtype != other.dtype:
        raise DataError(
            f"a picture of shape {own.shape}, {own.dtype}, cannot be mixed with one of {other.shape}, {other.dtype}; "
            "give all the same channels, as with `grayscale` or `to_tensor`."
        )


def _blended(arrays: Sequence[Array], blend: Blend) -> Array:
    own, other = arrays
    check_alike(own, other)
    if blend.share == 1.0:
        return own
    one, rest = blend.shares()
    if own.dtype == np.float32:
        mixed: Array = np.subtract(other, own)
        mixed *= np.float32(rest)
        mixed += own
        return mixed
    rounded: Array = cv2.addWeighted(np.ascontiguousarray(own), one, np.ascontiguousarray(other), rest, 0.0)
    return rounded.reshape(own.shape)


@mixes(Mosaic, Image)
def images_in_mosaic(images: Sequence[Image], mosaic: Laid) -> Image:
    """Each picture resampled into its cell."""
    pixels = [image.pixels for image in images]
    for other in pixels[1:]:
        check_alike(pixels[0][:1, :1], other[:1, :1])
    return dataclasses.replace(images[0], pixels=_tiled(pixels, mosaic, mosaic.interpolation))


@mixes(Mosaic, Mask)
def masks_in_mosaic(masks: Sequence[Mask], mosaic: Laid) -> Mask:
    """Each mask into its cell, by nearest."""
    classes = [mask.classes for mask in masks]
    widest = np.result_type(*classes)
    tiled = _tiled([each.astype(widest, copy=False) for each in classes], mosaic, "nearest")
    return dataclasses.replace(masks[0], classes=tiled)


def _tiled(arrays: Sequence[Array], mosaic: Laid, interpolation: str) -> Array:
    whole = np.empty((*mosaic.size_out, *arrays[0].shape[2:]), dtype=arrays[0].dtype)
    for array, into, (x0, y0, x1, y1) in zip(arrays, mosaic.maps, mosaic.cells(), strict=True):
        if into is not None:
            whole[y0:y1, x0:x1] = warp(array, into.array(), into.size_out, interpolation, into.border)
    return whole


@mixes(Paste, Image)
def images_paste(images: Sequence[Image], paste: Pasting) -> Image:
    """The partner's pixels where its objects lie."""
    own, other = (image.pixels for image in images)
    check_alike(own, other)
    return dataclasses.replace(images[0], pixels=paste.pasted(own, other))
