"""Steps that turn, mirror, shift, scale and tilt the picture. Masks, boxes and keypoints go the same way."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from augkit.errors import FieldError
from augkit.fields import Limits, Range
from augkit.rng import Stream
from augkit.sample import Axis, Frame, Target
from augkit.transform import Transform
from augkit.vocab.space import Affine2D, Homography
from augkit_image.quad import homography_of_shifts
from augkit_image.resampling import BorderField, FillField, InterpolationField

Content = Mapping[str, Target] | None


class HFlip(Transform[Affine2D]):
    """Left and right change places. Exact: no pixel is resampled."""

    changes = {"handedness"}

    def keeps_frame(self) -> bool:
        return True

    def draw(self, rng: Stream, frame: Frame, content: Content = None) -> Affine2D:
        return Affine2D.hflip(frame[Axis.SPACE])


class VFlip(Transform[Affine2D]):
    """Top and bottom change places, which mirrors too. Exact: no pixel is resampled."""

    changes = {"handedness", "orientation"}

    def keeps_frame(self) -> bool:
        return True

    def draw(self, rng: Stream, frame: Frame, content: Content = None) -> Affine2D:
        return Affine2D.vflip(frame[Axis.SPACE])


class Transpose(Transform[Affine2D]):
    """Rows and columns change places: a mirror along the main diagonal; height and width change places too. Exact."""

    changes = {"handedness", "orientation"}

    def draw(self, rng: Stream, frame: Frame, content: Content = None) -> Affine2D:
        return Affine2D.transpose(frame[Axis.SPACE])


class Rot90(Transform[Affine2D]):
    """Turned counter-clockwise by quarters; after an odd number height and width have changed places. Exact."""

    changes = {"orientation"}

    quarter_turns: Annotated[
        Range, Limits(-3, 3, unit="quarter turns", doc="counter-clockwise, as numpy.rot90; [0, 3] draws 0, 1, 2 or 3")
    ] = Range(0, 3, "int")

    def validate(self) -> None:
        numbers = self.quarter_turns.items or self.quarter_turns.ends()
        if any(number != round(number) for number in numbers):
            raise FieldError(f"quarter_turns: {numbers} are not all whole; `rotate` takes degrees.", "quarter_turns")

    def draw(self, rng: Stream, frame: Frame, content: Content = None) -> Affine2D:
        return Affine2D.rot90(frame[Axis.SPACE], self.quarter_turns.draw_int(rng))


class Rotate(Transform[Affine2D]):
    """Turned about the centre, counter-clockwise; the frame stays, so corners leave it and ``fill`` shows."""

    changes = {"orientation"}

    degrees: Annotated[
        Range, Limits(-360, 360, neutral=0, strongest=(-30, 30), unit="degrees", doc="counter-clockwise")
    ] = Range(-15, 15)
    interpolation: InterpolationField = "linear"
    border: BorderField = "constant"
    fill: FillField = 0.0

    def keeps_frame(self) -> bool:
        return True

    def draw(self, rng: Stream, frame: Frame, content: Content = None) -> Affine2D:
        degrees = self.degrees.draw(rng)
        return Affine2D.about_centre(
            frame[Axis.SPACE], degrees, interpolation=self.interpolation, border=self.border, fill=self.fill
        )


_TRANSLATE = Limits(
    -1, 1, neutral=0, strongest=(-0.25, 0.25), unit="fraction of the side", doc="drawn for x and for y apart"
)
_SCALE = Limits(0.01, 100, neutral=1, strongest=(0.7, 1.4), unit="factor", doc="above 1 is larger")
_DEGREES = Limits(-360, 360, neutral=0, strongest=(-30, 30), unit="degrees", doc="counter-clockwise")
_SHEAR = Limits(-80, 80, neutral=0, strongest=(-17, 17), unit="degrees", doc="how far upright lines lean to the right")


class Affine(Transform[Affine2D]):
    """Scaled, sheared and turned about the centre, then shifted; the frame stays."""

    changes = {"orientation", "scale", "shape", "composition"}

    degrees: Annotated[Range, _DEGREES] = Range(-15, 15)
    translate: Annotated[Range, _TRANSLATE] = Range(-0.1, 0.1)
    scale: Annotated[Range, _SCALE] = Range(0.9, 1.1)
    shear_degrees: Annotated[Range, _SHEAR] = Range(-5, 5)
    interpolation: InterpolationField = "linear"
    border: BorderField = "constant"
    fill: FillField = 0.0

    def changed_qualities(self) -> frozenset[str]:
        """Only what its fields can change: ``scale: 1`` keeps the scale."""
        return _changed(
            orientation=(self.degrees, 0),
            composition=(self.translate, 0),
            scale=(self.scale, 1),
            shape=(self.shear_degrees, 0),
        )

    def keeps_frame(self) -> bool:
        return True

    def draw(self, rng: Stream, frame: Frame, content: Content = None) -> Affine2D:
        return _affine(self, rng, frame, self.shear_degrees.draw(rng))


class ShiftScaleRotate(Transform[Affine2D]):
    """Scaled and turned about the centre, then shifted; the frame stays. ``affine`` without shear, turning further."""

    changes = {"orientation", "scale", "composition"}

    translate: Annotated[Range, _TRANSLATE] = Range(-0.0625, 0.0625)
    scale: Annotated[Range, _SCALE] = Range(0.9, 1.1)
    degrees: Annotated[Range, _DEGREES] = Range(-45, 45)
    interpolation: InterpolationField = "linear"
    border: BorderField = "constant"
    fill: FillField = 0.0

    def changed_qualities(self) -> frozenset[str]:
        """Only what its fields can change: ``degrees: 0`` keeps the orientation."""
        return _changed(orientation=(self.degrees, 0), composition=(self.translate, 0), scale=(self.scale, 1))

    def keeps_frame(self) -> bool:
        return True

    def draw(self, rng: Stream, frame: Frame, content: Content = None) -> Affine2D:
        return _affine(self, rng, frame, 0.0)


class Perspective(Transform[Homography]):
    """Tilted in space: each corner of the picture moves by itself, straight lines stay straight; the frame stays."""

    changes = {"shape", "orientation", "scale"}

    corner_shift: Annotated[
        Range,
        Limits(
            -0.25,
            0.25,
            neutral=0,
            strongest=(-0.15, 0.15),
            unit="fraction of the side",
            doc="each corner towards the middle (below 0: away), drawn 8 times; weakened where a horizon would show",
        ),
    ] = Range(-0.1, 0.1)
    interpolation: InterpolationField = "linear"
    border: BorderField = "constant"
    fill: FillField = 0.0

    def keeps_frame(self) -> bool:
        return True

    def draw(self, rng: Stream, frame: Frame, content: Content = None) -> Homography:
        size = frame[Axis.SPACE]
        matrix = homography_of_shifts([self.corner_shift.draw(rng) for _ in range(8)], size.w, size.h)
        return Homography(matrix, size, size, self.interpolation, self.border, self.fill)


def _affine(step: Affine | ShiftScaleRotate, rng: Stream, frame: Frame, shear: float) -> Affine2D:
    size = frame[Axis.SPACE]
    degrees, scale = step.degrees.draw(rng), step.scale.draw(rng)
    shift = step.translate.draw(rng) * size.w, step.translate.draw(rng) * size.h
    return Affine2D.about_centre(
        size,
        degrees,
        (scale, scale),
        (-shear, 0.0),
        shift,
        interpolation=step.interpolation,
        border=step.border,
        fill=step.fill,
    )


def _changed(**ranges: tuple[Range, float]) -> frozenset[str]:
    return frozenset(name for name, (drawn, neutral) in ranges.items() if set(drawn.ends()) != {neutral})
