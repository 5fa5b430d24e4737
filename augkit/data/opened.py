"""A recipe with its data: source, splits, fitted steps; datasets and loaders come from here."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from augkit.data.classes import soft_classes
from augkit.data.divided import at, check_buckets, check_values, divide, measures, only_label, open_data, where_of
from augkit.data.fit import fit_recipe
from augkit.data.loading import Loader
from augkit.data.sampler import KeyedSampler
from augkit.data.samples import Dataset
from augkit.data.source import Source
from augkit.errors import DataError, RecipeError
from augkit.plan import Plan
from augkit.recipe import Recipe, read_recipe
from augkit.recipe.reading import Given, Overrides

Part = Literal["train", "val", "test", "all"]


@dataclass(frozen=True)
class Opened:
    """``splits``: train, val, test → keys. ``recipe`` has its steps fitted; ``hash`` is of the recipe as written."""

    recipe: Recipe
    source: Source
    splits: Mapping[str, Sequence[str]]
    hash: str

    def keys(self, split: Part = "train") -> Sequence[str]:
        """The keys of a split, or all of them; RecipeError where the recipe leaves none to it."""
        if split == "all":
            return self.source.keys
        if split not in self.splits:
            raise ValueError(f"split: got {split!r}; expected 'train', 'val', 'test' or 'all'.")
        if not self.splits[split]:
            raise RecipeError(
                f"there is no {split!r} split; write split: {{{split}: 0.2}}.", where_of(self.recipe.tree, "split")
            )
        return self.splits[split]

    def dataset(self, split: Part = "train", augment: bool | None = None) -> Dataset:
        """The samples of a split, through ``steps`` (train, or ``augment=True``) or ``eval_steps``."""
        recipe = self.recipe
        augment = split == "train" if augment is None else augment
        nodes = recipe.steps if augment else recipe.eval_steps
        plan = Plan(nodes, recipe.schema, recipe.seed, recipe.epochs, recipe.settings.how)
        views = recipe.settings.views if augment else 1
        return Dataset(self.source, plan, self.keys(split), decoder=recipe.settings.decoder, views=views)

    def loader(
        self,
        split: Part = "train",
        *,
        epoch: int = 0,
        augment: bool | None = None,
        shard: tuple[int, int] = (0, 1),
    ) -> Loader:
        """A DataLoader as ``loader:`` and ``batch:`` say; without augmentation every sample once, in order, unmixed."""
        augment = split == "train" if augment is None else augment
        data, config = self.dataset(split, augment), self.recipe.loader
        sampler = KeyedSampler(
            len(data),
            self.recipe.seed,
            epoch=epoch,
            shuffle=config.shuffle,
            labels=self._balance(data) if augment else None,
            copies=config.copies if augment else 1,
            evaluate=not augment,
            shard=shard,
            recipe_hash=self.hash,
            lengths=self._lengths(data) if augment else None,
            batch=config.batch_size,
        )
        with at(self.recipe.tree, "loader"):
            return Loader(
                data,
                sampler,
                batch_size=config.batch_size,
                workers=config.workers,
                on_error=config.on_error,
                drop_last=config.drop_last and augment,
                persistent=config.persistent,
                start=config.start,
                batch=self.recipe.mixing() if augment and self.recipe.batch else None,
                classes=soft_classes(self.recipe, self.source, self.splits["train"]) if augment else None,
            )

    def _lengths(self, data: Dataset) -> list[float] | None:
        column = self.recipe.loader.bucket_by_length
        if column is None:
            return None
        check_buckets(self.recipe, self.source)
        if measures(self.recipe, self.source, column):
            return [self._measured(key, column) for key in data.keys]
        return [_length(value, column, key) for key, value in zip(data.keys, data.labels(column), strict=True)]

    def _measured(self, key: str, field: str) -> float:
        try:
            return float(self.source.length(key, field))  # type: ignore[attr-defined]
        except DataError:
            if self.recipe.loader.on_error == "raise":
                raise
            return 0.0  # it will be left out when it is read

    def _balance(self, data: Dataset) -> list[Any] | None:
        named = self.recipe.loader.balance
        field = only_label(self.recipe) if named == "class" else named
        return None if field is None else data.labels(field)


def _length(value: Any, column: str, key: str) -> float:
    try:
        length = float(value)
    except (TypeError, ValueError):
        length = math.nan
    if not math.isfinite(length):
        raise DataError(f"bucket_by_length: {column!r} is {value!r}; expected a number.", key)
    return length


def loader(
    recipe: Given,
    split: Part = "train",
    overrides: Overrides = None,
    *,
    epoch: int = 0,
    augment: bool | None = None,
) -> Loader:
    """An ordinary ``torch.utils.data.DataLoader`` of one split of a recipe.

    Batches are dicts: the fields of the sample as tensors (see ``Collate``), ``key``, ``epoch`` and ``copy``. Every
    ``iter()`` is the next epoch, from ``epoch`` on; val and test stay in one. Bytes depend on recipe, epoch and key
    alone, not on the workers. ``augment`` overrules which steps run: by default ``steps`` for train and
    ``eval_steps`` for the rest. Raises what ``open_recipe`` raises.
    """
    return open_recipe(recipe, overrides).loader(split, epoch=epoch, augment=augment)


def open_recipe(recipe: Given, overrides: Overrides = None) -> Opened:
    """Read a recipe, open its source, divide the keys and fit what is to be fitted.

    RecipeError and CompileError where the recipe is wrong, with file:line:column; DataError where the data are.
    """
    read = read_recipe(recipe, overrides)
    source = open_data(read)
    check_values(read, source)
    splits = divide(read, source)
    return Opened(fit_recipe(read, source, splits["train"]), source, splits, read.hash)
