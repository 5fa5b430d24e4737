"""Recipes as trees, and what refuses them."""

import pytest

from augkit.errors import RecipeError
from augkit.recipe.yaml12 import Map, read


def tree(text, file="r.yaml"):
    node = read(text, file)
    assert isinstance(node, Map)
    return node


def refusal(function, *arguments):
    with pytest.raises(RecipeError) as caught:
        function(*arguments)
    return str(caught.value)
