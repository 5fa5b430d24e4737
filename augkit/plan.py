"""Plan: a compiled recipe. It draws, applies, traces and replays; what it refuses it refuses when it is made."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

from augkit.check import Action, GroupAction, check
from augkit.combine import Combiner, Node, Ramp, Step
from augkit.errors import AugkitError, Conflict, DataError, ReplayError, SkipStep
from augkit.rng import Stream, stream
from augkit.sample import Axis, Frame, Sample, Target, common_frame
from augkit.schema import Schema
from augkit.trace import Trace, TraceEntry
from augkit.transform import Params, Transform

_REDRAWS = 100


class Plan:
    """Steps compiled against a schema. ``plan(sample)`` returns the moved sample and its trace.

    ``seed`` with the sample's epoch, key, copy and view decides every draw; ``epochs`` is the length of the training,
    where the steps need it. A plan pickles as its steps and schema and compiles anew.
    """

    def __init__(self, steps: Sequence[Node], schema: Schema, seed: int = 0, epochs: int | None = None) -> None:
        self.steps = tuple(steps)
        self.schema = schema
        self.seed = seed
        self.epochs = epochs
        self.actions, self.out_schema = check(self.steps, schema, epochs)
        self._unstated = {step_id: _unstated(action.step, schema) for step_id, action in self.actions.items()}
        self._scaled: dict[tuple[str, float], Transform[Any]] = {}

    def __reduce__(self) -> tuple[Any, ...]:
        return Plan, (self.steps, self.schema, self.seed, self.epochs)

    def __call__(self, sample: Sample) -> tuple[Sample, Trace]:
        """Draw and apply every step; the output is a pure function of the recipe and the sample's names."""
        visit = _Visit(self, sample)
        for node in self.steps:
            visit.walk(node, "")
        return visit.finish()

    def guard(self, step: Step, params: Params) -> None:
        """Refuse a draw that changes what a label depends on when the step did not say so: the check believed it."""
        unstated = self._unstated[step.id]
        if unstated and (hidden := sorted(params.qualities() & unstated)):
            raise DataError(f"changes {hidden[0]}, which its `changes` does not state; a label depends on it.")

    def scaled(self, step: Step, strength: float) -> Transform[Any]:
        """The step's transform at a strength, made once for each."""
        known = self._scaled.get((step.id, strength))
        if known is None:
            known = self._scaled[step.id, strength] = step.transform.at_strength(strength)
        return known

    def replay(self, sample: Sample, trace: Trace) -> Sample:
        """Apply what the trace says, without drawing; another frame, or a step that is not here, raises ReplayError."""
        visit = _Visit(self, sample)
        for entry in trace.entries:
            if entry.drawn is not None:
                visit.replay(entry)
        return visit.finish()[0]

    @cached_property
    def hash(self) -> str:
        """16 hex digits of everything that changes samples: steps, schema, seed, schedule."""
        described = {
            "steps": [describe(node) for node in self.steps],
            "schema": {name: [field.kind, repr(field.options)] for name, field in self.schema.fields.items()},
            "groups": [group.fields for group in self.schema.groups],
            "seed": self.seed,
            "epochs": self.epochs,
        }
        text = json.dumps(described, sort_keys=True, default=repr)
        return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()


def describe(node: Node) -> dict[str, Any]:
    """A node as plain data, for hashes and listings."""
    if isinstance(node, Combiner):
        children = [describe(child) for child in node.children]
        return {
            "id": node.id,
            "kind": node.kind,
            "n": repr(node.n),
            "p": node.p,
            "weight": node.weight,
            "children": children,
        }
    names = ("id", "name", "p", "on", "only", "strength", "off_last", "accept", "on_conflict", "weight")
    return {name: repr(getattr(node, name)) for name in names} | {"fields": repr(node.transform)}


class _Visit:
    """One walk of one sample through the plan: its targets so far, the frame of each group, the entries of the
    trace.
    """

    def __init__(self, plan: Plan, sample: Sample) -> None:
        self.plan = plan
        self.sample = sample
        self.targets: dict[str, Target] = dict(sample.targets)
        self.frames: dict[str, Frame] = {}
        self.entries: list[TraceEntry] = []

    def finish(self) -> tuple[Sample, Trace]:
        s = self.sample
        return s.with_targets(self.targets), Trace(s.key, s.epoch, s.copy, s.view, self.plan.hash, tuple(self.entries))

    def stream(self, path: str) -> Stream:
        s = self.sample
        return stream(self.plan.seed, s.epoch, s.key, s.copy, s.view, path)

    def walk(self, node: Node, round_: str) -> None:
        """Run a node. The first number of every stream decides ``p``, so changing ``p`` leaves the draws as they
        were.
        """
        if isinstance(node, Step):
            self.step(node, round_)
            return
        rng = self.stream(node.id + round_)
        if rng.random() >= node.p:
            return
        for child, extension in node.arrange(rng):
            self.walk(child, round_ + extension)

    def step(self, step: Step, round_: str) -> None:
        if reason := self._ruled_out(step):
            self.entries.append(TraceEntry(step.id, step.name, skipped=reason))
            return
        strength = step.strength_at(self.sample.epoch)
        scales = step.transform.strength_scales() if strength != 1.0 else None
        transform = self.plan.scaled(step, strength) if scales == "fields" else step.transform
        p = step.p * strength if scales == "p" else step.p
        noted = strength if strength != 1.0 or isinstance(step.strength, Ramp) else None
        for part in self.plan.actions[step.id].groups:
            path = step.id + round_ + part.group.suffix
            self._draw_and_apply(step, transform, part, path, p, noted)

    def _ruled_out(self, step: Step) -> str | None:
        if step.off_last and self.plan.epochs is not None and self.sample.epoch >= self.plan.epochs - step.off_last:
            return f"off_last: {step.off_last}"
        for name, allowed in step.only.items():
            value = self._value_of(name, step)
            several = isinstance(value, list | tuple | set | frozenset)
            if not (any(item in allowed for item in value) if several else value in allowed):
                return f"only: {name} is {value!r}"
        return None

    def _value_of(self, name: str, step: Step) -> Any:
        target = self.targets.get(name)
        if target is None and name not in self.sample.meta:
            known = [*self.targets, *self.sample.meta]
            raise DataError(
                f"{step.id}: `only` asks for {name!r}; this sample has {', '.join(known)}.", self.sample.key
            )
        value: Any = self.sample.meta[name] if target is None else getattr(target, "value", None)
        return value.tolist() if hasattr(value, "tolist") else value

    def _draw_and_apply(
        self, step: Step, transform: Transform[Any], part: GroupAction, path: str, p: float, strength: float | None
    ) -> None:
        for attempt in range(_REDRAWS):
            rng = self.stream(path if not attempt else f"{path}~{attempt}")
            if rng.random() >= p and not attempt:
                return
            entry = TraceEntry(step.id, step.name, path=path, group=part.group.suffix or None, strength=strength)
            params: Params | None = None
            try:
                params = transform.draw(rng, self.frame(part), self._content(part))
                self.plan.guard(step, params)
                self.apply(part, params, dataclasses.replace(entry, drawn=params))
                return
            except SkipStep as reason:
                self.entries.append(dataclasses.replace(entry, skipped=str(reason)))
                return
            except Conflict as conflict:
                if step.on_conflict is None:
                    raise DataError(_unannounced(step, conflict), self.sample.key) from conflict
                if step.on_conflict != "redraw":
                    self._on_conflict(step, part, params, entry, conflict)
                    return
            except (AugkitError, ArithmeticError, ValueError, TypeError, IndexError) as error:
                raise _named(error, step.id, self.sample.key) from error
        self.entries.append(dataclasses.replace(entry, skipped=f"{_REDRAWS} draws in a row were in conflict"))

    def _on_conflict(
        self, step: Step, part: GroupAction, params: Params | None, entry: TraceEntry, conflict: Conflict
    ) -> None:
        if step.on_conflict == "drop" and params is not None:
            try:
                self._apply_with(part, params)
            except Conflict as without_offer:
                conflict = without_offer
            else:
                self.entries.append(dataclasses.replace(entry, drawn=params, dropped=str(conflict)))
                return
        self.entries.append(dataclasses.replace(entry, skipped=f"conflict: {conflict}"))

    def _apply_with(self, part: GroupAction, params: Params) -> None:
        """Apply, taking for every field in conflict what its kernel offered instead; Conflict where that is nothing."""
        moved = {}
        for name in (name for name in part.kernels if name in self.targets):
            try:
                moved[name] = part.kernels[name](self.targets[name], params)
            except Conflict as offered:
                if offered.instead is None:
                    raise
                moved[name] = offered.instead
        self._settle(part, params, moved)

    def apply(self, part: GroupAction, params: Params, entry: TraceEntry) -> None:
        """Let every field of the group follow; nothing changes when one of them objects."""
        moved = {
            name: kernel(self.targets[name], params) for name, kernel in part.kernels.items() if name in self.targets
        }
        self._settle(part, params, moved)
        self.entries.append(entry)

    def _settle(self, part: GroupAction, params: Params, moved: Mapping[str, Target]) -> None:
        frame = params.frame(self.frame(part))
        self.targets.update(moved)
        if frame is None:
            self.frames.pop(part.group.name, None)
        else:
            self.frames[part.group.name] = frame

    def replay(self, entry: TraceEntry) -> None:
        action: Action | None = self.plan.actions.get(entry.id)
        if action is None or entry.params is None:
            raise ReplayError(
                f"the trace has a step {entry.id!r} that is not in this pipeline: {', '.join(self.plan.actions)}."
            )
        part = next((part for part in action.groups if (part.group.suffix or None) == entry.group), None)
        if part is None:
            raise ReplayError(
                f"the trace moves the group {entry.group!r} by {entry.id!r}, which is not in this pipeline."
            )
        try:
            params = action.step.transform.params_type.from_log(entry.params)
        except (TypeError, KeyError) as error:
            raise ReplayError(
                f"the trace's params of {entry.id!r} do not fit {action.step.transform.params_type.__name__}: {error}"
            ) from None
        params.frame(self.frame(part))
        if entry.dropped:
            self._apply_with(part, params)
            return
        self.apply(part, params, entry)

    def frame(self, part: GroupAction) -> Frame:
        """The frame of a group as of the steps so far; measured once, then told by the Params."""
        name = part.group.name
        if name not in self.frames:
            fields = {field: self.targets[field] for field in part.group.fields if field in self.targets}
            self.frames[name] = common_frame(fields, self.sample.key)
            self._need_frame(part, self.frames[name])
        return self.frames[name]

    def _need_frame(self, part: GroupAction, frame: Frame) -> None:
        axes = frozenset[Axis]().union(*(self.plan.schema.fields[field].type.axes for field in part.group.fields))
        if axes - {Axis.FREQUENCY} and not frame:
            raise DataError(
                f"{', '.join(part.group.fields)}: no image, audio or text beside tells how far the frame reaches.",
                self.sample.key,
            )

    def _content(self, part: GroupAction) -> dict[str, Target] | None:
        return {name: self.targets[name] for name in part.sees if name in self.targets} if part.sees else None


def _unstated(step: Step, schema: Schema) -> frozenset[str]:
    """What labels depend on and the step does not say that it changes; nothing where the recipe accepts the step."""
    declared = step.transform.changed_qualities()
    if declared is None or step.accept is not None:
        return frozenset()
    return frozenset(quality for field in schema.fields.values() for quality in field.options.sensitive_to) - declared


def _unannounced(step: Step, conflict: Conflict) -> str:
    return f"{step.id}: {conflict} Say what to do then: `on_conflict: redraw | skip_step | drop`."


def _named(error: Exception, step: str, key: str) -> Exception:
    """The same complaint with the step and the key it came from."""
    if isinstance(error, ReplayError):
        return error
    message, file = (error.message, error.file) if isinstance(error, DataError) else (str(error), None)
    return DataError(message if message.startswith(step) else f"{step}: {message}", key=key or None, file=file)
