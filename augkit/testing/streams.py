"""Laws of chance and of bytes: pure functions, inputs left alone, pickles and traces that give the same again."""

from __future__ import annotations

import json
import pickle
import random  # noqa: TID251 (to see that nobody drew from it)
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from augkit.combine import Step
from augkit.plan import Plan
from augkit.rng import Stream, lent_globals
from augkit.sample import Frame, Sample, Target
from augkit.testing import elsewhere
from augkit.testing.compare import arrays, difference, difference_of_samples, digest
from augkit.testing.laws import law
from augkit.testing.roundtrip import through_recipe
from augkit.testing.subject import LawBroken, Refused, Subject, Visit, sample_of
from augkit.trace import Trace
from augkit.transform import Kernel, Params, Transform

Digests = list[str]


@dataclass(frozen=True)
class _Nothing(Params):
    """Nothing moved."""


class _Bystander(Transform[_Nothing]):
    """Draws many numbers and changes nothing: its neighbours must not notice."""

    def draw(self, rng: Stream, frame: Frame, content: Any = None) -> _Nothing:
        for _ in range(20):
            rng.random()
        return _Nothing()

    def kernel(self, target: type[Target]) -> Kernel | None:
        return _same


def _same(target: Target, params: Params) -> Target:
    return target


@law(
    "L12",
    "output = f(recipe, seed, epoch, key, copy, view)",
    "byte-identical",
)
def pure(subject: Subject) -> int:
    """The same visits again: in another order, made anew, beside another step, with other global random states,
    in threads, after a fork, and in two fresh processes at once under different ``PYTHONHASHSEED``."""
    ran = 0
    for world in subject.worlds:
        jobs = [job for case in world.examples() for job in _jobs(subject, case)]
        expected = [digest(plan(sample)[0]) for plan, sample in jobs]
        for how, again in _ways(subject, jobs).items():
            ran += _same_again(jobs, expected, again(), how)
    return ran


def _jobs(subject: Subject, case: Any) -> list[tuple[Plan, Sample]]:
    case = subject.fitting(case)
    plan = subject.plan(case.spec, seed=11)
    jobs = []
    for visit in ({}, {"epoch": 1}, {"copy": 1}, {"view": 1}, {"key": "ü/b.png"}):
        sample = replace(sample_of(plan, case), **visit)
        try:
            subject.run(case, plan, sample)
        except Refused:
            continue
        jobs.append((plan, sample))
    return jobs


def _ways(subject: Subject, jobs: list[tuple[Plan, Sample]]) -> dict[str, Callable[[], Digests]]:
    fresh = [(_remade(plan), sample) for plan, sample in jobs]
    return {
        "called again": lambda: _digests(jobs),
        "in reverse order": lambda: _digests(jobs[::-1])[::-1],
        "made anew, in reverse order": lambda: _digests(fresh[::-1])[::-1],
        "beside another step": lambda: _digests([(_beside(plan), sample) for plan, sample in jobs]),
        "with other global random states": lambda: _unseeded(jobs),
        "in four threads": lambda: _threads(jobs),
        "after a fork": lambda: elsewhere.forked(lambda: _digests(jobs)),
        "in another process": lambda: elsewhere.digests(jobs),
    }


def _digests(jobs: Sequence[tuple[Plan, Sample]]) -> Digests:
    return [digest(plan(sample)[0]) for plan, sample in jobs]


def _same_again(jobs: list[tuple[Plan, Sample]], expected: Digests, found: Digests, how: str) -> int:
    for (plan, sample), first, second in zip(jobs, expected, found, strict=True):
        if first != second:
            raise LawBroken(
                f"{how}, the output is another: key {sample.key!r}, epoch {sample.epoch}, copy {sample.copy}, view "
                f"{sample.view}; drawn now: {plan(sample)[1].steps}"
            )
    return len(found)


def _remade(plan: Plan) -> Plan:
    """The same plan of steps that have not drawn before."""
    steps = [replace(step, transform=replace(step.transform)) for step in plan.steps if isinstance(step, Step)]
    return Plan(steps, plan.schema, plan.seed)


def _beside(plan: Plan) -> Plan:
    steps = (Step(_Bystander(), "bystander"), *plan.steps, Step(_Bystander(), "bystander", id="bystander too"))
    return Plan(steps, plan.schema, plan.seed)


def _unseeded(jobs: list[tuple[Plan, Sample]]) -> Digests:
    """With other seeds in the global generators, which must be left as they were."""
    with lent_globals(5):
        before = _global_states()
        found = _digests(jobs)
        if _global_states() != before:
            raise LawBroken("draws from the global generators (random or numpy.random) and leaves them moved on")
    return found


def _global_states() -> str:
    legacy = np.random.get_state()  # noqa: NPY002 (to see that nobody drew from it)
    return repr((random.getstate(), [part.tolist() if isinstance(part, np.ndarray) else part for part in legacy]))


def _threads(jobs: list[tuple[Plan, Sample]]) -> Digests:
    with ThreadPoolExecutor(4) as pool:
        return list(pool.map(lambda job: digest(job[0](job[1])[0]), jobs))


@law("L13", "input not mutated; dtype and range kept unless the step converts; finite in, finite out", "exact")
def input_kept(subject: Subject) -> int:
    """On arrays that may be written to, whose bytes are compared, and on read-only ones; then the types."""

    def holds(visit: Visit) -> int:
        targets = visit.before.targets
        copied = {name: pickle.loads(pickle.dumps(target)) for name, target in targets.items()}
        twin = Sample(copied, visit.before.key, visit.before.epoch)
        subject.run(visit.case, visit.plan, twin)
        if found := difference_of_samples(visit.before, twin):
            raise visit.broken(f"changed its input: {found}")
        for target in copied.values():
            for array in arrays(target):
                array.setflags(write=False)
        frozen = subject.run(visit.case, visit.plan, twin)
        if digest(frozen.after) != digest(visit.after):
            raise visit.broken("gives something else for read-only input")
        for name, target in targets.items():
            _type_kept(visit, subject, name, target)
        return 2 + len(targets)

    return subject.each(holds)


def _type_kept(visit: Visit, subject: Subject, name: str, before: Target) -> None:
    after = visit.after.targets[name]
    kind = subject.transform.converted(type(before)) or before.kind
    if after.kind != kind:
        raise visit.broken(f"{name}: {before.kind} became {after.kind}, `converts` says {kind}")
    found, given = list(arrays(after)), list(arrays(before))
    for array in found:
        if array.dtype.kind == "f" and not np.isfinite(array).all():
            raise visit.broken(f"{name}: finite numbers became {int((~np.isfinite(array)).sum())} that are not")
    if after.kind != before.kind:
        return
    # A part of an object may be gone, and its array with it.
    paired = len(given) == len(found)
    for row, new in enumerate(found):
        allowed = [given[row].dtype] if paired else [old.dtype for old in given]
        if new.dtype not in allowed:
            raise visit.broken(f"{name}: {' or '.join(sorted(map(str, set(allowed))))} became {new.dtype}")
    if before.kind == "image" and given[0].dtype == np.float32:
        low, high = float(found[0].min()), float(found[0].max())
        if not (low >= -1e-6 and high <= 1 + 1e-6):
            raise visit.broken(f"{name}: left [0, 1]: it reaches from {low:g} to {high:g}")


@law("L15", "pickle, recipe round trip and trace replay give the same output", "byte-identical")
def repeatable(subject: Subject) -> int:
    """Pickled plan; Params and trace through JSON; the trace replayed by a plan of another seed: it must not draw.
    A registered step also by way of a recipe, resolved and read again."""

    def holds(visit: Visit) -> int:
        expected = digest(visit.after)
        if digest(_pickled(visit.plan)(visit.before)[0]) != expected:
            raise visit.broken("a pickled plan gives another output")
        for drawn, logged in zip(visit.params, visit.logged, strict=True):
            if found := difference(logged, json.loads(json.dumps(drawn.log()))):
                raise visit.broken(f"Params change on the way through JSON{found}")
        trace = Trace.from_json(visit.trace.to_json())
        if trace != visit.trace:
            raise visit.broken("the trace changes on the way through JSON")
        other = Plan(visit.plan.steps, visit.plan.schema, visit.plan.seed + 1)
        if found := difference_of_samples(visit.after, other.replay(visit.before, trace)):
            raise visit.broken(
                f"the replayed trace gives another output (is all that was drawn in the Params?): {found}"
            )
        return 4

    return subject.each(holds) + through_recipe(subject)


def _pickled(plan: Plan) -> Plan:
    try:
        again: Plan = pickle.loads(pickle.dumps(plan))
    except Exception as error:
        raise LawBroken(f"cannot be pickled, as workers must: {type(error).__name__}: {error}") from error
    return again
