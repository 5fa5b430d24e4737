"""Collate: samples to a batch of tensors, each kind of target in its own way."""

from __future__ import annotations

import traceback
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch

from augkit.batch import Batch
from augkit.data.classes import Classes, as_weights
from augkit.data.samples import Failure, Visit
from augkit.errors import CompileError, DataError
from augkit.sample import Label, Sample, Target
from augkit.schema import Schema

NAMES = ("key", "epoch", "copy")
"""What every batch has beside the fields of the sample."""


class Collate:
    """``{"image": tensor (b, c, h, w), "digit": tensor (b,), "boxes": [{...}, ...], "key": [...], "epoch": int,
    "copy": [...]}``.

    ``Target.batch`` decides: equal shapes are stacked, ragged kinds give a list of dicts of tensors. Labels: whole
    numbers become int64, other numbers float32, all else stays a list; those named in ``classes`` become (b, classes)
    float32 weights. ``batch`` mixes the samples first. With several views each field is a list of one such value per
    view. Shapes that differ raise DataError with the keys. A failed sample raises, unless
    ``keep_failures``: then the batch is made of the others and lists it under ``"failures"``.
    """

    def __init__(
        self,
        schema: Schema,
        *,
        keep_failures: bool = False,
        batch: Batch | None = None,
        classes: Classes | None = None,
    ) -> None:
        taken = next((name for name in (*NAMES, "failures") if name in schema.fields), None)
        if taken is not None:
            raise CompileError(f"`sample`: a field cannot be called {taken!r}, which every batch has; rename it.")
        self.fields = tuple(schema.fields)
        self.keep_failures = keep_failures
        self.batch = batch
        self.classes = dict(classes or {})

    def __call__(self, samples: Sequence[Sample | tuple[Sample, ...] | Failure]) -> dict[str, Any]:
        failures = [sample for sample in samples if isinstance(sample, Failure)]
        if failures and not self.keep_failures:
            raise failures[0].error
        visits = [s if isinstance(s, tuple) else (s,) for s in samples if not isinstance(s, Failure)]
        if not self.keep_failures:
            return self._batch(visits)
        first = failures[0].visit if failures else Visit(visits[0][0].epoch, -1)
        try:
            return {**(self._batch(visits) if visits else _empty(first.epoch)), "failures": failures}
        except DataError as error:
            refused = Failure(first, error, traceback.format_exc(), skippable=False)
            return {**_empty(first.epoch), "failures": [refused]}

    def _batch(self, visits: Sequence[tuple[Sample, ...]]) -> dict[str, Any]:
        views = [self._fields(self.batch(view) if self.batch else view) for view in zip(*visits, strict=True)]
        batch = views[0] if len(views) == 1 else {name: [view[name] for view in views] for name in self.fields}
        first = [visit[0] for visit in visits]
        return {**batch, "key": [s.key for s in first], "epoch": first[0].epoch, "copy": [s.copy for s in first]}

    def _fields(self, samples: Sequence[Sample]) -> dict[str, Any]:
        return {name: collate_field(name, samples, self.classes.get(name)) for name in self.fields}


def _empty(epoch: int) -> dict[str, Any]:
    return {"key": [], "epoch": epoch, "copy": []}


def collate_field(name: str, samples: Sequence[Sample], classes: Sequence[Any] | None = None) -> Any:
    """One field of all samples as a tensor, or a list where there is no tensor of it."""
    targets = [_target(sample, name) for sample in samples]
    if classes is not None:
        return as_tensors(as_weights(targets, classes, name))
    kind = type(targets[0])
    try:
        batched = kind.batch(targets)
    except DataError as error:
        raise DataError(f"field {name!r}: {error.message}{_odd_ones(kind, targets, samples)}") from None
    if isinstance(targets[0], Label):
        return label_tensor(batched)
    return as_tensors(batched)


def label_tensor(values: Sequence[Any]) -> Any:
    """Labels as int64 or float32, also vectors of one length; the plain list where they are not all numbers."""
    try:
        stacked = np.stack([np.asarray(value) for value in values])
    except ValueError:
        return [_column(value) for value in values]
    if stacked.dtype.kind not in "biuf":
        return list(values)
    return torch.from_numpy(stacked.astype(np.float32 if stacked.dtype.kind == "f" else np.int64))


def as_tensors(value: Any) -> Any:
    """Arrays of numbers as tensors, inside lists and mappings too; lists of plain numbers within a mapping as well."""
    if isinstance(value, np.ndarray):
        return torch.from_numpy(np.ascontiguousarray(value)) if value.dtype.kind in "biufc" else value.tolist()
    if isinstance(value, Mapping):
        return {name: _column(item) for name, item in value.items()}
    return [as_tensors(item) for item in value] if isinstance(value, list) else value


def _column(value: Any) -> Any:
    if isinstance(value, list | tuple) and value and all(isinstance(item, bool | int | float) for item in value):
        return label_tensor(value)
    return as_tensors(value)


def _target(sample: Sample, name: str) -> Target:
    if name not in sample.targets:
        raise DataError(f"a batch needs the field {name!r} in every sample; this one lacks it.", sample.key)
    return sample.targets[name]


def _odd_ones(kind: type[Target], targets: Sequence[Target], samples: Sequence[Sample]) -> str:
    """Which samples differ from the commonest shape."""
    shapes = [np.shape(kind.batch([target])) for target in targets]
    usual = max(shapes, key=shapes.count)
    odd = [f"{sample.key} {shape[1:]}" for sample, shape in zip(samples, shapes, strict=True) if shape != usual]
    return f" Most are {usual[1:]}, but {', '.join(odd[:4])}{' …' if len(odd) > 4 else ''}." if odd else ""
