"""Colours of whole images: uint8 is rounded, float32 stays in [0, 1]; the last of 2 or 4 channels is alpha."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

import cv2
import numpy as np

from augkit_image.border import Array
from augkit_image.colour_fusing import fused
from augkit_image.pixel_ops import LUMA, Code, Op
from augkit_image.solid import solid

_LEVELS = np.arange(256, dtype=np.float64)
_scratch = threading.local()


def brightness(image: Array, factor: float) -> Array:
    """Every colour times ``factor``: 0 is black, 1 the same image."""
    return recoloured(image, ops_of("brightness", factor, image))


def contrast(image: Array, factor: float) -> Array:
    """Every colour drawn to (``factor`` < 1) or pushed from (> 1) the mean gray of the image."""
    return recoloured(image, ops_of("contrast", factor, image))


def saturation(image: Array, factor: float) -> Array:
    """Every pixel drawn to (``factor`` < 1) or pushed from (> 1) its own gray: 0 is gray, 1 the same image."""
    return recoloured(image, ops_of("saturation", factor, image))


def grayscale(image: Array) -> Array:
    """The luma (0.299 R + 0.587 G + 0.114 B) in each of as many channels as before."""
    return saturation(image, 0.0)


def hue(image: Array, turns: float) -> Array:
    """The hue of HSV moved round its circle by ``turns``; each pixel keeps its largest and its smallest colour."""
    return recoloured(image, ops_of("hue", turns, image))


def gamma(image: Array, gamma: float) -> Array:
    """Every colour, as a fraction of white, to the power ``gamma``: above 1 is darker, below 1 lighter."""
    return recoloured(image, ops_of("gamma", gamma, image))


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


def ops_of(name: str, value: Any, image: Array) -> list[Op]:
    """One change of colour by name as instructions for such an ``image``; none where it changes nothing."""
    return _OPS[name](value, colour_channels(image), image.dtype == np.uint8)


def recoloured(image: Array, ops: Sequence[Op], fuse: bool = False) -> Array:
    """``image`` (h, w, c) after ``ops``; the identical array where there are none. ``fuse``: linear ones at once."""
    if not ops:
        return image
    planes = planes_of(image)
    ops = _fused(ops, image) if fuse else ops
    channels = len(planes)
    out = np.empty(planes.shape, image.dtype)
    _run(planes, ops, colour_channels(image), out, *_scaling((0.0,) * channels, (1.0,) * channels, 1.0))
    if channels == 1:
        return out.reshape(image.shape)
    return cv2.merge([plane.reshape(image.shape[:2]) for plane in out])


def standardized(
    image: Array, ops: Sequence[Op], mean: Sequence[float], std: Sequence[float], fuse: bool = False
) -> Array:
    """``image`` after ``ops``, then (value - mean) / std of fractions of the range: float32 (c, h, w)."""
    planes = planes_of(image)
    ops = _fused(ops, image) if fuse else ops
    out = np.empty(planes.shape, np.float32)
    scale, offset = _scaling(tuple(mean), tuple(std), 255.0 if image.dtype == np.uint8 else 1.0)
    _run(planes, ops, colour_channels(image), out, scale, offset)
    return out.reshape(-1, *image.shape[:2])


@lru_cache(64)
def _scaling(mean: tuple[float, ...], std: tuple[float, ...], full: float) -> tuple[Array, Array]:
    scale = np.array([1 / (full * s) for s in std], np.float32)
    return scale, np.array([-m / s for m, s in zip(mean, std, strict=True)], np.float32)


def _fused(ops: Sequence[Op], image: Array) -> Sequence[Op]:
    return fused(ops, colour_channels(image), lambda: _mean_gray(image)) if len(ops) > 1 else ops


def _mean_gray(image: Array) -> float:
    means = cv2.mean(solid(image))
    return sum(weight * mean for weight, mean in zip(LUMA, means, strict=False)) if image.shape[2] >= 3 else means[0]


def _run(*program: Any) -> None:
    # numba takes half a second to import: who changes no colours need not wait for it.
    from augkit_image.pixel_program import run

    run(*program)


def planes_of(image: Array) -> Array:
    """The channels of ``image`` as (c, h · w), in memory that the next call on this thread overwrites."""
    height, width, channels = image.shape
    image = solid(image)
    if channels == 1:
        return image.reshape(1, -1).copy()
    planes, parts = _memory((channels, height, width), image.dtype)
    # Below, OpenCV writes into what it is given.
    cv2.split(image, parts)
    return planes


def _memory(shape: tuple[int, int, int], dtype: np.dtype[Any]) -> tuple[Array, list[Array]]:
    known, planes, parts = getattr(_scratch, "kept", (None, None, None))
    if known != (shape, dtype):
        whole = np.empty(shape, dtype)
        planes, parts = whole.reshape(shape[0], -1), list(whole)
        _scratch.kept = (shape, dtype), planes, parts
    return planes, parts  # type: ignore[return-value]


def _brightness(factor: float, colours: int, levels: bool) -> list[Op]:
    return [] if factor == 1 else [Op(Code.SCALE, (factor, 0.0))]


def _contrast(factor: float, colours: int, levels: bool) -> list[Op]:
    return [] if factor == 1 else [Op(Code.CONTRAST, (factor,))]


def _saturation(factor: float, colours: int, levels: bool) -> list[Op]:
    if factor == 1 or colours < 3:
        return []
    return [Op(Code.BLEND, (factor, 1 - factor, 0.0))]


def _hue(turns: float, colours: int, levels: bool) -> list[Op]:
    return [] if turns % 1 == 0 or colours < 3 else [Op(Code.HUE, (6 * (turns % 1),))]


def _gamma(gamma: float, colours: int, levels: bool) -> list[Op]:
    if gamma == 1:
        return []
    if not levels:
        return [Op(Code.POWER, (gamma,))]
    return [Op(Code.TABLE, (), np.rint((_LEVELS / 255) ** gamma * 255))]


def _channel_shuffle(order: Sequence[int], colours: int, levels: bool) -> list[Op]:
    if colours < 3 or list(order) == [0, 1, 2]:
        return []
    return [Op(Code.MIX, tuple(np.eye(3)[list(order)].ravel().tolist()))]


_OPS: dict[str, Callable[[Any, int, bool], list[Op]]] = {
    "brightness": _brightness,
    "contrast": _contrast,
    "saturation": _saturation,
    "hue": _hue,
    "gamma": _gamma,
    "channel_shuffle": _channel_shuffle,
}
