"""Targets to files that ``files`` reads back: JPEG for pictures, PNG for label maps."""

from __future__ import annotations

import io

import numpy as np

from augkit.errors import DataError
from augkit.vocab.space import Image, Mask
from augkit_image.files import pillow, write_png


def write_image(image: Image, quality: int = 90) -> tuple[str, bytes]:
    """``.jpg`` and a JPEG of this quality. DataError for what would not come back as it is: not RGB, not 8 bits."""
    pixels = image.pixels
    if pixels.dtype != np.uint8 or pixels.shape[2] != 3:
        raise DataError(
            f"a picture of {pixels.shape[2]} channels of {pixels.dtype} would not come back from a file as it is; "
            "expected RGB of uint8."
        )
    file = io.BytesIO()
    pillow().fromarray(np.ascontiguousarray(pixels)).save(file, "JPEG", quality=quality)
    return ".jpg", file.getvalue()


def write_mask(mask: Mask) -> tuple[str, bytes]:
    """``.png`` and a gray PNG of the class numbers: 8 bits where they fit, else 16. DataError beyond those."""
    classes = mask.classes
    if classes.dtype in (np.dtype(bool), np.dtype(np.int8)):
        raise DataError(
            f"a mask of {classes.dtype} would come back as uint8, where what comes in from outside differs."
        )
    low, high = int(classes.min()), int(classes.max())
    if low < 0 or high > 65535:
        raise DataError(f"a PNG holds classes of 0 to 65535, this mask {low} to {high}.")
    wide = classes.dtype.itemsize > 1 and (classes.dtype.kind == "u" or high > 255)
    if not wide:
        return ".png", write_png(classes.astype(np.uint8))
    file = io.BytesIO()
    pillow().fromarray(np.ascontiguousarray(classes.astype(np.uint16))).save(file, "PNG")
    return ".png", file.getvalue()
