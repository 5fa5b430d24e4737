"""Colours of whole images: uint8 is rounded, float32 stays in [0, 1]; the last of 2 or 4 channels is alpha."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from augkit_image.border import Array

LUMA = (0.299, 0.587, 0.114)

_LEVELS = np.arange(256, dtype=np.float64)


def brightness(image: Array, factor: float) -> Array:
    """Every colour times ``factor``: 0 is black, 1 the same image."""
    return _scaled(image, factor, 0.0)


def contrast(image: Array, factor: float) -> Array:
    """Every colour drawn to (``factor`` < 1) or pushed from (> 1) the mean gray of the image."""
    return image if factor == 1 else _scaled(image, factor, (1 - factor) * _mean_gray(image))


def saturation(image: Array, factor: float) -> Array:
    """Every pixel drawn to (``factor`` < 1) or pushed from (> 1) its own gray: 0 is gray, 1 the same image."""
    if factor == 1 or image.shape[2] < 3:
        return image
    return _mixed(image, factor * np.eye(3) + (1 - factor) * np.array(LUMA))


def grayscale(image: Array) -> Array:
    """The luma (0.299 R + 0.587 G + 0.114 B) in each of as many channels as before."""
    return saturation(image, 0.0)


def hue(image: Array, turns: float) -> Array:
    """The hue of HSV moved round its circle by ``turns``; each pixel keeps its largest and its smallest colour."""
    if turns % 1 == 0 or image.shape[2] < 3:
        return image
    colours = np.ascontiguousarray(image[:, :, :3], dtype=np.float32)
    if image.dtype == np.uint8:
        colours = colours * np.float32(1 / 255)
    hsv = cv2.cvtColor(colours, cv2.COLOR_RGB2HSV)
    # OpenCV is wrong for hues below 0, so they never get there.
    hsv[:, :, 0] += np.float32(turns % 1 * 360)
    np.subtract(hsv[:, :, 0], 360, out=hsv[:, :, 0], where=hsv[:, :, 0] >= 360)
    return _with_alpha(_as_type(cv2.cvtColor(hsv, cv2.COLOR_HSV2RGB), image.dtype), image)


def gamma(image: Array, gamma: float) -> Array:
    """Every colour, as a fraction of white, to the power ``gamma``: above 1 is darker, below 1 lighter."""
    if gamma == 1:
        return image
    if image.dtype == np.uint8:
        return _looked_up(image, np.rint((_LEVELS / 255) ** gamma * 255))
    return _restored_alpha(np.power(image, np.float32(gamma)), image)


def channel_shuffle(image: Array, order: Sequence[int]) -> Array:
    """Channel k becomes the old channel ``order[k]``; alpha stays when ``order`` leaves it out."""
    channels = image.shape[2]
    whole = [*order, channels - 1] if len(order) == channels - 1 and channels in (2, 4) else list(order)
    if sorted(whole) != list(range(channels)):
        raise ValueError(f"order {list(order)} is not an order of {channels} channels; each number once, from 0")
    return image if whole == list(range(channels)) else np.take(image, whole, axis=2)


def colour_channels(image: Array) -> int:
    """How many channels are colours: all but the alpha of 2 or 4."""
    return int(image.shape[2]) - (image.shape[2] in (2, 4))


def _scaled(image: Array, factor: float, offset: float) -> Array:
    if factor == 1 and offset == 0:
        return image
    if image.dtype == np.uint8:
        return _looked_up(image, np.rint(_LEVELS * factor + offset))
    out = image * np.float32(factor)
    out += np.float32(offset)
    return _restored_alpha(np.clip(out, 0, 1, out=out), image)


def _mean_gray(image: Array) -> float:
    means = cv2.mean(np.ascontiguousarray(image))
    return sum(weight * mean for weight, mean in zip(LUMA, means, strict=False)) if image.shape[2] >= 3 else means[0]


def _looked_up(image: Array, table: Array) -> Array:
    levels = np.clip(table, 0, 255).astype(np.uint8)
    channels = image.shape[2]
    if channels in (2, 4):
        columns = [levels] * (channels - 1) + [np.arange(256, dtype=np.uint8)]
        levels = np.ascontiguousarray(np.stack(columns, axis=1)[None])
    return cv2.LUT(np.ascontiguousarray(image), levels).reshape(image.shape)


def _mixed(image: Array, matrix: Array) -> Array:
    channels = image.shape[2]
    whole = np.eye(channels)
    whole[:3, :3] = matrix
    out = cv2.transform(np.ascontiguousarray(image), whole.astype(np.float32))
    return out if image.dtype == np.uint8 else np.clip(out, 0, 1, out=out)


def _as_type(colours: Array, dtype: np.dtype[np.generic]) -> Array:
    if dtype != np.uint8:
        return np.clip(colours, 0, 1, out=colours)
    return cv2.convertScaleAbs(colours, alpha=255.0)


def _with_alpha(colours: Array, image: Array) -> Array:
    return np.concatenate([colours, image[:, :, 3:]], axis=2) if image.shape[2] == 4 else colours


def _restored_alpha(out: Array, image: Array) -> Array:
    if image.shape[2] in (2, 4):
        out[:, :, -1] = image[:, :, -1]
    return out
