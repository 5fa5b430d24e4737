"""Blur, noise, sharpness, compression, erasing and the last step to a network. uint8 stays uint8, float32 in [0, 1]."""

from __future__ import annotations

import math
from collections.abc import Sequence

import cv2
import numpy as np

from augkit.rng import field
from augkit_image.border import Array, Fill, fill_pixel
from augkit_image.colour import colour_channels, standardized
from augkit_image.pixel_ops import Op

_SHARPEN_NEIGHBOURS = np.array([[1, 1, 1], [1, 5, 1], [1, 1, 1]]) / 13
_JPEG_LONGEST_SIDE = 65500


def gaussian_blur(image: Array, sigma: float) -> Array:
    """Every channel (alpha too) blurred by a Gaussian of ``sigma`` pixels, cut at 4 sigma; the edges are mirrored."""
    if sigma <= 0:
        return image
    # Faster and nearer to the formula than cv2.GaussianBlur, whose uint8 weights have 8 bits.
    kernel = cv2.getGaussianKernel(2 * max(1, math.ceil(4 * sigma)) + 1, sigma, cv2.CV_32F)
    out = cv2.sepFilter2D(np.ascontiguousarray(image), -1, kernel, kernel, borderType=cv2.BORDER_REFLECT)
    return out.reshape(image.shape)


def gaussian_noise(image: Array, std: float, subseed: int) -> Array:
    """Independent normal noise of ``std`` (fraction of the range) on every colour, clipped; decided by ``subseed``."""
    if std == 0:
        return image
    colours = colour_channels(image)
    noise = field(subseed).standard_normal((*image.shape[:2], colours), dtype=np.float32)
    full, depth = (255.0, cv2.CV_8U) if image.dtype == np.uint8 else (1.0, cv2.CV_32F)
    out = cv2.addWeighted(noise, std * full, np.ascontiguousarray(image[:, :, :colours]), 1.0, 0.0, dtype=depth)
    return _joined(_in_range(out), image)


def sharpen(image: Array, amount: float) -> Array:
    """Every colour pushed by ``amount`` from the mean of its 3 x 3 neighbourhood (itself 5-fold); -1 is that mean."""
    if amount == 0:
        return image
    kernel = -amount * _SHARPEN_NEIGHBOURS
    kernel[1, 1] += 1 + amount
    colours = np.ascontiguousarray(image[:, :, : colour_channels(image)])
    out = cv2.filter2D(colours, -1, kernel.astype(np.float32), borderType=cv2.BORDER_REFLECT)
    return _joined(_in_range(out), image)


def jpeg(image: Array, quality: int) -> Array:
    """The colours after a real JPEG compression of ``quality`` (1 to 100) in memory; floats go through 8 bits.

    ValueError: a quality outside 1 to 100, a side above 65,500 px.
    """
    if not 1 <= quality <= 100:
        raise ValueError(f"quality {quality} is not between 1 and 100")
    if max(image.shape[:2]) > _JPEG_LONGEST_SIDE:
        raise ValueError(
            f"{image.shape[1]} x {image.shape[0]} px is too large for JPEG ({_JPEG_LONGEST_SIDE} px a side)"
        )
    colours = image[:, :, : colour_channels(image)]
    levels = colours if image.dtype == np.uint8 else cv2.convertScaleAbs(np.ascontiguousarray(colours), alpha=255.0)
    reversed_levels = np.ascontiguousarray(levels.reshape(colours.shape)[:, :, ::-1])
    _, data = cv2.imencode(".jpg", reversed_levels, [cv2.IMWRITE_JPEG_QUALITY, int(quality)])
    decoded = cv2.imdecode(data, cv2.IMREAD_UNCHANGED).reshape(colours.shape)[:, :, ::-1]
    return _joined(decoded if image.dtype == np.uint8 else decoded * np.float32(1 / 255), image)


def erase(image: Array, rects: Sequence[Sequence[int]], fill: Fill) -> Array:
    """``fill``, one number or one per channel, in the image's range, over ``rects``: (x0, y0, x1, y1), half-open."""
    if not len(rects):
        return image
    out, pixel = image.copy(), fill_pixel(fill, image)
    if overlap(rects, image.shape[0] * image.shape[1]):
        out[covered(rects, image.shape[0], image.shape[1])] = pixel
        return out
    for x0, y0, x1, y1 in rects:
        out[max(y0, 0) : max(y1, 0), max(x0, 0) : max(x1, 0)] = pixel
    return out


def overlap(rects: Sequence[Sequence[int]], area: int) -> bool:
    """Whether rectangles in a picture of ``area`` pixels lie over each other so much that painting each takes long."""
    return sum((x1 - x0) * (y1 - y0) for x0, y0, x1, y1 in rects) > 2 * area


def covered(rects: Sequence[Sequence[int]], height: int, width: int) -> Array:
    """Which pixels (h, w) lie under some rectangle."""
    under = np.zeros((height, width), dtype=bool)
    for x0, y0, x1, y1 in rects:
        under[max(y0, 0) : max(y1, 0), max(x0, 0) : max(x1, 0)] = True
    return under


def to_float_chw(image: Array) -> Array:
    """float32 (c, h, w) in [0, 1]."""
    return normalize(image, 0.0, 1.0)


def normalize(image: Array, mean: float | Sequence[float], std: float | Sequence[float]) -> Array:
    """(value - mean) / std as float32 (c, h, w); uint8 is divided by 255 first, so both are fractions of the range.

    ValueError: numbers for another count of channels, or a std of 0.
    """
    return normalized(image, [], mean, std)


def normalized(
    image: Array, ops: Sequence[Op], mean: float | Sequence[float], std: float | Sequence[float], fuse: bool = False
) -> Array:
    """``normalize`` after a program of colours, in one pass over the pixels."""
    means, stds = (_per_channel(name, given, image.shape[2]) for name, given in (("mean", mean), ("std", std)))
    if min(stds) <= 0:
        raise ValueError(f"std {std!r} must be above 0")
    return standardized(image, ops, means, stds, fuse)


def _per_channel(name: str, given: float | Sequence[float], channels: int) -> list[float]:
    values = [float(value) for value in given] if isinstance(given, tuple | list) else [float(given)]  # type: ignore[arg-type]
    if len(values) not in (1, channels):
        raise ValueError(
            f"{name} has {len(values)} values for an image of {channels} channel(s); "
            "give one number, or one a channel, or read the image with other channels"
        )
    return values if len(values) == channels else values * channels


def _in_range(out: Array) -> Array:
    return out if out.dtype == np.uint8 else np.clip(out, 0, 1, out=out)


def _joined(colours: Array, image: Array) -> Array:
    """``colours`` with the image's alpha beside them; OpenCV drops a single channel, it comes back here."""
    colours = colours.reshape(*image.shape[:2], -1)
    if colours.shape[2] == image.shape[2]:
        return colours
    return np.concatenate([colours, image[:, :, colours.shape[2] :]], axis=2)
