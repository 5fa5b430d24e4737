"""Space: images and what is annotated on them.

Coordinates are continuous: pixel (i, j) covers [j, j+1) × [i, i+1), so its centre is (j + 0.5, i + 0.5). Boxes are
half-open xyxy; a horizontal flip maps x to W − x for boxes and keypoints alike.
"""

from augkit.vocab.space.boxes import Boxes, BoxOptions
from augkit.vocab.space.clipping import ClipOptions
from augkit.vocab.space.dense import DenseOptions, Depth, Heatmap, HeatmapOptions
from augkit.vocab.space.erase import Erase
from augkit.vocab.space.field import FieldMap
from augkit.vocab.space.instances import InstanceMasks
from augkit.vocab.space.keypoints import KeypointOptions, Keypoints
from augkit.vocab.space.lens import Lens
from augkit.vocab.space.mask_options import MaskOptions
from augkit.vocab.space.net import Elastic, GridWarp, ShiftField
from augkit.vocab.space.oriented import OrientedBoxes
from augkit.vocab.space.pixels import Image, ImageTensor, Mask
from augkit.vocab.space.planar import Affine2D, Homography, PlanarMap, SpaceMap
from augkit.vocab.space.polygons import Polygons
from augkit.vocab.space.sequence import ImageSequence, ImageSequenceTensor

__all__ = [
    "Affine2D",
    "BoxOptions",
    "Boxes",
    "ClipOptions",
    "DenseOptions",
    "Depth",
    "Elastic",
    "Erase",
    "FieldMap",
    "GridWarp",
    "Heatmap",
    "HeatmapOptions",
    "Homography",
    "Image",
    "ImageSequence",
    "ImageSequenceTensor",
    "ImageTensor",
    "InstanceMasks",
    "KeypointOptions",
    "Keypoints",
    "Lens",
    "Mask",
    "MaskOptions",
    "OrientedBoxes",
    "PlanarMap",
    "Polygons",
    "ShiftField",
    "SpaceMap",
]
