"""What curves say: each pathology from a curve that is drawn to show it, and from files."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image

from augkit.cli import main
from augkit.errors import DataError
from augkit.train import Run
from augkit.train.curves import draw
from augkit.train.diagnosis import ADVICE, SAID, diagnose
from augkit.train.losses_of import losses_of

EPOCHS = np.arange(1, 31)


def falling(to: float, fast: float = 5.0, since: float = 2.3) -> np.ndarray:
    return to + (since - to) * np.exp(-EPOCHS / fast)


ROUGH = np.random.default_rng(0).normal(0, 0.2, 30)
CURVES: dict[str, tuple[np.ndarray, np.ndarray]] = {
    "underfit_flat": (falling(1.9), falling(1.95)),
    "underfit_still_falling": (falling(0.3, 25), falling(0.35, 25)),
    "overfit": (falling(0.02), falling(0.8, 2) + np.maximum(0, EPOCHS - 9) * 0.03),
    "unrepresentative_train": (falling(0.2), falling(0.9)),
    "unrepresentative_val": (falling(0.3), falling(0.35) + ROUGH),
    "good_fit": (falling(0.1), falling(0.15)),
}


@pytest.mark.parametrize("verdict", CURVES)
def test_each_pathology_as_the_textbook_draws_it(verdict: str) -> None:
    train, val = CURVES[verdict]
    found = diagnose(train.tolist(), val.tolist())
    assert found.verdict == verdict and found.advice == ADVICE[found.verdict]
    assert "training ends at" in found.evidence[0]
    assert (found.turning is not None) == (verdict == "overfit")


def test_the_turning_point_is_where_validation_was_least() -> None:
    train, val = CURVES["overfit"]
    found = diagnose(train.tolist(), val.tolist())
    assert found.turning is not None and abs(found.turning - (int(val.argmin()) + 1)) <= 1
    assert f"at epoch {found.turning} and rose" in found.evidence[1]


def test_a_validation_loss_below_the_clean_training_loss_is_of_other_samples() -> None:
    train, val = falling(0.8), falling(0.4)
    assert diagnose(train.tolist(), val.tolist()).verdict == "unrepresentative_val"


def test_an_augmented_training_loss_may_lie_above_both() -> None:
    train, val, clean = (falling(to).tolist() for to in (0.9, 0.3, 0.25))
    assert diagnose(train, val).verdict == "unrepresentative_val"
    assert diagnose(train, val, clean).verdict == "good_fit"
    assert diagnose(train, val, augmented=True).verdict != "unrepresentative_val"


def test_a_clean_loss_shows_what_an_augmented_one_hides() -> None:
    train, clean = falling(0.9).tolist(), falling(0.05).tolist()
    val = (falling(0.8, 2) + np.maximum(0, EPOCHS - 9) * 0.03).tolist()
    assert diagnose(train, val, clean).verdict == "overfit"


@pytest.mark.parametrize(
    ("val", "said"), [([1.0, 0.9], "2 validations; it takes 5"), ([1.0, 0.9, float("nan"), 1, 1], "diverged")]
)
def test_what_says_nothing_is_inconclusive(val: list[float], said: str) -> None:
    found = diagnose([1.0] * len(val), val)
    assert found.verdict == "inconclusive" and said in found.evidence[0]


def test_curves_of_unequal_length_are_refused() -> None:
    with pytest.raises(ValueError, match="curves of 3, 2, 2 epochs"):
        diagnose([1, 2, 3], [1, 2])


def test_every_verdict_has_its_meaning_and_its_advice() -> None:
    assert SAID.keys() == ADVICE.keys() == {*CURVES, "inconclusive"}


def table(path: Path, head: str = "epoch,train,val", verdict: str = "overfit") -> Path:
    rows = zip(EPOCHS, *CURVES[verdict], strict=True)
    path.write_text("\n".join([head, *(",".join(map(str, row)) for row in rows)]) + "\n")
    return path


def test_a_csv_is_diagnosed_on_the_command_line(tmp_path: Path) -> None:
    path, picture = table(tmp_path / "curves.csv"), tmp_path / "curves.png"
    said = CliRunner().invoke(main, ["diagnose", str(path), "--out", str(picture)])
    assert said.exit_code == 0 and said.output.startswith("overfit: it learns the training samples by heart\n  seen: ")
    assert "  try: early_stop: 3" in said.output
    with Image.open(picture) as drawn:
        assert drawn.size == (648, 432)
    told = json.loads(CliRunner().invoke(main, ["diagnose", str(path), "--json"]).output)
    assert told["verdict"] == "overfit" and told["turning"] in (9, 10, 11) and told["numbers"]["rose"] > 0.1


def test_what_is_no_table_of_losses_is_refused_with_file_and_line(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="has the columns epoch, loss; expected epoch, train, val"):
        losses_of(table(tmp_path / "a.csv", "epoch,loss"))
    path = table(tmp_path / "b.csv")
    path.write_text(path.read_text().replace("\n3,", "\nthree,"))
    with pytest.raises(DataError, match=r"line 4: epoch is 'three'"):
        losses_of(path)
    with pytest.raises(DataError, match="no such file"):
        losses_of(tmp_path / "c.csv")
    (tmp_path / "metrics.json").write_text("{}")
    with pytest.raises(DataError, match=r"is no metrics\.json of a run"):
        losses_of(tmp_path)


def test_epochs_without_validation_are_left_out_of_a_csv(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("Epoch,Train,Val,Clean\n1,2.0,,\n2,1.5,1.6,1.4\n")
    losses = losses_of(tmp_path / "a.csv")
    assert (losses.epochs, losses.train, losses.val, losses.clean) == ([2], [1.5], [1.6], [1.4])


def test_a_run_knows_its_clean_loss_and_what_guessing_costs(learnt: Run) -> None:
    losses = losses_of(learnt.folder)
    assert losses.clean is not None and len(losses.clean) == len(losses.val) == 3
    assert losses.guessing == pytest.approx(2.3026, abs=1e-3)
    assert learnt.metrics["diagnosis"]["verdict"] == "inconclusive"
    assert CliRunner().invoke(main, ["diagnose", str(learnt.folder)]).output.startswith("inconclusive")


@pytest.mark.parametrize("verdict", CURVES)
def test_no_word_on_the_picture_is_cut_off_at_its_edge(verdict: str, tmp_path: Path) -> None:
    train, val = (curve.tolist() for curve in CURVES[verdict])
    rows = [
        {"epoch": epoch, "train_loss": a, "val_loss": b, "train_accuracy": 0.4, "val_accuracy": 0.35}
        for epoch, (a, b) in enumerate(zip(train, val, strict=True))
    ]
    draw(rows, tmp_path / "curves.png", "a run, seed 0", best=9, diagnosis=diagnose(train, val))
    with Image.open(tmp_path / "curves.png") as picture:
        levels = np.asarray(picture.convert("L"))
    assert min(edge.min() for edge in (levels[:2], levels[-2:], levels[:, :2], levels[:, -2:])) == 255


@pytest.mark.parametrize(
    ("losses", "guessing", "seen"),
    [
        ([0.0] * 6, None, "which is 0 here"),
        ([-1.0, -2, -3, -4, -5, -6], None, "must be above 0"),
        ([1.0] * 6, -1.0, "must be above 0"),
        ([1e308] * 6, None, "the run diverged"),
        ([1.0, 1, 1e12, 1, 1, 1], None, "the run diverged"),
        ([1e308, -1e308] * 3, 1.0, "the run diverged"),
    ],
)
def test_curves_that_have_no_scale_say_nothing(losses: list[float], guessing: float | None, seen: str) -> None:
    found = diagnose(losses, losses, guessing=guessing)
    assert found.verdict == "inconclusive" and seen in found.evidence[0]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("epoch;train;val\n1;1;1\n", "with commas between them"),
        ("epoch,train,val\nnan,1,1\n", "line 2: epoch is 'nan'; expected a whole number"),
        ("epoch,train,val\n1e400,1,1\n", "line 2: epoch is '1e400'; expected a whole number"),
        ("epoch,train,val\n1.5,1,1\n", "line 2: epoch is '1.5'; expected a whole number"),
        ("epoch,train,val,val\n1,1,1,2\n", "has the column val twice"),
        ('epoch,train,val\n"1,1,1\n', "is no CSV: unexpected end"),
    ],
)
def test_a_table_that_says_no_losses_is_refused_with_its_line(tmp_path: Path, text: str, complaint: str) -> None:
    (tmp_path / "curves.csv").write_text(text)
    with pytest.raises(DataError, match=complaint):
        losses_of(tmp_path / "curves.csv")
