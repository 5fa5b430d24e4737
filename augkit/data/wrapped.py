"""``augkit.dataset``: somebody's own Dataset, augmented."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import torch.utils.data

from augkit.data.sampler import KeyedSampler
from augkit.data.samples import Visit, visit_of
from augkit.errors import DataError, FieldError
from augkit.partners import Listed, Partners
from augkit.pipeline import Pipeline
from augkit.recipe import load
from augkit.sample import Sample
from augkit.trace import Trace
from augkit.words import suggestion


def dataset(mine: Any, aug: Pipeline | str | Path, fields: Sequence[str | None] | None = None) -> Wrapped:
    """``mine`` (anything with ``len`` and ``[]``) with its items moved by ``aug``, in the form they have.

    Items are mappings, tuples or single values. ``fields`` names, in order, what a tuple holds (None: leave it alone;
    what is beyond the end is left alone too), or which entries of a mapping go through ``aug``. Without it: the
    pipeline's fields. Keys are ``mine.keys`` if there is such a list, else the index as text.

    ``ds[i]`` is epoch 0, always. For other epochs let the sampler tell:
    ``DataLoader(ds, batch_size=32, sampler=ds.sampler(seed=7))``.
    """
    pipeline = aug if isinstance(aug, Pipeline) else load(aug)
    return Wrapped(mine, pipeline, tuple(pipeline.schema.fields if fields is None else fields))


class Wrapped(torch.utils.data.Dataset[Any]):
    """What ``augkit.dataset`` returns: map-style, picklable if ``mine`` is, the same for any number of workers."""

    def __init__(self, mine: Any, aug: Pipeline, fields: tuple[str | None, ...]) -> None:
        for name in fields:
            if name is not None and name not in aug.schema.fields:
                raise FieldError(
                    f"fields: {name!r} is no field of the pipeline.{suggestion(name, aug.schema.fields)} "
                    f"It has: {', '.join(aug.schema.fields)}.",
                    "fields",
                )
        self.mine = mine
        self.aug = aug
        self.fields = fields

    def __len__(self) -> int:
        return len(self.mine)

    def __getitem__(self, item: int | tuple[int, ...]) -> Any:
        return self.traced(item)[0]

    def traced(self, item: int | tuple[int, ...]) -> tuple[Any, Trace]:
        """A visit and what was drawn for it; ``item`` is an index, ``(epoch, index)`` or ``(epoch, index, copy)``."""
        visit = visit_of(item, len(self))
        given, key = self.mine[visit.index], self.key(visit.index)
        partners = self.partners(visit)
        moved, trace = self.aug.traced(
            key=key, epoch=visit.epoch, copy=visit.copy, partners=partners, **self._named(given, key)
        )
        return self._formed(given, moved), trace

    def partners(self, visit: Visit) -> Partners | None:
        """The other items as a step of this visit may mix them in, by key; None where no step does."""
        if not self.aug.plan.mixes:
            return None

        def read(position: int) -> Sample:
            key = self.key(position)
            targets, _ = self.aug.read(self._named(self.mine[position], key), key)
            return Sample(targets, key, visit.epoch, visit.copy)

        return Listed(list(self._positions), read, visit.index, self._positions)

    @cached_property
    def _positions(self) -> dict[str, int]:
        positions = {self.key(index): index for index in range(len(self))}
        if len(positions) < len(self):
            raise DataError(f"{len(self) - len(positions)} keys occur twice, so partners cannot be told by their keys.")
        return positions

    def key(self, index: int) -> str:
        """The name of a sample."""
        keys = getattr(self.mine, "keys", None)
        keys = keys() if callable(keys) else keys
        return str(index if keys is None else keys[index])

    def sampler(self, seed: int | None = None, **options: Any) -> KeyedSampler:
        """A ``KeyedSampler`` over all samples, by default with the pipeline's seed; options as there."""
        return KeyedSampler(len(self), self.aug.plan.seed if seed is None else seed, **options)

    def _named(self, given: Any, key: str) -> dict[str, Any]:
        if isinstance(given, Mapping):
            missing = next((name for name in self.fields if name is not None and name not in given), None)
            if missing is not None:
                raise DataError(f"the item has no {missing!r}; it has {', '.join(map(str, given))}.", key)
            return {name: given[name] for name in self.fields if name is not None}
        items = given if isinstance(given, tuple | list) else (given,)
        if len(items) < len(self.fields):
            raise DataError(f"the item has {len(items)} parts, but `fields` names {list(self.fields)}.", key)
        return {name: item for name, item in zip(self.fields, items, strict=False) if name is not None}

    def _formed(self, given: Any, moved: Mapping[str, Any]) -> Any:
        """``moved`` in the place of what went in."""
        if isinstance(given, Mapping):
            return {**given, **moved}
        if not isinstance(given, tuple | list):
            return moved.get(self.fields[0] or "", given)
        parts = list(given)
        for position, name in enumerate(self.fields):
            if name is not None:
                parts[position] = moved[name]
        if isinstance(given, list):
            return parts
        return type(given)(*parts) if hasattr(given, "_fields") else tuple(parts)
