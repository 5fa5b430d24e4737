"""Laws of doing nothing: zero strength, a missed ``p``, and what lies off the moved axis."""

from __future__ import annotations

import math

from augkit.plan import Plan
from augkit.sample import Axis, Sample
from augkit.testing.cases import Case
from augkit.testing.compare import difference_of_samples, digest
from augkit.testing.laws import law
from augkit.testing.strangers import Stranger, with_stranger
from augkit.testing.subject import NotApplicable, Refused, Subject, Visit, same_targets

_TIMES = 10
_TOSSES = 100


@law("L1", "zero strength = identity, on all targets, also after 10 applications", "exact")
def zero_strength(subject: Subject) -> int:
    """At ``strength: 0`` every target comes back equal to the byte, after one application and after ten."""
    scales = subject.transform.strength_scales()
    if scales is None:
        raise NotApplicable("makes a format, so it has no strength")
    if scales == "p":
        return _p_of_zero(subject)

    def holds(visit: Visit) -> int:
        sample = visit.after
        if found := difference_of_samples(visit.before, sample):
            raise visit.broken(f"zero strength changes {found}")
        for epoch in range(1, _TIMES):
            sample = visit.plan(Sample(sample.targets, sample.key, epoch))[0]
        if found := difference_of_samples(visit.before, sample):
            raise visit.broken(f"zero strength, {_TIMES} times over, changes {found}")
        return 2

    return subject.each(holds, idle=True, strength=0.0)


def _p_of_zero(subject: Subject) -> int:
    ran = 0
    for case in subject.examples_of_worlds():
        ran += _untouched(subject.visit(case, strength=0.0), "zero strength")
    return ran


@law("L16", "`p: 0` returns the identical objects; `p: 0.5` has the right rate, and its hits draw as at `p: 1`", "4 σ")
def probability(subject: Subject) -> int:
    """100 keys at p 0, 0.5, 1: no object is replaced at 0; at 0.5 the rate is right and a hit is that of p 1."""
    if subject.transform.converts:
        raise NotApplicable("converts, so it always runs")
    ran = 0
    for case in subject.examples_of_worlds():
        ran += _untouched(subject.visit(case, p=0.0), "`p: 0`")
    for world in subject.worlds:
        ran += _rate(subject, world.examples()[0])
    return ran


def _untouched(visit: Visit, when: str) -> int:
    replaced = same_targets(visit.before.targets, visit.after.targets)
    if replaced or visit.trace.steps:
        raise visit.broken(f"{when} still acts: {', '.join(replaced) or visit.trace.steps} is not the identical object")
    return 1


def _rate(subject: Subject, case: Case) -> int:
    hits = runs = 0
    for toss in range(_TOSSES):
        try:
            always = subject.visit(case, key=f"toss {toss}")
            half = subject.visit(case, key=f"toss {toss}", p=0.5)
        except Refused:
            continue
        runs += 1
        acted = bool(half.trace.entries)
        hits += acted
        if acted and digest(half.after) != digest(always.after):
            raise half.broken("a hit at `p: 0.5` draws otherwise than at `p: 1`")
        if not acted:
            _untouched(half, "a miss of `p: 0.5`")
    if runs and abs(hits - runs / 2) > 4 * math.sqrt(runs / 4):
        raise half.broken(f"`p: 0.5` acted on {hits} of {runs} samples; 4 σ is {4 * math.sqrt(runs / 4):.0f}")
    return runs


@law("L17", "a target off the moved axis, with no kernel for the Params, comes back as the identical object", "always")
def off_axis(subject: Subject) -> int:
    """Labels, values, whatever has no rule, and a kind unheard of on every axis that is not moved."""
    strangers = {f"stranger on {axis}": axis for axis in Axis if not subject.moves(axis)}

    def holds(visit: Visit) -> int:
        schema, targets = visit.plan.schema, dict(visit.before.targets)
        for name, axis in strangers.items():
            schema, targets[name] = with_stranger(schema, name, axis)
        plan = Plan(visit.plan.steps, schema, visit.plan.seed)
        widened = subject.run(visit.case, plan, Sample(targets, visit.before.key, visit.before.epoch))
        ran = 0
        for name, target in targets.items():
            if isinstance(target, Stranger) or subject.transform.kernel(type(target)) is None:
                ran += 1
                if widened.after.targets[name] is not target:
                    raise visit.broken(f"{name!r} lies off the moved axis and has no rule, but was replaced")
        return ran

    return subject.each(holds)
