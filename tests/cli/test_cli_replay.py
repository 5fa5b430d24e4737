"""``augkit replay``: one sample again, by its key, in whichever split it is."""

import json
import re
from pathlib import Path

import pytest

from augkit.data import open_recipe
from augkit.recipe import read_recipe
from tests.cli.conftest import Run
from tests.cli.test_cli_preview import Tags

RECIPE = """augkit: 1
seed: 5
source: {demo: {name: shapes, count: 6, size: 32}}
sample: {image: image, mask: mask}
split: {val: 0.34}
steps:
  - rotate: {degrees: [-30, 30]}
"""


@pytest.fixture
def recipe(tmp_path: Path) -> Path:
    path = tmp_path / "recipe.yaml"
    path.write_text(RECIPE)
    return path


@pytest.mark.parametrize("split", ["train", "val"])
def test_a_sample_of_any_split_is_drawn_as_it_was(run: Run, recipe: Path, split: str, tmp_path: Path) -> None:
    opened = open_recipe(read_recipe(recipe))
    key = opened.keys(split)[1]  # type: ignore[arg-type]
    said = run("replay", str(recipe), key, "--epoch", "2", "--epoch", "3", "--out", "one.html")
    assert said.exit_code == 0 and said.output == "wrote one.html\n"
    html = (tmp_path / "one.html").read_text()
    Tags(html)
    assert re.findall(r"<h3 title=[^>]*>([\w ]+?) ?<", html) == ["original", "validation", "epoch 2", "epoch 3"]
    said = run("replay", str(recipe.parent), key, "--epoch", "2", "--json")
    want = opened.dataset(split, augment=True).traced((2, opened.keys(split).index(key), 0))[1]  # type: ignore[arg-type]
    assert said.exit_code == 0 and json.loads(said.output) == json.loads(want.to_json())


def test_a_key_that_is_not_there_is_told_with_the_nearest(run: Run, recipe: Path) -> None:
    said = run("replay", str(recipe), "shapes/000")
    assert said.exit_code == 2 and "no split has a sample of this key. Did you mean 'shapes/000" in said.output
