"""Blur by what a camera does (motion, focus) and by medians. Edges are mirrored; alpha is blurred as colours are."""

from __future__ import annotations

import math

import cv2
import numpy as np

from augkit_image.border import Array

_STEPS_PER_PIXEL = 16
_OPENCV_MEDIAN_OF_FLOATS = 5
_WINDOWS_AT_ONCE = 1 << 22


def motion_kernel(length: float, degrees: float) -> Array:
    """The mean over a straight shift by ``length`` px, read linearly between pixels: (2r + 1, 2r + 1), sum 1.

    The shift goes as far one way as the other, so the centroid is the middle: the picture stays where it is.
    """
    count = max(1, math.ceil(length * _STEPS_PER_PIXEL))
    along = ((np.arange(count) + 0.5) / count - 0.5) * length
    x, y = along * math.cos(math.radians(degrees)), -along * math.sin(math.radians(degrees))
    at = np.arange(-math.ceil(length / 2), math.ceil(length / 2) + 1)
    across, down = (np.maximum(0.0, 1 - np.abs(at[:, None] - shift)) for shift in (x, y))
    return _balanced(down @ across.T)


def disk_kernel(radius: float, softness: float = 0.0) -> Array:
    """A disk of ``radius`` px, each pixel by how much of it is covered, blurred by a Gaussian of ``softness`` px."""
    reach = max(0, math.ceil(radius - 0.5))
    fine = (np.arange((2 * reach + 1) * _STEPS_PER_PIXEL) + 0.5) / _STEPS_PER_PIXEL - reach - 0.5
    covered = (fine[:, None] ** 2 + fine**2 <= max(radius, 0.5) ** 2).astype(np.float64)
    side = 2 * reach + 1
    disk = covered.reshape(side, _STEPS_PER_PIXEL, side, _STEPS_PER_PIXEL).sum(axis=(1, 3))
    if softness > 0:
        margin = max(1, math.ceil(3 * softness))
        disk = cv2.GaussianBlur(np.pad(disk, margin), (2 * margin + 1,) * 2, softness, borderType=cv2.BORDER_CONSTANT)
    return _balanced(disk)


def _balanced(kernel: Array) -> Array:
    """Point-symmetric to the last bit, and of sum 1."""
    kernel = kernel + kernel[::-1, ::-1]
    return kernel / kernel.sum()


def filtered(image: Array, kernel: Array) -> Array:
    """Every channel averaged with the weights of ``kernel``, whose sides are odd."""
    out = cv2.filter2D(np.ascontiguousarray(image), -1, kernel.astype(np.float32), borderType=cv2.BORDER_REFLECT)
    out = out.reshape(image.shape)
    return out if image.dtype == np.uint8 else np.clip(out, 0, 1, out=out)


def median(image: Array, size: int) -> Array:
    """Every value the median of the ``size`` × ``size`` (odd) around it, channel by channel."""
    reach = size // 2
    wide = cv2.copyMakeBorder(np.ascontiguousarray(image), *(reach,) * 4, cv2.BORDER_REFLECT)
    if image.dtype != np.uint8 and size > _OPENCV_MEDIAN_OF_FLOATS:
        return np.stack([_median_of_floats(plane, size) for plane in cv2.split(wide)], axis=2)
    if image.shape[2] == 2:  # OpenCV takes 1, 3 or 4 channels
        out = cv2.merge([cv2.medianBlur(plane, size) for plane in cv2.split(wide)])
    else:
        out = cv2.medianBlur(wide, size)
    out = out.reshape(*wide.shape[:2], -1)
    return np.ascontiguousarray(out[reach : reach + image.shape[0], reach : reach + image.shape[1]])


def _median_of_floats(plane: Array, size: int) -> Array:
    windows = np.lib.stride_tricks.sliding_window_view(plane, (size, size))
    height, width = windows.shape[:2]
    rows = max(1, _WINDOWS_AT_ONCE // (width * size * size))
    middle = size * size // 2
    out = np.empty((height, width), plane.dtype)
    for top in range(0, height, rows):  # written at once: a slice of what is partitioned would keep all of it
        some = windows[top : top + rows].reshape(-1, width, size * size)
        out[top : top + rows] = np.partition(some, middle, axis=2)[:, :, middle]
    return out
