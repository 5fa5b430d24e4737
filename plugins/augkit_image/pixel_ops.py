"""The instructions of a pixel program: what may be done to one pixel at a time."""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple

from augkit_image.border import Array

LUMA = (0.299, 0.587, 0.114)


class Code(IntEnum):
    """What an op does to the colours r, g, b of one pixel; numbers are its ``values``."""

    SCALE = 0  # v · values[0] + values[1]
    CONTRAST = 1  # v · values[0] + (1 − values[0]) · mean gray of the image as it is then
    MIX = 2  # the 3 × 3 matrix of values
    HUE = 3  # values[0] sixths of a turn round the circle of HSV
    TABLE = 4  # looked up in ``table`` (colours, 256); uint8 only
    POWER = 5  # v to values[0]; floats only
    BLEND = 6  # v · values[0] + the pixel's own gray · values[1] + values[2]


class Op(NamedTuple):
    """One instruction. ``values`` are in units of the image's own range; ``table`` is uint8 (1 or 3, 256)."""

    code: Code
    values: tuple[float, ...]
    table: Array | None = None
