"""`tune:`: what may be searched, between what; every complaint at its place."""

from __future__ import annotations

from pathlib import Path

import pytest

import augkit
from augkit.errors import RecipeError
from augkit.recipe.grammar import Complaints
from augkit.recipe.search import read_tune
from augkit.recipe.yaml12 import read_file

HEAD = """augkit: 1
vars: {size: 24}
sample: {image: image, digit: label}
steps:
  - resize: {size: "${size}"}
  - rotate: {degrees: [-10, 10]}
  - one_of: [{brightness: {factor: 1.2}}, contrast]
train: {backbone: timm/test_resnet, pretrained: false}
"""


def read(folder: Path, tune: str) -> augkit.Recipe:
    (folder / "r.yaml").write_text(HEAD + tune)
    return augkit.read_recipe(folder / "r.yaml")


def test_the_section_is_read(tmp_path: Path) -> None:
    tune = """tune:
  search:
    train.lr: {log: [1e-4, 1e-2]}
    steps.rotate.p: {uniform: [0, 1]}
    steps.2.one_of.0.brightness.factor: {choice: [0.8, [0.8, 1.2]]}
    vars.size: {int: [16, 32]}
  trials: 7
"""
    recipe = read(tmp_path, tune)
    config, searched = read_tune(recipe.tree, Complaints())
    assert (config.trials, config.prune) == (7, True)
    assert [(each.path, each.law, each.items) for each in searched] == [
        ("train.lr", "log", (1e-4, 1e-2)),
        ("steps.rotate.p", "uniform", (0.0, 1.0)),
        ("steps.2.one_of.0.brightness.factor", "choice", (0.8, [0.8, 1.2])),
        ("vars.size", "int", (16, 32)),
    ]
    assert str(searched[0].where) == f"{tmp_path / 'r.yaml'}:11:5"


def test_it_changes_no_sample_and_reads_back(tmp_path: Path) -> None:
    tune = "tune: {search: {train.lr: {log: [1e-4, 1e-2]}}, trials: 3}\n"
    recipe = read(tmp_path, tune)
    assert recipe.hash == read(tmp_path, "").hash
    (tmp_path / "again.yaml").write_text(recipe.resolved())
    again = augkit.read_recipe(tmp_path / "again.yaml")
    assert again.hash == recipe.hash
    assert read_tune(again.tree, Complaints())[0] == read_tune(recipe.tree, Complaints())[0]


@pytest.mark.parametrize(
    ("search", "place", "said"),
    [
        ("train.lr: [1, 2]", "9:27", "got a list of 2; expected {log: .1e-4, 1e-2.}"),
        ("train.lr: {lgo: [1, 2]}", "9:28", "unknown law of tune: search: train.lr: 'lgo'. Did you mean 'log'?"),
        ("train.lr: {log: [0, 1]}", "9:33", "log: starts at 0; expected more than 0"),
        ("train.lr: {log: [2, 1]}", "9:33", r"expected \[low, high\], low below high"),
        ("train.lr: {uniform: [1]}", "9:37", r"expected \[low, high\]"),
        ("train.epochs: {int: [1.5, 3]}", "9:37", "expected whole numbers"),
        ("train.lr: {uniform: [a, 3]}", "9:38", "got the text 'a'; expected a number"),
        ("train.optimizer: {choice: [SGD]}", "9:43", "expected two or more values"),
        ("steps.rotat.p: {uniform: [0, 1]}", "9:17", "steps has no 'rotat'. Did you mean 'rotate'?"),
        ("steps.9.p: {uniform: [0, 1]}", "9:17", "steps has no item 9"),
        ("vars.sise: {int: [16, 32]}", "9:17", "unknown variable in tune: search: 'sise'. Did you mean 'size'?"),
        ("seed: {int: [0, 9]}", "9:17", "'seed' cannot be searched"),
        ("split.val: {uniform: [0.1, 0.2]}", "9:17", "'split.val' cannot be searched"),
        ("eval_steps.0.size: {int: [8, 9]}", "9:17", "cannot be searched"),
        ("train.monitor: {choice: [val_loss, train_loss]}", "9:17", "cannot be searched"),
    ],
)
def test_what_is_wrong_is_told_at_its_place(tmp_path: Path, search: str, place: str, said: str) -> None:
    with pytest.raises(RecipeError, match=said) as refused:
        read(tmp_path, f"tune: {{search: {{{search}}}}}\n")
    assert str(refused.value).startswith(f"{tmp_path / 'r.yaml'}:{place}: "), str(refused.value)


@pytest.mark.parametrize(
    ("tune", "said"),
    [
        ("tune: 3\n", "9:7: tune: got the number 3"),
        ("tune: {trails: 3}\n", "9:8: unknown field of tune 'trails'. Did you mean 'trials'?"),
        ("tune: {trials: 0}\n", "9:16: tune: trials"),
        ("tune: {search: 4}\n", "9:16: tune: search"),
    ],
)
def test_the_section_itself(tmp_path: Path, tune: str, said: str) -> None:
    with pytest.raises(RecipeError) as refused:
        read(tmp_path, tune)
    assert str(refused.value).startswith(f"{tmp_path / 'r.yaml'}:{said}"), str(refused.value)


def test_a_file_without_it_is_read_as_before(tmp_path: Path) -> None:
    (tmp_path / "r.yaml").write_text(HEAD)
    config, searched = read_tune(read_file(tmp_path / "r.yaml"), Complaints())  # type: ignore[arg-type]
    assert (config.trials, searched) == (20, ())


def test_the_schema_knows_the_laws() -> None:
    jsonschema = pytest.importorskip("jsonschema")
    from augkit.recipe.json_schema import recipe_schema
    from augkit.train.task import config_types

    schema = recipe_schema(config_types())
    good = {"augkit": 1, "sample": {"image": "image"}, "tune": {"search": {"train.lr": {"log": [1e-4, 1e-2]}}}}
    jsonschema.validate(good, schema)
    for wrong in ({"train.lr": {"lgo": [1, 2]}}, {"train.lr": [1, 2]}, {"train.lr": {"log": [1]}}):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate({**good, "tune": {"search": wrong}}, schema)
