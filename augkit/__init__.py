"""augkit: one YAML recipe augments images, sounds and text, moves every annotation with the data, and trains.

    import augkit
    aug = augkit.load("recipe.yaml")                        # or augkit.Pipeline([...], sample={...}, seed=7)
    out = aug(image=img, mask=mask, key="a.jpg", epoch=3)   # plain arrays in, plain arrays out

Importing augkit is light: everything below is loaded on first use, and torch only by ``loader``, ``dataset`` and training.
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
    from augkit.errors import DataError as DataError
    from augkit.errors import FieldError as FieldError
    from augkit.errors import PluginError as PluginError
    from augkit.errors import RecipeError as RecipeError
    from augkit.errors import ReplayError as ReplayError
    from augkit.fields import Limits as Limits
    from augkit.fields import Range as Range
    from augkit.fields import Size as Size
    from augkit.pipeline import Pipeline as Pipeline
    from augkit.recipe import Recipe as Recipe
    from augkit.recipe import load as load
    from augkit.sample import Sample as Sample
    from augkit.sample import Target as Target
    from augkit.trace import Trace as Trace
    from augkit.transform import Params as Params
    from augkit.transform import Transform as Transform
    from augkit.transform import moves as moves

__version__ = "0.1.0"

_ERRORS = ("AugkitError", "CompileError", "DataError", "FieldError", "MissingDependency", "PluginError", "RecipeError", "ReplayError")
_HOMES = {
    **{name: "augkit.errors" for name in _ERRORS},
    **{name: "augkit.fields" for name in ("Limits", "Range", "Size")},
    **{name: "augkit.transform" for name in ("Params", "Transform", "moves")},
    **{name: "augkit.sample" for name in ("Sample", "Target")},
    **{name: "augkit.recipe" for name in ("Recipe", "load")},
    **{name: "augkit.data" for name in ("dataset", "loader")},
    "Pipeline": "augkit.pipeline",
    "Trace": "augkit.trace",
    "steps": "augkit.steps",
}
__all__ = ["__version__", "hookimpl", *sorted(_HOMES)]


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'augkit' has no attribute {name!r}")
    module = importlib.import_module(home)
    return module if name == "steps" else getattr(module, name)


def __dir__() -> list[str]:
    return __all__
