"""Broken steps of space whose annotations get lost, torn or out of the frame."""

from __future__ import annotations

import dataclasses

import numpy as np

from augkit.sample import Axis
from augkit.transform import Transform
from augkit.vocab.space import Affine2D
from tests.laws.faults_space import EraseOne, HFlip, Resize, Shift, follow
from tests.laws.plant import planted


@planted("L7")
class LabelsLeftBehind(Shift):
    """Boxes are dropped, their labels are not."""

    def apply_boxes(self, boxes, params):
        return dataclasses.replace(follow(boxes, params), columns=boxes.columns)


@planted("L7", "L13")
class LabelsAsFloats(HFlip):
    """Columns pass through one float array, as in albumentations 2.0.8: types change, large numbers are corrupted."""

    def apply_boxes(self, boxes, params):
        moved = follow(boxes, params)
        columns = {n: c.astype(np.float64) if isinstance(c, np.ndarray) else c for n, c in moved.columns.items()}
        return dataclasses.replace(moved, columns=columns)


@planted("L7")
class LabelsShuffled(HFlip):
    """Boxes come back sorted by x, their columns as they were."""

    def apply_boxes(self, boxes, params):
        moved = follow(boxes, params)
        columns = {n: c[::-1] for n, c in moved.columns.items() if n != "id"}
        return dataclasses.replace(moved, columns={**moved.columns, **columns})


@planted("L7", "L4")
class BoxesDroppedInSilence(HFlip):
    """The largest box is dropped, its mask stays."""

    def apply_boxes(self, boxes, params):
        moved = follow(boxes, params)
        keep = np.arange(len(moved)) != len(moved) - 1
        return moved.only(keep)


@planted("L8")
class BoxesLeaveTheFrame(Shift):
    """Boxes are moved and not clipped."""

    def apply_boxes(self, boxes, params):
        moved = boxes.xyxy + np.tile(params.array()[:2, 2], 2)
        return dataclasses.replace(boxes, xyxy=moved)


@planted("L8")
class BoxesWithoutArea(Shift):
    """Boxes are clipped and what is left of them, nothing, is kept."""

    def apply_boxes(self, boxes, params):
        h, w = params.size_out
        moved = boxes.xyxy + np.tile(params.array()[:2, 2], 2)
        return dataclasses.replace(boxes, xyxy=np.clip(moved, 0, [w, h, w, h]))


@planted("L8", "L13")
class PointsNotANumber(HFlip):
    """A division by zero where a keypoint lies in the corner."""

    def apply_keypoints(self, points, params):
        with np.errstate(invalid="ignore", divide="ignore"):
            xy = follow(points, params).xy
            return dataclasses.replace(points, xy=xy * (points.xy / points.xy))


@planted("L8")
class PointsLeaveTheFrame(Shift):
    """Keypoints outside are kept and called visible."""

    def apply_keypoints(self, points, params):
        return dataclasses.replace(points, xy=params.points(points.xy))


@planted("L9")
class ErasesMasksUnasked(EraseOne):
    """With policy `keep`, boxes and keypoints are kept but the mask is painted."""

    def apply_mask(self, mask, params):
        return follow(mask, dataclasses.replace(params, policy="background"))


@planted("L9")
class ErasesBoxesAlone(EraseOne):
    """Boxes are dropped; masks and keypoints are left alone, as dropouts do elsewhere."""

    def apply_mask(self, mask, params):
        return mask

    def apply_keypoints(self, points, params):
        return points


@planted("L9")
class ErasesOneRowTooMany(EraseOne):
    """Rectangles taken as closed, not half-open."""

    def apply_image(self, image, params):
        [(x0, y0, x1, y1)] = params.rects
        return follow(image, dataclasses.replace(params, rects=((x0, y0, x1 + 1, y1 + 1),)))


@planted("L18")
class TellsTheOldFrame(Transform[Affine2D]):
    """Height and width change places, the Params say they do not."""

    def draw(self, rng, frame, content=None):
        size = frame[Axis.SPACE]
        return dataclasses.replace(Affine2D.transpose(size), size_out=size)

    def apply_image(self, image, params):
        return dataclasses.replace(image, pixels=np.ascontiguousarray(image.pixels.transpose(1, 0, 2)))

    def apply_mask(self, mask, params):
        return dataclasses.replace(mask, classes=np.ascontiguousarray(mask.classes.T))


@planted("L18")
class SaysItKeepsTheFrame(Transform[Affine2D]):
    """Height and width change places, and the step says that they do not."""

    def keeps_frame(self):
        return True

    def draw(self, rng, frame, content=None):
        return Affine2D.transpose(frame[Axis.SPACE])


@planted("L18", "L2")
class CropsOneLess(Resize):
    """The image comes out one row short."""

    def apply_image(self, image, params):
        moved = follow(image, params)
        return dataclasses.replace(moved, pixels=moved.pixels[:-1])
