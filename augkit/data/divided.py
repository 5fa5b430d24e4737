"""A recipe's source opened and its keys divided, without torch: what ``augkit check`` may ask for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from augkit.data.source import Source, check_fields, metadata, open_source
from augkit.data.split import split_keys
from augkit.errors import FieldError, PluginError, RecipeError, Where
from augkit.recipe import Recipe
from augkit.recipe.located import Map, plain
from augkit.words import suggestion


def opened_source(recipe: Recipe) -> Source:
    """The recipe's source; RecipeError where there is none, or at what it says wrongly."""
    if recipe.source is None:
        raise RecipeError("there is no `source`; write source: {image_folder: {root: photos}}.", recipe.tree.where)
    with at(recipe.tree, "source", *recipe.source.items):
        return open_source(plain(recipe.source), recipe.base)


def open_data(recipe: Recipe) -> Source:
    """The recipe's source, which fills every field of the sample. RecipeError where it does not."""
    source = opened_source(recipe)
    with at(recipe.tree, "sample"):
        check_fields(source, list(recipe.schema.fields))
    return source


def check_values(recipe: Recipe, source: Source) -> None:
    """Refuse values that no sample has, in ``only`` and ``sensitive_to``: they would choose or protect nothing."""
    for step in recipe.leaves:
        for name, wanted in step.only.items():
            _known_values(source, name, wanted, f"{step.id}: only", step.where)
    for field in recipe.schema.fields.values():
        for quality in field.options.sensitive_to:
            wanted = field.options.sensitive_values(quality) or ()
            where = where_of(recipe.tree, "sample", field.name, field.kind, "sensitive_to", quality)
            _known_values(source, field.name, wanted, f"sensitive_to: {quality}", where)


def _known_values(source: Source, name: str, wanted: Sequence[Any], what: str, where: Where | None) -> None:
    if not wanted or name not in source.meta(source.keys[0]):
        return
    found = {repr(item): item for value in metadata(source, source.keys, name) for item in _each(value)}
    absent = next((value for value in wanted if value not in found.values()), None)
    if absent is None:
        return
    listing = ", ".join(sorted(found)[:12]) + (", …" if len(found) > 12 else "")
    alike = next((item for item in found.values() if str(item) == str(absent)), None)
    hint = suggestion(repr(absent), found) if alike is None else f" Write {alike!r}."
    raise RecipeError(f"{what}: no sample's {name!r} is {absent!r}.{hint} There are: {listing}.", where)


def _each(value: Any) -> Sequence[Any]:
    return value if isinstance(value, list | tuple) else (value,)


def divide(recipe: Recipe, source: Source) -> dict[str, list[str]]:
    """Train, val and test → keys, as ``split:`` says; without a ``group`` there, by the one that the source has."""
    split, keys = recipe.split, source.keys
    with at(recipe.tree, "split"):
        if split.group is not None:
            _known_column(source, split.group, "group")
        group = split.group or getattr(source, "group", None)
        groups = group and dict(zip(keys, metadata(source, keys, group), strict=True))
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
    field = named if isinstance(named, str) else only_label(recipe)
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


def only_label(recipe: Recipe) -> str | None:
    """The sample's label where it has exactly one."""
    labels = [field.name for field in recipe.schema.fields.values() if field.kind == "label"]
    return labels[0] if len(labels) == 1 else None


def check_buckets(recipe: Recipe, source: Source) -> None:
    """Refuse a ``bucket_by_length`` that names neither a column of the source nor a field that it measures."""
    named = recipe.loader.bucket_by_length
    if named is not None and not measures(recipe, source, named):
        with at(recipe.tree, "loader"):
            _known_column(source, named, "bucket_by_length")


def measures(recipe: Recipe, source: Source, name: str) -> bool:
    """Whether a field of the sample is one whose length the source tells: see ``Source``."""
    return name in recipe.schema.fields and name in getattr(source, "measured", ())


def _known_column(source: Source, column: str, what: str) -> None:
    known = source.meta(source.keys[0])
    if column not in known:
        raise FieldError(
            f"{what}: the source has no column {column!r}.{suggestion(column, known)} "
            f"It has: {', '.join(known) or 'none'}.",
            what,
        )


@contextmanager
def at(tree: Map, *path: str) -> Iterator[None]:
    """Complaints about fields below ``path`` get the place in the recipe where they are written."""
    try:
        yield
    except (FieldError, PluginError) as error:
        raise RecipeError(str(error), where_of(tree, *path, getattr(error, "field", None) or "")) from error


def where_of(tree: Map, *path: str) -> Where:
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
