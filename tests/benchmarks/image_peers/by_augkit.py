"""augkit: one recipe as data; pictures in memory through ``augkit.load``, files through the data set of a loader."""

from __future__ import annotations

from typing import Any

import augkit
from augkit.data import open_recipe
from augkit.errors import RecipeError
from tests.benchmarks.image_peers import work as w
from tests.benchmarks.image_peers.photographs import IDS, LABELS, Photographs
from tests.benchmarks.image_peers.work import Form, Work, turn

PLANS = ("exact", "fast")
_AFFINE = {"degrees": list(w.DEGREES), "translate": list(w.TRANSLATE), "scale": list(w.ZOOM), "shear_degrees": 0}
_STEPS: dict[str, Any] = {
    "affine": {"affine": _AFFINE},
    "crop": {"random_resized_crop": {"size": w.SIZE, "scale": list(w.SCALE), "ratio": {"loguniform": list(w.RATIO)}}},
    "flip": {"hflip": {"p": 0.5}},
    "normalize": {"normalize": {"mean": list(w.MEAN), "std": list(w.STD)}},
}


def recipe(work: Work, plan: str = "exact") -> dict[str, Any]:
    """The work as a recipe without a source."""
    jitter: dict[str, Any] = {name: list(w.FACTORS) for name in ("brightness", "contrast", "saturation")}
    jitter["hue"] = list(w.HUE_TURNS) if work.hue else 0
    steps = _STEPS | {"jitter": {"color_jitter": jitter}}
    sample: dict[str, Any] = {"image": "image"}
    if work.boxes:
        sample["boxes"] = {"boxes": {"min_visible": w.MIN_VISIBLE}}
    if work.mask:
        sample["mask"] = "mask"
    return {"augkit": 1, "seed": 1, "plan": plan, "sample": sample, "steps": [steps[name] for name in work.chain]}


def decoders() -> list[str]:
    """The decoders that this augkit has, fastest first."""
    return [name for name in ("nvimgcodec", "simplejpeg", "opencv", "pillow") if _accepted({"decoder": name})]


def _accepted(more: dict[str, Any]) -> bool:
    try:
        augkit.read_recipe({**recipe(w.WORKS[0]), **more})
    except (RecipeError, augkit.MissingDependency):
        return False
    return True


def fields(work: Work, photos: Photographs, n: int) -> dict[str, Any]:
    """What goes in at turn n."""
    given: dict[str, Any] = {"image": turn(photos.pixels, n)}
    if work.boxes:
        given["boxes"] = {"xyxy": turn(photos.boxes, n), "label": LABELS, "id": IDS}
    if work.mask:
        given["mask"] = turn(photos.masks, n)
    return given


def forms(work: Work, photos: Photographs, plan: str) -> list[Form]:
    """augkit with one plan; with files, one form for each decoder."""
    if work.files:
        return [_from_files(work, photos, plan, decoder) for decoder in decoders()]
    aug = augkit.load(recipe(work, plan))
    return [Form("augkit", plan, lambda n: aug(key=str(n), **fields(work, photos, n)))]


def _from_files(work: Work, photos: Photographs, plan: str, decoder: str) -> Form:
    source = {"image_folder": {"root": str(photos.folder)}}
    opened = open_recipe({**recipe(work, plan), "source": source, "decoder": decoder})
    data = opened.dataset("all", augment=True)
    return Form("augkit", f"{plan}, {decoder}", lambda n: data[n, n % len(data)].targets["image"].values)
