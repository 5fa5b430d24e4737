"""With and without: pairs of runs, what may be said of them, and no more."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import augkit
from augkit.errors import RecipeError
from augkit.train import Comparison, compare
from augkit.train.arms import without_augmentation
from augkit.train.paired import Paired
from augkit.train.progress import Progress
from tests.train.conftest import recipe


def test_the_interval_is_students() -> None:
    """The sleep data of Student (1908), as scipy and R give it: mean 1.58, 0.7001 to 2.4599."""
    first = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0]
    second = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4]
    pair = Paired(tuple(b - a for a, b in zip(first, second, strict=True)))
    assert pair.mean == pytest.approx(1.58)
    assert pair.interval == pytest.approx((0.7001142, 2.4598858))


def test_one_pair_proves_nothing() -> None:
    assert Paired((0.3,)).interval is None
    assert "One seed is not proof" in Paired((0.3,)).verdict("a", "b")


@pytest.mark.parametrize(
    ("differences", "words"),
    [
        ((0.01, -0.01, 0.0), "No difference found"),
        ((0.05, -0.01, 0.09), "No difference found"),
        ((0.05, 0.06, 0.055), "with is better than without"),
        ((-0.05, -0.06, -0.055), "with is worse than without"),
    ],
)
def test_the_verdict_says_what_the_interval_allows(differences: tuple[float, ...], words: str) -> None:
    verdict = Paired(differences).verdict("with", "without")
    assert words in verdict and "3 paired seeds" in verdict


def test_the_table_has_every_seed_and_the_spread() -> None:
    lines = Comparison((7, 8), {"with augmentation": [0.9, 0.8], "without": [0.85, 0.7]}).lines()
    assert "seed 7" in lines[0] and "seed 8" in lines[0]
    assert lines[1].split()[2:] == ["0.850", "0.071", "0.900", "0.800"]
    assert "No difference found: with augmentation against without +0.075" in lines[3]


def test_without_augmentation_the_same_data_train_through_eval_steps() -> None:
    whole = augkit.read_recipe(recipe())
    bare = without_augmentation(whole)
    assert bare.steps == whole.eval_steps == bare.eval_steps
    assert (bare.split, bare.loader, bare.seed, bare.train) == (whole.split, whole.loader, whole.seed, whole.train)
    with pytest.raises(RecipeError, match="no augmentation to leave out"):
        without_augmentation(bare)


def test_a_comparison_trains_in_pairs_and_says_the_first_result_first(tmp_path: Path) -> None:
    said: list[str] = []
    result = compare([recipe(epochs=1)], 2, tmp_path / "both", progress=Progress(silent=True), say=said.append)
    assert result.seeds == (3, 4)
    assert [line.split(":")[0] for line in said] == [
        "seed 3, with augmentation",
        "seed 3, without",
        "seed 4, with augmentation",
        "seed 4, without",
    ]
    written = json.loads((tmp_path / "both" / "comparison.json").read_text())
    assert written["val_accuracy"] == {name: list(scores) for name, scores in result.scores.items()}
    runs = {path.parent.name: json.loads(path.read_text()) for path in (tmp_path / "both").glob("*/metrics.json")}
    assert set(runs) == {f"{arm}-seed-{seed}" for arm in ("with-augmentation", "without") for seed in (3, 4)}
    assert len({run["steps_per_epoch"] for run in runs.values()}) == 1
    assert runs["without-seed-4"]["seed"] == 4
    assert runs["without-seed-4"]["last"]["val_accuracy"] == result.scores["without"][1]


def test_recipes_are_compared_by_name(tmp_path: Path) -> None:
    given = recipe(epochs=1)
    for name in ("one", "two"):
        (tmp_path / f"{name}.yaml").write_text(json.dumps(given))
    files = [tmp_path / "one.yaml", tmp_path / "two.yaml"]
    result = compare(files, 1, tmp_path / "out", progress=Progress(silent=True), say=lambda line: None)
    assert list(result.scores) == ["one", "two"]
    assert result.scores["one"] == result.scores["two"], "the same recipe twice is the same run"
    with pytest.raises(RecipeError, match="two of the recipes are called 'one'"):
        compare([files[0], files[0]], 1, tmp_path / "again")
