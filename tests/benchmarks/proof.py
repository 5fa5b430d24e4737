"""Whether `augkit compare` may be believed: what it says where nothing differs, and where something is known to.

    nice python -m tests.benchmarks.proof null     # two recipes that differ in nothing but what is drawn, 40 times
    nice python -m tests.benchmarks.proof digits   # digits, 5 labels of each class, with augmentation and without
    nice python -m tests.benchmarks.proof shifted  # the same, 3 seeds and fewer samples, on corrupted digits too

The numbers that docs/proof.md tells are printed.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from augkit.proof import Comparison, compare
from augkit.train.progress import Progress

REPETITIONS, SEEDS = 40, 3


def tiny(seed: int, id: str) -> dict[str, Any]:
    """Digits, ten of each class, 24 pixels, two epochs of the smallest network timm has; draws depend on ``id``."""
    rotate = {"rotate": {"degrees": [-10, 10], "id": id}}
    return {
        "augkit": 1,
        "seed": seed,
        "source": {"demo": "digits"},
        "sample": {"image": "image", "digit": {"label": {"sensitive_to": ["handedness"]}}},
        "split": {"train_per_class": 10, "val": 0.06},
        "steps": [{"resize": {"size": 24}}, rotate],
        "eval_steps": [{"resize": {"size": 24}}],
        "loader": {"batch_size": 20},
        "train": {"backbone": "timm/test_resnet", "pretrained": False, "epochs": 2, "lr": 3e-3, "threads": 1}
        | {"checks": "off", "schedule": "none"},
    }


def known_gain() -> dict[str, Any]:
    """Digits with 5 labels of each class, turned, moved and scaled a little; the network reads 32 pixels."""
    affine = {"affine": {"degrees": [-12, 12], "translate": [-0.1, 0.1], "scale": [0.9, 1.1]}}
    return {
        **tiny(0, "rotate"),
        "split": {"train_per_class": 5, "val": 0.3},
        "steps": [{"resize": {"size": 32}}, affine],
        "eval_steps": [{"resize": {"size": 32}}],
        "loader": {"batch_size": 10},
        "train": {"backbone": "timm/test_resnet", "pretrained": False, "epochs": 60, "lr": 3e-3, "threads": 1}
        | {"checks": "off", "schedule": "onecycle", "validate_every": 60},
    }


def null(repetitions: int = REPETITIONS, seeds: int = SEEDS) -> list[Comparison]:
    """Comparisons of two recipes that are the same but for the draws of one step; each of other seeds."""
    found = []
    with tempfile.TemporaryDirectory() as folder:
        for number in range(repetitions):
            files = [Path(folder) / f"{number}" / f"{name}.yaml" for name in ("one", "two")]
            files[0].parent.mkdir()
            for file in files:
                file.write_text(json.dumps(tiny(1000 + seeds * number, file.stem)))
            out = files[0].parent / "runs"
            found.append(compare(files, seeds, out, progress=Progress(silent=True), say=lambda line: None))
    return found


def digits(seeds: int = 5, val: float = 0.3, shifted: bool = False, out: str | None = None) -> Comparison:
    """With and without, where augmentation is known to help."""
    given = known_gain() | {"split": {"train_per_class": 5, "val": val}}
    with tempfile.TemporaryDirectory() as folder:
        place = Path(out or folder) / "runs"
        return compare([given], seeds, place, shifted=shifted, progress=Progress(silent=True))


def regrouped(found: list[Comparison], seeds: int) -> list[Comparison]:
    """The same runs as comparisons of another number of seeds."""
    all_seeds = [seed for one in found for seed in one.seeds]
    scores = {arm: [score for one in found for score in one.scores[arm]] for arm in ("one", "two")}
    classes = {arm: [row for one in found for row in one.per_class[arm]] for arm in scores}
    starts = range(0, len(all_seeds) - seeds + 1, seeds)
    return [
        Comparison(
            tuple(all_seeds[start : start + seeds]),
            {arm: scores[arm][start : start + seeds] for arm in scores},
            found[0].score,
            {arm: classes[arm][start : start + seeds] for arm in classes},
        )
        for start in starts
    ]


def shares(found: list[Comparison]) -> str:
    """How often no difference was found in the mean, and in no class; and how often one was kept from being claimed by
    the rule that differences which are one number have no interval.
    """
    pairs = [one.against_first()["two"] for one in found]
    classes = [list(one.classes_against_first()["two"].values()) for one in found]
    calm, calm_classes = sum(pair.sign == 0 for pair in pairs), sum(not any(each.sign for each in c) for c in classes)
    same, same_classes = sum(pair.same for pair in pairs), sum(any(each.same for each in c) for c in classes)
    equal = sum(not any(pair.differences) for pair in pairs)
    return (
        f"{len(found[0].seeds)} seeds: no difference in the mean in {calm} of {len(found)} ({equal} equal in every "
        f"seed, {same} of one difference); no difference in any class in {calm_classes} ({same_classes} with a class "
        "of one difference)"
    )


if __name__ == "__main__":
    if sys.argv[1] == "null":
        runs = null()
        print("\n".join(shares(regrouped(runs, seeds)) for seeds in (2, 3, 5)))
    else:
        found = digits(3, 0.1, True, *sys.argv[2:]) if sys.argv[1] == "shifted" else digits()
        print("\n".join(found.lines()))
