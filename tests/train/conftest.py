"""A recipe that trains in seconds: real digits, the smallest network timm has, no pretrained weights."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from augkit.train import Run, fit
from augkit.train.progress import Progress


def recipe(steps: list[Any] | None = None, split: dict[str, Any] | None = None, **train: Any) -> dict[str, Any]:
    """Real digits at 24 pixels; ``train`` is laid over the defaults."""
    resize = {"resize": {"size": 24}}
    return {
        "augkit": 1,
        "seed": 3,
        "source": {"demo": "digits"},
        "sample": {"image": "image", "digit": {"label": {"sensitive_to": ["handedness"]}}},
        "split": split or {"train_per_class": 2, "val": 0.02},
        "steps": [resize, *(steps if steps is not None else [{"rotate": {"degrees": [-10, 10]}}])],
        "eval_steps": [resize],
        "loader": {"batch_size": 10},
        "train": {"backbone": "timm/test_resnet", "pretrained": False, "epochs": 2, "threads": 1}
        | {"checks": "off", "report": "off"}  # what a test is not about should not cost it time
        | train,
    }


def quietly(given: Any, out: Path, **more: Any) -> Run:
    """A run that prints nothing."""
    return fit(given, out, progress=Progress(silent=True), **more)


@pytest.fixture(scope="session")
def learnt(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """One run that is long enough to learn something."""
    given = recipe(
        split={"train_per_class": 20, "val": 0.06},
        epochs=6,
        lr=3e-3,
        schedule="onecycle",
        validate_every=2,
        dropout=0.1,
        checks="on",
    )
    return quietly(given, tmp_path_factory.mktemp("runs") / "learnt")
