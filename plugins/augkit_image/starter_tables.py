"""What ``augkit init`` does with a table that has a class for every picture."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from augkit.data.dialect import tell_dialect
from augkit.data.manifest import Manifest
from augkit.errors import DataError
from augkit.recipe.spelling import flow
from augkit.recipe.starting import Dialogue, Draft
from augkit_image.layouts import TableOf, is_annotated, tables
from augkit_image.sources import EXTENSIONS
from augkit_image.starter import classifier, opened
from augkit_image.starter_objects import spelled


def classes_in_a_table(data: Path, shown: str, dialogue: Dialogue) -> Draft | None:
    """A classifier's recipe for a table of file names and classes, or for a folder that has one beside its pictures.

    None for boxes, for folders of classes, and where no column is called as usual. DataError where the table has one
    class only, or names a picture twice.
    """
    if data.is_dir() and _in_folders(data):
        return None
    found = next((each for each in tables(data) if each.columns.label is not None), None)
    if found is None or is_annotated(data):
        return None
    tell_dialect(dialogue.say, found.file, found.dialect)
    fields = _fields(found)
    classes = _classes(found, fields)
    written = {name: spelled(value, data, shown) for name, value in fields.items()}
    return classifier(opened(classes, found.images), flow({"manifest": written}), dialogue)


def _in_folders(data: Path) -> bool:
    """Whether several folders have pictures: they may be the classes."""
    folders = [folder for folder in data.iterdir() if folder.is_dir()]
    return sum(any(file.suffix.lower() in EXTENSIONS for file in folder.rglob("*")) for folder in folders) > 1


def _fields(found: TableOf) -> dict[str, Any]:
    columns = {"image": found.columns.image, "label": found.columns.label}
    root = {} if found.images == found.file.parent else {"root": found.images}
    return {"file": found.file, **root, **found.dialect} | (
        {} if list(columns) == list(columns.values()) else {"columns": columns}
    )


def _classes(found: TableOf, fields: dict[str, Any]) -> dict[str, str]:
    """File → class of every row, as the recipe's source will see them."""
    plain = {name: str(value) if isinstance(value, Path) else value for name, value in fields.items()}
    source = Manifest.from_fields(plain, Path())
    classes = {}
    for key in source.keys:
        sample = source.load(key)
        classes[str(sample["image"])] = str(sample["label"])
    if len(set(classes.values())) < 2:
        raise DataError(f"has one class only, {next(iter(classes.values()), 'none')!r}.", file=str(found.file))
    return classes
