"""With and without: pairs of runs, what may be said of them, and no more."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import augkit
from augkit.errors import AugkitError, RecipeError
from augkit.proof import Comparison, compare
from augkit.proof.arms import check_comparable, without_augmentation
from augkit.train.progress import Progress
from augkit.train.record import Record
from tests.train.conftest import recipe


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


def written(folder: Path, **recipes: dict[str, Any]) -> list[Path]:
    """Each recipe in a file of its name."""
    for name, given in recipes.items():
        (folder / f"{name}.yaml").write_text(json.dumps(given))
    return [folder / f"{name}.yaml" for name in recipes]


def quiet(given: Any, seeds: int, out: Path, **more: Any) -> Comparison:
    return compare(given, seeds, out, progress=Progress(silent=True), **{"say": lambda line: None, **more})


def test_recipes_are_compared_by_name(tmp_path: Path) -> None:
    files = written(tmp_path, one=recipe(epochs=1), two=recipe(epochs=1))
    result = quiet(files, 1, tmp_path / "out")
    assert list(result.scores) == ["one", "two"]
    assert result.scores["one"] == result.scores["two"], "the same recipe twice is the same run"
    with pytest.raises(RecipeError, match="two of the recipes are called 'one'"):
        quiet([files[0], files[0]], 1, tmp_path / "again")


def test_a_comparison_that_was_interrupted_goes_on_without_repeating(tmp_path: Path) -> None:
    """What is finished is read; a run that stopped before its first epoch was over, or in the middle, is run."""
    files = written(tmp_path, one=recipe(epochs=1), two=recipe([], epochs=1))
    whole = quiet(files, 2, tmp_path / "whole")
    quiet(files, 1, tmp_path / "part")
    stamp = (tmp_path / "part" / "one-seed-3" / "last.ckpt").stat().st_mtime_ns
    begun = tmp_path / "part" / "one-seed-4"
    begun.mkdir()
    # a run's recipe tells the way to its data from its own folder; of a demo there is none
    (begun / "recipe.yaml").write_bytes((tmp_path / "whole" / "one-seed-4" / "recipe.yaml").read_bytes())
    said: list[str] = []
    resumed = quiet(files, 2, tmp_path / "part", resume=True, say=said.append)
    assert resumed.to_json() == whole.to_json()
    assert [line.endswith("read from the folder") for line in said] == [True, True, False, False]
    assert (tmp_path / "part" / "one-seed-3" / "last.ckpt").stat().st_mtime_ns == stamp


class Stopped(Exception):
    """Somebody pulled the plug."""


class Stopping(Progress):
    """Stops a run in its second epoch."""

    def epoch(self, row: Any, *given: Any, **named: Any) -> None:
        if row["epoch"] == 1:
            raise Stopped


def test_a_run_that_was_interrupted_in_the_middle_goes_on_from_its_checkpoint(tmp_path: Path) -> None:
    files = written(tmp_path, one=recipe(epochs=2), two=recipe([], epochs=2))
    whole = quiet(files, 1, tmp_path / "whole")
    with pytest.raises(Stopped):
        compare(files, 1, tmp_path / "part", progress=Stopping(silent=True), say=lambda line: None)
    assert json.loads((tmp_path / "part" / "one-seed-3" / "metrics.json").read_text())["stopped"] == "running"
    assert quiet(files, 1, tmp_path / "part", resume=True).to_json() == whole.to_json()


def test_the_same_data_may_be_named_in_two_ways(tmp_path: Path) -> None:
    (tmp_path / "photos" / "a").mkdir(parents=True)
    folders = [{"image_folder": {"root": root}} for root in ("photos", str(tmp_path / "photos"))]
    both = [recipe() | {"source": source, "sample": {"image": "image", "label": "label"}} for source in folders]
    read = [augkit.read_recipe(file) for file in written(tmp_path, one=both[0], two=both[1])]
    assert check_comparable(dict(zip(("one", "two"), read, strict=True))) == "accuracy"


def test_runs_of_another_recipe_are_not_read(tmp_path: Path) -> None:
    files = written(tmp_path, one=recipe(epochs=1), two=recipe([], epochs=1))
    quiet(files, 1, tmp_path / "out")
    for other in (["train.lr=1e-2"], ["steps.resize.size=32"]):
        with pytest.raises(RecipeError, match="one-seed-3 holds a run of another recipe"):
            quiet(files, 1, tmp_path / "out", overrides=other, resume=True)
    (tmp_path / "out" / "one-seed-3" / "recipe.yaml").unlink()
    with pytest.raises(RecipeError, match="is no run that can be resumed"):
        quiet(files, 1, tmp_path / "out", resume=True)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"source": {"demo": "shapes"}}, "source is demo: shapes in two and demo: digits in one"),
        ({"split": {"val": 0.5}}, "split is val: 0.5"),
        ({"train": {**recipe()["train"], "epochs": 3}}, "train: epochs is 3 in two and 2 in one"),
        ({"loader": {"batch_size": 10, "copies": 2}}, "loader: copies is 2 in two and 1 in one"),
    ],
)
def test_what_differs_in_more_than_the_question_is_refused_at_its_place(
    tmp_path: Path, change: dict[str, Any], message: str
) -> None:
    files = written(tmp_path, one=recipe(), two=recipe() | change)
    with pytest.raises(RecipeError, match=message) as refused:
        quiet(files, 1, tmp_path / "out")
    assert str(refused.value).startswith(f"{files[1]}:1:")
    assert not (tmp_path / "out" / "one-seed-3").exists()


def test_recipes_that_learn_other_things_are_refused(tmp_path: Path) -> None:
    numbers = {"task": "regression", "target": "digit", "backbone": "timm/test_resnet", "pretrained": False}
    sample = {"image": "image", "digit": "value"}
    files = written(tmp_path, one=recipe(), two=recipe() | {"train": numbers, "sample": sample})
    with pytest.raises(RecipeError, match="sample is image: image, digit: value in two"):
        quiet(files, 1, tmp_path / "out")


def by_class(*rows: tuple[float, float]) -> list[dict[str, float]]:
    return [{"cat": cat, "dog": dog} for cat, dog in rows]


def test_a_class_that_was_made_worse_is_named_though_the_mean_went_up() -> None:
    new = by_class((1.0, 0.50), (0.99, 0.52), (1.0, 0.51), (0.98, 0.50))
    old = by_class((0.6, 0.70), (0.6, 0.71), (0.62, 0.70), (0.6, 0.71))
    scores = {name: [sum(row.values()) / 2 for row in rows] for name, rows in (("new", new), ("old", old))}
    found = Comparison((1, 2, 3, 4), scores, "accuracy", {"new": new, "old": old})
    assert found.lines()[-1] == "Made worse though the mean went up: class dog (-0.197); new against old."
    turned = Comparison((1, 2, 3, 4), dict(reversed(scores.items())), "accuracy", {"old": old, "new": new})
    assert turned.lines()[-1] == found.lines()[-1], "whichever arm is named first"


def test_a_class_that_may_be_worse_by_chance_is_not_called_harmed() -> None:
    new, old = by_class((0.9, 0.5), (0.9, 0.8)), by_class((0.5, 0.6), (0.6, 0.8))
    scores = {name: [sum(row.values()) / 2 for row in rows] for name, rows in (("new", new), ("old", old))}
    found = Comparison((1, 2), scores, "accuracy", {"new": new, "old": old})
    assert "No class is found to be worse, new against old; class dog comes out lowest, -0.050" in found.lines()[-1]


def test_a_class_that_one_validation_lacks_is_paired_where_it_is() -> None:
    rows: dict[str, list[dict[str, float]]] = {
        "new": [{"cat": 1.0}, *by_class((1.0, 0.5))],
        "old": by_class((0.5, 0.5), (0.5, 0)),
    }
    found = Comparison((1, 2), {"new": [1.0, 0.75], "old": [0.5, 0.25]}, "accuracy", rows)
    assert {name: pair.differences for name, pair in found.classes_against_first()["old"].items()} == {
        "cat": (0.5, 0.5),
        "dog": (0.5,),
    }


def test_a_run_whose_validation_ended_in_no_number_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = Record._row

    def row(self: Record, *given: Any) -> dict[str, Any]:
        return {**real(self, *given), "val_accuracy": float("nan")}

    monkeypatch.setattr(Record, "_row", row)
    with pytest.raises(AugkitError, match="accuracy of with augmentation with seed 3 is nan; the run diverged"):
        compare([recipe(epochs=1)], seeds=1, out=tmp_path / "c", progress=Progress(silent=True), say=lambda _: None)
