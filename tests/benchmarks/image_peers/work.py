"""What every library is asked to do: the recipes."""

from __future__ import annotations

from dataclasses import dataclass

from tests.benchmarks.forms import Form as Form
from tests.benchmarks.forms import installed as installed
from tests.benchmarks.forms import turn as turn

SIZE = 224
SCALE = (0.25, 1.0)
RATIO = (3 / 4, 4 / 3)
FACTORS = (0.6, 1.4)
HUE_TURNS = (-0.1, 0.1)
DEGREES, TRANSLATE, ZOOM = (-15.0, 15.0), (-0.1, 0.1), (0.9, 1.1)
MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
MIN_VISIBLE = 0.1

FULL = ("crop", "flip", "jitter", "normalize")


@dataclass(frozen=True)
class Work:
    """``chain``: which changes, in order. ``files``: decode JPEGs of that set; else pictures are arrays already."""

    name: str
    chain: tuple[str, ...] = FULL
    hue: bool = False
    boxes: bool = False
    mask: bool = False
    files: str | None = None

    @property
    def pictures(self) -> str:
        """The set of pictures."""
        return self.files or "small"


WORKS = (
    Work("crop, flip, jitter, normalise"),
    Work("the same with hue", hue=True),
    Work("500 × 375 JPEG, decoded", files="small"),
    Work("2000 × 1500 JPEG, decoded", files="large"),
    Work("with 50 boxes, filtered", boxes=True),
    Work("with a mask", mask=True),
    Work("affine, crop, flip", chain=("affine", "crop", "flip")),
    Work("crop, flip, affine", chain=("crop", "flip", "affine")),
)
