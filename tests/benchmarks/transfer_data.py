"""Small real data that are there without a network: a recipe for each pair of data and size."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from augkit.errors import DataError

CNN = {"backbone": "pkg/efficientnet_lite0", "lr": 1e-3, "head_lr_factor": 10.0, "label_smoothing": 0.1}
TEXT = {"task": "text_classification", "backbone": "pkg/minilm", "lr": 1e-4, "head_lr_factor": 100.0, "max_length": 48}
PHOTOS = ("astronaut", "chelsea", "coffee", "rocket", "immunohistochemistry", "hubble_deep_field", "retina")
TEXTURES = ("brick", "grass", "gravel", "moon", "cell", "camera")


@dataclass(frozen=True)
class Pair:
    """Data and size; ``make`` writes what is needed into a folder and gives source, sample, steps and so on."""

    name: str
    about: str
    make: Callable[[Path], dict[str, Any]]

    def recipe(self, folder: Path) -> dict[str, Any]:
        """As ``fit`` takes it; validated once, after the last epoch."""
        given = self.make(folder)
        train = {"epochs": 5, "schedule": "onecycle", "threads": 1} | given["train"]
        return {"augkit": 1, "seed": 0} | given | {"train": train | {"validate_every": train["epochs"]}}


def digits(per_class: int, copies: int) -> Callable[[Path], dict[str, Any]]:
    """scikit-learn's digits at 40 pixels, moved and turned a little."""
    affine = {"degrees": [-15, 15], "translate": [-0.1, 0.1], "scale": [0.85, 1.15]}
    return lambda folder: {
        "source": {"demo": "digits"},
        "sample": {"image": "image", "digit": {"label": {"sensitive_to": ["handedness"]}}},
        "split": {"train_per_class": per_class, "val": 0.15},
        "steps": [{"resize": {"size": 40}}, {"affine": affine}],
        "loader": {"batch_size": 25, "copies": copies},
        "train": CNN,
    }


def patches(names: tuple[str, ...], side: int, per_class: int, copies: int) -> Callable[[Path], dict[str, Any]]:
    """Patches of scikit-image's pictures, which never overlap; the class is the picture."""

    def make(folder: Path) -> dict[str, Any]:
        write_patches(folder, names, side)
        return {
            "source": {"image_folder": {"root": str(folder)}},
            "sample": {"image": "image", "label": "label"},
            "split": {"train_per_class": per_class, "val": 0.4},
            "steps": [
                {"random_resized_crop": {"size": 48, "scale": [0.5, 1.0]}},
                "hflip",
                {"color_jitter": {"brightness": [0.7, 1.3], "contrast": [0.7, 1.3]}},
            ],
            "eval_steps": [{"resize": {"size": 48}}],
            "loader": {"batch_size": 24, "copies": copies},
            "train": CNN,
        }

    return make


def write_patches(folder: Path, names: tuple[str, ...], side: int, most: int = 90) -> None:
    """At most ``most`` patches of each picture, drawn from a grid."""
    from PIL import Image
    from skimage import data

    for name in names:
        if (folder / name).is_dir():
            continue
        (folder / name).mkdir(parents=True)
        picture = getattr(data, name)()
        corners = [
            (y, x)
            for y in range(0, picture.shape[0] - side + 1, side)
            for x in range(0, picture.shape[1] - side + 1, side)
        ]
        for number in np.random.default_rng(0).permutation(len(corners))[:most]:
            y, x = corners[number]
            Image.fromarray(picture[y : y + side, x : x + side]).convert("RGB").save(folder / name / f"{number}.png")


def clips(per_class: int, copies: int) -> Callable[[Path], dict[str, Any]]:
    """Telephone prompts in three languages as log-mel pictures, where AUGKIT_TEST_DATA has them."""

    def make(folder: Path) -> dict[str, Any]:
        root = Path(os.environ.get("AUGKIT_TEST_DATA", folder / "nowhere")) / "spoken-prompts"
        if not root.is_dir():
            raise DataError("no recorded speech: set AUGKIT_TEST_DATA to a folder with spoken-prompts/")
        return {
            "source": {"audio_folder": {"root": str(root)}},
            "sample": {"audio": {"audio": {"rate": 8000, "mono": True}}, "label": "label"},
            "split": {"train_per_class": per_class, "val": 0.3},
            "steps": [
                {"speed": {"rate": [0.9, 1.1], "length": "follow"}},
                {"crop": {"seconds": 2.0}},
                {"add_noise": {"snr_db": [15, 40], "p": 0.5}},
                {"log_mel": {"n_mels": 64, "hop_ms": 20}},
            ],
            "loader": {"batch_size": 24, "copies": copies},
            "train": CNN,
        }

    return make


def docstrings(per_class: int) -> Callable[[Path], dict[str, Any]]:
    """Sentences of installed packages; the class is the package."""
    return lambda folder: {
        "source": {"demo": {"name": "docstrings", "count": 120}},
        "sample": {"text": "text", "package": "label"},
        "split": {"train_per_class": per_class, "val": 0.2},
        "steps": [{"typo": {"rate": 0.03}}, {"word_delete": {"rate": 0.1}}],
        "loader": {"batch_size": 24},
        "train": TEXT | {"epochs": 8 if per_class < 20 else 4},
    }


PAIRS = {
    pair.name: pair
    for pair in (
        Pair(
            "digits-5", "scikit-learn's handwritten digits, 5 of each class, each seen 5 times an epoch", digits(5, 5)
        ),
        Pair("digits-40", "the same, 40 of each class", digits(40, 1)),
        Pair("photos-5", "7 colour photos of scikit-image, patches of 64 pixels, 5 of each", patches(PHOTOS, 64, 5, 4)),
        Pair("photos-14", "the same, 14 of each", patches(PHOTOS, 64, 14, 2)),
        Pair(
            "textures-5",
            "6 gray pictures of scikit-image, patches of 32 pixels, 5 of each",
            patches(TEXTURES, 32, 5, 4),
        ),
        Pair("textures-40", "the same, 40 of each", patches(TEXTURES, 32, 40, 1)),
        Pair("speech-10", "telephone prompts in English, Spanish and French as log-mel, 10 of each", clips(10, 3)),
        Pair("speech-60", "the same, 60 of each", clips(60, 1)),
        Pair("docstrings-10", "sentences of six Python packages, MiniLM, 10 of each", docstrings(10)),
        Pair("docstrings-40", "the same, 40 of each", docstrings(40)),
    )
}
