"""A sample with everything that space has: pixels, labels that number the pixels, boxes, keypoints."""

import numpy as np

from augkit import Pipeline, steps
from augkit.rng import stream

EVERYTHING = {
    "image": "image",
    "mask": {"mask": {"ignore_index": -1}},
    "boxes": {"boxes": {"min_visible": 0, "min_size": 0}},
    "points": {"keypoints": {"coords": "continuous"}},
    "name": "label",
}


def pipeline(name, sample=EVERYTHING, seed=3, **fields):
    return Pipeline([getattr(steps, name)(**fields)], sample=sample, seed=seed)


def everything(height=24, width=36, channels=3, dtype=np.uint8):
    """Every pixel's mask class is its number, every pixel has a keypoint at its centre that knows the number."""
    numbers = np.arange(height * width, dtype=np.int32).reshape(height, width)
    levels = np.random.default_rng(height).integers(0, 256, (height, width, channels), dtype=np.uint8)
    y, x = np.mgrid[:height, :width] + 0.5
    return {
        "image": levels if dtype == np.uint8 else levels.astype(np.float32) / 255,
        "mask": numbers,
        "boxes": {"xyxy": np.array([[2.0, 3.0, 10.0, 9.0], [12.0, 5.0, 13.0, 22.0]]), "label": ["cat", "dog"]},
        "points": {"xy": np.stack([x.ravel(), y.ravel()], axis=1), "number": numbers.ravel()},
        "name": "a scene",
    }


def draws(step, count, size):
    """What a transform draws for ``count`` samples of one size."""
    return [step.draw(stream(0, 0, str(k)), {"space": size}) for k in range(count)]
