"""kornia's functional API, driven with what augkit drew, on one float picture at a time."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import torch
from kornia import enhance
from kornia.geometry.transform import crop_by_indices, hflip, warp_affine

from tests.benchmarks.image_peers import by_torchvision
from tests.benchmarks.image_peers import work as w
from tests.benchmarks.image_peers.drawn import Drawn, Made, levels

_TO_CENTRES = np.array([[1, 0, -0.5], [0, 1, -0.5], [0, 0, 1]])
_COLOURS = {
    "brightness": enhance.adjust_brightness_accumulative,
    "contrast": enhance.adjust_contrast_with_mean_subtraction,
    "saturation": enhance.adjust_saturation_with_gray_subtraction,
}


def kornia(drawn: Drawn, picture: np.ndarray | Path, boxes: np.ndarray, mask: np.ndarray) -> Made:
    """Pixels and masks; boxes are left out, since kornia does not filter them."""
    given = isinstance(picture, Path)
    image = (by_torchvision.decoded(picture) if given else by_torchvision.as_tensor(picture))[None].float() / 255
    labels = torch.from_numpy(mask)[None, None].float()
    normalized = False
    for name, value in drawn.changes:
        image = _changed(image, name, value, "bilinear")
        normalized |= name == "normalize"
        if name in ("crop", "flip"):
            labels = _changed(labels, name, value, "nearest-exact")
    made = image[0].numpy()
    pixels = levels(made) if normalized else np.moveaxis(made, 0, 2).astype(np.float64) * 255
    return Made(pixels, {}, labels[0, 0].numpy())


def _changed(image: torch.Tensor, name: str, value: Any, interpolation: str) -> torch.Tensor:
    match name:
        case "crop":
            left, top, width, height = value
            right, bottom = left + width - 1, top + height - 1
            corners = torch.tensor([[[left, top], [right, top], [right, bottom], [left, bottom]]])
            straight = False if interpolation == "bilinear" else None
            return crop_by_indices(image, corners, (w.SIZE, w.SIZE), interpolation, align_corners=straight)
        case "flip":
            return hflip(image)
        case "affine":
            matrix = torch.from_numpy(_TO_CENTRES @ value @ np.linalg.inv(_TO_CENTRES))[None, :2].float()
            return warp_affine(image, matrix, image.shape[-2:], align_corners=True)
        case "normalize":
            return enhance.normalize(image, torch.tensor(w.MEAN), torch.tensor(w.STD))
        case "hue":
            return enhance.adjust_hue(image, 2 * math.pi * value)
    return _COLOURS[name](image, value)
