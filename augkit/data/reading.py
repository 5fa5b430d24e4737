"""Reading: from what a source holds of a sample (file names, JSON, labels) to the values that a pipeline takes."""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from augkit.errors import DataError
from augkit.plugins import catalogue
from augkit.sample import Axis
from augkit.schema import Field, Schema

Read = Callable[[Path], Any]


def read_values(raw: Mapping[str, Any], schema: Schema, root: Path, decoder: str | None) -> dict[str, Any]:
    """The fields of ``schema`` out of ``raw``, files read and JSON parsed; raises DataError with the file or field."""
    values = {}
    for name, field in schema.fields.items():
        if name not in raw:
            raise DataError(f"has no field {name!r}, which `sample` names; it has {', '.join(raw) or 'none'}.")
        values[name] = _read_value(field, raw[name], root, decoder)
    return values


def _read_value(field: Field, value: Any, root: Path, decoder: str | None) -> Any:
    if value is None:
        return _nothing(field)
    if not isinstance(value, str | Path):
        return value
    read = reader_of(field.kind, decoder)
    if read is not None:
        return read_file(read, root / value)
    return _parsed(field, value) if isinstance(value, str) and is_annotation(field) else value


def read_file(read: Read, path: Path) -> Any:
    """What a reader makes of a file; every way in which that fails names the file."""
    try:
        return read(path)
    except DataError as error:
        raise DataError(error.message, error.key, error.file or str(path)) from error
    except FileNotFoundError:
        raise DataError("no such file.", file=str(path)) from None
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        raise DataError(f"cannot be read: {error}", file=str(path)) from error


def _nothing(field: Field) -> Any:
    if field.type.carrier and Axis.TEXT in field.type.axes:
        return ""
    hint = " Write [] for none." if is_annotation(field) else ""
    raise DataError(f"field {field.name!r} is empty.{hint}")


def is_annotation(field: Field) -> bool:
    """Whether a text in this field is JSON: boxes, keypoints, events, spans, `labels`; no label, no caption."""
    return field.kind == "labels" or (bool(field.type.axes) and not field.type.carrier and not field.type.plain)


def _parsed(field: Field, text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise DataError(f"field {field.name!r} of kind {field.kind!r} is no JSON: {error}: {text[:60]!r}") from None


@cache
def reader_of(kind: str, decoder: str | None) -> Read | None:
    """The reader registered for a kind, with the recipe's decoder where it takes one; None for kinds that are not
    files.

    ``decoder`` None leaves the choice to the reader.
    """
    known = catalogue()
    if kind not in known.names("reader"):
        return None
    function = known.load("reader", kind)
    if decoder is None or "decoder" not in inspect.signature(function).parameters:
        return function  # type: ignore[no-any-return]

    def read(path: Path) -> Any:
        return function(path, decoder=decoder)

    return read
