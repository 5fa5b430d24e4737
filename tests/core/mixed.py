"""What tests of mixes share."""

import numpy as np

from augkit.sample import Target


def picture(seed: int, h: int = 6, w: int = 5) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (h, w, 3), dtype=np.uint8)


def augkit_label(value) -> Target:
    from augkit.sample import Label

    return Label(value)
