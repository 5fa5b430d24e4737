"""Dataset: the samples of a source through a plan, one visit at a time."""

from __future__ import annotations

import operator
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import torch.utils.data

from augkit.data.reading import read_values
from augkit.data.source import Source, check_fields, metadata, place
from augkit.errors import DataError
from augkit.partners import Listed, Partners
from augkit.pipeline import Pipeline
from augkit.plan import Plan
from augkit.sample import Sample, visit_number
from augkit.trace import Trace


class Visit(NamedTuple):
    """Which sample, in which epoch, and which of its copies there. Samplers yield it, so it reaches every worker."""

    epoch: int
    index: int  # type: ignore[assignment]  # hides tuple.index, which nobody needs here
    copy: int = 0


def visit_of(item: int | tuple[int, ...], size: int) -> Visit:
    """The visit meant by an index, ``(epoch, index)`` or ``(epoch, index, copy)``.

    IndexError beyond ``size``, DataError for an epoch or a copy below 0.
    """
    visit = Visit(*map(operator.index, item)) if isinstance(item, tuple) else Visit(0, operator.index(item))
    if not -size <= visit.index < size:
        raise IndexError(f"sample {visit.index} of {size}")
    epoch, copy = visit_number("epoch", visit.epoch), visit_number("copy", visit.copy)
    return Visit(epoch, visit.index % size, copy)


@dataclass(frozen=True)
class Failure:
    """A sample that could not be made, or a whole batch; it travels in a batch, and the loader decides."""

    visit: Visit
    error: DataError
    worker_traceback: str
    skippable: bool = True


class Dataset(torch.utils.data.Dataset[Any]):
    """Map-style: ``ds[i]`` is sample i in epoch 0, ``ds[(epoch, i, copy)]`` any other visit; nothing ever advances.

    A visit is a ``Sample``: its targets, moved by ``plan``, its key, epoch and copy; with ``views: n`` a tuple of n
    samples that differ in their draws only. ``keys`` chooses some of the source's, such as one split. Raises
    DataError with key and file.
    """

    def __init__(
        self,
        source: Source,
        plan: Plan,
        keys: Sequence[str] | None = None,
        *,
        decoder: str | None = None,
        views: int = 1,
    ) -> None:
        check_fields(source, list(plan.schema.fields))
        self.source = source
        self.plan = plan
        self.keys = tuple(source.keys if keys is None else keys)
        self.decoder = decoder
        self.views = views
        self._door = Pipeline.of(plan)

    def __len__(self) -> int:
        return len(self.keys)

    def __getitem__(self, item: int | tuple[int, ...]) -> Sample | tuple[Sample, ...]:
        visit = self.visit(item)
        original = self.original(visit)
        drawn = tuple(self._moved(_view(original, view))[0] for view in range(self.views))
        return drawn if self.views > 1 else drawn[0]

    def __getitems__(self, items: Sequence[int | tuple[int, ...]]) -> list[Any]:
        """Many visits, as a DataLoader asks for them: a ``Failure`` in the place of each that raised DataError."""
        return [self._attempt(item) for item in items]

    def _attempt(self, item: int | tuple[int, ...]) -> Any:
        try:
            return self[item]
        except DataError as error:
            return Failure(self.visit(item), error, traceback.format_exc())

    def traced(self, item: int | tuple[int, ...], view: int = 0) -> tuple[Sample, Trace]:
        """A visit and what was drawn for it."""
        return self._moved(_view(self.original(item), view))

    def original(self, item: int | tuple[int, ...]) -> Sample:
        """A visit as it was read, before any step."""
        visit = self.visit(item)
        key = self.keys[visit.index]
        with self._named(key):
            values = read_values(self.source.load(key), self.plan.schema, self.source.root, self.decoder)
            targets, _ = self._door.read(values, key)
            return Sample(targets, key, visit.epoch, visit.copy, meta=self.source.meta(key))

    def visit(self, item: int | tuple[int, ...]) -> Visit:
        """What an index, ``(epoch, index)`` or ``(epoch, index, copy)`` stands for; IndexError beyond the end."""
        return visit_of(item, len(self))

    def labels(self, field: str) -> list[Any]:
        """One field of every sample, from the source's metadata, without decoding; DataError if it is not there."""
        return metadata(self.source, self.keys, field)

    def partners(self, visit: Sample) -> Partners:
        """The other samples as a step of this visit may mix them in: in its epoch, copy and view."""

        def read(position: int) -> Sample:
            return _view(self.original((visit.epoch, position, visit.copy)), visit.view)

        return Listed(self.keys, read, self._positions.get(visit.key), self._positions)

    @cached_property
    def _positions(self) -> dict[str, int]:
        return {key: position for position, key in enumerate(self.keys)}

    def _moved(self, original: Sample) -> tuple[Sample, Trace]:
        with self._named(original.key):
            return self.plan(original, self.partners(original) if self.plan.mixes else None)

    @contextmanager
    def _named(self, key: str) -> Iterator[None]:
        """A DataError gets the key and the place of its sample."""
        try:
            yield
        except DataError as error:
            told = place(self.source, key)
            message = f"{error.message} ({told})" if told and told not in error.message else error.message
            raise DataError(message, key, error.file) from error


def _view(sample: Sample, view: int) -> Sample:
    return Sample(sample.targets, sample.key, sample.epoch, sample.copy, view, sample.meta)
