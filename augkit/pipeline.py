"""Pipeline: the door. Plain Python in, the same form out."""

from __future__ import annotations

import multiprocessing
import operator
import sys
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from augkit.carriers import EXACT, How, how_of
from augkit.combine import Node, as_nodes
from augkit.errors import AugkitError, DataError, FieldError
from augkit.partners import Listed, Partners
from augkit.plan import Plan
from augkit.sample import Frame, Sample, Target, common_frame, visit_number
from augkit.schema import Schema, read_schema
from augkit.trace import Trace
from augkit.words import suggestion

Others: TypeAlias = "Sequence[Mapping[str, Any]] | Partners | None"
_VISIT = ("key", "epoch", "copy", "view", "meta", "partners")


class Pipeline:
    """Steps compiled for a kind of sample: ``aug(image=img, mask=m, key="a.jpg", epoch=3)`` gives the same fields
    back, moved.

    ``sample`` maps fields to kinds as in a recipe. The output is a pure function of (steps, seed, epoch, key, copy,
    view). Without a ``key``, calls are numbered 0, 1, 2, … per object, which only one process can do: in a worker a
    missing key raises. ``plan`` says how pixels are changed: ``exact``, ``fast`` or a mapping; see ``How``.
    """

    def __init__(
        self,
        steps: Sequence[Node],
        sample: Mapping[str, Any],
        seed: int = 0,
        *,
        groups: Sequence[Sequence[str]] = (),
        epochs: int | None = None,
        plan: str | Mapping[str, Any] | How = EXACT,
    ) -> None:
        if not isinstance(sample, Mapping):
            raise FieldError(f"sample: got {sample!r:.80}; expected fields and kinds: {{'image': 'image'}}.", "sample")
        if isinstance(seed, bool) or not hasattr(seed, "__index__"):
            raise FieldError(f"seed: got {seed!r:.80}; expected a whole number.", "seed")
        taken = next((name for name in _VISIT if name in sample), None)
        if taken is not None:
            raise FieldError(
                f"sample: a field cannot be called {taken!r}, which names the visit in every call; rename it.", taken
            )
        self.plan = Plan(as_nodes(steps), read_schema(sample, groups), operator.index(seed), epochs, how_of(plan))
        self._calls = 0

    @classmethod
    def of(cls, plan: Plan) -> Pipeline:
        """The door of a compiled plan."""
        made = cls.__new__(cls)
        made.plan, made._calls = plan, 0
        return made

    @property
    def schema(self) -> Schema:
        """The fields that go in."""
        return self.plan.schema

    def __call__(
        self,
        *,
        key: str | None = None,
        epoch: int = 0,
        copy: int = 0,
        view: int = 0,
        meta: Mapping[str, Any] | None = None,
        partners: Others = None,
        **fields: Any,
    ) -> dict[str, Any]:
        """Every field moved, in the form it came in. ``meta`` holds what ``only`` may ask for beside labels.

        ``partners`` are samples that steps such as mosaic may mix in: mappings of the same fields, and ``key``.
        """
        return self.traced(key=key, epoch=epoch, copy=copy, view=view, meta=meta, partners=partners, **fields)[0]

    def traced(
        self,
        *,
        key: str | None = None,
        epoch: int = 0,
        copy: int = 0,
        view: int = 0,
        meta: Mapping[str, Any] | None = None,
        partners: Others = None,
        **fields: Any,
    ) -> tuple[dict[str, Any], Trace]:
        """As a call, with the trace of what was drawn."""
        key = self._next_key() if key is None else key
        if not isinstance(key, str):
            raise DataError(f"key: got {key!r}; expected a text, such as a file's path: key=str(…).")
        targets, forms = self.read(fields, key)
        epoch, copy, view = (
            visit_number(name, given) for name, given in (("epoch", epoch), ("copy", copy), ("view", view))
        )
        sample = Sample(targets, key, epoch, copy, view, meta or {})
        moved, trace = self.plan(sample, self._partners(partners, sample))
        return self.write(moved.targets, forms), trace

    def replay(self, trace: Trace, *, partners: Others = None, **fields: Any) -> dict[str, Any]:
        """What ``trace`` says, done to other data of the same frame; nothing is drawn. Partners are found by key."""
        targets, forms = self.read(fields, trace.key)
        sample = Sample(targets, trace.key, trace.epoch, trace.copy, trace.view)
        moved = self.plan.replay(sample, trace, self._partners(partners, sample))
        return self.write(moved.targets, forms)

    def _partners(self, given: Others, visit: Sample) -> Partners | None:
        """Partners out of plain values; those without a key are called by their place."""
        if given is None or not isinstance(given, Sequence):
            return given
        known = {str(fields.get("key", f"partner {place}")): fields for place, fields in enumerate(given)}

        def read(position: int) -> Sample:
            key = list(known)[position]
            fields = {name: value for name, value in known[key].items() if name not in ("key", "meta")}
            meta = known[key].get("meta", {})
            return Sample(self.read(fields, key)[0], key, visit.epoch, visit.copy, visit.view, meta)

        return Listed(list(known), read)

    def read(self, fields: Mapping[str, Any], key: str = "") -> tuple[dict[str, Target], dict[str, Any]]:
        """Targets from plain values, carriers first, since annotations may need their frame; and the forms to give
        back.
        """
        schema = self.plan.schema
        for name in fields:
            if name not in schema.fields:
                listing = ", ".join(schema.fields)
                raise DataError(
                    f"unknown field {name!r}.{suggestion(name, schema.fields)} The sample has: {listing}.", key=key
                )
        targets: dict[str, Target] = {}
        forms: dict[str, Any] = {}
        frames: dict[str, Frame] = {}
        for carriers in (True, False):
            for name in (n for n in fields if schema.fields[n].type.carrier is carriers):
                targets[name], forms[name] = _read_one(schema, name, fields[name], frames.get(name, {}), key)
            frames = {} if not carriers else self._frames(targets, key)
        return {name: targets[name] for name in fields}, forms

    def write(self, targets: Mapping[str, Target], forms: Mapping[str, Any]) -> dict[str, Any]:
        """Plain values of the targets, in the forms they came in."""
        frames = self._frames(targets, "")
        return {name: targets[name].write(form, frames.get(name, {})) for name, form in forms.items()}

    def _frames(self, targets: Mapping[str, Target], key: str) -> dict[str, Frame]:
        """The frame of each field's group; carriers that differ raise DataError, whatever the steps are."""
        frames: dict[str, Frame] = {}
        for group in self.plan.schema.groups:
            frame = common_frame({name: targets[name] for name in group.fields if name in targets}, key)
            frames |= dict.fromkeys(group.fields, frame)
        return frames

    def _next_key(self) -> str:
        if multiprocessing.parent_process() is not None or _in_torch_worker():
            raise DataError(
                "a worker process must be told which sample this is, else workers would repeat each other: pass key=…."
            )
        self._calls += 1
        return f"#{self._calls - 1}"

    def __repr__(self) -> str:
        steps = ", ".join(node.id for node in self.plan.steps)
        return f"Pipeline([{steps}], fields={list(self.plan.schema.fields)}, seed={self.plan.seed})"


def _read_one(schema: Schema, name: str, value: Any, frame: Frame, key: str) -> tuple[Target, Any]:
    field = schema.fields[name]
    try:
        return field.type.read(value, field.options, frame)
    except DataError as error:
        raise DataError(f"field {name!r}: {error.message}", key=error.key or key, file=error.file) from None
    except Exception as error:  # a picture is decoded only now, and a stranger's kind may raise anything
        if isinstance(error, AugkitError) and not isinstance(error, FieldError):
            raise
        raise DataError(f"field {name!r} of kind {field.kind!r} cannot be read: {error}", key=key) from error


def _in_torch_worker() -> bool:
    loader = sys.modules.get("torch.utils.data")
    return loader is not None and loader.get_worker_info() is not None
