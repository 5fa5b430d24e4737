"""Steps that bend the picture. Masks, boxes and keypoints are bent by the very same field, and nothing folds."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Annotated, Literal

from augkit.fields import Limits, Range, Size
from augkit.rng import Stream
from augkit.sample import Axis, Frame, Target
from augkit.transform import Transform
from augkit.vocab.space import Elastic, GridWarp, Lens
from augkit_image.resampling import BorderField, FillField, InterpolationField

Content = Mapping[str, Target] | None

_CELL_OVER_SIGMA = math.sqrt(3)  # a cubic spline over cells of 1 is as wide as a Gaussian of 1/√3
_MOST_CELLS = 512


class ElasticDeformation(Transform[Elastic]):
    """Bent like rubber, by random shifts that vary smoothly; weakened where it would fold. The edge of the frame bends
    too, so a rim of the picture leaves it and ``fill`` shows.

    Simard, Steinkraus and Platt, Best Practices for Convolutional Neural Networks, 2003.
    """

    changes = {"shape", "composition"}

    alpha: Annotated[
        Range,
        Limits(
            0,
            0.2,
            neutral=0,
            strongest=0.02,
            unit="fraction of the shorter side",
            doc="the usual (root mean square) shift along x and along y; above a sixth of sigma it is mostly weakened",
        ),
    ] = Range(0.0, 0.02)
    sigma: Annotated[
        Range,
        Limits(0.01, 1, unit="fraction of the shorter side", doc="how far shifts are alike; smaller is more crumpled"),
    ] = Range(0.1)
    interpolation: InterpolationField = "linear"
    border: BorderField = "constant"
    fill: FillField = 0.0

    def keeps_frame(self) -> bool:
        return True

    def draw(self, rng: Stream, frame: Frame, content: Content = None) -> Elastic:
        size = frame[Axis.SPACE]
        alpha, cell = self.alpha.draw(rng) * min(size), self.sigma.draw(rng) * min(size) * _CELL_OVER_SIGMA
        rows, columns = (min(max(1, round(side / cell)), _MOST_CELLS) for side in size)
        subseed = rng.subseed()
        return Elastic.drawn(alpha, (rows, columns), subseed, size, self.interpolation, self.border, self.fill)


class GridDistortion(Transform[GridWarp]):
    """A grid is laid over the picture and its crossings are moved, each by itself; the edge of the frame stays where it
    is, so all of the picture stays inside. Weakened where it would fold.
    """

    changes = {"shape"}

    cells: Annotated[Size, Limits(1, 512, unit="cells", doc="rows and columns of the grid")] = Size(5, 5)
    shift: Annotated[
        Range,
        Limits(
            0,
            0.5,
            neutral=0,
            strongest=0.25,
            unit="fraction of a cell",
            doc="the farthest a crossing moves along x and along y; above 0.25 it may be weakened",
        ),
    ] = Range(0.0, 0.25)
    interpolation: InterpolationField = "linear"
    border: BorderField = "constant"
    fill: FillField = 0.0

    def keeps_frame(self) -> bool:
        return True

    def draw(self, rng: Stream, frame: Frame, content: Content = None) -> GridWarp:
        shift, subseed, size = self.shift.draw(rng), rng.subseed(), frame[Axis.SPACE]
        return GridWarp.drawn(shift, tuple(self.cells), subseed, size, self.interpolation, self.border, self.fill)


class OpticalDistortion(Transform[Lens]):
    """Straight lines bent as by a lens, about the middle: a barrel (``k`` above 0, ``fill`` shows round it) or a
    pincushion (below 0, corners leave the frame).

    Brown, Decentering Distortion of Lenses, 1966.
    """

    changes = {"shape", "scale", "composition"}

    k: Annotated[
        Range,
        Limits(
            -0.2,
            0.3,
            neutral=0,
            strongest=(-0.15, 0.2),
            unit="of the half diagonal",
            doc="how much farther out a corner of the frame looks",
        ),
    ] = Range(-0.1, 0.1)
    interpolation: InterpolationField = "linear"
    border: BorderField = "constant"
    fill: FillField = 0.0

    def keeps_frame(self) -> bool:
        return True

    def draw(self, rng: Stream, frame: Frame, content: Content = None) -> Lens:
        return _lens(self, "radial", self.k.draw(rng), frame[Axis.SPACE])


class Fisheye(Transform[Lens]):
    """Seen through a fisheye lens: the middle is larger, the rim smaller, corners stay where they are."""

    changes = {"shape", "scale"}

    degrees: Annotated[
        Range,
        Limits(
            0,
            60,
            neutral=0,
            strongest=50,
            unit="degrees",
            doc="what the lens sees from the middle to a corner; 0 bends nothing",
        ),
    ] = Range(0, 45)
    interpolation: InterpolationField = "linear"
    border: BorderField = "constant"
    fill: FillField = 0.0

    def keeps_frame(self) -> bool:
        return True

    def draw(self, rng: Stream, frame: Frame, content: Content = None) -> Lens:
        return _lens(self, "fisheye", math.radians(self.degrees.draw(rng)), frame[Axis.SPACE])


def _lens(step: OpticalDistortion | Fisheye, model: Literal["radial", "fisheye"], amount: float, size: Size) -> Lens:
    return Lens(
        model=model,
        amount=amount,
        size_in=size,
        size_out=size,
        interpolation=step.interpolation,
        border=step.border,
        fill=step.fill,
    )
