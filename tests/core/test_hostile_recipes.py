"""Recipes that strangers wrote: nothing they name is imported, and whatever is wrong is an error of our own."""

import copy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from augkit.errors import RecipeError
from augkit.recipe import find_errors, read_recipe
from augkit.recipe.yaml12 import plain
from augkit.recipe.yaml12 import read as parse

HEAD = "augkit: 1\nsample: {image: image, mask: mask, digit: label}\n"


@pytest.mark.parametrize(
    "step",
    [
        "os.system: {command: ls}",
        "augkit_image.geometry:HFlip: {}",
        '"augkit_image.geometry:HFlip"',
        "builtins.eval: {source: 1}",
        "albumentations.HorizontalFlip: {}",
        "_component_: os.system",
    ],
)
def test_a_recipe_cannot_name_an_import(step: str, tmp_path: Path) -> None:
    file = tmp_path / "r.yaml"
    file.write_text(f"{HEAD}steps:\n  - {step}\n", encoding="utf-8")
    with pytest.raises(RecipeError, match=r"r\.yaml:4:5: unknown step"):
        read_recipe(file)


@pytest.mark.parametrize(
    "tag", ["!!python/object/apply:os.system [ls]", "!!python/name:os.system", "!step {}", "!!map {}"]
)
def test_tags_are_refused(tag: str, tmp_path: Path) -> None:
    file = tmp_path / "r.yaml"
    file.write_text(f"{HEAD}steps:\n  - {tag}\n", encoding="utf-8")
    with pytest.raises(RecipeError, match=r"r\.yaml:4:5: .*tag"):
        read_recipe(file)


@pytest.mark.parametrize("key", ["source", "sample", "plugins", "decoder"])
def test_no_key_imports(key: str) -> None:
    value = {"source": {"os.path": {}}, "sample": {"image": "os.path:join"}, "plugins": ["os"], "decoder": "os"}[key]
    recipe = {"augkit": 1, "sample": {"image": "image"}, key: value}
    with pytest.raises(RecipeError, match=r"unknown|not installed|none of"):
        read_recipe(recipe)


WHOLE = {
    "augkit": 1,
    "seed": 3,
    "plugins": ["image"],
    "decoder": "opencv",
    "source": {"demo": {"name": "shapes", "count": 3}},
    "sample": {"y": {"label": {"sensitive_to": ["pitch"]}}, "image": "image", "mask": {"mask": {"ignore_index": 255}}},
    "groups": [["image", "mask"]],
    "steps": [
        {"hflip": {"p": 0.5, "only": {"y": [1]}, "id": "f", "on": ["image", "mask"]}},
        {"rotate": {"degrees": {"normal": [0, 5]}, "fill": [1, 2], "strength": {"ramp": [0, 1], "epochs": 3}}},
        {"one_of": {"p": 0.5, "steps": ["vflip", {"gaussian_blur": {"sigma": {"loguniform": [0.1, 2]}, "weight": 2}}]}},
        {"some_of": {"n": [0, 1], "steps": ["transpose", {"erase": {"count": [1, 2], "off_last": 1}}]}},
        {"normalize": {"mean": [0.1, 0.2, 0.3], "std": 1}},
    ],
    "eval_steps": [{"resize": {"size": [8, 9]}}],
    "split": {"val": 0.2, "test": 0.1, "stratify": True, "train_per_class": 3},
    "loader": {"batch_size": 3, "balance": None, "on_error": "skip", "start": "fork"},
    "train": {"backbone": "pkg/efficientnet_lite0", "epochs": 4},
}
ODD = [
    None,
    True,
    -1,
    2,
    0.5,
    1e30,
    float("nan"),
    "",
    "x",
    "image",
    "${",
    "a/b",
    [],
    [None],
    [1, 2],
    [2, 1],
    [1, 2, 3],
    [[]],
]


ODD += [{}, {"x": 1}, {"hflip": None}, {"steps": []}, {"steps": ["hflip"]}, {"normal": 3}, {"normal": ["a", "b"]}]


ODD += [{"choice": []}, {"choice": ["a"]}, {"int": [0.2, 0.3]}, {"ramp": [0, 1]}, {"name": None}, 2**80]


def paths(node: Any, so_far: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where a value can be replaced."""
    inside = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, value in inside:
        yield (*so_far, key)
        yield from paths(value, (*so_far, key))


def test_the_whole_recipe_is_fine() -> None:
    assert find_errors(WHOLE)[1] == []


@settings(max_examples=300)
@given(path=st.sampled_from(list(paths(WHOLE))), value=st.sampled_from(ODD), left_out=st.booleans())
def test_whatever_is_wrong_is_one_of_our_own_errors(path: tuple[Any, ...], value: Any, left_out: bool) -> None:
    recipe = copy.deepcopy(WHOLE)
    inside: Any = recipe
    for key in path[:-1]:
        inside = inside[key]
    if left_out:
        del inside[path[-1]]
    else:
        inside[path[-1]] = copy.deepcopy(value)
    read, errors = find_errors(recipe)  # raises nothing at all
    if read is not None and not errors:
        assert read_recipe(plain(parse(read.resolved()))).hash == read.hash
