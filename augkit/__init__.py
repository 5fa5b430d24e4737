"""augkit: one YAML recipe augments images, sounds and text, moves every annotation with the data, and trains.

    import augkit
    aug = augkit.load("recipe.yaml")                        # or augkit.Pipeline([...], sample={...}, seed=7)
    out = aug(image=img, mask=mask, key="a.jpg", epoch=3)   # plain arrays in, plain arrays out

Importing augkit is light: all names load on first use, and torch only with ``loader``, ``dataset`` and training.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from augkit.hooks import hookimpl as hookimpl

if TYPE_CHECKING:
    from augkit import steps as steps
    from augkit.data import dataset as dataset
    from augkit.data import loader as loader
    from augkit.errors import AugkitError as AugkitError
    from augkit.errors import CompileError as CompileError
    from augkit.errors import Conflict as Conflict
    from augkit.errors import DataError as DataError
    from augkit.errors import FieldError as FieldError
    from augkit.errors import MissingDependency as MissingDependency
    from augkit.errors import PluginError as PluginError
    from augkit.errors import RecipeError as RecipeError
    from augkit.errors import ReplayError as ReplayError
    from augkit.errors import SkipStep as SkipStep
    from augkit.fields import Limits as Limits
    from augkit.fields import Range as Range
    from augkit.fields import Size as Size
    from augkit.mixing import Mixture as Mixture
    from augkit.mixing import mixes as mixes
    from augkit.pipeline import Pipeline as Pipeline
    from augkit.recipe import Recipe as Recipe
    from augkit.recipe import load as load
    from augkit.recipe import read_recipe as read_recipe
    from augkit.sample import SPACE as SPACE
    from augkit.sample import TEXT as TEXT
    from augkit.sample import TIME as TIME
    from augkit.sample import Axis as Axis
    from augkit.sample import Options as Options
    from augkit.sample import Sample as Sample
    from augkit.sample import Target as Target
    from augkit.trace import Trace as Trace
    from augkit.transform import Params as Params
    from augkit.transform import Transform as Transform
    from augkit.transform import moves as moves

__version__ = "0.1.0"

_PUBLIC = {
    "augkit.errors": "AugkitError CompileError Conflict DataError FieldError MissingDependency PluginError "
    "RecipeError ReplayError SkipStep",
    "augkit.fields": "Limits Range Size",
    "augkit.mixing": "Mixture mixes",
    "augkit.sample": "SPACE TEXT TIME Axis Options Sample Target",
    "augkit.transform": "Params Transform moves",
    "augkit.trace": "Trace",
    "augkit.pipeline": "Pipeline",
    "augkit.recipe": "Recipe load read_recipe",
    "augkit.data": "dataset loader",
}
_HOMES = {name: home for home, names in _PUBLIC.items() for name in names.split()}
__all__ = ["__version__", "hookimpl", "steps", *sorted(_HOMES)]


def __getattr__(name: str) -> Any:
    if name == "steps":
        return importlib.import_module("augkit.steps")
    if name not in _HOMES:
        raise AttributeError(f"module 'augkit' has no attribute {name!r}")
    return getattr(importlib.import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return __all__
