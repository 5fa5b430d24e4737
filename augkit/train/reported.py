"""Reported: a run as one page, ``report.html``; it is made beside the run and changes nothing of it."""

from __future__ import annotations

import shlex
import traceback
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import lightning.pytorch as lightning
import torch

from augkit.data.collate import Collate
from augkit.data.sampler import KeyedSampler
from augkit.data.samples import Dataset
from augkit.errors import AugkitError, DataError
from augkit.report.answered import Answered, Answers
from augkit.report.run import RunReport, run_page
from augkit.rng import lent_globals, stream
from augkit.sample import Sample
from augkit.trace import Trace
from augkit.train.curves import as_svg
from augkit.train.folder import BEST, RECIPE, REPORT, write_text
from augkit.train.learner import Learner
from augkit.train.record import Record
from augkit.train.trained import open_run
from augkit.train.watched import tallied

if TYPE_CHECKING:
    from augkit.train.job import Job

SHOWN, LOOKED = 8, 256
"""Samples of the first batch, of those that are drawn, and of those with the highest losses; validation samples that
are looked at for all that."""


@dataclass(eq=False)
class Reporter(lightning.Callback):
    """Writes the page before step 1, and once more when training has ended, by ``ended``."""

    job: Job
    record: Record

    def on_train_start(self, trainer: lightning.Trainer, module: lightning.LightningModule) -> None:
        """The first batch and what the checks have found, while there is time to stop."""
        if not trainer.global_step:
            self._write(answered=False)

    @contextmanager
    def ended(self) -> Iterator[None]:
        """Write the page after what is done inside, also where it ends in an error of augkit's, as a divergence is."""
        try:
            yield
        except AugkitError:
            self._write()
            raise
        self._write()

    def _write(self, answered: bool = True) -> None:
        """What fails here must not cost a run: it is said in one line, and there is a page without answers at least."""
        folder = self.record.folder
        try:
            with torch.random.fork_rng(), lent_globals(0):
                write_text(folder / REPORT, run_page(_gathered(self.job, self.record, answered)))
        except Exception as error:  # a stranger's panel or network may do anything
            last = traceback.format_exception_only(error)[-1].strip()
            lacks = f"{REPORT} has no answers" if answered else f"no {REPORT}"
            self.record.progress.warn(f"{lacks}: {last}; the run is as it should be. train: {{report: off}} makes none")
            if answered:
                self._write(answered=False)


def _gathered(job: Job, record: Record, answered: bool) -> RunReport:
    metrics, best = record.metrics(), record.best
    there = answered and best is not None and (record.folder / BEST).is_file()
    return RunReport(
        metrics=metrics,
        recipe=(record.folder / RECIPE).read_text(encoding="utf-8"),
        curves=as_svg(record.history, best["epoch"] if best else None, record.scores[0], record.diagnosis()),
        schema=job.opened.dataset("train").plan.out_schema,
        first=list(first_samples(job)),
        batch_size=min(job.recipe.loader.batch_size, len(job.train.sampler)),  # type: ignore[arg-type]
        guessing=job.task.guessing(metrics) if metrics["last"] else "",
        answers=answers(job, record.folder) if there else None,
    )


def first_samples(job: Job) -> list[tuple[Sample, Trace]]:
    """The first of the samples of step 1, which are a pure function of the recipe: drawn again, and mixed as there.

    What cannot be read is left out, as the loader leaves it out or stops at it.
    """
    data, size, again = job.opened.dataset("train"), job.recipe.loader.batch_size, job.train.sampler
    assert isinstance(again, KeyedSampler)
    mixed = job.recipe.mixing() if job.recipe.batch else None
    visits = again.visits(0)[: size if mixed else min(size, SHOWN)]
    drawn = [made for index, copy in visits.tolist() if (made := _traced(data, (0, index, copy)))]
    samples = [sample for sample, _ in drawn]
    traces = [trace for _, trace in drawn]
    return list(zip(mixed(samples) if mixed and samples else samples, traces, strict=True))[:SHOWN]


def _traced(data: Dataset, visit: tuple[int, int, int]) -> tuple[Sample, Trace] | None:
    try:
        return data.traced(visit)
    except DataError:
        return None


class _Judged(NamedTuple):
    """What a validation sample costs, and which it is."""

    loss: float
    which: int


def answers(job: Job, folder: Path) -> Answers:
    """What the best network of a run tells of samples of its validation. It is read from its file: the network that
    was trained is not touched.
    """
    trained = open_run(folder)
    model, data = trained.model, job.opened.dataset("val")
    drawn = stream(job.recipe.seed, 0, "", path="train/report").permutation(len(data))[:LOOKED]
    counts: Counter[tuple[str, str]] = Counter()
    with torch.inference_mode(), tallied(model):
        judged = [made for index in drawn if (made := _judged(model, data, index, counts))]
        shown = {one.which: one.loss for one in judged[:SHOWN]}
        costly = {one.which: one.loss for one in sorted(judged, reverse=True)[:SHOWN]}
        shown = shown if _tells(model) else {}
        told = {index: _answered(model, data, index, loss, folder) for index, loss in (shown | costly).items()}
    return Answers(
        which=f"{BEST}, epoch {trained.epochs}",
        learnt=model.fields.target,
        schema=data.plan.out_schema,
        looked=len(judged),
        count=len(data),
        drawn=[told[index] for index in shown],
        worst=[told[index] for index in costly],
        confusion=counts,
        counted=model.counted or "",
    )


def _judged(model: Learner, data: Dataset, index: int, counts: Counter[tuple[str, str]]) -> _Judged | None:
    """The loss of one sample by itself; what it is taken for is added to ``counts``."""
    made = _traced(data, (0, index, 0))
    if made is None:
        return None
    batch = Collate(data.plan.out_schema)([made[0]])
    loss = float(model.judge(batch, "clean"))
    if model.counted is not None and _tells(model):
        counts.update(model.confused(batch, model.outputs(batch)))
    return _Judged(loss, index)


def _answered(model: Learner, data: Dataset, index: int, loss: float, folder: Path) -> Answered:
    sample, trace = data.traced((0, index, 0))
    again = f"augkit replay {shlex.quote(str(folder))} {shlex.quote(sample.key)}"
    if not _tells(model):
        return Answered(sample, trace, None, None, loss, again)
    [output] = model.outputs(Collate(data.plan.out_schema)([sample]))
    told: Mapping[str, Any] = model.told([output])
    truth = sample.targets[model.fields.target]
    return Answered(sample, trace, model.shown(output, truth), told.get("probability"), loss, again)


def _tells(model: Learner) -> bool:
    """Whether it answers for single samples, as ``augkit predict`` asks it; a stranger's need not."""
    return type(model).outputs is not Learner.outputs
