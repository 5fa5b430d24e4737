"""Data: sources, splits, datasets and loaders. What needs torch is imported on first use."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from augkit.data.collate import Collate as Collate
    from augkit.data.loading import Loader as Loader
    from augkit.data.loading import SkippedSamples as SkippedSamples
    from augkit.data.opened import Opened as Opened
    from augkit.data.opened import loader as loader
    from augkit.data.opened import open_recipe as open_recipe
    from augkit.data.sampler import KeyedSampler as KeyedSampler
    from augkit.data.samples import Dataset as Dataset
    from augkit.data.samples import Visit as Visit
    from augkit.data.source import Source as Source
    from augkit.data.source import open_source as open_source
    from augkit.data.split import split_keys as split_keys
    from augkit.data.wrapped import dataset as dataset

_HOMES = {
    "Collate": "collate",
    "Dataset": "samples",
    "KeyedSampler": "sampler",
    "Loader": "loading",
    "Opened": "opened",
    "SkippedSamples": "loading",
    "Source": "source",
    "Visit": "samples",
    "dataset": "wrapped",
    "loader": "opened",
    "open_recipe": "opened",
    "open_source": "source",
    "split_keys": "split",
}
__all__ = sorted(_HOMES)


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'augkit.data' has no attribute {name!r}")
    return getattr(importlib.import_module(f"augkit.data.{home}"), name)


def __dir__() -> list[str]:
    return __all__
