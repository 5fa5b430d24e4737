"""What is said on the way, on a terminal and elsewhere; and that only what is known to be unfit is silenced."""

from __future__ import annotations

import io
import logging
import re
import warnings
from pathlib import Path

import pytest
from PIL import Image

from augkit.data import SkippedSamples
from augkit.train import fit
from augkit.train.curves import draw
from augkit.train.progress import CHATTY, Progress, quiet
from tests.train.conftest import recipe

ROW = {"epoch": 4, "train_loss": 0.5, "train_accuracy": 0.8, "val_loss": 0.4, "val_accuracy": 0.9, "seconds": 1.25}


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_lines_without_a_terminal_have_no_control_characters() -> None:
    stream = io.StringIO()
    progress = Progress(stream)
    progress.batch(0, 5, 1, 10, 0.7)
    progress.epoch(ROW, 12, best=True)
    assert stream.getvalue() == (
        "epoch  5/12  train loss 0.500 accuracy 0.800   val loss 0.400 accuracy 0.900   1.2 s  best\n"
    )


def test_a_bar_is_rewritten_on_a_terminal_and_wiped_before_a_line() -> None:
    stream = Terminal()
    progress = Progress(stream)
    progress.batch(2, 5, 10, 10, 0.7)
    progress.say("a line")
    bar, wiped, line = stream.getvalue().split("\r")
    assert re.match(r"█{12}░{8} epoch 3/5  batch 10/10  loss 0\.700", bar)
    assert wiped == " " * len(bar) and line == "a line\n"


def test_a_silent_one_says_nothing() -> None:
    stream = Terminal()
    progress = Progress(stream, silent=True)
    progress.batch(0, 5, 10, 10, 0.7)
    progress.say("a line")
    assert stream.getvalue() == ""


def test_only_warnings_that_do_not_apply_are_silenced() -> None:
    with quiet(), pytest.warns(UserWarning, match="something else"):
        warnings.warn("something else", UserWarning, stacklevel=1)
    with warnings.catch_warnings(record=True) as heard, quiet():
        warnings.warn("The 'train_dataloader' does not have many workers which …", UserWarning, stacklevel=1)
    assert heard == []
    for name in CHATTY:
        assert logging.getLogger(name).level != logging.WARNING or logging.getLogger(name).parent is None


def test_skipped_samples_are_told_in_plain_words_and_other_warnings_with_their_line() -> None:
    usual = warnings.formatwarning
    with quiet():
        plain = warnings.formatwarning("epoch 0: skipped 1 of 12 samples:\n  a.png: broken", SkippedSamples, "l.py", 51)
        other = warnings.formatwarning("something else", UserWarning, "l.py", 51)
    assert plain == "warning: epoch 0: skipped 1 of 12 samples:\n  a.png: broken\n"
    assert other == "l.py:51: UserWarning: something else\n"
    assert warnings.formatwarning is usual


def test_a_run_says_what_it_is_and_then_its_epochs(tmp_path: Path) -> None:
    stream = io.StringIO()
    fit(recipe(epochs=2, validate_every=2, checks="on"), tmp_path / "run", progress=Progress(stream))
    head, checks, epoch = stream.getvalue().splitlines()
    assert "10 classes, 20 samples to learn from, 36 to validate; timm/test_resnet with random weights, 3" in head
    assert checks.startswith("checks: ") and checks.endswith(" s; train: {checks: off} leaves them out")
    assert epoch.startswith("epoch 2/2  train loss")


def test_curves_are_drawn_for_any_history(tmp_path: Path) -> None:
    for name, history in {"none": [], "one": [ROW], "unvalidated": [{**ROW, "epoch": 0}, ROW]}.items():
        draw(history, tmp_path / f"{name}.png", "title", best=4)
        with Image.open(tmp_path / f"{name}.png") as picture:
            assert picture.size == (1080, 432)
    assert not list(tmp_path.glob(".*"))
