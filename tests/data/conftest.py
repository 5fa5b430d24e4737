"""Small folders of real files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

STEPS: list[Any] = [
    {"random_crop": {"size": 8}},
    {"hflip": {"p": 0.5}},
    {"brightness": {"factor": [0.5, 1.5]}},
    {"gaussian_noise": {"std": 0.05}},
]


def noise(seed: int, h: int = 12, w: int = 10, channels: int = 3) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (h, w, channels), dtype=np.uint8)


def write_image(path: Path, pixels: np.ndarray) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path)
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Callable[..., Path]:
    """``folder(cats=3, dogs=5)``: a folder of PNGs with these classes; every picture is another one."""

    def make(same: bool = False, **counts: int) -> Path:
        number = 0
        for name, count in counts.items():
            for position in range(count):
                write_image(tmp_path / "photos" / name / f"{position:03d}.png", noise(0 if same else number))
                number += 1
        return tmp_path / "photos"

    return make


def recipe(root: Path | str, **changed: Any) -> dict[str, Any]:
    """A recipe on an image folder that draws geometry, colour and noise."""
    return {
        "augkit": 1,
        "seed": 5,
        "source": {"image_folder": {"root": str(root)}},
        "sample": {"image": "image", "label": "label"},
        "steps": STEPS,
        "eval_steps": [{"center_crop": {"size": 8}}],
        "split": {"val": 0, "test": 0},
        "loader": {"batch_size": 4},
    } | changed
