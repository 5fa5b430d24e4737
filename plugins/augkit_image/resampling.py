"""The fields that steps share which move pixels off their grid or show what lies outside the image."""

from __future__ import annotations

from typing import Annotated

from augkit.fields import Limits
from augkit.vocab.space.planar import Border, Interpolation

MOST_PX = 65_535
"""The longest side that a recipe may ask for; a JPEG can have no longer one."""

InterpolationField = Annotated[
    Interpolation, Limits(doc="how an image is read between its pixels' centres; masks always take the nearest pixel")
]
BorderField = Annotated[
    Border, Limits(doc="what lies outside the image: `fill`, its mirror image, its edge, or the image again")
]
FillField = Annotated[
    float | tuple[float, ...],
    Limits(0, 255, unit="0 to 255", doc="the colour of a constant border: one number, or one a channel"),
]
