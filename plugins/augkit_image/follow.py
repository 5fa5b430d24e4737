"""How pixels follow: the kernels of Image and Mask."""

import dataclasses

import numpy as np

from augkit.transform import moves
from augkit.vocab.space import Image, Mask, PlanarMap
from augkit_image.warp import warp


@moves(PlanarMap, Image)
def image_follows_map(image, planar):
    """Resampled by the map; flips, quarter turns, crops and pads without resampling."""
    return dataclasses.replace(
        image,
        pixels=warp(image.pixels, planar.array(), planar.size_out, planar.interpolation, planar.border, planar.fill),
    )


@moves(PlanarMap, Mask)
def mask_follows_map(mask, planar):
    """The same map with nearest; what comes from outside is the ignore index."""
    classes = mask.classes[:, :, None]
    border = planar.border
    return dataclasses.replace(mask, classes=warp(classes, planar.array(), planar.size_out, "nearest", border, mask.outside)[:, :, 0])
