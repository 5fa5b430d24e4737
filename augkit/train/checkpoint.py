"""Checkpoints of runs: read without running anything that is in them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from augkit.errors import RecipeError


def read_checkpoint(path: Path) -> dict[str, Any]:
    """``state_dict``, and what augkit keeps beside it under ``augkit``; RecipeError for what is broken or no run's."""
    import torch

    try:
        checkpoint = torch.load(path, map_location="cpu", weights_only=True)
        checkpoint["augkit"]["epochs_done"], checkpoint["state_dict"]
    except Exception as error:  # whatever a broken file does to an unpickler
        raise RecipeError(f"{path} is broken or no checkpoint of a run; start a new run instead.") from error
    return dict(checkpoint)
