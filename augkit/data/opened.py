"""A recipe with its data: source, splits, fitted steps; datasets and loaders come from here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal

from augkit.data.fit import fit_recipe
from augkit.data.loading import Loader
from augkit.data.sampler import KeyedSampler
from augkit.data.samples import Dataset, metadata
from augkit.data.source import Source, check_fields, open_source
from augkit.data.split import split_keys
from augkit.errors import FieldError, PluginError, RecipeError, Where
from augkit.plan import Plan
from augkit.recipe import Recipe, read_recipe
from augkit.recipe.located import Map, plain
from augkit.recipe.reading import Given, Overrides
from augkit.words import suggestion

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
                f"there is no {split!r} split; write split: {{{split}: 0.2}}.", _where(self.recipe.tree, "split")
            )
        return self.splits[split]

    def dataset(self, split: Part = "train", augment: bool | None = None) -> Dataset:
        """The samples of a split, through ``steps`` (train, or ``augment=True``) or ``eval_steps``."""
        recipe = self.recipe
        augment = split == "train" if augment is None else augment
        nodes = recipe.steps if augment else recipe.eval_steps
        plan = Plan(nodes, recipe.schema, recipe.seed, recipe.epochs)
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
        """A DataLoader as ``loader:`` says; without augmentation every sample once, in order."""
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
        )
        with _at(self.recipe.tree, "loader"):
            return Loader(
                data,
                sampler,
                batch_size=config.batch_size,
                workers=config.workers,
                on_error=config.on_error,
                drop_last=config.drop_last and augment,
                persistent=config.persistent,
                start=config.start,
            )

    def _balance(self, data: Dataset) -> list[Any] | None:
        named = self.recipe.loader.balance
        field = _only_label(self.recipe) if named == "class" else named
        return None if field is None else data.labels(field)


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
    source = _open(read)
    _check_only(read, source)
    splits = _split(read, source)
    return Opened(fit_recipe(read, source, splits["train"]), source, splits, read.hash)


def _open(recipe: Recipe) -> Source:
    if recipe.source is None:
        raise RecipeError("there is no `source`; write source: {image_folder: {root: photos}}.", recipe.tree.where)
    with _at(recipe.tree, "source", *recipe.source.items):
        source = open_source(plain(recipe.source), recipe.base)
    with _at(recipe.tree, "sample"):
        check_fields(source, list(recipe.schema.fields))
    return source


def _check_only(recipe: Recipe, source: Source) -> None:
    """Refuse values that no sample has: a step for `8` where the labels are '8' would never run, in silence."""
    for step in (leaf for node in (*recipe.steps, *recipe.eval_steps) for leaf in node.leaves()):
        for name, wanted in step.only.items():
            if name not in source.meta(source.keys[0]):
                continue
            found = {repr(item): item for value in metadata(source, source.keys, name) for item in _each(value)}
            absent = [value for value in wanted if value not in found.values()]
            if absent:
                listing = ", ".join(sorted(found)[:12]) + (", …" if len(found) > 12 else "")
                alike = next((item for item in found.values() if str(item) == str(absent[0])), None)
                hint = suggestion(repr(absent[0]), found) if alike is None else f" Write {alike!r}."
                raise RecipeError(
                    f"{step.id}: only: no sample's {name!r} is {absent[0]!r}.{hint} There are: {listing}.", step.where
                )


def _each(value: Any) -> Sequence[Any]:
    return value if isinstance(value, list | tuple) else (value,)


def _split(recipe: Recipe, source: Source) -> dict[str, list[str]]:
    split, keys = recipe.split, source.keys
    with _at(recipe.tree, "split"):
        if split.group is not None:
            _known_column(source, split.group, "group")
        groups = split.group and dict(zip(keys, metadata(source, keys, split.group), strict=True))
        labels = _classes(recipe, source, keys)
        return split_keys(
            keys,
            val=split.val,
            test=split.test,
            labels=labels,
            stratify=_stratify(recipe, labels),
            groups=groups or None,
            train_per_class=split.train_per_class,
            seed=recipe.seed if split.seed is None else split.seed,
        )


def _classes(recipe: Recipe, source: Source, keys: Sequence[str]) -> dict[str, Any] | None:
    """The classes: of the label that ``stratify`` names, or of the only one if it is known without opening samples."""
    named = recipe.split.stratify
    field = named if isinstance(named, str) else _only_label(recipe)
    if isinstance(named, str):
        _known_column(source, named, "stratify")
    if field is None or field not in source.meta(keys[0]):
        return None
    return dict(zip(keys, metadata(source, keys, field), strict=True))


def _stratify(recipe: Recipe, labels: Mapping[str, Any] | None) -> bool:
    """As the recipe says; by itself only where the labels are classes, not where most are different."""
    named = recipe.split.stratify
    if named is not True or labels is None:
        return bool(named)
    return len(set(map(repr, labels.values()))) <= len(labels) / 2


def _only_label(recipe: Recipe) -> str | None:
    labels = [field.name for field in recipe.schema.fields.values() if field.kind == "label"]
    return labels[0] if len(labels) == 1 else None


def _known_column(source: Source, column: str, what: str) -> None:
    known = source.meta(source.keys[0])
    if column not in known:
        raise FieldError(
            f"{what}: the source has no column {column!r}.{suggestion(column, known)} "
            f"It has: {', '.join(known) or 'none'}.",
            what,
        )


@contextmanager
def _at(tree: Map, *path: str) -> Any:
    """Complaints about fields below ``path`` get the place in the recipe where they are written."""
    try:
        yield
    except (FieldError, PluginError) as error:
        raise RecipeError(str(error), _where(tree, *path, getattr(error, "field", None) or "")) from error


def _where(tree: Map, *path: str) -> Where:
    """The place of the deepest of ``path`` that is written."""
    where, node = tree.where, tree
    for name in path:
        inner = node.items.get(name)
        if inner is None:
            break
        where = node.keys[name]
        if not isinstance(inner, Map):
            return inner.where
        node = inner
    return where
