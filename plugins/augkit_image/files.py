"""Image files to arrays: upright, in the colours and the depth that were meant, or a DataError that names the file."""

from __future__ import annotations

import io
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal, get_args

import numpy as np

from augkit.errors import DataError, MissingDependency
from augkit.fields import Size
from augkit_image import jpeg_file
from augkit_image.border import Array
from augkit_image.levels import Mode, as_mode, to_levels

Decoder = Literal["pillow", "opencv", "simplejpeg", "nvimgcodec"]
Source = str | os.PathLike[str] | bytes

_MODES = ("rgb", "gray", "rgba", "keep")
_DECODERS = get_args(Decoder)
OF_JPEG = ("simplejpeg", "nvimgcodec")
"""Decoders that read JPEG themselves, and leave all else to Pillow."""
_WITH_ALPHA = ("LA", "La", "PA", "RGBA", "RGBa")
_INSTALL = "pip install 'augkit[image]'"
_lock = threading.Lock()


def read_image(source: Source, decoder: Decoder = "pillow", mode: Mode = "rgb") -> Array:
    """The picture in a file (or its bytes) as (h, w, c), turned upright by its EXIF orientation; the first of a film.

    ``rgb`` and ``gray`` put transparent pixels on white, ``rgba`` keeps alpha (255 where there is none); all three give
    uint8, 16 bits scaled down. ``keep`` leaves the channels as they are (1 gray, 2 gray and alpha, 3 RGB, 4 RGBA) and
    gives 16-bit gray as float32 in [0, 1]. Palettes become the colours they stand for, CMYK becomes RGB, colour
    profiles are ignored. ``opencv`` decodes with OpenCV, which has no gray and alpha: such files come as RGBA.
    ``simplejpeg`` decodes JPEG with libjpeg-turbo and leaves all else to Pillow; so does ``nvimgcodec``, which differs
    where a part of a picture is enough.

    DataError: a file that is missing, unreadable, empty, no image, broken, cut short or unsafely large.
    """
    if mode not in _MODES:
        raise ValueError(f"unknown mode {mode!r}; one of {', '.join(_MODES)}")
    if decoder not in _DECODERS:
        raise ValueError(f"unknown decoder {decoder!r}; one of {', '.join(_DECODERS)}")
    data, file = content(source)
    if decoder in OF_JPEG and jpeg_file.is_jpeg(data) and (header := jpeg_file.read_header(data, file)):
        return as_mode(jpeg_file.decode(data, header, file=file), mode)
    picture = _opened(data, file)
    levels = _by_opencv(data, picture, file) if decoder == "opencv" else _by_pillow(picture, file)
    return as_mode(_turned(levels, picture), mode)


def read_mask(source: Source) -> Array:
    """The label map in a file (or its bytes): (h, w) whole numbers as they are stored, upright like ``read_image``.

    Palette files give their indices, 1-bit files 0 and 1, 2- and 4-bit gray its 0 to 3 and 0 to 15, 16-bit gray uint16.

    DataError: as for ``read_image``; and colour pictures and JPEG, which hold no label numbers.
    """
    data, file = content(source)
    picture = _opened(data, file)
    if picture.format in ("JPEG", "MPO"):
        raise DataError("a mask cannot be a JPEG, whose compression changes the labels; save it as PNG.", file=file)
    if picture.mode not in ("1", "L", "P", "I") and not picture.mode.startswith("I;16"):
        raise DataError(
            f"a mask has one number per pixel, but this is a {picture.mode} picture; "
            "save the class numbers as an 8- or 16-bit gray or a palette PNG.",
            file=file,
        )
    step = {"L;2": 85, "L;4": 17}.get(_raw_mode(picture), 1)
    _load(picture, file)
    classes = _turned(_native(np.array(picture)), picture)
    if classes.dtype == bool:
        return classes.astype(np.uint8)
    # Pillow spreads the few levels of 2- and 4-bit gray over 0 to 255.
    return classes // step if step > 1 else classes


def image_size(file: str | os.PathLike[str]) -> Size:
    """Height and width of the picture in a file, upright, from its header alone. DataError: as for ``read_image``."""
    name = os.fspath(file)
    try:
        with pillow().open(name) as picture:
            w, h = picture.size
            lying = picture.format != "TIFF" and _orientation(picture) >= 5
            return Size(w, h) if lying else Size(h, w)
    except FileNotFoundError:
        raise DataError("there is no such file.", file=name) from None
    except Exception as error:
        raise _broken(error, "image", name) from None


def write_png(pixels: Array) -> bytes:
    """A PNG of (h, w) or (h, w, c), 1 to 4 channels: uint8, or float32 in [0, 1] at 8 bits."""
    levels = to_levels(pixels)
    file = io.BytesIO()
    pillow().fromarray(np.ascontiguousarray(levels[:, :, 0] if levels.shape[2:] == (1,) else levels)).save(file, "PNG")
    return file.getvalue()


def content(source: Source) -> tuple[bytes, str | None]:
    """The bytes of a file and its name; DataError where it cannot be read or is empty."""
    if isinstance(source, bytes | bytearray | memoryview):
        data, file = bytes(source), None
    else:
        file = os.fspath(source)
        try:
            data = Path(file).read_bytes()
        except FileNotFoundError:
            raise DataError("there is no such file.", file=file) from None
        except IsADirectoryError:
            raise DataError("is a folder, not a file.", file=file) from None
        except OSError as error:
            raise DataError(f"the file cannot be read: {error.strerror or error}.", file=file) from None
    if not data:
        raise DataError("the file is empty (0 bytes).", file=file)
    return data, file


def _opened(data: bytes, file: str | None) -> Any:
    """The header, by Pillow: what it is, how large, which way up. No pixels yet."""
    Image = pillow()
    try:
        picture = Image.open(io.BytesIO(data))
    except Image.DecompressionBombError as error:
        raise DataError(
            f"unsafely large: {error} If the file can be trusted, raise PIL.Image.MAX_IMAGE_PIXELS.", file=file
        ) from None
    except Image.UnidentifiedImageError:
        raise DataError(f"not an image that Pillow knows; it begins with {data[:8]!r}.", file=file) from None
    except Exception as error:
        raise _broken(error, "image", file) from None
    if picture.format in ("JPEG", "MPO"):
        jpeg_file.check_end(data, file)
    return picture


def _by_pillow(picture: Any, file: str | None) -> Array:
    _load(picture, file)
    if picture.mode.startswith(("I", "F")):
        return _deep(np.array(picture), file)
    gray, clear = picture.mode in ("1", "L", "LA", "La"), "transparency" in picture.info or picture.mode in _WITH_ALPHA
    target = ("LA" if clear else "L") if gray else ("RGBA" if clear else "RGB")
    levels = np.array(picture if picture.mode == target else picture.convert(target))
    return levels if levels.ndim == 3 else levels[:, :, None]


def _load(picture: Any, file: str | None) -> None:
    try:
        with _strict():
            picture.load()
    except Exception as error:
        raise _broken(error, picture.format, file) from None


@contextmanager
def _strict() -> Iterator[None]:
    # Some libraries switch this on for the whole process, and cut files then come half gray without a word.
    from PIL import ImageFile

    if not ImageFile.LOAD_TRUNCATED_IMAGES:
        yield
        return
    with _lock:
        ImageFile.LOAD_TRUNCATED_IMAGES = False
        try:
            yield
        finally:
            ImageFile.LOAD_TRUNCATED_IMAGES = True


def _by_opencv(data: bytes, picture: Any, file: str | None) -> Array:
    try:
        import cv2
    except ImportError:
        raise MissingDependency(f"the decoder 'opencv' needs OpenCV. Install it: {_INSTALL}") from None
    try:
        levels = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    except cv2.error as error:
        raise _broken(error, picture.format, file) from None
    if levels is None:
        raise DataError(
            f"OpenCV cannot decode this {picture.format} file: broken, cut short or unknown to it.", file=file
        )
    levels = levels if levels.ndim == 3 else levels[:, :, None]
    if levels.shape[2] >= 3:
        levels = cv2.cvtColor(levels, cv2.COLOR_BGRA2RGBA if levels.shape[2] == 4 else cv2.COLOR_BGR2RGB)
    return levels if levels.dtype == np.uint8 else _deep(levels, file)


def _turned(pixels: Array, picture: Any) -> Array:
    """Upright, by the EXIF orientation; both decoders have done that for TIFF already."""
    orientation = 1 if picture.format == "TIFF" else _orientation(picture)
    return np.ascontiguousarray(jpeg_file.turned(pixels, orientation))


def _orientation(picture: Any) -> int:
    try:
        return int(picture.getexif().get(0x0112, 1))
    except Exception:
        return 1  # A broken EXIF block says nothing about which way is up, and the pixels are whole.


def _deep(values: Array, file: str | None) -> Array:
    """More than 8 bits as uint16, or float32 in [0, 1]."""
    values = _native(values)
    values = values if values.ndim == 3 else values[:, :, None]
    low, high = values.min(), values.max()
    if values.dtype.kind == "f" and low >= 0 and high <= 1:
        return values.astype(np.float32)
    if values.dtype.kind in "iu" and low >= 0 and high <= 65535:
        return values.astype(np.uint16)
    raise DataError(
        f"values from {low:g} to {high:g} are no picture: expected 8 or 16 bits, or floats of 0 to 1.", file=file
    )


def _native(values: Array) -> Array:
    return values.astype(values.dtype.newbyteorder("="), copy=False)


def _raw_mode(picture: Any) -> str:
    arguments = picture.tile[0][3] if picture.tile else ""
    return str(arguments[0] if isinstance(arguments, tuple) else arguments)


def _broken(error: Exception, what: str, file: str | None) -> DataError:
    reason = str(error).strip().rstrip(".") or type(error).__name__
    return DataError(f"the {what} file is broken or cut short: {reason}.", file=file)


def pillow() -> Any:
    """PIL.Image, imported when a file is read or written; MissingDependency says what to install."""
    try:
        from PIL import Image
    except ImportError:
        raise MissingDependency(f"reading and writing image files needs Pillow. Install it: {_INSTALL}") from None
    return Image
