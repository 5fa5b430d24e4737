"""Recipes: YAML in, checked values out; every complaint has its file, line and column."""

from augkit.recipe.reading import find_errors, load, read_recipe
from augkit.recipe.recipe import Recipe
from augkit.recipe.sections import LoaderConfig, SplitConfig

__all__ = ["LoaderConfig", "Recipe", "SplitConfig", "find_errors", "load", "read_recipe"]
