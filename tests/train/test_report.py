"""``report.html``: it shows what was fed and what is told, changes nothing of a run, and costs none."""

from __future__ import annotations

import io
import re
import shlex
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from click.testing import CliRunner

from augkit.cli import main
from augkit.data import open_recipe
from augkit.data.collate import Collate
from augkit.errors import AugkitError, RecipeError
from augkit.recipe import read_recipe
from augkit.train import Run, fit
from augkit.train.classifier import Classifier
from augkit.train.job import job_of
from augkit.train.learner import Learner
from augkit.train.progress import Progress
from augkit.train.reported import SHOWN, first_samples
from tests.cli.test_cli_preview import Tags
from tests.train.conftest import quietly, recipe
from tests.train.test_resume import Killed, killed_in, same

MIXED: dict[str, Any] = {"batch": [{"mixup": {"alpha": 0.4}}]}


def reported(given: dict[str, Any], out: Path) -> tuple[Run, str]:
    """A run and its page, which was made without complaint."""
    stream = io.StringIO()
    run = fit(given, out, progress=Progress(stream))
    html = (out / "report.html").read_text(encoding="utf-8")
    assert "report.html" not in stream.getvalue() and 'class="problem"' not in html
    return run, html


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> tuple[Run, str]:
    given = recipe(split={"train_per_class": 4, "val": 0.02}, epochs=5, checks="on", report="on", lr=3e-3)
    return reported(given, tmp_path_factory.mktemp("reported") / "a run")


def test_weights_and_history_are_the_same_bits_with_and_without(tmp_path: Path) -> None:
    runs = [
        quietly({**recipe(epochs=2, dropout=0.3, ema=0.9, report=report), **MIXED}, tmp_path / report)
        for report in ("on", "off")
    ]
    assert same(*runs)
    assert (tmp_path / "on" / "report.html").is_file() and not (tmp_path / "off" / "report.html").exists()


def test_nothing_is_loaded_from_elsewhere(page: tuple[Run, str]) -> None:
    seen = Tags(page[1])
    assert seen.addresses and all(address.startswith("data:image/") for address in seen.addresses)
    assert not {"link", "script", "iframe"} & set(seen.seen) and "url(" not in page[1] and "@import" not in page[1]


@pytest.mark.parametrize("more", [{}, MIXED], ids=["plain", "mixed"])
def test_the_first_batch_is_the_very_one_that_step_1_learns_from(more: dict[str, Any]) -> None:
    given = {**recipe(), **more}
    job = job_of(open_recipe(given))
    fed = next(iter(job.train))
    shown = [sample for sample, _ in first_samples(job)]
    assert [sample.key for sample in shown] == fed["key"][:SHOWN]
    again = Collate(job.opened.dataset("train").plan.out_schema, classes={"digit": job.classes} if more else None)(
        shown
    )
    assert torch.equal(again["image"], fed["image"][:SHOWN])
    assert torch.equal(again["digit"], fed["digit"][:SHOWN])


def test_all_of_a_run_is_on_its_page(page: tuple[Run, str]) -> None:
    run, html = page
    heads = [re.sub(r"<.*", "", head).strip() for head in re.findall(r"<h2>(.*?)</h2>", html)]
    assert heads == [
        "Learning curves", "Checks", "The first batch", "Truth beside prediction", "What is taken for what",
        "Each class", "Highest losses", "The run", "The recipe",
    ]  # fmt: skip
    best = run.metrics["best"]
    assert f"<b>{best['val_accuracy']:.3f}</b> in epoch {best['epoch'] + 1}" in html
    assert run.metrics["diagnosis"]["advice"] in html
    assert f"torch version</dt><dd>{run.metrics['versions']['torch']}<" in html
    assert "train_per_class: 4" in html.partition("The recipe")[2]
    assert html.count("data:image/png") == 3 * SHOWN and html.count("data:image/svg+xml") == 2


def test_every_validation_sample_is_counted_once_and_as_the_run_did(page: tuple[Run, str]) -> None:
    run, html = page
    cells = [row.split("<td")[1:] for row in re.findall(r"<tr><th>.*?</tr>", html.partition("<tbody>")[2])]
    counts = np.array([[int((re.search(r">(\d+)<", cell) or [0, 0])[1]) for cell in row] for row in cells])
    assert counts.sum() == run.metrics["samples"]["val"]
    assert np.trace(counts) / counts.sum() == pytest.approx(run.metrics["best"]["val_accuracy"])


def test_the_highest_losses_come_first_and_each_has_a_command_that_replays_it(
    page: tuple[Run, str], tmp_path: Path
) -> None:
    worst = page[1].partition("Highest losses")[2]
    losses = [float(loss) for loss in re.findall(r"loss ([\d.e+-]+)</span>", worst)]
    assert len(losses) == SHOWN and losses == sorted(losses, reverse=True)
    [augkit, *words] = shlex.split(re.findall(r'class="again">(.*?)<', worst)[0].replace("&#x27;", "'"))
    assert augkit == "augkit" and words[0] == "replay"
    said = CliRunner().invoke(main, [*words, "--out", str(tmp_path / "one.html")], catch_exceptions=False)
    assert said.exit_code == 0 and words[-1] in (tmp_path / "one.html").read_text()


def test_findings_say_what_was_seen_what_it_means_and_what_to_type(tmp_path: Path) -> None:
    given = recipe(steps=[{"brightness": {"factor": 0.0, "p": 0.5}}], epochs=1, checks="on", report="on")
    _, html = reported(given, tmp_path / "run")
    finding = html.partition("<b>samples-destroyed</b>")[2].partition("</dl>")[0]
    assert [re.search(f"<dt>{part}</dt><dd>(.+?)</dd>", finding) is not None for part in ("seen", "usually", "try")]
    assert "augkit preview RECIPE" in finding


def test_a_run_that_diverges_has_a_page_too(tmp_path: Path) -> None:
    given = recipe(epochs=3, lr=1e30, optimizer="SGD", schedule="none", report="on")
    with pytest.raises(AugkitError, match="diverged"):
        quietly(given, tmp_path / "run")
    html = (tmp_path / "run" / "report.html").read_text()
    assert "Training diverged" in html and "The first batch" in html and "The recipe" in html


def test_the_page_is_there_before_step_1(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    killed_in(0, monkeypatch, recipe(report="on", checks="on"), tmp_path / "run")
    html = (tmp_path / "run" / "report.html").read_text()
    assert "This page was written before step 1" in html and html.count("data:image/png") == SHOWN
    assert "Nothing found" in html and "Truth beside prediction" not in html


def test_a_page_that_fails_is_one_line_and_the_run_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def shown(*_: Any) -> Any:
        raise Killed("no way to draw it")

    whole = quietly(recipe(report="off"), tmp_path / "whole")
    monkeypatch.setattr(Classifier, "shown", shown)
    stream = io.StringIO()
    run = fit(recipe(report="on"), tmp_path / "run", progress=Progress(stream))
    [line] = [line for line in stream.getvalue().splitlines() if "report" in line]
    assert line.startswith("report.html has no answers: ") and "Killed: no way to draw it; the run is" in line
    html = (tmp_path / "run" / "report.html").read_text()
    assert "Learning curves" in html and "Truth beside prediction" not in html
    assert same(run, whole)


def test_a_network_that_answers_nothing_has_losses_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Classifier, "outputs", Learner.outputs)
    _, html = reported(recipe(report="on", epochs=1), tmp_path / "run")
    assert "Truth beside prediction" not in html and "What is taken for what" not in html
    assert html.partition("Highest losses")[2].count("<div>digit: ") == SHOWN


def test_what_report_may_be_is_said_where_it_is_written(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text(read_recipe(recipe()).resolved().replace("report: off", "report: sometimes"))
    with pytest.raises(RecipeError, match=r"a\.yaml:28:100: train: report: got 'sometimes'.*'on', 'off'"):
        fit(path, tmp_path / "run")
