"""Reading: from what a source holds of a sample (file names, JSON, labels) to the values that a pipeline takes."""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any

from augkit.errors import DataError
from augkit.fields import fields_of
from augkit.plugins import catalogue
from augkit.sample import Axis
from augkit.schema import Field, Schema

Read = Callable[[Path], Any]


@dataclass(frozen=True)
class Part:
    """What a source may hold instead of a file's name: a file with ``options`` for the kind's reader, such as the
    seconds to read, or the bytes of one, which messages call ``name``.
    """

    file: str | Path | bytes
    options: Mapping[str, Any]
    name: str = ""


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
    if not isinstance(value, str | Path | Part):
        return value
    read = reader_of(field.kind, decoder, asked_of_reader(field))
    if isinstance(value, Part):
        return _read_part(read, value, field, root)
    if read is not None:
        return read_file(read, root / value)
    return _parsed(field, value) if isinstance(value, str) and is_annotation(field) else value


def _read_part(read: Read | None, part: Part, field: Field, root: Path) -> Any:
    if read is None:
        raise DataError(f"field {field.name!r}: {field.kind!r} is not read from files.")
    path: Any = part.file if isinstance(part.file, bytes) else root / part.file
    return read_file(partial(read, **part.options), path, part.name or None)


def asked_of_reader(field: Field) -> tuple[tuple[str, Any], ...]:
    """What the recipe's options of a field tell its reader: those that the reader takes by the same name."""
    asked = ((name, getattr(field.options, name)) for name in _taken(field.kind))
    return tuple((name, value) for name, value in asked if value is not None)


@cache
def _taken(kind: str) -> tuple[str, ...]:
    known = catalogue()
    if kind not in known.names("reader"):
        return ()
    takes = inspect.signature(known.load("reader", kind)).parameters
    return tuple(name for name in fields_of(known.load("target", kind).options_type) if name in takes)


def read_file(read: Read, path: Path, name: str | None = None) -> Any:
    """What a reader makes of a file; every way in which that fails names the file, or ``name`` where it has none."""
    named = str(path) if name is None else name
    try:
        return read(path)
    except DataError as error:
        raise DataError(error.message, error.key, error.file or named) from error
    except FileNotFoundError:
        raise DataError("no such file.", file=named) from None
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        raise DataError(f"cannot be read: {error}", file=named) from error


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
def reader_of(kind: str, decoder: str | None, asked: tuple[tuple[str, Any], ...] = ()) -> Read | None:
    """The reader registered for a kind, with the recipe's decoder where it takes one, and what else is ``asked`` of it;
    None for kinds that are not files.

    ``decoder`` None leaves the choice to the reader.
    """
    known = catalogue()
    if kind not in known.names("reader"):
        return None
    function: Read = known.load("reader", kind)
    options = dict(asked)
    if decoder is not None and "decoder" in inspect.signature(function).parameters:
        options["decoder"] = decoder
    return partial(function, **options) if options else function
