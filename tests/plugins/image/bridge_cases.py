"""What the bridge's tests share: a picture, its annotations, and arguments for every transform that needs some."""

import numpy as np

import augkit
from augkit import steps

HEIGHT, WIDTH = 64, 80
ROWS, COLUMNS = np.mgrid[0:HEIGHT, 0:WIDTH]

_waves = np.dstack([128 + 80 * np.sin(COLUMNS / 7 + ROWS / 11), 128 + 80 * np.cos(ROWS / 5), 90 + COLUMNS])
PICTURE = np.clip(_waves + np.random.default_rng(3).normal(0, 6, _waves.shape), 0, 255).astype(np.uint8)
MASK = (COLUMNS // 20 + ROWS // 16).astype(np.uint8)
BOXES = {"xyxy": np.array([[10, 8, 40, 40], [30, 20, 70, 60], [50.5, 5, 60, 20.25]]), "label": ["a", "b", "c"]}
POINTS = {"xy": np.array([[20, 20], [50.3, 40.7], [70, 10]]), "label": ["left", "right", "nose"]}
REFERENCES = [PICTURE[::-1] // 2, 255 - PICTURE]
STICKER = {"image": PICTURE[:20, :20], "mask": np.ones((20, 20), np.uint8), "mask_id": 3}

ARGUMENTS = {
    "AtLeastOneBBoxRandomCrop": {"height": 40, "width": 40},
    "CenterCrop": {"height": 40, "width": 40},
    "ConstrainedCoarseDropout": {"mask_indices": [1], "hole_height_range": [0.3, 0.6], "hole_width_range": [0.3, 0.6]},
    "Crop": {"x_max": 60, "y_max": 50},
    "CropAndPad": {"px": [-8, 8]},
    "CropNonEmptyMaskIfExists": {"height": 40, "width": 40},
    "ElasticTransform": {"alpha": 60, "sigma": 6},
    "FrequencyMasking": {"freq_mask_param": 12},
    "GridElasticDeform": {"num_grid_xy": [4, 4], "magnitude": 5},
    "LongestMaxSize": {"max_size": 100},
    "Pad": {"padding": 4},
    "PadIfNeeded": {"min_height": 100, "min_width": 100},
    "RandomCrop": {"height": 40, "width": 40},
    "RandomGravel": {"gravel_roi": [0, 0, 1, 1], "number_of_patches": 30},
    "RandomResizedCrop": {"size": [40, 40]},
    "RandomSizedBBoxSafeCrop": {"height": 40, "width": 40},
    "RandomSizedCrop": {"min_max_height": [30, 60], "size": [40, 48]},
    "Resize": {"height": 50, "width": 100},
    "SmallestMaxSize": {"max_size": 50},
    "TimeMasking": {"time_mask_param": 12},
    "XYMasking": {"num_masks_x": 2, "mask_x_length": [4, 9]},
}
METADATA = {
    "FDA": {"fda_metadata": REFERENCES},
    "HistogramMatching": {"hm_metadata": REFERENCES},
    "OverlayElements": {"overlay_metadata": [STICKER]},
    "PixelDistributionAdaptation": {"pda_metadata": REFERENCES},
}


def make(name, **arguments):
    """The step, with what it cannot do without."""
    return steps.albumentations(name=name, **{**ARGUMENTS.get(name, {}), **arguments})


def needed(step):
    """What the draw of a step looks at: the sample's schema, and its values."""
    name = step.transform.name
    schema, values = {"image": "image"}, {"image": PICTURE}
    if "mask" in step.transform.needs:
        schema["mask"], values["mask"] = "mask", MASK
    if "boxes" in step.transform.needs:
        field = "cropping_bbox" if name == "RandomCropNearBBox" else "boxes"
        schema[field], values[field] = "boxes", BOXES
    for field, value in METADATA.get(name, {}).items():
        schema[field], values[field] = "value", value
    return schema, values


def follows(step):
    """The kinds of annotation that the step takes along, or leaves alone."""
    schema, _ = needed(step)
    return {kind for kind in ("mask", "boxes", "keypoints") if _compiles(step, {**schema, "extra": kind})}


def _compiles(step, schema):
    try:
        return bool(augkit.Pipeline([step], sample=schema))
    except augkit.CompileError:
        return False
