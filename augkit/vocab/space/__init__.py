"""Space: images and what is annotated on them.

Coordinates are continuous: pixel (i, j) covers [j, j+1) × [i, i+1), so its centre is (j + 0.5, i + 0.5). Boxes are
half-open xyxy; a horizontal flip maps x to W − x for boxes and keypoints alike.
"""

from augkit.vocab.space.boxes import Boxes, BoxOptions
from augkit.vocab.space.erase import Erase
from augkit.vocab.space.field import FieldMap
from augkit.vocab.space.keypoints import KeypointOptions, Keypoints
from augkit.vocab.space.lens import Lens
from augkit.vocab.space.net import Elastic, GridWarp, ShiftField
from augkit.vocab.space.pixels import Image, ImageTensor, Mask, MaskOptions
from augkit.vocab.space.planar import Affine2D, Homography, PlanarMap, SpaceMap

__all__ = [
    "Affine2D",
    "BoxOptions",
    "Boxes",
    "Elastic",
    "Erase",
    "FieldMap",
    "GridWarp",
    "Homography",
    "Image",
    "ImageTensor",
    "KeypointOptions",
    "Keypoints",
    "Lens",
    "Mask",
    "MaskOptions",
    "PlanarMap",
    "ShiftField",
    "SpaceMap",
]
