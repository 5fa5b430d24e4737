"""Warps written out pixel by pixel, and what to warp."""

import math

import numpy as np

RNG = np.random.default_rng(5)
NUMPY_PAD = {"constant": "constant", "reflect": "symmetric", "replicate": "edge", "wrap": "wrap"}
SMOOTH_WARP = ("linear", "cubic", "area")
ALL_WARPS = ("nearest", *SMOOTH_WARP)


def pixels(height, width, channels=3, dtype=np.uint8):
    values = RNG.random((height, width, channels), dtype=np.float32)
    return values if dtype is np.float32 else np.rint(values * 255).astype(np.uint8)


def smooth(height, width, channels=3):
    """A scene without sharp edges, on which an error of 1/32 px (OpenCV 4's grid) stays below 2 levels."""
    y, x = np.mgrid[:height, :width] + 0.5
    planes = [np.sin(x / (5 + k)) * np.cos(y / (7 + k)) * 0.4 + 0.5 for k in range(channels)]
    return np.stack(planes, axis=2).astype(np.float32)


def affine(degrees=0.0, scale=1.0, shift=(0.0, 0.0), about=(0.0, 0.0)):
    """Turn and scale about a point, then shift."""
    c, s = math.cos(math.radians(degrees)) * scale, math.sin(math.radians(degrees)) * scale
    linear = np.array([[c, s], [-s, c]])
    matrix = np.eye(3)
    matrix[:2, :2] = linear
    matrix[:2, 2] = np.array(about) - linear @ about + shift
    return matrix


PERSPECTIVE = np.array([[0.9, 0.2, 2.0], [-0.1, 1.1, 1.0], [1.5e-3, -1e-3, 1.0]])


def source_points(matrix, size):
    y, x = np.mgrid[: size[0], : size[1]] + 0.5
    u, v, depth = np.einsum("ij,jhw->ihw", np.linalg.inv(matrix), np.stack([x, y, np.ones_like(x)]))
    return u / depth, v / depth


def fold(index, count, border):
    if border == "reflect":
        index = index % (2 * count)
        return np.where(index < count, index, 2 * count - 1 - index)
    return index % count if border == "wrap" else np.clip(index, 0, count - 1)


def look_up(image, rows, columns, border, fill):
    height, width = image.shape[:2]
    found = image[fold(rows, height, border), fold(columns, width, border)].astype(np.float64)
    if border == "constant":
        found[(rows < 0) | (rows >= height) | (columns < 0) | (columns >= width)] = fill
    return found


def slow_nearest(image, matrix, size, border, fill):
    x, y = source_points(matrix, size)
    return look_up(image, np.floor(y).astype(int), np.floor(x).astype(int), border, fill)


def slow_linear(image, matrix, size, border, fill):
    x, y = source_points(matrix, size)
    x, y = x - 0.5, y - 0.5
    left, top = np.floor(x).astype(int), np.floor(y).astype(int)
    right_part, lower_part = (x - left)[..., None], (y - top)[..., None]
    upper = look_up(image, top, left, border, fill) * (1 - right_part)
    upper += look_up(image, top, left + 1, border, fill) * right_part
    lower = look_up(image, top + 1, left, border, fill) * (1 - right_part)
    lower += look_up(image, top + 1, left + 1, border, fill) * right_part
    return upper * (1 - lower_part) + lower * lower_part
