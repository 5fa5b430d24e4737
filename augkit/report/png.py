"""PNG in a few lines, so that a page can hold pictures without an imaging library."""

from __future__ import annotations

import base64
import struct
import zlib

import numpy as np

_COLOUR_TYPES = {1: 0, 2: 4, 3: 2, 4: 6}


def png(pixels: np.ndarray) -> bytes:
    """The file of (h, w, c) uint8; c is 1 to 4: gray, gray and alpha, RGB, RGBA (PNG specification, 3rd edition)."""
    h, w, channels = pixels.shape
    header = struct.pack(">2I5B", w, h, 8, _COLOUR_TYPES[channels], 0, 0, 0)
    # Each row as its difference to the row above (filter 2), which photos compress better by.
    above = np.concatenate([np.zeros((1, w, channels), np.uint8), pixels[:-1]])
    rows = np.concatenate([np.full((h, 1), 2, np.uint8), (pixels - above).reshape(h, w * channels)], axis=1)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(rows.tobytes(), 7)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, data) for name, data in parts)


def data_uri(pixels: np.ndarray) -> str:
    """The picture as a URI that holds all of it."""
    return "data:image/png;base64," + base64.b64encode(png(pixels)).decode("ascii")


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
