"""``demo``: each plugin registers its own, and a recipe's complaints know where they are written."""

from __future__ import annotations

from pathlib import Path

import pytest

from augkit.data import open_source
from augkit.errors import FieldError, RecipeError
from augkit.plugins import catalogue
from augkit.recipe import read_recipe

HEAD = "augkit: 1\nsample: {image: image}\nsource:\n  demo: "


def test_every_registered_demo_opens_and_gives_its_first_sample() -> None:
    for name in catalogue().names("demo"):
        source = open_source({"demo": name})
        assert set(source.load(source.keys[0])) >= set(source.fields), name


@pytest.mark.parametrize(
    ("written", "complaint"),
    [
        ("digit\n", r"r.yaml:4:9: demo: name: there is no demo 'digit'. Did you mean 'digits'\?"),
        ("{name: digits, cuont: 3}\n", r"r.yaml:4:24: .*cuont.*Did you mean 'count'\?"),
        ("{count: 3}\n", r"demo: needs `name`"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(written: str, complaint: str, tmp_path: Path) -> None:
    (tmp_path / "r.yaml").write_text(HEAD + written)
    with pytest.raises(RecipeError, match=complaint):
        read_recipe(tmp_path / "r.yaml")


def test_in_python_too() -> None:
    with pytest.raises(FieldError, match=r"There are: .*shapes"):
        open_source({"demo": {"name": "nothing like it"}})
