"""Two processes that share every batch learn what one does of the whole; all that could part them is refused."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from augkit.cli import main
from augkit.errors import RecipeError
from augkit.train import ranks
from augkit.train.folder import LAST, METRICS
from augkit.train.shares import check_shared
from augkit.train.tallies import Kept, Tally
from tests.train.conftest import quietly, recipe

ROOT = Path(__file__).parents[2]


def shared(batch_size: int, **train: Any) -> dict[str, Any]:
    """A network without BatchNorm, whose statistics are those of a share, and 20 batches of samples in all."""
    resize = {"resize": {"size": 32}}
    optimizer = {"name": "SGD", "momentum": 0.9}
    given = recipe(backbone="timm/test_convnext", epochs=3, lr=0.02, optimizer=optimizer, clip_norm=1.0, **train)
    steps = [resize, {"rotate": {"degrees": [-10, 10]}}]
    return given | {"steps": steps, "eval_steps": [resize], "loader": {"batch_size": batch_size}}


def started_by_torchrun(given: dict[str, Any], folder: Path, name: str, *more: str) -> subprocess.CompletedProcess[str]:
    """``augkit train`` in two processes, into ``folder / name``."""
    (folder / f"{name}.json").write_text(json.dumps(given))
    train = ["-m", "augkit", "train", str(folder / f"{name}.json"), "--out", str(folder / name), *more]
    torchrun = [sys.executable, "-m", "torch.distributed.run", "--nproc-per-node=2", "--master-port=29541", *train]
    return subprocess.run(
        torchrun, cwd=ROOT, capture_output=True, text=True, check=False, env={**os.environ, "OMP_NUM_THREADS": "1"}
    )


def rows_of(run: Path) -> list[dict[str, Any]]:
    return [{**row, "seconds": 0} for row in json.loads((run / METRICS).read_text())["epochs"]]


@pytest.mark.long
def test_two_processes_learn_as_one_of_twice_the_batch_and_one_writes(tmp_path: Path) -> None:
    one = quietly(shared(8), tmp_path / "one")
    done = started_by_torchrun(shared(4), tmp_path, "two")
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("wrote ") == 1 and done.stderr.count("epoch 1/3") == 1
    rows = rows_of(tmp_path / "two")
    assert len(rows) == 3
    for whole, row in zip(one.metrics["epochs"], rows, strict=True):
        for name in ("train_loss", "val_loss", "train_accuracy", "val_accuracy", "lr"):
            assert row[name] == pytest.approx(whole[name], rel=1e-4), name
    weights = torch.load(tmp_path / "two" / LAST, weights_only=True)["state_dict"]
    for name, weight in one.model.state_dict().items():
        torch.testing.assert_close(weights[name], weight, rtol=1e-3, atol=1e-4)
    again = started_by_torchrun(shared(4), tmp_path, "two", "--resume")
    assert again.returncode == 0, again.stderr
    assert rows_of(tmp_path / "two") == rows
    with pytest.raises(RecipeError, match="its processes is 2, the recipe's 1"):
        quietly(tmp_path / "two.json", tmp_path / "two", resume=True)


def of_two(monkeypatch: pytest.MonkeyPatch) -> None:
    """As ``torchrun`` tells the first of two processes."""
    for name, value in {"TORCHELASTIC_RUN_ID": "x", "RANK": "0", "WORLD_SIZE": "2", "LOCAL_RANK": "0"}.items():
        monkeypatch.setenv(name, value)


def test_alone_nothing_is_shared() -> None:
    module = nn.Linear(2, 2)
    module.weight.grad = torch.ones(2, 2)
    ranks.average(module)
    assert ranks.share() == (0, 1) and ranks.first() and ranks.of_all(3) == [3] and ranks.from_first(3) == 3
    assert torch.equal(module.weight.grad, torch.ones(2, 2))


def test_who_one_is_comes_from_torchrun(monkeypatch: pytest.MonkeyPatch) -> None:
    of_two(monkeypatch)
    monkeypatch.setenv("RANK", "1")
    assert ranks.share() == (1, 2) and not ranks.first()
    monkeypatch.delenv("TORCHELASTIC_RUN_ID")
    assert ranks.share() == (0, 1), "RANK alone is another launcher's, which starts trainings of their own"


def test_sums_of_two_are_those_of_all_samples() -> None:
    logits, target = torch.randn(9, 3, generator=torch.Generator().manual_seed(0)), torch.arange(9) % 3
    loss = nn.functional.cross_entropy(logits, target, reduction="none")
    for kind in (Tally, Kept):
        whole, one, other = kind(), kind(), kind()
        for tally, rows in ((whole, slice(0, 9)), (one, slice(0, 5)), (other, slice(5, 9))):
            tally.add(loss[rows].mean(), logits[rows], target[rows])
        one.merge(other)
        assert one.count == whole.count and one.loss == pytest.approx(whole.loss)
        if isinstance(one, Tally):
            assert one.metrics("val") == pytest.approx(whole.metrics("val"))
            assert dict(sorted(one.per_class.items())) == dict(sorted(whole.per_class.items()))
        else:
            np.testing.assert_array_equal(one.pairs[0], whole.pairs[0])


@pytest.mark.parametrize(
    ("changed", "complaint"),
    [
        ({"train": {"optimizer": "LBFGS"}}, "optimizer: LBFGS decides by the loss"),
        ({"loader": {"on_error": "skip"}}, "on_error: skip could leave processes with different numbers of batches"),
    ],
)
def test_what_could_part_processes_is_refused(
    changed: dict[str, Any], complaint: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from augkit.data import open_recipe
    from augkit.train.engine import model_of
    from augkit.train.job import job_of

    given = recipe()
    given = given | {name: {**given[name], **more} for name, more in changed.items()}
    job = job_of(open_recipe(given))
    model = model_of(job)
    check_shared(job, model)
    of_two(monkeypatch)
    with pytest.raises(RecipeError, match=f"torchrun: .*{complaint}"):
        check_shared(job, model)


def test_what_is_for_one_process_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from click.testing import CliRunner

    monkeypatch.chdir(tmp_path)
    Path("tiny.json").write_text(json.dumps(recipe()))
    of_two(monkeypatch)
    for command in ("lr", "compare", "ablate"):
        result = CliRunner().invoke(main, [command, "tiny.json"])
        assert result.exit_code == 2 and "is for one process; start it without" in result.stderr, command
    assert not Path("runs").exists()
