"""Annotations of several pictures put together in one: rows one after the other, with all their columns."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np

from augkit.fields import Size
from augkit.vocab.joining import joined_columns, joined_or_none
from augkit.vocab.space.boxes import Boxes
from augkit.vocab.space.instances import InstanceMasks
from augkit.vocab.space.keypoints import KeypointOptions, Keypoints
from augkit.vocab.space.oriented import OrientedBoxes
from augkit.vocab.space.polygons import Polygons


def joined_boxes(parts: Sequence[Boxes]) -> Boxes:
    """The boxes of all parts in order."""
    columns, visible = _beside(parts, "boxes")
    return dataclasses.replace(
        parts[0], xyxy=np.concatenate([part.xyxy for part in parts]), columns=columns, visible=visible
    )


def joined_oriented(parts: Sequence[OrientedBoxes]) -> OrientedBoxes:
    """The oriented boxes of all parts in order."""
    columns, visible = _beside(parts, "oriented_boxes")
    xywha = np.concatenate([part.xywha for part in parts])
    return dataclasses.replace(parts[0], xywha=xywha, columns=columns, visible=visible)


def joined_polygons(parts: Sequence[Polygons]) -> Polygons:
    """The outlines of all parts in order."""
    columns, visible = _beside(parts, "polygons")
    rings = tuple(rings for part in parts for rings in part.rings)
    return dataclasses.replace(parts[0], rings=rings, columns=columns, visible=visible)


def joined_masks(parts: Sequence[InstanceMasks], size: Size) -> InstanceMasks:
    """The objects of all parts, which lie in frames of ``size``, in order."""
    columns, visible = _beside(parts, "masks")
    masks = np.concatenate([np.zeros((0, *size), dtype=bool), *(part.masks for part in parts if len(part))])
    return dataclasses.replace(parts[0], masks=masks, columns=columns, visible=visible)


def joined_keypoints(parts: Sequence[Keypoints]) -> Keypoints:
    """The points of all parts in order; where only some have visibilities, the rest are 1."""
    counts = [len(part) for part in parts]
    columns = joined_columns([part.columns for part in parts], counts, "keypoints")
    visibility = joined_or_none([part.visibility for part in parts], counts)
    xy = np.concatenate([part.xy for part in parts])
    return dataclasses.replace(parts[0], xy=xy, visibility=visibility, columns=columns)


def numbered_rows(options: KeypointOptions) -> str | None:
    """Why points that are told apart by their row cannot be put together with others."""
    if options.by_row():
        return "its `pairs` are row numbers, which mean nothing once the points of two samples stand together."
    return None


def _beside(
    parts: Sequence[Boxes | OrientedBoxes | Polygons | InstanceMasks], what: str
) -> tuple[dict[str, object], np.ndarray | None]:
    counts = [len(part) for part in parts]
    columns = joined_columns([part.columns for part in parts], counts, what)
    return columns, joined_or_none([part.visible for part in parts], counts)
