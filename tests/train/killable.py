"""A process that runs a recipe again and again and kills itself, by SIGKILL, at given moments; see test_killed.py.

``python -m tests.train.killable JOB``, where JOB is a JSON list of ``{"recipe": …, "out": …, "resume": …, "at": …}``.
Each run is a process of its own, forked from one that has imported everything and computed nothing. Moments are
counted from when training starts, and do not depend on the clock: before and after each optimizer step, batch, batch of
a validation, and file that is put in place. ``at`` is a part of those that the first run had; null: it may end.
"""

from __future__ import annotations

import json
import math
import os
import signal
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

from augkit.data import whole
from augkit.train import fit, record
from augkit.train.learner import Learner
from augkit.train.progress import Progress
from augkit.train.record import Record

MOMENTS = "moments"


class Moments:
    """How many have passed, and at which of them to die."""

    def __init__(self, last: int | None) -> None:
        self.passed, self.last, self.own = 0, last, os.getpid()
        self.begun = False

    def __call__(self) -> None:
        if not self.begun or os.getpid() != self.own:  # a worker
            return
        self.passed += 1
        if self.passed == self.last:
            os.kill(self.own, signal.SIGKILL)

    def around(self, home: Any, name: str) -> None:
        """One moment before, one after each call."""
        real: Callable[..., Any] = getattr(home, name)

        def watched(*given: Any, **named: Any) -> Any:
            self()
            result = real(*given, **named)
            self()
            return result

        setattr(home, name, watched)


def run(recipe: dict[str, Any], out: str, resume: bool, last: int | None) -> None:
    moments = Moments(last)
    start = Learner.on_train_start

    def begin(self: Learner) -> None:
        moments.begun = True
        start(self)

    Learner.on_train_start = begin
    record.DRAW_EVERY = math.inf  # seconds, between pictures
    for home, name in (
        (Learner, "optimizer_step"),
        (Learner, "validation_step"),
        (Record, "on_train_batch_end"),
        (Record, "on_train_epoch_end"),
        (whole.os, "replace"),
    ):
        moments.around(home, name)
    fit(recipe, out, resume=resume, progress=Progress(silent=True))
    Path(out, MOMENTS).write_text(str(moments.passed))


def forked(recipe: dict[str, Any], out: str, resume: bool, last: int | None) -> None:
    child = os.fork()
    if not child:
        try:
            run(recipe, out, resume, last)
        except BaseException:
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    killed = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
    if killed != (last is not None) or (not killed and status):
        sys.exit(f"{out} ended with {status}")


def main(runs: list[dict[str, Any]]) -> None:
    for each in runs:
        part = each.pop("at")
        last = None if part is None else round(part * int(Path(runs[0]["out"], MOMENTS).read_text()))
        forked(**each, last=last)


if __name__ == "__main__":
    main(json.loads(Path(sys.argv[1]).read_text()))
