"""JPEG files by libjpeg-turbo (simplejpeg): whole, or reduced by 2, 4 or 8 straight from the coefficients."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from typing import Any, NamedTuple

from augkit.errors import DataError, MissingDependency
from augkit_image.border import Array
from augkit_image.solid import solid

_EXIF, _ORIENTATION = b"Exif\x00\x00", 0x0112
_KINDS = {3: "H", 4: "I", 8: "h", 9: "i"}  # whole numbers of TIFF
_XMP, _IN_XMP = b"http://ns.adobe.com/xap/1.0/\x00", re.compile(rb'tiff:Orientation(?:="|>)([0-9])')
_PLAIN = ("Gray", "YCbCr", "RGB")


class Header(NamedTuple):
    """Height and width as stored, and the EXIF orientation (1 to 8) that says which way is up."""

    height: int
    width: int
    orientation: int

    @property
    def upright(self) -> tuple[int, int]:
        """Height and width once it is turned upright."""
        return (self.width, self.height) if self.orientation >= 5 else (self.height, self.width)


def is_jpeg(data: bytes) -> bool:
    """Whether a file's bytes begin as a JPEG's do."""
    return data[:3] == b"\xff\xd8\xff"


def read_header(data: bytes, file: str | None = None) -> Header | None:
    """What the header tells; None for colours that need another decoder (CMYK). DataError: a broken header."""
    try:
        height, width, colours, _ = library().decode_jpeg_header(data)
    except ValueError as error:
        raise _broken(error, file) from None
    _check_size(height * width, file)
    return Header(height, width, orientation(data)) if colours in _PLAIN else None


def _check_size(pixels: int, file: str | None) -> None:
    """DataError for a picture so large that Pillow refuses it too: a few bytes may ask for all the memory there is."""
    from PIL import Image

    if Image.MAX_IMAGE_PIXELS is not None and pixels > 2 * Image.MAX_IMAGE_PIXELS:
        raise DataError(
            f"unsafely large: {pixels} pixels. If the file can be trusted, raise PIL.Image.MAX_IMAGE_PIXELS.", file=file
        )


def check_end(data: bytes, file: str | None = None) -> None:
    """DataError where the end marker is missing: decoders fill what is not there with gray, some of them silently."""
    if data.rfind(b"\xff\xd9") < _scan_start(data):
        raise DataError(f"the JPEG is cut short: it ends after {len(data)} bytes without an end marker.", file=file)


def _scan_start(data: bytes) -> int:
    """Where a JPEG's header ends, in which thumbnails have end markers of their own."""
    position = 2
    while position + 4 <= len(data) and data[position] == 0xFF and data[position + 1] != 0xDA:
        padding = data[position + 1] == 0xFF
        position += 1 if padding else 2 + int.from_bytes(data[position + 2 : position + 4], "big")
    return position


def decode(data: bytes, header: Header, reduction: int = 1, file: str | None = None) -> Array:
    """(h, w, 3) uint8, upright; with ``reduction`` 2, 4 or 8 each side divided by it and rounded up.

    DataError: a file that is broken or cut short.
    """
    least = {"min_height": -(-header.height // reduction), "min_width": -(-header.width // reduction)}
    try:
        pixels = library().decode_jpeg(data, "RGB", **(least if reduction > 1 else {}))
    except ValueError as error:
        raise _broken(error, file) from None
    return turned(pixels, header.orientation)


def turned(pixels: Array, orientation: int) -> Array:
    """Upright, by the EXIF orientation."""
    if orientation not in range(2, 9):
        return pixels
    if orientation >= 5:
        pixels = pixels.swapaxes(0, 1)
    flip_y, flip_x = orientation in (3, 4, 7, 8), orientation in (2, 3, 6, 7)
    return solid(pixels[:: -1 if flip_y else 1, :: -1 if flip_x else 1])


def orientation(data: bytes) -> int:
    """The orientation that EXIF tells, or else XMP; 1 (upright) where there is none, or none that can be read."""
    try:
        blocks = list(_told(data))
        exif = next((block[len(_EXIF) :] for block in blocks if block.startswith(_EXIF)), None)
        found = None if exif is None else _orientation_in(exif)
    except (struct.error, IndexError):
        return 1  # A broken EXIF block says nothing about which way is up, and the pixels are whole.
    if found is None:
        xmp = next((match for block in blocks if block.startswith(_XMP) and (match := _IN_XMP.search(block))), None)
        found = int(xmp[1]) if xmp else 1
    return found if 1 <= found <= 8 else 1


def _told(data: bytes) -> Iterator[bytes]:
    """The segments with EXIF and XMP, which come before the pixels."""
    position = 2
    while data[position] == 0xFF and data[position + 1] != 0xDA:
        marker, length = data[position + 1], int.from_bytes(data[position + 2 : position + 4], "big")
        if marker == 0xE1:
            yield data[position + 4 : position + 2 + length]
        position += 1 if marker == 0xFF else 2 + length


def _orientation_in(block: bytes) -> int | None:
    order = "<" if block[:2] == b"II" else ">"
    (first,) = struct.unpack_from(order + "I", block, 4)
    (count,) = struct.unpack_from(order + "H", block, first)
    for entry in range(count):
        place = first + 2 + 12 * entry
        tag, kind = struct.unpack_from(order + "HH", block, place)
        if tag == _ORIENTATION:
            return int(struct.unpack_from(order + _KINDS[kind], block, place + 8)[0]) if kind in _KINDS else 1
    return None


def _broken(error: Exception, file: str | None) -> DataError:
    reason = str(error).strip().rstrip(".")
    return DataError(f"the JPEG file is broken or cut short: {reason}.", file=file)


def library() -> Any:
    """simplejpeg; MissingDependency where it is not installed: another decoder would give other pixels."""
    try:
        import simplejpeg
    except ImportError:
        raise MissingDependency(
            "the decoder 'simplejpeg' needs simplejpeg. Install it: pip install 'augkit[image]'"
        ) from None
    return simplejpeg
