"""The functional APIs of the peers, driven with what augkit drew: do all of them make the same picture?"""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import albumentations as A
import albumentations.augmentations.crops.functional as crops
import albumentations.augmentations.geometric.functional as geometric
import albumentations.augmentations.pixel.functional as pixel
import cv2
import numpy as np
import torch
from PIL import Image
from torchvision import tv_tensors
from torchvision.transforms.v2 import InterpolationMode
from torchvision.transforms.v2 import functional as F

from tests.benchmarks.image_peers import by_albumentations, by_torchvision
from tests.benchmarks.image_peers import work as w
from tests.benchmarks.image_peers.drawn import Drawn, Made, levels
from tests.benchmarks.image_peers.photographs import IDS
from tests.benchmarks.image_peers.work import installed

_SIZE = [w.SIZE, w.SIZE]
_TO_CENTRES = np.array([[1, 0, -0.5], [0, 1, -0.5], [0, 0, 1]])
Picture = np.ndarray | Path
"""Pixels, or a JPEG file that each library decodes in its own way."""


def albumentations(drawn: Drawn, picture: Picture, boxes: np.ndarray, mask: np.ndarray) -> Made:
    """Its kernels for pixels and masks; its Compose with nothing left to chance for boxes and their filter."""
    read = by_albumentations.simplejpeg if installed("simplejpeg") else by_albumentations.opencv
    image = read(picture) if isinstance(picture, Path) else picture
    size, steps = mask.shape, list[A.BasicTransform]()
    for name, value in drawn.changes:
        image = _albumentations(image, name, value, cv2.INTER_LINEAR)
        if name in ("crop", "flip"):
            mask = _albumentations(mask, name, value, cv2.INTER_NEAREST)
        steps += _certain(name, value)
    params = A.BboxParams("pascal_voc", label_fields=["id"], min_visibility=w.MIN_VISIBLE)
    made = A.Compose(steps, bbox_params=params)(image=np.zeros((*size, 3), np.uint8), bboxes=boxes, id=IDS)
    kept = dict(zip(map(int, made["id"]), made["bboxes"], strict=True))
    return Made(levels(image), kept, mask)


def _albumentations(image: np.ndarray, name: str, value: Any, interpolation: int) -> np.ndarray:
    match name:
        case "crop":
            left, top, width, height = value
            part = crops.crop(image, left, top, left + width, top + height)
            return geometric.resize(part, (w.SIZE, w.SIZE), interpolation)
        case "flip":
            return geometric.hflip(image)
        case "affine":
            matrix = _TO_CENTRES @ value @ np.linalg.inv(_TO_CENTRES)
            return geometric.warp_affine(image, matrix, interpolation, 0, cv2.BORDER_CONSTANT, image.shape[:2])
        case "normalize":
            return np.moveaxis(A.Normalize(mean=w.MEAN, std=w.STD).apply(image), 2, 0)
    return getattr(pixel, f"adjust_{name}_torchvision")(image, value)


def _certain(name: str, value: Any) -> list[A.BasicTransform]:
    if name == "crop":
        left, top, width, height = value
        return [A.Crop(left, top, left + width, top + height, p=1), A.Resize(w.SIZE, w.SIZE, p=1)]
    return [A.HorizontalFlip(p=1)] if name == "flip" else []


def torchvision_pil(drawn: Drawn, picture: Picture, boxes: np.ndarray, mask: np.ndarray) -> Made:
    """PIL images; boxes and masks as with tensors."""
    image = Image.open(picture).convert("RGB") if isinstance(picture, Path) else Image.fromarray(picture)
    return _torchvision(drawn, image, boxes, mask, True)


def torchvision(drawn: Drawn, picture: Picture, boxes: np.ndarray, mask: np.ndarray) -> Made:
    """uint8 tensors, antialias off."""
    given = isinstance(picture, Path)
    image = by_torchvision.decoded(picture) if given else by_torchvision.as_tensor(picture)
    return _torchvision(drawn, tv_tensors.Image(image), boxes, mask, False)


def _torchvision(drawn: Drawn, image: Any, boxes: np.ndarray, mask: np.ndarray, antialias: bool) -> Made:
    labels: Any = tv_tensors.Mask(torch.from_numpy(mask))
    marked: Any = by_torchvision.boxes_on(boxes, mask)
    for name, value in drawn.changes:
        image = _with_torchvision(image, name, value, antialias)
        if name in ("crop", "flip"):
            labels, marked = (_with_torchvision(target, name, value, antialias) for target in (labels, marked))
    inside = F.clamp_bounding_boxes(marked).numpy()
    sides = inside[:, 2:] - inside[:, :2]
    kept = {int(i): xyxy for i, xyxy, side in zip(IDS, inside, sides, strict=True) if side.min() >= 1}
    plain = np.moveaxis(image.numpy(), 0, 2) if isinstance(image, torch.Tensor) else np.asarray(image)
    return Made(levels(image.numpy()) if plain.dtype != np.uint8 else levels(plain), kept, labels.numpy())


def _with_torchvision(image: Any, name: str, value: Any, antialias: bool) -> Any:
    match name:
        case "crop":
            left, top, width, height = value
            return F.resized_crop(image, top, left, height, width, _SIZE, antialias=antialias)
        case "flip":
            return F.horizontal_flip(image)
        case "affine":
            return _turned(image, value)
        case "normalize":
            return F.normalize(F.to_dtype(F.to_image(image), torch.float32, scale=True), w.MEAN, w.STD)
    return getattr(F, f"adjust_{name}")(image, value)


def _turned(image: Any, matrix: np.ndarray) -> Any:
    height, width = F.get_size(image)
    centre = np.array([width / 2, height / 2])
    scale, degrees = math.hypot(*matrix[0, :2]), math.degrees(math.atan2(matrix[0, 1], matrix[0, 0]))
    shift = (matrix[:2, :2] @ centre + matrix[:2, 2] - centre).tolist()
    return F.affine(image, -degrees, shift, scale, [0.0, 0.0], interpolation=InterpolationMode.BILINEAR)
