"""Other libraries' pipelines in, and out: ``from_<library>(pipeline)``, ``as_<library>(recipe)``.

``from_albumentations``, ``from_torchvision`` and ``from_audiomentations`` take a library's own pipeline and give an
``Imported``: ``.text`` is a recipe with the same distribution, ``.differences`` say where it does otherwise,
``.left_out`` what it lacks, ``.pipeline(seed=7)`` runs it. ``as_albumentations(recipe)`` gives a callable that fits
where an albumentations ``Compose`` fits. What is known of a library is the plugin's that registered it.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from augkit.errors import PluginError
from augkit.pipeline import Pipeline
from augkit.recipe import load
from augkit.recipe.foreign import Imported, method_of

__all__ = ["Imported"]


def __getattr__(name: str) -> Callable[..., Any]:
    way, _, library = name.partition("_")
    if way not in ("from", "as") or not library:
        raise AttributeError(f"module 'augkit.compat' has no attribute {name!r}; it has from_<library>, as_<library>")
    try:
        found = method_of(library, "of_object" if way == "from" else "as_callable")
    except PluginError as error:
        raise AttributeError(f"augkit.compat.{name}: {error}") from None
    if way == "from":
        return found  # type: ignore[no-any-return]

    def of_recipe(recipe: Pipeline | str | Path, **options: Any) -> Any:
        return found(recipe if isinstance(recipe, Pipeline) else load(recipe), **options)

    return of_recipe
