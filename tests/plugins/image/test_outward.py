"""Arrays that leave the door go wherever arrays go, torch included."""

from __future__ import annotations

import numpy as np
import pytest
import torch

import augkit
from augkit import steps
from tests.plugins.image.scenes import everything

FLIPS = [steps.hflip(), steps.vflip(), steps.rot90(quarter_turns=1), steps.rot90(quarter_turns=2), steps.transpose()]


@pytest.mark.parametrize("flip", FLIPS, ids=lambda step: f"{step.name} {step.transform}")
def test_torch_takes_what_a_flip_leaves(flip):
    scene = everything(9, 14)
    aug = augkit.Pipeline([flip], sample={"image": "image", "mask": "mask"})
    for image, mask in [(scene["image"], scene["mask"]), (scene["image"][:, :, 0], scene["mask"][:, :, None])]:
        out = aug(image=image, mask=mask, key="a")
        assert torch.from_numpy(out["image"]).shape[: image.ndim] == out["image"].shape
        assert torch.from_numpy(out["mask"]).dtype == torch.from_numpy(mask).dtype


def test_a_wrapped_dataset_batches_flipped_pictures():
    mine = [(np.full((4, 6, 3), number, np.uint8), number) for number in range(4)]
    aug = augkit.Pipeline([steps.hflip()], sample={"image": "image", "label": "label"})
    loader = torch.utils.data.DataLoader(augkit.dataset(mine, aug, fields=["image", "label"]), batch_size=4)
    images, _ = next(iter(loader))
    assert images.shape == (4, 4, 6, 3)
