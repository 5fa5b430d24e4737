"""kornia: batches of eight float tensors, which is what it is made for; times are a picture's share of a batch."""

from __future__ import annotations

from typing import Any

import kornia.augmentation as K
import numpy as np
import torch
from kornia.constants import DataKey, Resample
from torchvision import io

from tests.benchmarks.image_peers import work as w
from tests.benchmarks.image_peers.photographs import Photographs
from tests.benchmarks.image_peers.work import Form, Work

BATCH = 8


def _steps(work: Work, cropping: str) -> dict[str, Any]:
    hue = w.HUE_TURNS if work.hue else (0.0, 0.0)
    size, mean, std = (w.SIZE, w.SIZE), torch.tensor(w.MEAN), torch.tensor(w.STD)
    return {
        "affine": K.RandomAffine(w.DEGREES, translate=(w.TRANSLATE[1], w.TRANSLATE[1]), scale=w.ZOOM, p=1.0),
        "crop": K.RandomResizedCrop(size, w.SCALE, w.RATIO, align_corners=False, cropping_mode=cropping),
        "flip": K.RandomHorizontalFlip(p=0.5),
        "jitter": K.ColorJitter(w.FACTORS, w.FACTORS, w.FACTORS, hue, p=1.0),
        "normalize": K.Normalize(mean, std),
    }


def _compose(work: Work, cropping: str) -> K.AugmentationSequential:
    steps = _steps(work, cropping)
    keys = ["input"] + ["bbox_xyxy"] * work.boxes + ["mask"] * work.mask
    nearest = {DataKey.MASK: {"resample": Resample.NEAREST, "align_corners": False}}
    return K.AugmentationSequential(*(steps[name] for name in work.chain), data_keys=keys, extra_args=nearest)


def forms(work: Work, photos: Photographs) -> list[Form]:
    """Crops by slices and resizing, and crops by resampling. Boxes are moved but not filtered: kornia cannot."""
    count = len(photos.pixels)
    if count != BATCH:
        raise ValueError(f"kornia is shown all photographs at once: {BATCH} were expected, not {count}")
    made = []
    for cropping in ("slice", "resample") if "crop" in work.chain else ("slice",):
        aug = _compose(work, cropping)
        made.append(Form("kornia", f"batch of {BATCH}, {cropping}", _maker(work, photos, aug), BATCH))
    return made


def _maker(work: Work, photos: Photographs, aug: Any) -> Any:
    levels = torch.from_numpy(np.stack([np.moveaxis(p, 2, 0) for p in photos.pixels]))
    more: list[torch.Tensor] = []
    if work.boxes:
        more.append(torch.from_numpy(np.stack(photos.boxes)).float())
    if work.mask:
        more.append(torch.from_numpy(np.stack(photos.masks))[:, None].float())

    def make(n: int) -> Any:
        batch = torch.stack([_decoded(file) for file in photos.files]) if work.files else levels
        return aug(batch.float().div_(255), *more)

    return make


def _decoded(file: Any) -> torch.Tensor:
    return io.decode_jpeg(io.read_file(str(file)), mode=io.ImageReadMode.RGB)
