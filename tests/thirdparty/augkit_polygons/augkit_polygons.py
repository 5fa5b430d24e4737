"""Polygons for augkit: a kind of target, and a step that shears."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated

import numpy as np

import augkit
from augkit.vocab.space import Affine2D, Erase, PlanarMap

AUGKIT_API = 1


@dataclass(frozen=True, eq=False)
class Polygon(augkit.Target):
    """``xy``: (n, 2) float64 vertices in order round the edge.

    Vertices lie on the corners of pixels, not on their centres: they are continuous, inside and at the door, as the
    sides of boxes are. What leaves the frame is kept, so that the outline keeps its shape.
    """

    kind, axes = "polygon", augkit.SPACE
    xy: np.ndarray

    @classmethod
    def read(cls, value, options, frame):
        made, form = super().read(value, options, frame)
        return replace(made, xy=np.asarray(made.xy, dtype=np.float64).reshape(-1, 2)), form


@augkit.moves(PlanarMap, Polygon)
def polygon_follows_map(polygon, planar):
    return replace(polygon, xy=planar.points(polygon.xy))


@augkit.moves(Erase, Polygon)
def polygon_follows_erase(polygon, erase):
    """An outline stays, unless the policy lets annotations go and every vertex is covered."""
    (x, y), (x0, y0, x1, y1) = polygon.xy.T[:, :, None], np.array(erase.rects).reshape(-1, 4).T
    covered = ((x >= x0) & (x < x1) & (y >= y0) & (y < y1)).any(axis=1)
    kept = erase.policy == "keep" or not covered.all()
    return polygon if kept else replace(polygon, xy=polygon.xy[:0])


class Shear(augkit.Transform[Affine2D]):
    """Shear sideways about the centre; the frame stays, corners leave it."""

    degrees: Annotated[augkit.Range, augkit.Limits(-60, 60, neutral=0, strongest=(-40, 40), unit="degrees")] = (
        augkit.Range(-20, 20)
    )
    changes = {"shape"}

    def keeps_frame(self):
        return True

    def draw(self, rng, frame, content=None):
        return Affine2D.about_centre(frame["space"], shear_degrees=(self.degrees.draw(rng), 0.0))


@augkit.hookimpl
def augkit_register(registry):
    registry.target("polygon", "augkit_polygons:Polygon")
    registry.transform("polygons/shear", "augkit_polygons:Shear")
