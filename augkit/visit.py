"""One visit: one sample's walk through a plan, drawing or replaying."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from augkit.actions import Action, GroupAction
from augkit.blend import mix, mix_again
from augkit.carriers import Move, StepError, named, one_by_one, unannounced
from augkit.combine import Node, Ramp, Step
from augkit.errors import AugkitError, Conflict, DataError, ReplayError, SkipStep
from augkit.partners import Partners, Traces, met_by, mixed_by, there
from augkit.rng import Stream, Streams
from augkit.sample import Axis, Frame, Sample, Target, common_frame
from augkit.trace import Trace, TraceEntry
from augkit.transform import Params, Transform

if TYPE_CHECKING:
    from augkit.plan import Plan

_REDRAWS = 100
_COMPLAINTS = (AugkitError, ArithmeticError, ValueError, TypeError, IndexError)


class Visit:
    """Its targets so far, the moves that its carriers wait for, the frame of each group, the entries of the trace."""

    def __init__(self, plan: Plan, sample: Sample, partners: Partners | None = None) -> None:
        self.plan = plan
        self.sample = sample
        self.partners = partners
        self.targets: dict[str, Target] = dict(sample.targets)
        self.waiting: dict[str, list[Move]] = {}
        self.frames: dict[str, Frame] = {}
        self.entries: list[TraceEntry] = []
        self._streams = Streams(plan.seed, sample.epoch, sample.key, sample.copy, sample.view)

    def finish(self) -> tuple[Sample, Trace]:
        """The moved sample, once every carrier has made its moves, and the trace."""
        self._settle_all()
        s = self.sample
        moved = Sample(self.targets, s.key, s.epoch, s.copy, s.view, s.meta)
        return moved, Trace(s.key, s.epoch, s.copy, s.view, self.plan.hash, tuple(self.entries))

    def stream(self, path: str) -> Stream:
        """The stream of a step or a combiner on this visit."""
        return self._streams.at(path)

    def walk(self, node: Node, round_: str, magnitude: float | None = None) -> None:
        """Run a node. The first number of every stream decides ``p``: another ``p`` leaves the draws as they were."""
        if isinstance(node, Step):
            self.step(node, round_, magnitude)
            return
        rng = self.stream(node.id + round_)
        if rng.random() >= node.p:
            return
        if node.kind == "augmix":
            mix(self, node, rng, round_)
            return
        for child, extension, set_to in node.arrange(rng, self.sample.epoch):
            self.walk(child, round_ + extension, set_to)

    def fork(self) -> Visit:
        """A visit of its own that begins where this one is."""
        self._settle_all()
        fork = Visit(self.plan, self.sample.with_targets(self.targets), self.partners)
        fork.frames = dict(self.frames)
        return fork

    def step(self, step: Step, round_: str, magnitude: float | None = None) -> None:
        """Run a step on each group that it moves, unless a rule leaves it out."""
        if (step.off_last or step.only) and (reason := self._ruled_out(step)):
            self.entries.append(TraceEntry(step.id, step.name, skipped=reason))
            return
        strength = step.strength_at(self.sample.epoch)
        scales = step.transform.strength_scales() if strength != 1.0 else None
        magnitude = magnitude if magnitude is None or step.steered() else None
        transform = self.plan.tuned(step, strength if scales == "fields" else 1.0, magnitude)
        p = step.p * strength if scales == "p" else step.p
        noted = strength if strength != 1.0 or isinstance(step.strength, Ramp) else None
        for part in self.plan.actions[step.id].groups:
            path = step.id + round_ + part.group.suffix
            self._draw_and_apply(step, transform, part, path, p, noted, magnitude)

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
        self,
        step: Step,
        transform: Transform[Any],
        part: GroupAction,
        path: str,
        p: float,
        strength: float | None,
        magnitude: float | None,
    ) -> None:
        group = part.group.suffix or None
        for attempt in range(_REDRAWS):
            rng = self.stream(path if not attempt else f"{path}~{attempt}")
            if p >= 1.0 or attempt:
                rng.skip()
            elif rng.random() >= p:
                return
            params: Params | None = None
            try:
                self._look(part, step)
                params = self._drawn(transform, rng, part)
                self.plan.guard(step, params)
                met = self.apply(part, step, params)
                self.entries.append(
                    TraceEntry(step.id, step.name, params, None, path, group, strength, None, magnitude, met)
                )
                return
            except SkipStep as reason:
                self.entries.append(
                    TraceEntry(step.id, step.name, None, str(reason), path, group, strength, None, magnitude)
                )
                return
            except Conflict as conflict:
                if step.on_conflict is None:
                    raise DataError(f"{step.id}: {unannounced(conflict)}", self.sample.key) from conflict
                if step.on_conflict != "redraw":
                    entry = TraceEntry(step.id, step.name, None, None, path, group, strength, None, magnitude)
                    self.entries.append(self._on_conflict(step, part, params, entry, conflict))
                    return
            except _COMPLAINTS as error:
                raise named(error, step.id, self.sample.key) from error
        given_up = f"{_REDRAWS} draws in a row were in conflict"
        self.entries.append(TraceEntry(step.id, step.name, None, given_up, path, group, strength, None, magnitude))

    def _look(self, part: GroupAction, step: Step) -> None:
        """Make the moves that this step must see made: before it is drawn or replayed, so that both join the same."""
        if step.transform.partners:
            self._settle_all()
        for name in [*part.sees, *(part.kernels if step.on_conflict else ())]:
            if name in self.waiting:
                self.settle(name)

    def _drawn(self, transform: Transform[Any], rng: Stream, part: GroupAction) -> Params:
        count = transform.partners
        names = there(self.partners, count).drawn(rng, count) if count else ()
        params: Params = transform.draw(rng, self.frame(part), self._content(part))
        return dataclasses.replace(params, partners=names) if count else params  # type: ignore[call-arg]

    def _on_conflict(
        self, step: Step, part: GroupAction, params: Params | None, entry: TraceEntry, conflict: Conflict
    ) -> TraceEntry:
        if step.on_conflict == "drop" and params is not None and not step.transform.partners:
            try:
                self.apply_with(part, step, params)
            except Conflict as without_offer:
                conflict = without_offer
            else:
                return entry.with_(drawn=params, dropped=str(conflict))
        return entry.with_(skipped=f"conflict: {conflict}")

    def apply(self, part: GroupAction, step: Step, params: Params, traced: Traces | None = None) -> Traces | None:
        """Let every field of the group follow, at once or when it must; nothing changes when one of them objects.

        Where the step mixes, the traces of its partners, which on a replay are ``traced``.
        """
        if step.transform.partners:
            return self._mix(part, step, params, traced)
        waits = part.waits if step.on_conflict is None else ()
        moved = {}
        for name, kernel in part.kernels.items():
            if name in self.targets and name not in waits:
                moved[name] = kernel(self.settled(name), params)
        self._moved(part, params, moved)
        for name in waits:
            if name in self.targets:
                self.waiting.setdefault(name, []).append(Move(step.id, part.kernels[name], params))
        return None

    def apply_with(self, part: GroupAction, step: Step, params: Params) -> None:
        """Apply, taking for every field in conflict what its kernel offered instead; Conflict where that is nothing."""
        moved = {}
        for name in (name for name in part.kernels if name in self.targets):
            try:
                moved[name] = part.kernels[name](self.settled(name), params)
            except Conflict as offered:
                if offered.instead is None:
                    raise
                moved[name] = offered.instead
        self._moved(part, params, moved)

    def _mix(self, part: GroupAction, step: Step, params: Any, traced: Traces | None) -> Traces:
        """Let every field become one with those of the partners, which come as of the steps before."""
        partners = there(self.partners, len(params.partners))
        met = met_by(self.plan, step, partners, params.partners, traced)
        self._settle_all()
        own = dict(self.targets)
        groups = [own, *(sample.targets for sample, _ in met)]
        placed = params.met(groups)
        kernels = {name: kernel for name, kernel in part.kernels.items() if name in own}
        self._moved(part, placed, mixed_by(kernels, groups, placed))
        return tuple(trace for _, trace in met)

    def _moved(self, part: GroupAction, params: Params, moved: Mapping[str, Target]) -> None:
        group = part.group.name
        frame = params.frame(self.frame(part))
        self.targets.update(moved)
        if frame is None:
            self.frames.pop(group, None)
        else:
            self.frames[group] = frame

    def settled(self, name: str) -> Target:
        """A field's target with no move left to make."""
        if name in self.waiting:
            self.settle(name)
        return self.targets[name]

    def _settle_all(self) -> None:
        for name in dict.fromkeys([*self.waiting, *self.plan.runners]):
            if name in self.targets:
                self.settle(name)

    def settle(self, name: str) -> None:
        """Make the moves that a carrier waits for; without any, its runner may still have to open it."""
        moves, target = self.waiting.pop(name, []), self.targets[name]
        try:
            runner = self.plan.runners.get(name)
            self.targets[name] = runner(target, moves, self.plan.how) if runner else one_by_one(target, moves)
        except StepError as error:
            raise StepError(error.message, self.sample.key or None, error.file) from error.__cause__
        except _COMPLAINTS as error:
            raise named(error, moves[-1].step if moves else name, self.sample.key) from error

    def replay(self, entry: TraceEntry) -> None:
        """Apply what an entry of a trace says; also a step that was left out had seen its fields."""
        if entry.id in self.plan.blends and entry.params is not None:
            mix_again(self, entry)
            return
        action: Action | None = self.plan.actions.get(entry.id)
        groups, suffix = action.groups if action else (), entry.group or ""
        part = next((part for part in groups if part.group.suffix == suffix), None)
        if entry.drawn is None:
            if action and part and entry.path is not None:
                self._look(part, action.step)
            return
        if action is None or entry.params is None:
            raise ReplayError(
                f"the trace has a step {entry.id!r} that is not in this pipeline: {', '.join(self.plan.actions)}."
            )
        if part is None:
            raise ReplayError(f"the trace moves the group {entry.group!r} by {entry.id!r}, which is not here.")
        try:
            params = action.step.transform.params_type.from_log(entry.params)
        except (TypeError, KeyError) as error:
            raise ReplayError(
                f"the trace's params of {entry.id!r} do not fit {action.step.transform.params_type.__name__}: {error}"
            ) from None
        params.frame(self.frame(part))
        self._look(part, action.step)
        if entry.dropped:
            self.apply_with(part, action.step, params)
        else:
            self.apply(part, action.step, params, entry.partners or ())

    def frame(self, part: GroupAction) -> Frame:
        """The frame of a group as of the steps so far; measured once, then told by the Params."""
        name = part.group.name
        if name not in self.frames:
            fields = {field: self.settled(field) for field in part.group.fields if field in self.targets}
            self.frames[name] = common_frame(fields, self.sample.key) or self._no_frame(part)
        return self.frames[name]

    def _no_frame(self, part: GroupAction) -> Frame:
        axes = frozenset[Axis]().union(*(self.plan.schema.fields[field].type.axes for field in part.group.fields))
        if axes - {Axis.FREQUENCY}:
            raise DataError(
                f"{', '.join(part.group.fields)}: no image, audio or text beside tells how far the frame reaches.",
                self.sample.key,
            )
        return {}

    def _content(self, part: GroupAction) -> dict[str, Target] | None:
        return {name: self.settled(name) for name in part.sees if name in self.targets} if part.sees else None
