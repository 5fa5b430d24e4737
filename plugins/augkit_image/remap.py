"""Moving an array's pixels by a map that tells where each output pixel comes from."""

from __future__ import annotations

import dataclasses
import threading
from collections import OrderedDict
from collections.abc import Sequence

import cv2
import numpy as np

from augkit.vocab.space.field import FieldMap
from augkit_image.border import BORDERS, Array, Fill, fill_pixel
from augkit_image.nearest import gather
from augkit_image.warp import LONGEST_SIDE, as_image, check_words

_OPENCV_CHANNELS = 4
_KEPT_BYTES = 16 * 2**20


def remapped(image: Array, field: FieldMap, interpolation: str, border: str, fill: Fill) -> Array:
    """``image`` (h, w) or (h, w, c) as seen through ``field``, in its output frame; words and fill as in ``warp``.

    ``nearest`` takes any dtype, and takes the pixel under each source; ``linear`` (and ``area``, the same here) and
    ``cubic`` take uint8 and float32. OpenCV 4 rounds sources to 1/32 px when it interpolates, and so does OpenCV 5 for
    images of two channels: an error of 1/64 px at most.

    ValueError: an unknown word, a dtype or fill that does not fit, a side above 32,766 px unless ``nearest``.
    """
    check_words(interpolation, border)
    x, y = _kept.sources(field)
    if interpolation == "nearest":
        return gather(image, np.floor(y).astype(np.int32), np.floor(x).astype(np.int32), border, fill)
    if image.dtype not in (np.uint8, np.float32):
        raise ValueError(f"{interpolation!r} takes uint8 or float32 pixels, not {image.dtype}; labels take 'nearest'")
    side = max(*image.shape[:2], *x.shape)
    if side > LONGEST_SIDE:
        raise ValueError(
            f"a side of {side} px is too long to resample (at most {LONGEST_SIDE}); crop or resize it first"
        )
    code = cv2.INTER_CUBIC if interpolation == "cubic" else cv2.INTER_LINEAR
    outside = np.ravel(fill_pixel(fill, image)).tolist()
    return as_image(_interpolated(image, x - np.float32(0.5), y - np.float32(0.5), code, border, outside), image, code)


def _interpolated(image: Array, x: Array, y: Array, code: int, border: str, outside: Sequence[float]) -> Array:
    """``image`` at OpenCV's coordinates, which count from pixel centres; it takes four channels at a time."""
    channels = image.shape[2] if image.ndim == 3 else 1
    outside = list(outside) * channels if len(outside) == 1 else outside
    parts = []
    for first in range(0, channels, _OPENCV_CHANNELS):
        part = image if channels <= _OPENCV_CHANNELS else image[:, :, first : first + _OPENCV_CHANNELS]
        value = (*outside[first : first + _OPENCV_CHANNELS], 0, 0, 0)[:4]
        part = cv2.remap(np.ascontiguousarray(part), x, y, code, borderMode=BORDERS[border], borderValue=value)
        parts.append(part.reshape(*x.shape, -1))
    return parts[0] if len(parts) == 1 else np.concatenate(parts, axis=2)


class _KeptSources(threading.local):
    """The last few fields of this thread: an image and its masks ask for the same one, one after the other."""

    def __init__(self) -> None:
        self._known: OrderedDict[FieldMap, tuple[Array, Array]] = OrderedDict()

    def sources(self, field: FieldMap) -> tuple[Array, Array]:
        field = dataclasses.replace(field, interpolation="linear", border="constant", fill=0.0)
        found = self._known.pop(field, None) or field.sources()
        self._known[field] = found
        while len(self._known) > 1 and sum(x.nbytes + y.nbytes for x, y in self._known.values()) > _KEPT_BYTES:
            self._known.popitem(last=False)
        return found


_kept = _KeptSources()
