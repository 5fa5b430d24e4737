"""What the bridge knows about single transforms of albumentations 2.0.8: measured, not believed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_VOLUME = "it moves volumes, and a sample holds none; for slices as images use {}"
REFUSED = {
    "FromFloat": "an image keeps its dtype, and steps take uint8 and float32 alike; leave it out",
    "Lambda": "it holds Python functions, which no recipe can name and no trace can keep; write a Transform instead",
    "Mosaic": "it joins other samples without their keys, so no trace could replay it; use `mosaic`, which draws them "
    "by key and moves their annotations along",
    "Normalize": "its values leave [0, 1], which ends the image; write `normalize: {mean: [...], std: [...]}` as the "
    "last step, which makes the tensor too",
    "TextImage": "what it draws holds an open font, which no trace can keep; draw the text once and paste it with "
    "{name: OverlayElements}",
    "ToFloat": "an image keeps its dtype, and steps take uint8 and float32 alike; write `to_tensor: {}` as the last "
    "step, which divides by 255",
    "ToTensor3D": "it makes a torch tensor of a volume, and a sample holds none; for images write `to_tensor: {}`",
    "ToTensorV2": "it makes a torch tensor; write `to_tensor: {}` as the last step, which divides by 255 too",
    "CenterCrop3D": _VOLUME.format("`center_crop`"),
    "CoarseDropout3D": _VOLUME.format("`coarse_dropout` or {name: CoarseDropout}"),
    "CubicSymmetry": _VOLUME.format("{name: D4}"),
    "Pad3D": _VOLUME.format("`pad`"),
    "PadIfNeeded3D": _VOLUME.format("{name: PadIfNeeded}"),
    "RandomCrop3D": _VOLUME.format("`random_crop`"),
}
"""Transforms that cannot be reached, and why."""

COMPOSITIONS = {
    "Compose": "seq",
    "OneOf": "one_of",
    "OneOrOther": "one_of",
    "RandomOrder": "random_order",
    "ReplayCompose": "seq",
    "SelectiveChannelTransform": "seq",
    "Sequential": "seq",
    "SomeOf": "some_of",
}
"""Its combiners, and ours."""

ERASERS = frozenset(
    "CoarseDropout ConstrainedCoarseDropout Erasing FrequencyMasking GridDropout TimeMasking XYMasking".split()
)
"""They paint rectangles (``holes``). Without ``fill_mask`` every annotation is kept; with it, all follow an Erase."""

PAINTERS = ERASERS | {"MaskDropout", "OverlayElements", "PixelDropout"}
"""Their ``fill_mask`` is painted inside the frame; elsewhere it is what lies outside, by default the ignore index."""

CONTINUOUS = PAINTERS | {"RandomGridShuffle"}
"""They compare points with whole-pixel edges, so they are given continuous positions, not pixel indices."""

KEEPS_FRAME = PAINTERS | frozenset(
    "ElasticTransform GridDistortion GridElasticDeform HorizontalFlip Morphological NoOp OpticalDistortion "
    "PiecewiseAffine RandomGridShuffle SafeRotate ShiftScaleRotate ThinPlateSpline TimeReverse VerticalFlip".split()
)
"""The frame afterwards is the frame before; the others are asked by moving an empty mask."""

NEEDS = {
    "AtLeastOneBBoxRandomCrop": ("boxes",),
    "BBoxSafeRandomCrop": ("boxes",),
    "CropNonEmptyMaskIfExists": ("mask",),
    "MaskDropout": ("mask",),
    "RandomCropNearBBox": ("boxes",),
    "RandomSizedBBoxSafeCrop": ("boxes",),
}
"""What the draw looks at beside the image."""

RESIZERS = frozenset(
    "CropAndPad LongestMaxSize RandomResizedCrop RandomScale RandomSizedBBoxSafeCrop RandomSizedCrop Resize "
    "SmallestMaxSize".split()
)
"""They stretch what is left to a size. Masks take the pixel that holds the centre: OpenCV's plain nearest takes the
one that holds the corner, 0.5 px off. A point moves as a box without size: it scales boxes by what came out, but points
as if their pixel indices were continuous and by what was asked for, 0.7 px off at 2 ×, 5 px at 8 ×.

Elsewhere it is the other way round: boxes go round their corners, moved as points, since its own boxes are off by
0.5 px (SafeRotate), by up to 0.6 px (Perspective) and by up to 1 px (Affine with fit_output)."""

BY_MAP = {
    "ElasticTransform": ("boxes", "keypoints"),
    "GridDistortion": ("boxes", "keypoints"),
    "GridElasticDeform": ("boxes", "keypoints"),
    "OpticalDistortion": ("boxes", "keypoints"),
    "PiecewiseAffine": ("boxes", "keypoints"),
    "RandomGridShuffle": ("boxes",),
    "ThinPlateSpline": ("boxes", "keypoints"),
}
"""Kinds that follow the map by which the picture was moved. The library's own points are biased by -0.9 px (``mask``)
or off by 0.6 px on average (``direct``), up to 4 px (PiecewiseAffine); its boxes miss up to 2 px of the object; a
grid shuffle gives several boxes back for one."""

INEXACT = {
    "MaskDropout": {"boxes": "it keeps the boxes of the objects that it wipes out, of which 0 px are left"},
    "Morphological": {
        "boxes": "it merges boxes that touch (0 come back where OpenCV 5 makes it fail)",
        "keypoints": "its kernels of even size shift the picture by 0.5 px, and points do not grow with what they mark",
        "mask": "it treats class numbers as grey values: class 2 grows over class 1, IoU down to 0.79",
    },
    "PixelDropout": {
        "boxes": "it keeps every box, also where 0 px of it are left",
        "keypoints": "it leaves points on dropped pixels alone: 0 of them are hidden",
        "mask": "it drops other pixels of the mask than of the image: IoU down to 0.61 where 0.3 are dropped",
    },
}
"""Kinds that the library moves wrongly: refused without ``allow_inexact: true``."""

ELLIPSE = "with rotate_method `ellipse` its boxes are up to 8 px smaller than what they hold"

_CHANGES = {
    "": "NoOp",
    "handedness": "HorizontalFlip TimeReverse",
    "handedness orientation": "D4 SquareSymmetry Transpose VerticalFlip",
    "orientation": "RandomRotate90 Rotate",
    "orientation scale": "SafeRotate",
    "composition orientation scale": "ShiftScaleRotate",
    "composition orientation scale shape": "Affine",
    "orientation scale shape": "Perspective",
    "shape": "ElasticTransform GridDistortion GridElasticDeform OpticalDistortion PiecewiseAffine ThinPlateSpline",
    "scale": "LongestMaxSize RandomScale SmallestMaxSize",
    "scale shape": "Resize",
    "composition": "CenterCrop Crop CropNonEmptyMaskIfExists Pad PadIfNeeded RandomCrop RandomCropFromBorders "
    "RandomCropNearBBox AtLeastOneBBoxRandomCrop BBoxSafeRandomCrop RandomGridShuffle OverlayElements "
    "CoarseDropout ConstrainedCoarseDropout Erasing FrequencyMasking GridDropout MaskDropout TimeMasking XYMasking",
    "composition scale shape": "CropAndPad RandomResizedCrop RandomSizedBBoxSafeCrop RandomSizedCrop",
    "colour": "ChannelShuffle ToGray ToRGB",
    "brightness colour": "AutoContrast CLAHE ChannelDropout ColorJitter Equalize FancyPCA FDA HEStain "
    "HistogramMatching HueSaturationValue Illumination InvertImg PixelDistributionAdaptation PlanckianJitter "
    "PlasmaBrightnessContrast PlasmaShadow Posterize RGBShift RandomBrightnessContrast RandomGamma RandomShadow "
    "RandomToneCurve Solarize ToSepia",
    "sharpness texture": "AdvancedBlur Blur Defocus Downscale Emboss GaussianBlur GlassBlur MedianBlur MotionBlur "
    "RingingOvershoot Sharpen Superpixels UnsharpMask ZoomBlur",
    "colour sharpness": "ChromaticAberration",
    "noise texture": "AdditiveNoise GaussNoise MultiplicativeNoise PixelDropout SaltAndPepper ShotNoise",
    "colour noise texture": "ISONoise",
    "noise sharpness texture": "ImageCompression",
    "brightness colour composition": "RandomSunFlare",
    "brightness colour noise sharpness texture": "RandomFog RandomGravel RandomRain RandomSnow Spatter",
    "shape sharpness": "Morphological",
}
CHANGES = {name: frozenset(qualities.split()) for qualities, names in _CHANGES.items() for name in names.split()}
"""The qualities that a transform changes, as our own steps of the kind do; one not listed may change everything."""

MIRRORED_ELEMENTS = frozenset(["h", "hvt", "t", "v"])
"""Of the eight symmetries of the square, those that exchange left and right."""

NEAREST_EXACT = 6
"""OpenCV's number of the nearest that is symmetric; it resizes only."""

CONSTANTS = {
    "interpolation": {"nearest": 0, "linear": 1, "cubic": 2, "area": 3, "lanczos4": 4},
    "border_mode": {"constant": 0, "replicate": 1, "reflect": 2, "wrap": 3, "reflect_101": 4},
}
"""OpenCV's numbers, by the words that our own steps use."""


def may_mirror(scale: Mapping[str, tuple[float, float]], shear: Mapping[str, tuple[float, float]]) -> bool:
    """Whether an ``Affine`` of these ranges can: by a scale below 0, or by shears that cross each other."""
    lean_x, lean_y = (max(map(abs, shear[axis])) for axis in "xy")
    return min(*scale["x"], *scale["y"]) < 0 or (min(lean_x, lean_y) > 0 and lean_x + lean_y >= 90)


def mirrors(name: str, drawn: Mapping[str, Any]) -> bool:
    """Whether left and right change places under what was drawn."""
    if name in ("D4", "SquareSymmetry"):
        return drawn["group_element"] in MIRRORED_ELEMENTS
    if name == "Affine":
        (a, b, _), (c, d, _) = drawn["matrix"][:2]
        return bool(a * d - b * c < 0)
    return "handedness" in CHANGES.get(name, ())
