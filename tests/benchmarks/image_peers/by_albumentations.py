"""albumentations: its own steps to the end, or normalised by hand with OpenCV; files by OpenCV or simplejpeg."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

os.environ.setdefault("NO_ALBUMENTATIONS_UPDATE", "1")

import albumentations as A
import cv2
import numpy as np

from tests.benchmarks.image_peers import work as w
from tests.benchmarks.image_peers.photographs import IDS, LABELS, Photographs
from tests.benchmarks.image_peers.work import Form, Work, installed, turn

OWN, BY_HAND = "albumentations", "albumentations + OpenCV"
_SCALE = [1 / (255 * std) for std in w.STD]
_SHIFT = [-mean / std for mean, std in zip(w.MEAN, w.STD, strict=True)]


def by_hand(image: np.ndarray) -> np.ndarray:
    """(c, h, w) float32, a plane at a time: the fastest of what numpy, OpenCV and torch offer."""
    out = np.empty((3, *image.shape[:2]), np.float32)
    for plane, values, scale, shift in zip(out, cv2.split(image), _SCALE, _SHIFT, strict=True):
        cv2.addWeighted(values, scale, values, 0.0, shift, dst=plane, dtype=cv2.CV_32F)
    return out


def _steps(work: Work) -> dict[str, list[A.BasicTransform]]:
    hue = w.HUE_TURNS if work.hue else (0.0, 0.0)
    affine = A.Affine(
        rotate=w.DEGREES, translate_percent=w.TRANSLATE, scale=w.ZOOM, shear=(0.0, 0.0), keep_ratio=True, p=1
    )
    return {
        "affine": [affine],
        "crop": [A.RandomResizedCrop((w.SIZE, w.SIZE), scale=w.SCALE, ratio=w.RATIO)],
        "flip": [A.HorizontalFlip(p=0.5)],
        "jitter": [A.ColorJitter(brightness=w.FACTORS, contrast=w.FACTORS, saturation=w.FACTORS, hue=hue, p=1)],
        "normalize": [A.Normalize(mean=w.MEAN, std=w.STD), A.ToTensorV2()],
    }


def _compose(work: Work, leave_out: str = "", labels: bool = True) -> A.Compose:
    steps = _steps(work)
    listed = [step for name in work.chain if name != leave_out for step in steps[name]]
    fields = ["label", "id"] if labels else None
    boxes = A.BboxParams("pascal_voc", label_fields=fields, min_visibility=w.MIN_VISIBLE) if work.boxes else None
    return A.Compose(listed, bbox_params=boxes, seed=1)


def opencv(file: Any) -> np.ndarray:
    """RGB."""
    return cv2.imdecode(np.fromfile(file, np.uint8), cv2.IMREAD_COLOR_RGB)


def simplejpeg(file: Any) -> np.ndarray:
    """RGB."""
    from simplejpeg import decode_jpeg

    return decode_jpeg(file.read_bytes(), "RGB")


def _given(work: Work, photos: Photographs) -> dict[str, Callable[[int], dict[str, Any]]]:
    """What goes in, by the name of the form."""
    if work.files:
        readers = [opencv, simplejpeg] if installed("simplejpeg") else [opencv]
        return {f", {read.__name__}": lambda n, read=read: {"image": read(turn(photos.files, n))} for read in readers}
    if work.boxes:
        wide = [np.column_stack([boxes, LABELS, IDS]) for boxes in photos.boxes]
        fields = {"label": LABELS, "id": IDS}
        return {
            ", label fields": lambda n: {"image": turn(photos.pixels, n), "bboxes": turn(photos.boxes, n), **fields},
            ", columns in the array": lambda n: {"image": turn(photos.pixels, n), "bboxes": turn(wide, n)},
        }
    if work.mask:
        return {"": lambda n: {"image": turn(photos.pixels, n), "mask": turn(photos.masks, n)}}
    return {"": lambda n: {"image": turn(photos.pixels, n)}}


def forms(work: Work, photos: Photographs) -> list[Form]:
    """Every way worth trying."""
    made = []
    for how, given in _given(work, photos).items():
        labels = how != ", columns in the array"
        if "normalize" not in work.chain:
            aug = _compose(work, labels=labels)
            made.append(Form(OWN, "Compose" + how, lambda n, aug=aug, given=given: aug(**given(n))))
            continue
        whole, plain = _compose(work, labels=labels), _compose(work, "normalize", labels)
        made.append(Form(OWN, "ToTensorV2" + how, lambda n, aug=whole, given=given: aug(**given(n))))
        made.append(
            Form(BY_HAND, "normalised by hand" + how, lambda n, aug=plain, given=given: _ended(aug(**given(n))))
        )
    return made


def _ended(made: dict[str, Any]) -> dict[str, Any]:
    return {**made, "image": by_hand(made["image"])}
