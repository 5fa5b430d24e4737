"""Broken steps of space whose instances, outlines, oriented boxes, heatmaps, depth or films do not go along."""

from __future__ import annotations

import dataclasses

import numpy as np

from tests.laws.faults_space import EraseOne, HFlip, Rotate, Shift, follow
from tests.laws.plant import planted


@planted("L4")
class InstancesOnePixelOff(HFlip):
    """Instance masks come out one pixel to the right of the mask."""

    def apply_masks(self, masks, params):
        moved = follow(masks, params)
        return dataclasses.replace(moved, masks=np.roll(moved.masks, 1, axis=2))


@planted("L8")
class EmptyInstancesKept(Shift):
    """Instances of which nothing is left are kept, their boxes are gone."""

    def apply_masks(self, masks, params):
        return dataclasses.replace(masks, masks=np.zeros((len(masks), *params.size_out), bool))


@planted("L4")
class OutlinesStayBehind(HFlip):
    """Polygons are left where they were."""

    def apply_polygons(self, polygons, params):
        return polygons


@planted("L8")
class OutlinesLeaveTheFrame(Shift):
    """Polygons are moved and not cut."""

    def apply_polygons(self, polygons, params):
        rings = tuple(tuple(params.points(ring) for ring in rings) for rings in polygons.rings)
        return dataclasses.replace(polygons, rings=rings)


@planted("L4")
class OrientedTurnTheOtherWay(Rotate):
    """Oriented boxes turn clockwise where the picture turns counter-clockwise."""

    def apply_oriented_boxes(self, boxes, params):
        moved = follow(boxes, params)
        return dataclasses.replace(moved, xywha=moved.xywha * [1, 1, 1, 1, -1])


@planted("L4")
class OrientedGrow(Rotate):
    """Oriented boxes become the upright box round the turned one."""

    def apply_oriented_boxes(self, boxes, params):
        moved = follow(boxes, params)
        corners = moved.corners()
        low, high = corners.min(axis=1), corners.max(axis=1)
        upright = np.column_stack([(low + high) / 2, high - low, 0 * moved.xywha[:, 4]])
        return dataclasses.replace(moved, xywha=upright)


@planted("L3")
class HeatOnePixelOff(HFlip):
    """Heatmaps flip about a pixel's centre instead of its edge."""

    def apply_heatmap(self, heat, params):
        moved = follow(heat, params)
        return dataclasses.replace(moved, values=np.roll(moved.values, 1, axis=1))


@planted("L3")
class FilmOfOneFrame(HFlip):
    """The frames of a film come out in another order."""

    def apply_image_sequence(self, film, params):
        moved = follow(film, params)
        return dataclasses.replace(moved, frames=moved.frames[::-1])


@planted("L9")
class ErasesNoInstances(EraseOne):
    """Masks are erased, instances keep every pixel."""

    def apply_masks(self, masks, params):
        return masks


@planted("L9")
class ErasesNoOutlines(EraseOne):
    """Boxes are dropped, the polygons of the same things stay."""

    def apply_polygons(self, polygons, params):
        return polygons


@planted("L9")
class ErasesDepthUnasked(EraseOne):
    """With policy `keep`, depth is set to 0 all the same."""

    def apply_depth(self, depth, params):
        return follow(depth, dataclasses.replace(params, policy="background"))
