"""Batch: the recipe's ``batch``, steps that mix the samples of one batch with each other."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

from augkit.carriers import EXACT, How
from augkit.combine import Node
from augkit.errors import CompileError, DataError
from augkit.partners import Listed
from augkit.plan import Plan
from augkit.sample import Label, Sample
from augkit.schema import Schema
from augkit.trace import Trace


class Batch:
    """Mixing steps compiled for the samples that a plan gives (its ``out_schema``).

    Every sample draws for itself, from the streams of the batch's first sample, and its partners are others of the
    batch, as the step before has left them: the result is a pure function of the ordered samples and the epoch.
    """

    def __init__(
        self, nodes: Sequence[Node], schema: Schema, seed: int = 0, epochs: int | None = None, how: How = EXACT
    ) -> None:
        self._given = tuple(nodes), schema, seed, epochs, how
        for leaf in (leaf for node in nodes for leaf in node.leaves()):
            if not leaf.transform.partners:
                raise CompileError(
                    f"batch: {leaf.id} changes each sample by itself; put it into `steps`. `batch` takes steps that "
                    "mix samples, such as mixup and cutmix.",
                    leaf.where,
                )
        self.plan = Plan(nodes, schema, seed, epochs, how)
        self._each = [Plan([node], schema, seed, epochs, how) for node in nodes]

    def __reduce__(self) -> tuple[Any, ...]:
        return Batch, self._given

    def __call__(self, samples: Sequence[Sample]) -> list[Sample]:
        """The samples, in order, mixed with each other."""
        return self.traced(samples)[0]

    def traced(self, samples: Sequence[Sample]) -> tuple[list[Sample], list[list[Trace]]]:
        """As a call, with the traces: for every step, one a sample. Partners are named by their place in the batch."""
        traces = []
        for plan in self._each:
            moved = [self._mixed(plan, samples, position) for position in range(len(samples))]
            samples = [sample for sample, _ in moved]
            traces.append([trace for _, trace in moved])
        return list(samples), traces

    def replay(self, samples: Sequence[Sample], traces: Sequence[Sequence[Trace]]) -> list[Sample]:
        """What the traces say, done to these samples."""
        for plan, of_step in zip(self._each, traces, strict=True):
            samples = [
                plan.replay(sample, trace, _others(samples, position))
                for position, (sample, trace) in enumerate(zip(samples, of_step, strict=True))
            ]
        return list(samples)

    def _mixed(self, plan: Plan, samples: Sequence[Sample], position: int) -> tuple[Sample, Trace]:
        own, first = samples[position], samples[0]
        # The name under which this place of the batch draws; no path of a file looks like it.
        visit = dataclasses.replace(own, key=f"{first.key}\x1f{position}", copy=first.copy)
        try:
            mixed, trace = plan(visit, _others(samples, position))
        except DataError as error:
            raise DataError(f"batch: {error.message}", own.key, error.file) from error
        trace = dataclasses.replace(trace, key=own.key, copy=own.copy)
        return dataclasses.replace(mixed, key=own.key, copy=own.copy), trace


def _others(samples: Sequence[Sample], position: int) -> Listed:
    return Listed([str(place) for place in range(len(samples))], samples.__getitem__, position)


def soft_fields(*plans: Plan) -> tuple[str, ...]:
    """The class labels that steps of these plans mix: they come in every batch as weights of all classes."""
    found: dict[str, None] = {}
    for plan in plans:
        for action in plan.actions.values():
            if action.step.transform.partners:
                fields = plan.schema.fields
                mixed = [name for part in action.groups for name in part.kernels]
                found |= dict.fromkeys(name for name in mixed if issubclass(fields[name].type, Label))
    return tuple(found)
