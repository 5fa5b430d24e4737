"""Times of several ways to do one thing, taken in turns: what the machine does besides falls on all of them alike."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tests.benchmarks.forms import Form

Clock = Callable[[], float]
CLOCKS: dict[str, Clock] = {"cpu": time.process_time, "wall": time.perf_counter}
_NEAR = 1.1
"""A form that is slower than its library's best by more than this factor in the heats is not raced."""


@dataclass(frozen=True)
class Effort:
    """``rounds`` of blocks of ``pictures`` each (a multiple of every batch); ``clock``: cpu or wall."""

    rounds: int
    pictures: int
    clock: str = "cpu"


@dataclass(frozen=True)
class Ratio:
    """How many times faster: the median over the rounds, and its quartiles."""

    median: float
    low: float
    high: float


def block(form: Form, pictures: int, first: int, clock: Clock) -> float:
    """Seconds a picture, over one block of different draws."""
    turns = pictures // form.pictures
    make = form.make
    start = clock()
    for n in range(first, first + turns):
        make(n)
    return (clock() - start) / (turns * form.pictures)


def heats(forms: Sequence[Form], effort: Effort) -> dict[Form, float]:
    """Seconds a picture of each form, the best of three blocks after a warm-up (compilers, caches)."""
    clock = CLOCKS[effort.clock]
    times = {}
    for form in forms:
        block(form, max(effort.pictures, form.pictures), 0, clock)
        times[form] = min(block(form, effort.pictures, turn * effort.pictures, clock) for turn in (1, 2, 3))
    return times


def finalists(times: dict[Form, float]) -> list[Form]:
    """The forms near each library's best; for augkit the best of each plan."""
    best: dict[str, float] = {}
    for form, seconds in times.items():
        best[_side(form)] = min(seconds, best.get(_side(form), seconds))
    return [form for form, seconds in times.items() if seconds <= _NEAR * best[_side(form)]]


def race(forms: Sequence[Form], effort: Effort) -> dict[Form, list[float]]:
    """Seconds a picture of each form in each round; every round starts with another form."""
    clock = CLOCKS[effort.clock]
    times: dict[Form, list[float]] = {form: [] for form in forms}
    gc.collect()
    gc.disable()
    try:
        for number in range(effort.rounds):
            for position in range(len(forms)):
                form = forms[(position + number) % len(forms)]
                times[form].append(block(form, effort.pictures, number * effort.pictures, clock))
    finally:
        gc.enable()
    return times


def ratio(ours: Sequence[float], theirs: Sequence[float]) -> Ratio:
    """Theirs over ours, round by round: above 1, ours is faster."""
    ratios = [b / a for a, b in zip(ours, theirs, strict=True)]
    if len(ratios) < 2:
        return Ratio(ratios[0], ratios[0], ratios[0])
    low, median, high = statistics.quantiles(ratios, n=4, method="inclusive")
    return Ratio(median, low, high)


def fastest(times: dict[Form, list[float]], side: str) -> Form | None:
    """The form of a library (or of a plan of augkit) with the lowest median; None where there is none."""
    there = [form for form in times if _side(form) == side]
    return min(there, key=lambda form: statistics.median(times[form]), default=None)


def _side(form: Form) -> str:
    """Peers compete by library, augkit's plans each for themselves."""
    return form.library if form.library != "augkit" else f"augkit {form.how.partition(',')[0]}"
