"""The smallest steps that show what the core does with them."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Annotated

import numpy as np

from augkit.combine import Step
from augkit.distributions import Range
from augkit.errors import Conflict, SkipStep
from augkit.fields import Limits
from augkit.sample import SPACE, Axis, Target
from augkit.transform import Params, Transform, moves
from augkit.vocab.space import Affine2D, Boxes, Image, Mask

IMAGE = np.arange(24, dtype=np.uint8).reshape(2, 4, 3)
MASK = np.arange(8, dtype=np.uint8).reshape(2, 4)


@dataclass(frozen=True)
class Added(Params):
    """A number added to every pixel."""

    number: float


class Add(Transform[Added]):
    number: Annotated[Range, Limits(0, 100, neutral=0)] = Range(1, 50)
    changes = {"colour"}

    def draw(self, rng, frame, content=None):
        return Added(self.number.draw_int(rng))

    def apply_image(self, image, params):
        return dataclasses.replace(image, pixels=image.pixels + np.uint8(params.number))


class Flip(Transform[Affine2D]):
    changes = {"handedness"}

    def draw(self, rng, frame, content=None):
        return Affine2D.hflip(frame[Axis.SPACE])


class Turn(Transform[Affine2D]):
    changes = {"orientation"}
    turns: Range = Range(0, 3, "int")

    def draw(self, rng, frame, content=None):
        return Affine2D.rot90(frame[Axis.SPACE], self.turns.draw_int(rng))


class Cut(Transform[Affine2D]):
    """The left part, ``width`` columns."""

    structural = True
    width: int = 2

    def draw(self, rng, frame, content=None):
        size = frame[Axis.SPACE]
        return Affine2D.window(size, 0, 0, size._replace(w=self.width))


@dataclass(frozen=True)
class Rolled(Params):
    """Everything one to the right, what leaves comes back on the left: a box at the edge would be cut in two."""

    axes = SPACE
    by: int


@moves(Rolled, Image)
def image_rolls(image, rolled):
    return dataclasses.replace(image, pixels=np.roll(image.pixels, rolled.by, axis=1))


@moves(Rolled, Mask)
def mask_rolls(mask, rolled):
    return dataclasses.replace(mask, classes=np.roll(mask.classes, rolled.by, axis=1))


@moves(Rolled, Boxes)
def boxes_roll(boxes, rolled):
    moved = boxes.xyxy + np.array([rolled.by, 0, rolled.by, 0])
    whole = moved[:, 2] <= 4
    placed = dataclasses.replace(boxes, xyxy=moved)
    if not whole.all():
        raise Conflict("a box would be cut in two", placed.only(whole))
    return placed


class Roll(Transform[Rolled]):
    by: Range = Range(0, 3, "int")

    def draw(self, rng, frame, content=None):
        by = self.by.draw_int(rng)
        if by == 0:
            raise SkipStep("rolled by nothing")
        return Rolled(by)

    def conflict(self, kinds):
        return "a box may be cut in two." if "boxes" in kinds else None


class Unknown(Transform[Added]):
    """A bridge to who knows what."""

    def changed_qualities(self):
        return None

    def draw(self, rng, frame, content=None):
        return Added(0)

    def apply_image(self, image, params):
        return image


class Fails(Add):
    def apply_image(self, image, params):
        raise ValueError("operands could not be broadcast")


class SeesMask(Add):
    """Adds the largest class."""

    needs = ("mask",)

    def draw(self, rng, frame, content=None):
        return Added(int(content["mask"].classes.max()))


@dataclass(frozen=True, eq=False)
class Polygon(Target):
    """A kind that follows nothing."""

    kind = "polygon"
    axes = SPACE


def step(transform, name=None, **around):
    """A step named after its class."""
    return Step(transform, name or f"tiny/{type(transform).__name__.lower()}", **around)
