"""Broken steps of space: each is a right step but for one mistake that somebody's library has made."""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass
from typing import Annotated

import numpy as np

from augkit.distributions import Range
from augkit.fields import Limits, Size
from augkit.sample import Axis
from augkit.transform import Params, Transform, kernel_for, moves
from augkit.vocab.space import Affine2D, Erase, Image, Mask
from tests.laws.plant import planted


def follow(target, params):
    """The right way."""
    return kernel_for(type(params), type(target))(target, params)


class HFlip(Transform[Affine2D]):
    def draw(self, rng, frame, content=None):
        return Affine2D.hflip(frame[Axis.SPACE])


class Rotate(Transform[Affine2D]):
    degrees: Annotated[Range, Limits(-360, 360, neutral=0)] = Range(-60, 60)

    def draw(self, rng, frame, content=None):
        return Affine2D.about_centre(frame[Axis.SPACE], self.degrees.draw(rng))


class Shift(Transform[Affine2D]):
    """By whole pixels."""

    pixels: Annotated[Range, Limits(-100, 100, neutral=0)] = Range(-12, 12, "int")

    def draw(self, rng, frame, content=None):
        size = frame[Axis.SPACE]
        return Affine2D.window(size, self.pixels.draw_int(rng), self.pixels.draw_int(rng), size)


class Resize(Transform[Affine2D]):
    structural = True
    size: Size = Size(32, 48)

    def draw(self, rng, frame, content=None):
        return Affine2D.resize(frame[Axis.SPACE], self.size)


class EraseOne(Transform[Erase]):
    policy: str = "ignore"

    def draw(self, rng, frame, content=None):
        h, w = frame[Axis.SPACE]
        x, y = rng.integer(0, w - 1), rng.integer(0, h - 1)
        rect = x, y, rng.integer(x + 1, w), rng.integer(y + 1, h)
        return Erase((rect,), 0.0, self.policy, 0.5)


@planted("L3", "L2", "L5")
class PicturesOnePixelOff(HFlip):
    """The image comes out one pixel to the right."""

    def apply_image(self, image, params):
        moved = follow(image, params)
        return dataclasses.replace(moved, pixels=np.roll(moved.pixels, 1, axis=1))


@planted("L3", "L5")
class PointsFlippedAsIndices(HFlip):
    """x becomes W - 1 - x, which is right for pixel indices and wrong for places."""

    def apply_keypoints(self, points, params):
        moved = follow(points, params)
        return dataclasses.replace(moved, xy=moved.xy - [1.0, 0.0])


@planted("L3")
class PointsHalfAPixelOff(Rotate):
    """The centre of rotation taken as (W - 1) / 2 for the keypoints alone."""

    def apply_keypoints(self, points, params):
        size = Size(*params.size_in)
        matrix = np.array(params.matrix)
        matrix[:2, 2] += (np.eye(2) - matrix[:2, :2]) @ [-0.5, -0.5]
        moved = points.xy @ matrix[:2, :2].T + matrix[:2, 2]
        return points.settled(moved, size)


@planted("L3")
class PointsLost(Rotate):
    """Half of the keypoints are forgotten."""

    def apply_keypoints(self, points, params):
        moved = follow(points, params)
        return moved.hidden(np.arange(len(moved)) % 2 == 1)


@planted("L3")
class SaysItStays(HFlip):
    """Flips the image, and says that it moves nothing: masks and boxes stay behind without a word."""

    def moved_axes(self):
        return frozenset()

    def kernel(self, target):
        return super().kernel(target) if target is Image else None


@dataclass(frozen=True)
class Ripple(Params):
    """Columns pushed down in a wave; pixels read from where they come."""

    axes = frozenset({Axis.SPACE})
    height: float
    length: float
    h: int
    w: int

    def push(self, x):
        return self.height * np.sin(2 * math.pi * x / self.length)


@moves(Ripple, Image, Mask)
def pixels_ripple(target, ripple):
    array = target.pixels if isinstance(target, Image) else target.classes
    h, w = array.shape[:2]
    rows = np.rint(np.arange(h)[:, None] - ripple.push(np.arange(w) + 0.5)[None]).astype(int).clip(0, h - 1)
    moved = array[rows, np.arange(w)[None]]
    name = "pixels" if isinstance(target, Image) else "classes"
    return dataclasses.replace(target, **{name: moved})


class RippleStep(Transform[Ripple]):
    """A warp of one's own, not a planar map."""

    def draw(self, rng, frame, content=None):
        h, w = frame[Axis.SPACE]
        return Ripple(rng.uniform(2, 4), rng.uniform(60, 90), h, w)

    def apply_keypoints(self, points, params):
        xy = points.xy + np.stack([0 * points.xy[:, 0], params.push(points.xy[:, 0])], axis=1)
        return points.settled(xy, Size(params.h, params.w))


@planted("L3")
class WarpWithBias(RippleStep):
    """Keypoints 0.6 px off in every application: within what a warp may be off, but always to the same side."""

    def apply_keypoints(self, points, params):
        moved = super().apply_keypoints(points, params)
        return dataclasses.replace(moved, xy=moved.xy - 0.6)


@planted("L3")
class WarpTheWrongWay(RippleStep):
    """Keypoints follow the map from output to input."""

    def apply_keypoints(self, points, params):
        return super().apply_keypoints(points, dataclasses.replace(params, height=-params.height))


@planted("L2")
class MaskBlended(Rotate):
    """Masks are interpolated like pictures, which invents classes between classes."""

    def apply_mask(self, mask, params):
        picture = Image(mask.classes.astype(np.float32)[:, :, None] / 255)
        moved = follow(picture, dataclasses.replace(params, interpolation="linear")).pixels[:, :, 0] * 255
        return dataclasses.replace(mask, classes=np.rint(moved).astype(mask.classes.dtype))


@planted("L2", "L4")
class MaskOnePixelOff(Rotate):
    """The mask is resampled from corners where the image is from centres."""

    def apply_mask(self, mask, params):
        moved = follow(mask, params)
        return dataclasses.replace(moved, classes=np.roll(moved.classes, 1, axis=0))


@planted("L4")
class BoxesStay(HFlip):
    """Boxes are left where they were."""

    def apply_boxes(self, boxes, params):
        return boxes


@planted("L4", "L5")
class BoxesFlippedAsIndices(HFlip):
    """x becomes W - 1 - x."""

    def apply_boxes(self, boxes, params):
        moved = follow(boxes, params)
        return moved.clipped(moved.xyxy - [1.0, 0, 1.0, 0], params.size_out)


@planted("L4")
class BoxesOfTwoCorners(Rotate):
    """The envelope of two opposite corners, too small under every rotation."""

    def apply_boxes(self, boxes, params):
        if not len(boxes):
            return boxes
        a, b = params.points(boxes.xyxy[:, :2]), params.points(boxes.xyxy[:, 2:])
        return boxes.clipped(np.hstack([np.minimum(a, b), np.maximum(a, b)]), params.size_out)


@planted("L4")
class BoxesTooLarge(Rotate):
    """Boxes grow by 3 px to be on the safe side."""

    def apply_boxes(self, boxes, params):
        moved = follow(boxes, params)
        return moved.clipped(moved.xyxy + np.array([-3, -3, 3, 3]), params.size_out)


@planted("L5", "L3")
class PointsTurnedTheOtherWay(Transform[Affine2D]):
    """Four times is the identity all the same."""

    def draw(self, rng, frame, content=None):
        return Affine2D.rot90(frame[Axis.SPACE], 1)

    def apply_keypoints(self, points, params):
        return follow(points, Affine2D.rot90(Size(*params.size_in), 3))


@dataclass(frozen=True)
class FusedBackwards(Affine2D):
    """Composes in the wrong order."""

    def then(self, later):
        return dataclasses.replace(
            Affine2D(*later.__dict__.values()), matrix=tuple(map(tuple, (self.array() @ later.array()).tolist()))
        )


@planted("L5")
class ComposesBackwards(Transform[FusedBackwards]):
    """A transpose, then a flip, is not a flip, then a transpose."""

    def draw(self, rng, frame, content=None):
        return FusedBackwards(**Affine2D.transpose(frame[Axis.SPACE]).__dict__)


@planted("L5")
class PicturesFlippedInexactly(HFlip):
    """The flip goes through a resampling that loses the last bit."""

    def apply_image(self, image, params):
        moved = follow(image, params)
        pixels = moved.pixels * np.float32(0.999999) if moved.pixels.dtype == np.float32 else moved.pixels
        return dataclasses.replace(moved, pixels=pixels)


@planted("L6")
class ResizedByCorners(Resize):
    """Keypoints scaled by (W' - 1) / (W - 1), as if the corners of the frame were pixel centres."""

    def apply_keypoints(self, points, params):
        scale = (np.array(params.size_out[::-1]) - 1) / np.maximum(np.array(params.size_in[::-1]) - 1, 1)
        return dataclasses.replace(points, xy=points.xy * scale)


@planted("L6")
class ResizedByIndices(Resize):
    """Keypoints scaled as pixel indices: (x - 0.5) * k + 0.5."""

    def apply_keypoints(self, points, params):
        scale = np.diag(params.array())[:2]
        return dataclasses.replace(points, xy=(points.xy - 0.5) * scale + 0.5)


RIGHT = (HFlip, Rotate, Shift, Resize, EraseOne, RippleStep)
