"""The step under proof: made to always run, put into plans, run on cases."""

from __future__ import annotations

import dataclasses
import os
import textwrap
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import hypothesis
import hypothesis.strategies as st

from augkit.combine import Step
from augkit.errors import AugkitError, Conflict, DataError, MissingDependency
from augkit.fields import fields_of
from augkit.pipeline import Pipeline
from augkit.plan import Plan
from augkit.plugins import catalogue
from augkit.sample import Axis, Sample, Target
from augkit.schema import Field, Schema, read_field, read_schema
from augkit.testing.cases import Case, World, with_plain
from augkit.testing.worlds import all_worlds
from augkit.trace import Trace
from augkit.transform import Params, Transform

Check = Callable[["Visit"], int]


class LawBroken(AssertionError):
    """A law does not hold; the message says what moved where by how much."""


class NotApplicable(Exception):
    """A law has nothing to say about this step; the argument is the reason."""


class Refused(Exception):
    """The step refused a sample with a proper error, which it may."""


@dataclass(frozen=True)
class Visit:
    """One run: what went in, what came out, and what was drawn."""

    case: Case
    plan: Plan
    before: Sample
    after: Sample
    trace: Trace

    @property
    def logged(self) -> list[dict[str, Any]]:
        """The logged Params, one for each group that the step acted on."""
        return [params for _, _, params in self.trace.steps]

    @property
    def params(self) -> list[Params]:
        """The Params, read back from the log."""
        [action] = self.plan.actions.values()
        return [action.step.transform.params_type.from_log(logged) for logged in self.logged]

    def replayed(self, **changed: Any) -> Visit:
        """The same Params but for these entries, as far as they have them, replayed on the same sample."""
        entries = [
            dataclasses.replace(entry, drawn={n: changed.get(n, v) for n, v in entry.params.items()})
            if entry.params is not None
            else entry
            for entry in self.trace.entries
        ]
        trace = dataclasses.replace(self.trace, entries=tuple(entries))
        return dataclasses.replace(self, after=self.plan.replay(self.before, trace), trace=trace)

    def broken(self, message: str) -> LawBroken:
        """The complaint with the sample and the Params that show it."""
        drawn = textwrap.shorten(str(self.logged), 600, placeholder=" …")
        return LawBroken(f"{message}\n       sample: {self.case.name}; key {self.before.key!r}; drawn: {drawn}")


@dataclass(frozen=True, eq=False)
class Subject:
    """A step under proof. ``examples``: how many samples a law draws; ``refusals``: why samples were refused."""

    step: Step
    examples: int
    refusals: list[str] = field(default_factory=list)
    _plans: dict[str, Plan] = field(default_factory=dict)

    @classmethod
    def of(cls, step: Step | Transform[Any], examples: int) -> Subject:
        """A step as it is, but always running and at full strength; a bare transform gets its class's name."""
        if isinstance(step, Transform):
            step = Step(step, type(step).__name__)
        always: dict[str, Any] = {
            "p": 1.0,
            "only": {},
            "off_last": 0,
            "strength": 1.0,
            "on": None,
            "accept": "under proof",
        }
        _import_kernels()
        return cls(dataclasses.replace(step, **always), examples)

    @property
    def transform(self) -> Transform[Any]:
        """What the step draws with."""
        return self.step.transform

    @cached_property
    def worlds(self) -> tuple[World, ...]:
        """The worlds in which there is something that the step acts on."""
        return tuple(world for world in all_worlds() if world.available() and self._acts_in(world))

    def _acts_in(self, world: World) -> bool:
        axes = self.transform.moved_axes()
        if not set(self.transform.needs) <= set(world.kinds):
            return False
        kinds = [catalogue().load("target", kind) for kind in world.kinds]
        return any(
            self.transform.kernel(kind) is not None and kind.carrier and (not axes or bool(kind.axes & axes))
            for kind in kinds
        )

    def moves(self, axis: Axis) -> bool:
        """Whether it says that it moves this axis."""
        return axis in self.transform.moved_axes()

    def follows(self, kind: str) -> bool:
        """Whether targets of this kind have a way to follow it."""
        known = kind in catalogue().names("target")
        return known and self.transform.kernel(catalogue().load("target", kind)) is not None

    def carried(self, kind: str) -> bool:
        """Whether a target of this kind may stand in a sample that the step acts on."""
        return self._carries(read_field(kind, kind))

    def _carries(self, field: Field) -> bool:
        if self.transform.kernel(field.type) is not None:
            return True
        changes = self.transform.changed_qualities()
        clashes = any(changes is None or quality in changes for quality in field.options.sensitive_to)
        return not clashes and not field.type.axes & self.transform.moved_axes()

    def require(self, *kinds: str) -> None:
        """NotApplicable unless all of these kinds follow the step."""
        for kind in kinds:
            if not self.follows(kind):
                raise NotApplicable(f"no rule for {kind}")

    def with_fields(self, **values: Any) -> Subject:
        """The same step with those of the fields that it has set to these values."""
        known = {name: value for name, value in values.items() if name in fields_of(type(self.transform))}
        transform = dataclasses.replace(self.transform, **known)
        return Subject(dataclasses.replace(self.step, transform=transform), self.examples, self.refusals)

    def fitting(self, case: Case) -> Case:
        """The case with the fields that the step can carry, and those that its draw must see."""
        missing = set(self.transform.needs) - {_kind(spec) for spec in case.spec.values()}
        carried = case.only(name for name, spec in case.spec.items() if self._carries(read_field(name, spec)))
        return with_plain(carried, missing) if missing else carried

    def plan(self, spec: Mapping[str, Any], seed: int = 0, **changed: Any) -> Plan:
        """The step alone, compiled for a kind of sample; ``changed`` are reserved fields such as ``p``."""
        name = repr((spec, seed, changed))
        if name not in self._plans:
            self._plans[name] = Plan([self.variant(read_schema(spec), **changed)], read_schema(spec), seed)
        return self._plans[name]

    def variant(self, schema: Schema, **changed: Any) -> Step:
        """The step with some reserved fields changed; where a conflict is possible it draws anew."""
        step = dataclasses.replace(self.step, **changed)
        if step.on_conflict is None and step.transform.conflict(schema.at_risk(schema.fields)):
            return dataclasses.replace(step, on_conflict="redraw")
        return step

    def visit(self, case: Case, key: str = "a", epoch: int = 0, seed: int = 0, **changed: Any) -> Visit:
        """One run of one case; raises Refused where the step refuses it, LawBroken where it crashes."""
        case = self.fitting(case)
        plan = self.plan(case.spec, seed, **changed)
        return self.run(case, plan, sample_of(plan, case, key, epoch))

    def acted(self, case: Case, turn: int = 0) -> list[Visit]:
        """The visit of a case if the step acted in it; nothing where it refused the case or found nothing to do."""
        try:
            visit = self.visit(case, key=f"turn {turn}", epoch=turn)
        except Refused:
            return []
        return [visit] if visit.trace.steps else []

    def run(self, case: Case, plan: Plan, sample: Sample) -> Visit:
        """One run of a read sample through a plan."""
        try:
            after, trace = plan(sample)
        except DataError as error:
            if isinstance(error.__cause__, AugkitError | Conflict):
                self.refusals.append(str(error))
                raise Refused(str(error)) from None
            raise _crash(case, error.__cause__ or error) from error
        except Exception as error:
            raise _crash(case, error) from error
        return Visit(case, plan, sample, after, trace)

    def each(
        self, check: Check, cases: st.SearchStrategy[Case] | None = None, idle: bool = False, **changed: Any
    ) -> int:
        """Let ``check`` judge visits of fixed and of drawn cases in which the step acted; how many checks that made.

        ``cases``: these alone instead of those of the worlds it acts in; ``idle``: also visits with nothing to do.
        """
        ran = 0

        def holds(case: Case, key: int) -> None:
            nonlocal ran
            visit = self.visit(case, key=f"key {key}", epoch=key % 5, **changed)
            if visit.trace.steps or (idle and visit.trace.entries):
                ran += check(visit)

        for world in self.worlds:
            for key, case in enumerate(world.examples() if cases is None else []):
                with suppress(Refused):
                    holds(case, key)
        for drawn_from in [world.cases() for world in self.worlds] if cases is None else [cases]:
            drawn(holds, drawn_from, self.examples)
        return ran

    def neutral(self) -> Subject:
        """The step with every field that has a neutral value at it."""
        return Subject(
            dataclasses.replace(self.step, transform=self.transform.at_strength(0.0)), self.examples, self.refusals
        )

    def read_examples(self) -> list[Mapping[str, Target]]:
        """The fixed cases, read."""
        return [sample_of(self.plan(case.spec), case).targets for case in self.examples_of_worlds()]

    def examples_of_worlds(self) -> Iterable[Case]:
        """The fixed cases of the worlds that it acts in."""
        for world in self.worlds:
            yield from map(self.fitting, world.examples())


def sample_of(plan: Plan, case: Case, key: str = "a", epoch: int = 0) -> Sample:
    """The case read through the door."""
    targets, _ = Pipeline.of(plan).read(case.fields, key)
    return Sample(targets, key, epoch)


def drawn(holds: Callable[[Case, int], None], cases: st.SearchStrategy[Case], examples: int) -> None:
    """Let Hypothesis draw cases and keys for ``holds`` and shrink what breaks it; the same draws every time.

    With AUGKIT_LAWS=fuzz in the environment the draws are new ones every time.
    """

    @hypothesis.settings(
        max_examples=examples,
        derandomize=os.environ.get("AUGKIT_LAWS") != "fuzz",
        database=None,
        deadline=None,
        print_blob=False,
        report_multiple_bugs=False,
        phases=[hypothesis.Phase.generate, hypothesis.Phase.shrink],
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    @hypothesis.given(case=cases, key=st.integers(0, 2**32))
    def holds_for_all(case: Case, key: int) -> None:
        try:
            holds(case, key)
        except Refused:
            hypothesis.reject()

    with suppress(hypothesis.errors.Unsatisfiable):  # every case was refused
        holds_for_all()


def _crash(case: Case, error: BaseException) -> LawBroken:
    return LawBroken(f"crashed with {type(error).__name__}: {error}\n       sample: {case.name}")


def _kind(spec: Any) -> str:
    return spec if isinstance(spec, str) else str(next(iter(spec)))


def _import_kernels() -> None:
    for plugin in {entry.plugin for entry in catalogue().entries("kernels")}:
        try:
            catalogue().import_kernels([plugin])
        except MissingDependency:
            continue


def same_targets(before: Mapping[str, Target], after: Mapping[str, Target]) -> list[str]:
    """The fields that did not come back as the identical object."""
    return [name for name in before if after.get(name) is not before[name]]
