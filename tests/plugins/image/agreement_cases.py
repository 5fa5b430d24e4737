"""Every transform of albumentations that moves annotations, at its default settings and at strong ones."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from augkit_image.bridge_library import classes, library
from augkit_image.bridge_table import REFUSED

DEFAULTS: dict[str, dict[str, Any]] = {
    "AtLeastOneBBoxRandomCrop": {"height": 40, "width": 40},
    "CenterCrop": {"height": 40, "width": 40},
    "Crop": {"x_min": 3, "y_min": 5, "x_max": 40, "y_max": 50},
    "CropAndPad": {"px": [-8, 8]},
    "CropNonEmptyMaskIfExists": {"height": 40, "width": 40},
    "FrequencyMasking": {"freq_mask_param": 12},
    "GridElasticDeform": {"num_grid_xy": [4, 4], "magnitude": 5},
    "LongestMaxSize": {"max_size": 100},
    "Pad": {"padding": 4},
    "PadIfNeeded": {"min_height": 130, "min_width": 140},
    "RandomCrop": {"height": 40, "width": 40},
    "RandomCropNearBBox": {"cropping_bbox_key": "boxes"},
    "RandomResizedCrop": {"size": [60, 60]},
    "RandomSizedBBoxSafeCrop": {"height": 60, "width": 60},
    "RandomSizedCrop": {"min_max_height": [30, 57], "size": [60, 48]},
    "Resize": {"height": 70, "width": 90},
    "SmallestMaxSize": {"max_size": 60},
    "TimeMasking": {"time_mask_param": 12},
    "XYMasking": {"num_masks_x": 2, "mask_x_length": [4, 9]},
}
ERASING = {"fill": 0, "fill_mask": 9}
STRONG: dict[str, list[dict[str, Any]]] = {
    "Affine": [
        {"rotate": [-180, 180], "scale": [0.4, 2.5], "shear": [-30, 30], "translate_percent": [-0.2, 0.2]},
        {"rotate": [-180, 180], "scale": [0.5, 2], "fit_output": True},
        {"scale": {"x": -1, "y": [0.5, 2]}, "border_mode": "reflect"},
    ],
    "BBoxSafeRandomCrop": [{"erosion_rate": 0.3}],
    "CenterCrop": [{"height": 200, "width": 200, "pad_if_needed": True}],
    "CoarseDropout": [
        ERASING,
        {"num_holes_range": [4, 8], "hole_height_range": [0.2, 0.4], "hole_width_range": [0.2, 0.4], **ERASING},
    ],
    "ConstrainedCoarseDropout": [
        {"mask_indices": [1], "hole_height_range": [0.4, 0.8], "hole_width_range": [0.4, 0.8], **ERASING}
    ],
    "Crop": [{"x_min": 10, "y_min": 0, "x_max": 200, "y_max": 150, "pad_if_needed": True}],
    "CropAndPad": [
        {"percent": [-0.3, 0.5]},
        {"px": [-12, 30], "keep_size": False},
        {"percent": -0.3},
        {"percent": 1.0},
    ],
    "ElasticTransform": [{"alpha": 60, "sigma": 8}, {"alpha": 300, "sigma": 12}, {"alpha": 120, "sigma": 6}],
    "Erasing": [ERASING, {"scale": [0.3, 0.6], **ERASING}],
    "GridDistortion": [
        {"distort_limit": 0.9},
        {"distort_limit": 0.6, "num_steps": 10},
        {"distort_limit": 0.5, "normalized": False},
        {"distort_limit": 0.9, "border_mode": "reflect", "normalized": False},
    ],
    "GridDropout": [ERASING, {"ratio": 0.8, **ERASING}],
    "GridElasticDeform": [{"num_grid_xy": [6, 5], "magnitude": 15}, {"num_grid_xy": [2, 2], "magnitude": 20}],
    "LongestMaxSize": [{"max_size": 900}, {"max_size": 30}],
    "MaskDropout": [{"max_objects": [2, 3]}],
    "OpticalDistortion": [
        {"distort_limit": [0.9, 0.9]},
        {"distort_limit": [-0.9, -0.9]},
        {"distort_limit": [0.9, 0.9], "mode": "fisheye"},
        {"distort_limit": [-0.9, -0.9], "mode": "fisheye"},
    ],
    "Pad": [{"padding": [30, 4, 1, 50], "border_mode": "reflect_101"}],
    "PadIfNeeded": [{"min_height": 200, "min_width": 300, "position": "random"}],
    "Perspective": [
        {"scale": [0.2, 0.3]},
        {"scale": [0.2, 0.3], "fit_output": True},
        {"scale": 0.2, "keep_size": False},
    ],
    "PiecewiseAffine": [{"scale": [0.1, 0.1]}, {"scale": [0.05, 0.1], "nb_rows": 7, "nb_cols": 8}],
    "PixelDropout": [{"dropout_prob": 0.3, "mask_drop_value": 0}],
    "RandomCrop": [{"height": 200, "width": 200, "pad_if_needed": True}],
    "RandomGridShuffle": [{"grid": [7, 5]}],
    "RandomResizedCrop": [{"size": [300, 200], "scale": [0.1, 0.2]}],
    "RandomScale": [{"scale_limit": [-0.7, -0.5]}, {"scale_limit": [3, 7]}],
    "RandomSizedCrop": [{"min_max_height": [20, 30], "size": [200, 210]}],
    "Resize": [{"height": 800, "width": 900}, {"height": 25, "width": 31}],
    "Rotate": [{"limit": [-180, 180]}, {"limit": [-180, 180], "crop_border": True}, {"rotate_method": "ellipse"}],
    "SafeRotate": [{"limit": [-180, 180]}],
    "ShiftScaleRotate": [{"shift_limit": 0.3, "scale_limit": 0.7, "rotate_limit": 180}],
    "SmallestMaxSize": [{"max_size": 500}, {"max_size": 20}],
    "ThinPlateSpline": [{"scale_range": [0.8, 1.0]}, {"scale_range": [1.0, 1.0], "num_control_points": 6}],
    "XYMasking": [{"num_masks_x": 3, "num_masks_y": 3, "mask_x_length": [9, 20], "mask_y_length": [9, 20], **ERASING}],
}


@dataclass(frozen=True)
class Case:
    """One transform with arguments."""

    name: str
    arguments: Mapping[str, Any]

    def __str__(self) -> str:
        return ",".join([self.name, *(f"{name}={value}" for name, value in self.arguments.items())]).replace(" ", "")


def cases(names: Iterable[str]) -> Iterator[Case]:
    """Default settings, then strong ones."""
    for name in names:
        yield Case(name, DEFAULTS.get(name, {}))
        for strong in STRONG.get(name, []):
            base = {} if name == "CropAndPad" else DEFAULTS.get(name, {})  # px or percent
            yield Case(name, {**base, **strong})


def spatial_names() -> list[str]:
    """Those that move or paint what is annotated, of the classes that can be reached."""
    dual = library().DualTransform
    names = [name for name, made_by in classes().items() if issubclass(made_by, dual) and name not in REFUSED]
    return [name for name in names if name != "OverlayElements"]  # paints what its metadata holds; claims no points
