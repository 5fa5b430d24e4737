"""Nearest-pixel warps in numpy, so that label maps of any dtype and images move by the very same pixels everywhere."""

from __future__ import annotations

import numpy as np

from augkit_image.border import Array, Fill, fill_pixel, folded
from augkit_image.lattice import Size
from augkit_image.matrix import Rows

_SNAP = 1e-6
_FAR = 2.0**30
_FIXED = 65536.0
_FIXED_REACH = 32000.0


def nearest_indices(inverse: Rows, size: Size, separable: bool) -> tuple[Array, Array]:
    """Rows and columns of the input pixel under each output pixel's centre; they broadcast to ``size`` (h, w).

    ``inverse`` maps output to input coordinates. Indices outside the input are left as they are. ``separable`` says
    that rows depend on y alone and columns on x alone.
    """
    y, x = np.arange(size[0]) + 0.5, np.arange(size[1]) + 0.5
    (a, b, c), (d, e, f), (g, h, i) = inverse
    if separable:
        return _floor(e * y + f)[:, None], _floor(a * x + c)[None, :]
    if g == 0 and h == 0:
        return _affine_index(y, x, (d, e, f)), _affine_index(y, x, (a, b, c))
    depth = (g * x)[None, :] + (h * y + i)[:, None]
    depth[depth == 0] = np.finfo(np.float64).tiny
    with np.errstate(over="ignore"):
        return (
            _floor(((d * x)[None, :] + (e * y + f)[:, None]) / depth),
            _floor(((a * x)[None, :] + (b * y + c)[:, None]) / depth),
        )


def gather(image: Array, rows: Array, columns: Array, border: str, fill: Fill) -> Array:
    """The pixels of ``image`` at ``rows`` and ``columns`` (int32); those outside come from ``border``."""
    height, width = image.shape[:2]
    if rows.shape[1] == 1 and columns.shape[0] == 1:
        return _gather_straight(image, rows[:, 0], columns[0], border, fill)
    if border != "constant":
        rows, columns = folded(rows, height, border), folded(columns, width, border)
        return _take(image, rows.astype(np.intp) * width + columns, None)
    # Negative numbers are huge when read as unsigned: one comparison instead of two.
    inside = (rows.view(np.uint32) < height) & (columns.view(np.uint32) < width)
    flat = rows.astype(np.intp) * width + columns
    np.copyto(flat, height * width, where=~inside)
    return _take(image, flat, fill_pixel(fill, image))


def _gather_straight(image: Array, rows: Array, columns: Array, border: str, fill: Fill) -> Array:
    height, width = image.shape[:2]
    if _within(rows, height) and _within(columns, width):
        if image.ndim == 2 and image.dtype == np.uint8:
            return _picked(image, rows, columns)
        first, last = min(columns[0], columns[-1]), max(columns[0], columns[-1])
        return image[:, first : last + 1].take(rows, axis=0).take(columns - first, axis=1)
    inner = "replicate" if border == "constant" else border
    out = image.take(folded(rows, height, inner), axis=0).take(folded(columns, width, inner), axis=1)
    if border == "constant":
        pixel = fill_pixel(fill, image)
        out[(rows < 0) | (rows >= height)] = pixel
        out[:, (columns < 0) | (columns >= width)] = pixel
    return out


def _picked(labels: Array, rows: Array, columns: Array) -> Array:
    from augkit_image.picking import picked  # numba takes half a second to import

    return picked(labels, rows, columns)


def _within(index: Array, count: int) -> bool:
    """Whether all of ``index``, which rises or falls, lies inside."""
    return min(index[0], index[-1]) >= 0 and max(index[0], index[-1]) < count


def _take(image: Array, flat: Array, outside: Array | None) -> Array:
    # Pixels travel as opaque bytes: one gather whatever the dtype and the number of channels, the fill as the last.
    height, width = image.shape[:2]
    pixels = np.empty((height * width + 1, *image.shape[2:]), image.dtype)
    pixels[:-1] = image.reshape(height * width, *image.shape[2:])
    pixels[-1] = 0 if outside is None else outside
    opaque = pixels.view(np.dtype((np.void, pixels.strides[0]))).reshape(-1)
    return opaque.take(flat).view(image.dtype).reshape(*flat.shape, *image.shape[2:])


def _affine_index(y: Array, x: Array, row: list[float] | tuple[float, float, float]) -> Array:
    along_x, along_y = row[0] * x, row[1] * y + row[2]
    reach = max(abs(along_x[0]), abs(along_x[-1])) + max(abs(along_y[0]), abs(along_y[-1]))
    if reach > _FIXED_REACH:
        return _floor(along_x[None, :] + along_y[:, None])
    # 16.16 fixed point: a twelfth of the time of floats, and off by at most 2⁻¹⁶ of a pixel.
    fixed_x, fixed_y = np.rint(along_x * _FIXED).astype(np.int32), np.rint(along_y * _FIXED).astype(np.int32)
    index = fixed_x[None, :] + fixed_y[:, None]
    index >>= 16
    return index


def _floor(coordinate: Array) -> Array:
    # Centres that fall on a pixel's edge (an even reduction) must all go one way, whatever the rounding of the inverse.
    index = coordinate + _SNAP
    np.floor(index, out=index)
    return np.clip(index, -_FAR, _FAR, out=index).astype(np.int32)
