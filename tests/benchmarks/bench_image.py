"""Image pipelines beside albumentations: one process, one thread, interleaved; prints a table of ratios.

A ratio above 1 means that augkit is faster. Both do the same work on the same picture; what they make is compared
first: centre crops, flips and normalisation must agree, random draws only in shape and type.
"""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("NO_ALBUMENTATIONS_UPDATE", "1")

import albumentations as A
import cv2
import numpy as np
from skimage import data

from augkit import Pipeline, steps

ROUNDS, CALLS = 15, 40
IMAGENET = {"mean": (0.485, 0.456, 0.406), "std": (0.229, 0.224, 0.225)}
Call = Callable[[int], np.ndarray]


def seconds(call: Call) -> float:
    """The time of one call, over a block of calls with different draws."""
    start = time.perf_counter()
    for number in range(CALLS):
        call(number)
    return (time.perf_counter() - start) / CALLS


def pairs(photo: np.ndarray) -> dict[str, tuple[Call, Call, bool]]:
    """Name → ours, theirs, and whether their outputs must agree pixel by pixel."""
    boxes = np.array([[x, y, x + 40.0, y + 30.0] for x in range(0, 400, 60) for y in range(0, 300, 45)][:50])
    labels = list(range(len(boxes)))

    def ours(*made: object, **sample: str) -> Pipeline:
        return Pipeline(list(made), sample={"image": "image", **sample}, seed=1)

    still = ours(steps.center_crop(size=224), steps.hflip(), steps.normalize(like="imagenet"))
    still_theirs = A.Compose([A.CenterCrop(224, 224), A.HorizontalFlip(p=1), A.Normalize(**IMAGENET), A.ToTensorV2()])
    crop = {"size": 224, "scale": [0.25, 1.0]}
    jitter = {"brightness": [0.6, 1.4], "contrast": [0.6, 1.4], "saturation": [0.6, 1.4]}
    end = steps.normalize(like="imagenet")
    random = ours(steps.random_resized_crop(**crop), steps.hflip(p=0.5), steps.color_jitter(hue=0, **jitter), end)
    hue = ours(
        steps.random_resized_crop(**crop), steps.hflip(p=0.5), steps.color_jitter(hue=[-0.1, 0.1], **jitter), end
    )

    def theirs(turns: float) -> A.Compose:
        ranges = {name: tuple(low_high) for name, low_high in jitter.items()}
        colours = A.ColorJitter(hue=(-turns, turns), p=1, **ranges)
        first = A.RandomResizedCrop((224, 224), scale=(0.25, 1.0))
        return A.Compose([first, A.HorizontalFlip(p=0.5), colours, A.Normalize(**IMAGENET), A.ToTensorV2()])

    plain, coloured = theirs(0.0), theirs(0.1)
    boxed = ours(steps.hflip(p=0.5), steps.random_resized_crop(**crop), boxes="boxes")
    format_ = A.BboxParams("pascal_voc", label_fields=["label"], min_visibility=0.1)
    boxed_theirs = A.Compose(
        [A.HorizontalFlip(p=0.5), A.RandomResizedCrop((224, 224), scale=(0.25, 1.0))], bbox_params=format_
    )
    return {
        "crop, flip, normalise": (
            lambda n: still(image=photo, key=str(n))["image"],
            lambda n: still_theirs(image=photo)["image"].numpy(),
            True,
        ),
        "random crop, flip, jitter, normalise": (
            lambda n: random(image=photo, key=str(n))["image"],
            lambda n: plain(image=photo)["image"].numpy(),
            False,
        ),
        "the same with hue": (
            lambda n: hue(image=photo, key=str(n))["image"],
            lambda n: coloured(image=photo)["image"].numpy(),
            False,
        ),
        "flip, random crop, 50 boxes": (
            lambda n: boxed(image=photo, boxes={"xyxy": boxes, "label": labels}, key=str(n))["image"],
            lambda n: boxed_theirs(image=photo, bboxes=boxes, label=labels)["image"],
            False,
        ),
    }


def main() -> None:
    """Print the table."""
    cv2.setNumThreads(0)
    photo = np.ascontiguousarray(cv2.resize(data.astronaut(), (500, 375)))
    print(f"{'pipeline (500 x 375 photo, one thread)':<40} {'augkit':>9} {'theirs':>9} {'ratio':>6}  spread of ratios")
    for name, (mine, peer, exact) in pairs(photo).items():
        first, second = mine(0), peer(0)
        assert first.shape == second.shape and first.dtype == second.dtype, (name, first.shape, second.shape)
        assert not exact or np.abs(first - second).max() < 1e-4, name
        timed = [(seconds(mine), seconds(peer)) for _ in range(ROUNDS)]
        ratios = sorted(theirs / ours for ours, theirs in timed)
        ours, theirs = (statistics.median(column) * 1e6 for column in zip(*timed, strict=True))
        ratio = f"{statistics.median(ratios):>6.2f}  {ratios[0]:.2f} to {ratios[-1]:.2f}"
        print(f"{name:<40} {ours:>6.0f} µs {theirs:>6.0f} µs {ratio}")


if __name__ == "__main__":
    main()
