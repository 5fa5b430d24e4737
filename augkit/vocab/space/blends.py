"""What is annotated on pictures that are laid over each other: everything stays, with its sample's share."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

from augkit.fields import Size
from augkit.mixing import mixes
from augkit.vocab.blend import Blend
from augkit.vocab.joining import weighted
from augkit.vocab.space.boxes import Boxes
from augkit.vocab.space.instances import InstanceMasks
from augkit.vocab.space.joined import (
    joined_boxes,
    joined_keypoints,
    joined_masks,
    joined_oriented,
    joined_polygons,
    numbered_rows,
)
from augkit.vocab.space.keypoints import Keypoints
from augkit.vocab.space.oriented import OrientedBoxes
from augkit.vocab.space.polygons import Polygons


@mixes(Blend, Boxes)
def boxes_blend(boxes: Sequence[Boxes], blend: Blend) -> Boxes:
    """The boxes of both, each with the share of its sample in the column ``weight``."""
    return joined_boxes(_weighted(boxes, blend))


@mixes(Blend, OrientedBoxes)
def oriented_boxes_blend(boxes: Sequence[OrientedBoxes], blend: Blend) -> OrientedBoxes:
    """The boxes of both, each with the share of its sample in the column ``weight``."""
    return joined_oriented(_weighted(boxes, blend))


@mixes(Blend, Polygons)
def polygons_blend(polygons: Sequence[Polygons], blend: Blend) -> Polygons:
    """The outlines of both, each with the share of its sample in the column ``weight``."""
    return joined_polygons(_weighted(polygons, blend))


@mixes(Blend, InstanceMasks)
def instances_blend(masks: Sequence[InstanceMasks], blend: Blend) -> InstanceMasks:
    """The objects of both, each with the share of its sample in the column ``weight``."""
    size = next((each.masks.shape[1:] for each in masks if len(each)), masks[0].masks.shape[1:])
    return joined_masks(_weighted(masks, blend), Size(*size))


@mixes(Blend, Keypoints, unless=numbered_rows)
def keypoints_blend(points: Sequence[Keypoints], blend: Blend) -> Keypoints:
    """The points of both, each with the share of its sample in the column ``weight``."""
    return joined_keypoints(_weighted(points, blend))


def _weighted(targets: Sequence[Any], blend: Blend) -> list[Any]:
    shared = zip(targets, blend.shares(), strict=True)
    return [dataclasses.replace(each, columns=weighted(each.columns, len(each), share)) for each, share in shared]
