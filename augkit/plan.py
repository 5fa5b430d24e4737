"""Plan: a compiled recipe. It draws, applies, traces and replays; what it refuses it refuses when it is made."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from functools import cached_property
from typing import Any

from augkit.blend import augmixes
from augkit.carriers import EXACT, How, check_costs, runner_for
from augkit.check import check
from augkit.combine import POLICIES, Combiner, Node, Step
from augkit.errors import DataError
from augkit.partners import Partners
from augkit.sample import Sample
from augkit.schema import Schema
from augkit.trace import Trace
from augkit.transform import Params, Transform
from augkit.visit import Visit

_KEPT = 1000


class Plan:
    """Steps compiled against a schema. ``plan(sample)`` returns the moved sample and its trace.

    ``seed`` with the sample's epoch, key, copy and view decides every draw; ``epochs`` is the length of the training,
    where the steps need it; ``how`` how carriers are changed. A plan pickles as its steps and schema and compiles anew.
    """

    def __init__(
        self, steps: Sequence[Node], schema: Schema, seed: int = 0, epochs: int | None = None, how: How = EXACT
    ) -> None:
        self.steps = tuple(steps)
        self.schema = schema
        self.seed = seed
        self.epochs = epochs
        self.how = how
        self.actions, self.out_schema = check(self.steps, schema, epochs)
        self._unstated = {step_id: _unstated(action.step, schema) for step_id, action in self.actions.items()}
        check_costs(how)
        runners = {name: runner_for(field.type) for name, field in schema.fields.items()}
        self.runners = {name: runner for name, runner in runners.items() if runner is not None}
        self.mixes = any(action.step.transform.partners for action in self.actions.values())
        self.blends = frozenset(mix.id for mix in augmixes(self.steps))
        self._tuned: dict[tuple[str, float, float | None], Transform[Any]] = {}

    def __reduce__(self) -> tuple[Any, ...]:
        return Plan, (self.steps, self.schema, self.seed, self.epochs, self.how)

    def __call__(self, sample: Sample, partners: Partners | None = None) -> tuple[Sample, Trace]:
        """Draw and apply every step; the output is a pure function of the recipe and the sample's names.

        ``partners`` are the samples that steps may mix in, before any step.
        """
        return self._walked(self.steps, sample, partners)

    def before(self, step: Step, sample: Sample, partners: Partners) -> tuple[Sample, Trace]:
        """A partner as it is when ``step`` meets it: through the steps that stand before it, at the top of the list."""
        position = next(i for i, node in enumerate(self.steps) if any(leaf.id == step.id for leaf in node.leaves()))
        return self._walked(self.steps[:position], sample, partners)

    def _walked(self, nodes: Sequence[Node], sample: Sample, partners: Partners | None) -> tuple[Sample, Trace]:
        visit = Visit(self, sample, partners)
        for node in nodes:
            visit.walk(node, "")
        return visit.finish()

    def guard(self, step: Step, params: Params) -> None:
        """Refuse a draw that changes what a label depends on when the step did not say so: the check believed it."""
        unstated = self._unstated[step.id]
        if unstated and (hidden := sorted(params.qualities() & unstated)):
            raise DataError(f"changes {hidden[0]}, which its `changes` does not state; a label depends on it.")

    def tuned(self, step: Step, strength: float, magnitude: float | None) -> Transform[Any]:
        """The step's transform at the magnitude of a policy and at a strength, made once for each."""
        if strength == 1.0 and magnitude is None:
            return step.transform
        known = self._tuned.get((step.id, strength, magnitude))
        if known is None:
            known = step.transform if magnitude is None else step.at_magnitude(magnitude)
            known = known if strength == 1.0 else known.at_strength(strength)
            if len(self._tuned) < _KEPT:  # magnitudes that are drawn from a range hardly ever come again
                self._tuned[step.id, strength, magnitude] = known
        return known

    def replay(self, sample: Sample, trace: Trace, partners: Partners | None = None) -> Sample:
        """Apply what the trace says, without drawing; another frame, or a step that is not here, raises ReplayError.

        Partners are found by their names in the trace, which also says what was drawn for them.
        """
        visit = Visit(self, sample, partners)
        for entry in trace.entries:
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
            "how": repr(self.how),
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
            **_described_policy(node),
        }
    names = ("id", "name", "p", "on", "only", "strength", "off_last", "accept", "on_conflict", "weight")
    return {name: repr(getattr(node, name)) for name in names} | {"fields": repr(node.transform)}


def _described_policy(node: Combiner) -> dict[str, Any]:
    if node.kind not in POLICIES:
        return {}
    steered = [child.steered() for child in node.children if isinstance(child, Step)]
    return {"magnitude": repr(node.magnitude), "mixing": repr(node.mixing), "steered": steered}


def _unstated(step: Step, schema: Schema) -> frozenset[str]:
    """What labels depend on and the step does not say that it changes; nothing where the recipe accepts the step."""
    declared = step.transform.changed_qualities()
    if declared is None or step.accept is not None:
        return frozenset()
    return frozenset(quality for field in schema.fields.values() for quality in field.options.sensitive_to) - declared
