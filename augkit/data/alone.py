"""One annotation of many samples, without what it annotates: what a task asks for to learn which classes there are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from augkit.data.reading import read_values
from augkit.errors import DataError
from augkit.schema import Schema

if TYPE_CHECKING:
    from augkit.data.opened import Opened


def values_of(opened: Opened, keys: Sequence[str], field: str) -> Iterator[tuple[str, Any]]:
    """Key and value of each sample's ``field``, as the source has it, its file read; no other file is.

    Metadata go before samples. DataError with the key where it cannot be read.
    """
    alone = Schema({field: opened.recipe.schema.fields[field]}, ())
    for key in keys:
        known = opened.source.meta(key)
        raw = known if field in known else opened.source.load(key)
        try:
            yield key, read_values(raw, alone, opened.source.root, None)[field]
        except DataError as error:
            raise DataError(error.message, error.key or key, error.file) from error
