"""How long the samples of a recipe take: read, and step by step, under both modes of a plan."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from statistics import fmean, median
from typing import Any, Literal

import torch

from augkit.carriers import How
from augkit.data.opened import Opened
from augkit.data.samples import Dataset, Failure
from augkit.plan import Plan

Mode = Literal["exact", "fast"]
MODES: tuple[Mode, ...] = ("exact", "fast")
READ = "read and decode"
_LEAST_ROUNDS, _MOST_ROUNDS, _SECONDS = 3, 9, 5.0
_LONGEST_NAME = 40

Visit = tuple[int, int]


@dataclass(frozen=True)
class Timings:
    """Milliseconds of processor time a sample, by mode: of reading it, and what each step of the recipe's list adds.

    ``plan`` is the recipe's own mode. What a step adds may be less than nothing, where it saves work: a JPEG that it
    makes small is then decoded small.
    """

    plan: Mode
    samples: int
    rounds: int
    read: Mapping[Mode, float]
    steps: tuple[tuple[str, Mapping[Mode, float]], ...]
    whole: Mapping[Mode, float]

    def per_second(self, mode: Mode) -> float:
        """Samples of one process in a second of processor time."""
        return 1000 / max(self.whole[mode], 1e-6)

    def described(self) -> dict[str, Any]:
        """As plain values, for JSON."""
        return {
            "plan": self.plan,
            "samples": self.samples,
            "rounds": self.rounds,
            "read_ms": dict(self.read),
            "steps": [{"id": name, "ms": dict(spent)} for name, spent in self.steps],
            "whole_ms": dict(self.whole),
            "samples_per_second": {mode: self.per_second(mode) for mode in MODES},
        }

    def lines(self) -> Iterator[str]:
        """A table."""
        steps = [(f"+ {_shortened(name)}", spent) for name, spent in self.steps]
        rows = [(READ, self.read), *steps, ("a sample", self.whole)]
        width = max(len(name) for name, _ in rows) + 2
        yield f"{'ms':{width}}" + "".join(f"{mode:>10}" for mode in MODES)
        for name, spent in rows:
            yield f"{name:{width}}" + "".join(f"{spent[mode]:10.2f}" for mode in MODES)
        yield f"{'samples a second':{width}}" + "".join(f"{self.per_second(mode):10.0f}" for mode in MODES)


def _shortened(name: str) -> str:
    """A combiner's id names all its children; the first of them do."""
    return name if len(name) <= _LONGEST_NAME else name[: _LONGEST_NAME - 1] + "…"


def timings(opened: Opened, samples: int) -> Timings:
    """The samples of the training split, evenly spread, as training draws them; where there are fewer, more epochs.

    What a step adds is the difference between the list up to it and the list before it. All lists take turns on every
    sample, and the median of the rounds counts. One thread; waiting for a disk is not counted.
    """
    how, nodes = opened.recipe.settings.how, opened.recipe.steps
    hows = {mode: replace(how, mode=mode) for mode in MODES}
    lists = [dataset(opened, hows[mode], end) for mode in MODES for end in range(len(nodes) + 1)]
    timed = visits(opened, samples)
    spent, rounds = taking_turns(lists, timed)
    by_mode = dict(zip(MODES, (spent[: len(nodes) + 1], spent[len(nodes) + 1 :]), strict=True))
    return Timings(
        how.mode,
        len(timed),
        rounds,
        {mode: by_mode[mode][0] for mode in MODES},
        tuple(
            (node.id, {mode: by_mode[mode][end] - by_mode[mode][end - 1] for mode in MODES})
            for end, node in enumerate(nodes, 1)
        ),
        {mode: by_mode[mode][-1] for mode in MODES},
    )


def dataset(opened: Opened, how: How, end: int | None = None) -> Dataset:
    """The training split through the first ``end`` steps, or all of them."""
    recipe = opened.recipe
    plan = Plan(recipe.steps[:end], recipe.schema, recipe.seed, recipe.epochs, how)
    return Dataset(opened.source, plan, opened.keys("train"), decoder=recipe.decoder, views=recipe.settings.views)


def visits(opened: Opened, samples: int) -> list[Visit]:
    """``(epoch, index)``: so many keys, evenly spread, and all of them again where there are fewer.

    Those that cannot be used raise their DataError, or are left out where the loader says ``on_error: skip``.
    """
    count = len(opened.keys("train"))
    if samples <= count:
        chosen = [(0, number * count // samples) for number in range(samples)]
    else:
        chosen = [(number // count, number % count) for number in range(samples)]
    found = dataset(opened, opened.recipe.settings.how).__getitems__(chosen)
    failures = [one for one in found if isinstance(one, Failure)]
    if failures and (opened.recipe.loader.on_error == "raise" or len(failures) == len(found)):
        raise failures[0].error
    return [visit for visit, one in zip(chosen, found, strict=True) if not isinstance(one, Failure)]


def taking_turns(lists: Sequence[Dataset], visits: Sequence[Visit]) -> tuple[list[float], int]:
    """Milliseconds a visit for each data set: the mean over the visits of the median of the rounds; how many rounds.

    The first visits warm up, uncounted: programs are compiled, files come into memory.
    """
    for visit in visits:
        lists[-1][visit]
    for data in lists:
        data[visits[0]]
    with _one_thread():
        return _rounds(lists, visits)


@contextmanager
def _one_thread() -> Iterator[None]:
    """As in a worker of a DataLoader, for torch and for OpenCV if something has loaded it."""
    cv2 = sys.modules.get("cv2")
    before, before_cv2 = torch.get_num_threads(), cv2.getNumThreads() if cv2 else 0
    torch.set_num_threads(1)
    if cv2:
        cv2.setNumThreads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)
        if cv2:
            cv2.setNumThreads(before_cv2)


def _rounds(lists: Sequence[Dataset], visits: Sequence[Visit]) -> tuple[list[float], int]:
    times: list[list[list[float]]] = [[[] for _ in visits] for _ in lists]
    began, rounds = time.monotonic(), 0
    while rounds < _LEAST_ROUNDS or (rounds < _MOST_ROUNDS and time.monotonic() - began < _SECONDS):
        for position, visit in enumerate(visits):
            for spent, data in zip(times, lists, strict=True):
                start = time.process_time()
                data[visit]
                spent[position].append((time.process_time() - start) * 1000)
        rounds += 1
    return [fmean(median(of_visit) for of_visit in spent) for spent in times], rounds
